"""The demo: who calls, what is expected, what is shown."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from callers.loader import find_persona
from callers.persona import Expectation
from callers.virtual import simulate
from callflow.house import House
from callflow.rules.loader import load_rules
from callflow.rules.monitor import score
from calls.clock import ManualClock
from calls.errors import PersonaError
from calls.events import CallEvent
from launch.demo.board import Board, PlainLog
from launch.demo.callers import MOST, Caller, choose, differences
from launch.demo.report import DemoCall, report
from launch.demo.texts import WORDS
from launch.settings.site import PROJECT, Settings


def told(number: int, name: str) -> tuple[Caller, list[CallEvent]]:
    """A caller and the facts of its call, in virtual time, with the caller's number in them."""
    caller = Caller(number, find_persona(name))
    house = House.load(PROJECT / "scripts")
    variables = Settings().house.all_variables()
    run = house.start("greetings", variables, "zh-Hans")
    call = simulate(
        run, caller.persona, utterance_ms=lambda _: 1500, call_id=f"20260302-013000-demo{number}"
    )
    first = call.events[0]
    offered = CallEvent(first.call_id, 1, first.at, 0, "offered", {**first.data, "ani": caller.ani})
    return caller, [offered, *call.events[1:]]


def printed(lang: str = "en", *, width: int = 120) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=width, markup=False, emoji=False, highlight=False), text


def reported(calls: Sequence[DemoCall], lang: str = "en") -> tuple[int, str]:
    console, text = printed(lang)
    return report(calls, 12.0, Path("var"), lang, console), text.getvalue()


def test_eight_callers_are_eight_different_people() -> None:
    callers = choose(8)

    assert len({caller.persona.name for caller in callers}) == 8
    assert len({caller.masked for caller in callers}) == 8


def test_more_callers_than_personas_begin_anew_with_numbers_of_their_own() -> None:
    callers = choose(MOST)

    assert len({caller.masked for caller in callers}) == MOST


@pytest.mark.parametrize("count", [0, -1, MOST + 1])
def test_a_count_that_makes_no_sense_is_refused(count: int) -> None:
    with pytest.raises(PersonaError, match="--callers"):
        choose(count)


def test_a_silent_caller_in_virtual_time_ends_as_expected() -> None:
    caller, events = told(1, "silent")

    assert differences(caller.persona.expect, events) == []


@pytest.mark.parametrize(
    ("expect", "told_of"),
    [
        (Expectation(disposition="served"), "disposition: expected served, found silent"),
        (Expectation(end_reason="failed"), "end_reason"),
        (Expectation(lines=("no_voice", "greeting")), "said: expected greeting after no_voice"),
        (Expectation(never=("no_voice",)), "said no_voice, though it must not be"),
        (Expectation(heard=("speech",)), "heard: expected speech"),
    ],
)
def test_whatever_differs_is_told(expect: Expectation, told_of: str) -> None:
    _, events = told(1, "silent")

    (difference,) = differences(expect, events)
    assert told_of in difference


def test_a_call_without_an_end_differs() -> None:
    _, events = told(1, "silent")

    assert differences(Expectation(), events[:-1]) == ["the call has no end among its facts"]


def test_the_table_names_the_lines_the_sounds_and_the_rules_kept() -> None:
    caller, events = told(1, "silent")
    file = PROJECT / "scripts" / "house_rules.yaml"
    rules = load_rules(file.read_text(encoding="utf-8"), str(file))
    verdicts = score(events, rules)
    code, text = reported([DemoCall(caller, events[0].call_id, events, (), verdicts)])

    assert code == 0
    for shown in ("greeting", "no_voice", "silence", "A11✓", "silent", caller.masked):
        assert shown in text
    assert f"thirdring calls show {events[0].call_id}" in text
    assert caller.ani not in text


def test_a_call_that_differs_makes_the_demo_fail_and_says_how() -> None:
    caller, events = told(1, "silent")
    wrong = DemoCall(caller, events[0].call_id, events, ("disposition: expected x",), ())
    code, text = reported([wrong])

    assert code == 1
    assert "silent: disposition: expected x" in text


def test_a_caller_who_never_got_through_is_in_the_table_too() -> None:
    lost = DemoCall(Caller(1, find_persona("silent")), "", (), ("no FastAGI server",), ())
    code, text = reported([lost])

    assert code == 1
    assert "never reached the server" in text


def test_the_board_follows_a_call_from_its_offer_to_its_end() -> None:
    caller, events = told(1, "silent")
    board = Board([caller], "en", ManualClock())
    seen = []
    for event in events:
        board.take([event])
        console, text = printed()
        console.print(board.table(120))
        seen.append(text.getvalue())

    assert any("▶ 您好！" in shown for shown in seen)
    assert any("waiting for sound" in shown or "silence" in shown for shown in seen)
    assert "silent · completed" in seen[-1]
    assert board.all_over()
    assert board.call_ids == {1: events[0].call_id}


def test_somebody_elses_call_is_not_on_the_board() -> None:
    caller, _ = told(1, "silent")
    _, others = told(2, "silent")
    board = Board([caller], "en", ManualClock())
    board.take(others)

    assert board.call_of(caller) is None
    assert board.call_ids == {}


def test_without_a_terminal_every_line_and_answer_is_a_line_of_text() -> None:
    caller, events = told(1, "silent")
    board = Board([caller], "en", ManualClock())
    console, text = printed()
    board.take(events)
    PlainLog(board, console).take(events)

    assert "says no_voice" in text.getvalue()
    assert "hears silence" in text.getvalue()
    assert "ended: silent · completed" in text.getvalue()
    assert "\x1b" not in text.getvalue()


@pytest.mark.parametrize("key", WORDS)
def test_the_demo_speaks_both_languages(key: str) -> None:
    zh, en = WORDS[key]

    assert zh
    assert en
    assert zh != en
