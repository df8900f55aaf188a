"""The catalogue: both languages, complete."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from softphone_panel import texts as texts_module
from softphone_panel.agent_texts import AGENT_TEXTS
from softphone_panel.texts import CATALOGUE, Language, Texts, language_of
from softphone_panel.wall.words import WORDS
from softphone_panel.watch.feed import FeedState
from softphone_panel.watch.folding import FOLDS
from softphone_panel.watch.live_call import CallState

PANEL = Path(texts_module.__file__).parent


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_say_it_with_the_same_values(key: str) -> None:
    zh, en = CATALOGUE[key]

    assert zh
    assert en
    assert fields(zh) == fields(en) or key.startswith("clock.rings")


def test_every_key_the_code_names_is_in_the_catalogue() -> None:
    source = "\n".join(path.read_text() for path in PANEL.rglob("*.py"))
    named = set(re.findall(r"""texts\(\s*"([a-z_.]+)\"""", source))

    assert len(named) > 30
    assert named <= {*CATALOGUE, *WORDS}


def test_every_word_of_the_agents_panel_is_used() -> None:
    source = "\n".join(path.read_text() for path in (PANEL / "agent").rglob("*.py"))
    named = set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_]+)+)[\"']", source))
    groups = set(re.findall(r"""f"([a-z_]+)\.\{""", source))
    groups |= set(re.findall(r"""or_plain\(\s*["']([a-z_]+)["']""", source))
    unused = {key for key in AGENT_TEXTS if key not in named and key.split(".")[0] not in groups}

    assert unused == set()


@pytest.mark.parametrize("state", [*CallState, *FeedState])
def test_every_state_has_a_word(state: CallState | FeedState) -> None:
    if state is not FeedState.READING or isinstance(state, CallState):
        group = "state" if isinstance(state, CallState) else "lamp"

        assert f"{group}.{state}" in CATALOGUE


def test_every_note_has_a_word() -> None:
    spoken = {"stepped", "saying", "said", "listening", "hearing", "heard", "key"}

    assert {f"note.{kind}" for kind in set(FOLDS) - spoken} <= set(CATALOGUE)


def test_a_word_of_the_flows_own_is_shown_as_it_is() -> None:
    assert Texts(Language.ZH).or_plain("sound", "speech") == "说话"
    assert Texts(Language.ZH).or_plain("reason", "handed_over") == "handed_over"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, Language.ZH),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, Language.EN),
        ({}, Language.EN),
    ],
)
def test_the_terminals_locale_chooses_the_language(
    environment: dict[str, str], expected: Language
) -> None:
    assert language_of(environment) is expected
