"""A persona's answers to what the agent does, read from YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from callers.loader import PRACTISING, find_practice, names, read_persona
from callers.persona import Did, Leave, Speak, When, Words
from callers.voicebank import VoiceBank
from calls.errors import PersonaError

HEAD = "persona: somebody\nvoice: zh_m\n"


def test_answers_that_depend_on_the_agent_are_read() -> None:
    persona = read_persona(
        HEAD + "when:\n"
        "  - {said: calming, reply: 那好吧, after: 1s}\n"
        "  - {skipped: any, hang_up: {after: 2s}}\n"
        "  - {branch: dialect, say: hello}\n"
        '  - {held: "yes", reply: 我等了好久}\n'
        "details: {phone: '13912345678', name: 王芳}\n",
        "some.yaml",
    )

    assert persona.when == (
        When(did=Did.SAID, name="calming", answer=Words(text="那好吧", after_ms=1000)),
        When(did=Did.SKIPPED, name="", answer=Leave(after_ms=2000)),
        When(did=Did.BRANCH, name="dialect", answer=Speak(utterance="hello", after_ms=600)),
        When(did=Did.HELD, name="", answer=Words(text="我等了好久", after_ms=600)),
    )
    assert persona.details == {"phone": "13912345678", "name": "王芳"}


@pytest.mark.parametrize(
    ("item", "told"),
    [
        ("{reply: 好}", "one of said: LINE, skipped: LINE, branch: NAME, held: yes"),
        ("{said: a, skipped: b, reply: 好}", "one deed of the agent"),
        ("{said: a}", "give one of say, press, hang_up"),
        ("{said: a, reply: 好, press: '1'}", "press"),
        ("{said: a, reply: ''}", "write 1 to 200"),
        ("{said: a, say: nonsense}", 'there is no utterance "nonsense"'),
    ],
)
def test_a_wrong_answer_to_the_agent_is_told_with_its_place(item: str, told: str) -> None:
    with pytest.raises(PersonaError) as caught:
        read_persona(HEAD + f"when:\n  - {item}\n", "some.yaml", VoiceBank.load())

    assert told in str(caught.value)
    assert "some.yaml:4" in str(caught.value)


@pytest.mark.parametrize("name", names(PRACTISING))
def test_the_callers_made_for_practice_have_a_title_and_can_be_heard(name: str) -> None:
    persona = find_practice(name, VoiceBank.load())

    assert persona.name == name
    assert persona.title["zh"]
    assert persona.title["en"]
    assert persona.when


def test_the_caller_that_the_docs_write_is_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "practice.md").read_text(encoding="utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]

    persona = read_persona(example, "docs/practice.md", VoiceBank.load())

    assert [one.did for one in persona.when] == list(Did)
    for did in Did:
        assert f"`{did.value}: " in page


def test_a_name_nobody_has_is_told_with_the_nearest() -> None:
    with pytest.raises(PersonaError, match="thirdring practice --list"):
        find_practice("water_of")
