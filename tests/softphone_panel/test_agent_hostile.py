"""A hostile caller, colleague or desk: whatever they write is only text, in every place."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.cells import cell_len
from textual.geometry import Size

from calls.clock import ManualClock
from calls.floor.view import PanelView
from softphone_panel.agent.caller_card import CallerCard
from softphone_panel.agent.choices import Choices, ConsultBar
from softphone_panel.agent.footer import Footer
from softphone_panel.agent.keymap import DEFAULT
from softphone_panel.agent.link import Lamp, LampState
from softphone_panel.agent.parts import Rows
from softphone_panel.agent.present import Present
from softphone_panel.agent.rules import Rules
from softphone_panel.agent.say_now import SayNow
from softphone_panel.agent.scene import Scene
from softphone_panel.agent.strips import Notes, QueueStrip, Today
from softphone_panel.agent.top_bar import Warnings
from softphone_panel.agent.waiting import Idle, Offer
from softphone_panel.safe import all_harmless, harmless, harmless_tree
from softphone_panel.texts import Language, Texts
from tests.softphone_panel import agent_views as views
from tests.softphone_panel.agent_room import NARROW, WIDE, seat
from tests.support.examples import examples

NASTY = (
    "\x1b[31m\x1b]0;owned\x07[red][@click=app.quit]x[/]\u202e\u2066{0}%s\r\n\t"
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301" + "宽" * 200 + "\x9b2J\ud800</x>"
)
KEPT = {"seq", "type", "state", "what", "held_by"}
"""Fields whose words choose what is drawn; a desk that lies in them is tried apart."""

VIEWS = (
    views.view(statement="口径", trouble="pbx"),
    views.ringing(),
    views.listening(),
    views.saying(),
    views.choosing(),
    views.filling(),
    views.consulting("dialling"),
    views.wrapping(),
)
PANES: tuple[type[Rows], ...] = (
    CallerCard, Choices, ConsultBar, Footer, Idle, Notes, Offer, QueueStrip, Rules, SayNow, Today,
    Warnings,
)  # fmt: skip


def poisoned(value: Any, text: str, keep: frozenset[str] = frozenset(KEPT)) -> Any:
    """Every text of a snapshot replaced by `text`."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, dict):
        return {
            key: item if key in keep else poisoned(item, text, keep) for key, item in value.items()
        }
    if isinstance(value, list):
        return [poisoned(item, text, keep) for item in value]
    return text if isinstance(value, str) and value else value


def hostile(view: PanelView, text: str = NASTY) -> PanelView:
    """As it stands behind the link, which cleans every message."""
    return PanelView.model_validate(harmless_tree(poisoned(view, text)))


def test_controls_direction_marks_and_half_characters_are_gone() -> None:
    clean = harmless(NASTY)

    assert clean.replace("\n", "").isprintable()
    assert "[red][@click=app.quit]x[/]" in clean
    assert "\u202e" not in clean
    assert clean.count("\u0301") == 3


def test_a_text_of_any_length_is_cut() -> None:
    assert len(harmless("宽" * 100_000)) == 4000


@given(st.text(max_size=200))
@settings(max_examples=examples(200), deadline=None)
def test_no_text_whatever_brings_a_control_to_the_screen(text: str) -> None:
    controls = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

    assert (
        not {unicodedata.category(letter) for letter in harmless(text) if letter != "\n"} & controls
    )


def scene_of(view: PanelView, size: Size) -> Scene:
    present = Present(Texts(Language.ZH), DEFAULT, None, ManualClock(), None)
    present.light(Lamp(LampState.LIVE))
    present.take(view)
    return present.scene(typing=False, question="", size=size)


@pytest.mark.parametrize("size", [Size(80, 24), Size(140, 40), Size(12, 5)])
@pytest.mark.parametrize("pane", PANES)
def test_no_pane_draws_wider_than_its_cells(pane: type[Rows], size: Size) -> None:
    for view in VIEWS:
        scene = scene_of(hostile(view), size)
        for row in pane().rows(scene, size.width):
            assert "\n" not in row.plain
            assert row.cell_length <= max(size.width, 34), row.plain


@given(st.text(max_size=60), st.sampled_from(range(len(VIEWS))), st.integers(2, 60))
@settings(max_examples=examples(60), deadline=None)
def test_no_text_whatever_breaks_a_pane(text: str, at: int, width: int) -> None:
    scene = scene_of(hostile(VIEWS[at], text), Size(width, 24))
    for pane in PANES:
        for row in pane().rows(scene, width):
            assert "\n" not in row.plain


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize("at", range(len(VIEWS)))
async def test_hostile_texts_stay_texts_on_the_whole_screen(at: int, size: tuple[int, int]) -> None:
    async with seat(VIEWS[at], size=size) as room:
        await room.desk.say(
            '{"view": ' + _json(poisoned(VIEWS[at].model_copy(update={"seq": 9}), NASTY)) + "}"
        )
        await room.until(lambda: _seq(room.app.scene()) == 9)
        await room.settled()
        screen = room.screen()

        rows = screen.split("\n")
        assert len(rows) == size[1]
        assert {cell_len(row) for row in rows} == {size[0]}
        assert all(row.isprintable() for row in rows)
        assert "宽" in screen


async def test_hostile_choices_of_a_transfer_and_of_a_form_stay_texts() -> None:
    async with seat(views.talk()) as room:
        await room.desk.say('{"view": ' + _json(poisoned(views.talk(), NASTY)) + "}")
        await room.until(lambda: "宽" in room.screen())
        await room.press("t")
        assert "[red]" in room.screen()
        await room.press("escape", "ctrl+p")
        assert all(row.isprintable() for row in room.screen().split("\n"))


@given(
    st.recursive(
        st.text(max_size=20)
        | st.sampled_from(["张三", "a\u0301\u0301\u0301\u0301", "\u202e", "宽" * 5000]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    ),
    st.booleans(),
)
def test_a_message_is_taken_as_it_stands_only_if_every_text_in_it_is_harmless(
    tree: Any, ascii_only: bool
) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only)

    assert not all_harmless(text) or harmless_tree(tree) == tree


def test_usual_snapshots_are_taken_as_they_stand() -> None:
    assert all(all_harmless(view.model_dump_json()) for view in VIEWS[1:5])


async def test_words_of_a_newer_desk_are_shown_as_they_are() -> None:
    odd = poisoned(views.filling(), "brand_new", frozenset({"seq", "state"}))
    async with seat(views.view()) as room:
        await room.desk.say('{"view": ' + _json(odd) + "}")
        await room.until(lambda: room.app.scene().call is not None)
        await room.settled()

        assert "brand_new" in room.screen()


def _seq(scene: Scene) -> int:
    return scene.view.seq if scene.view else 0


def _json(value: Any) -> str:
    return json.dumps(value)
