"""A call's words: what is listened to, what is told of lines and polite words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest

from calls.events import CallEvent
from recorder.words.call_words import CALLER, PIECE_MS, words_of
from recorder.words.checking import Finding, SpokenLine, check_lines, polite_words
from recorder.words.ports import LEAST_CONFIDENCE, Pcm, Utterance, Word

AT = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)
GREETING = "您好！三声服务热线，801号为您服务。"


def event(kind: str, offset_ms: int, **data: object) -> CallEvent:
    return CallEvent("call-1", 1, AT, offset_ms, kind, data)


def said(text: str, start_ms: int, end_ms: int, **more: object) -> CallEvent:
    data = {"line": "greeting", "text": text, "language": "zh-Hans", "performer": "agent"}
    spoken = {**data, "start_ms": start_ms, "end_ms": end_ms, "ended": "completed", "noted": ""}
    return event("said", end_ms, **{**spoken, **more})


def uttered(text: str, from_ms: int, *, confidence: float = 0.9) -> Utterance:
    """Characters of 200 ms each."""
    words = tuple(
        Word(from_ms=from_ms + 200 * at, to_ms=from_ms + 200 * (at + 1), text=sign)
        for at, sign in enumerate(text)
    )
    to_ms = from_ms + 200 * len(text)
    return Utterance(from_ms=from_ms, to_ms=to_ms, text=text, confidence=confidence, words=words)


@dataclass
class Sound:
    """A call of ones at its caller's leg and tens at the house's, still in some places."""

    duration_ms: int
    still: tuple[tuple[int, int], ...] = ()
    rate: int = 8000

    def samples(self, from_ms: int, to_ms: int) -> Pcm:
        both = np.full((self.duration_ms * 8, 2), (1, 10), np.int16)
        for first, behind in self.still:
            both[first * 8 : behind * 8] = 0
        return both[from_ms * 8 : to_ms * 8]


@dataclass
class Heard:
    """A recogniser that hears the same word in every house piece, and notes what it was given."""

    given: list[tuple[int, int, str]] = field(default_factory=list)
    name: str = "one word"

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        leg = int(sound.max())
        self.given.append((leg, len(sound) * 1000 // rate, language))
        return (uttered("谢谢", 100),) if leg == 10 else ()


def test_the_talks_with_agents_are_listened_to_and_offsets_are_the_calls() -> None:
    events = [
        said("菜单", 500, 2_000, performer="ivr"),
        event("agent_answered", 10_000),
        said(GREETING, 10_500, 14_000),
        event("left_queue", 20_000),
        event("ended", 30_000),
    ]
    heard, told = Heard(), list[tuple[int, int]]()
    found = words_of(Sound(30_000), events, heard, told=lambda *done: told.append(done))

    assert found.spans == ((10_000, 20_000),)
    assert heard.given == [(1, 10_000, "zh"), (10, 10_000, "zh")]
    assert [(one.word, one.from_ms) for one in found.polite] == [("谢谢", 10_100)]
    assert [one.line for one in found.lines] == ["greeting"]
    assert told == [(1, 1)]


def test_a_call_without_an_agent_is_heard_whole_and_its_prompts_are_the_lines() -> None:
    events = [said("谢谢", 0, 500, performer="ivr", language="en"), event("ended", 9_000)]
    found = words_of(Sound(9_000), events, Heard())

    assert (found.spans, found.language) == (((0, 9_000),), "en")
    assert [one.finding for one in found.lines] == [Finding.SAID]


def test_a_long_talk_is_cut_where_it_is_still() -> None:
    events = [event("agent_answered", 0), event("hung_up", 70_000)]
    heard = Heard()
    words_of(Sound(70_000, ((26_000, 26_400), (52_000, 52_400))), events, heard)

    lengths = [ms for leg, ms, _ in heard.given if leg != CALLER + 1]
    assert sum(lengths) == 70_000
    assert max(lengths) <= PIECE_MS
    assert 26_000 <= lengths[0] <= 26_400


@pytest.mark.parametrize(
    ("heard", "finding"),
    [
        ("您好三声服务热线八零一号为您服务", Finding.SAID),
        ("你好三生服务热现八零一号为您服务", Finding.SAID),
        ("三声服务热线为您", Finding.UNSURE),
        ("你说什么事吧", Finding.NOT_FOUND),
        ("", Finding.NOT_FOUND),
    ],
)
def test_a_line_of_the_script_is_found_by_its_sound_or_left_to_a_person(
    heard: str, finding: Finding
) -> None:
    line = SpokenLine(line="greeting", text=GREETING, start_ms=1_000, end_ms=5_000)
    (found,) = check_lines([line], [uttered(heard, 1_200)])

    assert found.finding is finding
    assert (found.from_ms is None) == (found.similarity == 0)


def test_a_line_is_not_found_where_it_was_not_said() -> None:
    line = SpokenLine(line="greeting", text=GREETING, start_ms=60_000, end_ms=64_000)
    (found,) = check_lines([line], [uttered("您好三声服务热线八零一号为您服务", 1_000)])

    assert (found.finding, found.similarity, found.heard) == (Finding.NOT_FOUND, 0, "")


def test_a_short_line_must_be_heard_exactly() -> None:
    line = SpokenLine(line="hello", text="您好", start_ms=0, end_ms=500)
    findings = [
        check_lines([line], [uttered(text, 0)])[0].finding for text in ("您好", "你好", "很好")
    ]

    assert findings == [Finding.SAID, Finding.UNSURE, Finding.UNSURE]


def test_what_was_recognised_badly_is_no_evidence() -> None:
    unsure = uttered("谢谢您", 0, confidence=LEAST_CONFIDENCE - 0.01)
    line = SpokenLine(line="thanks", text="谢谢您", start_ms=0, end_ms=500)

    assert polite_words([unsure], "zh") == ()
    assert check_lines([line], [unsure])[0].finding is Finding.NOT_FOUND


def test_polite_words_are_told_with_their_places_the_sites_own_too() -> None:
    found = polite_words([uttered("您好请问谢谢打扰了谢谢", 1_000)], "zh", ["打扰了"])

    assert [(one.word, one.from_ms, one.to_ms) for one in found] == [
        ("您好", 1_000, 1_400),
        ("请问", 1_400, 1_800),
        ("谢谢", 1_800, 2_200),
        ("打扰了", 2_200, 2_800),
        ("谢谢", 2_800, 3_200),
    ]


def test_a_sentence_in_the_agents_own_words_is_not_compared_with_the_script() -> None:
    events = [
        event("agent_answered", 0),
        said(GREETING, 500, 4_000, noted="changed"),
        said(GREETING, 500, 4_000, ended="skipped"),
        event("ended", 9_000),
    ]

    assert words_of(Sound(9_000), events, Heard()).lines == ()
