"""`thirdring words` for several calls: by ids, by a filter, or all that were not recognised yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calls.errors import LedgerError
from launch.recordings.words_of_calls import Wanted, calls_wanted
from ledger.filters import CallFilter
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from recorder.words.ports import Pcm, Utterance, WordsError
from tests.launch.test_words_command import Heard, erase, recorded_talks, run

ONE, TWO, THREE = (f"20261122-02153{n}-{letter * 4}0000" for n, letter in enumerate("abc"))
"""Offered an hour after each other from 9:00 on 5 January."""


class Counted(Heard):
    """Counts what it hears, and breaks at the calls that it is told."""

    def __init__(self, *, breaks_at: int = 0) -> None:
        super().__init__()
        self.times, self._breaks_at = 0, breaks_at

    def transcribe(self, sound: Pcm, rate: int, language: str) -> tuple[Utterance, ...]:
        self.times += 1
        if self.times == self._breaks_at:
            raise WordsError("the recogniser broke: out of memory")
        return super().transcribe(sound, rate, language)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recorded talks and a recogniser that needs no model."""
    use(Counted(), monkeypatch)
    return recorded_talks(tmp_path, ONE, TWO, THREE)


def use(recogniser: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launch.recordings.words_of_call.recogniser_of", lambda *_: recogniser)


def kept(state: Path) -> dict[str, int]:
    """Call -> how often words of it were kept."""
    with QualityBook.open(state / QUALITY_FILE) as book:
        return {one.removeprefix("call/"): len(book.events(one)) for one in book.streams("call/")}


def looks(state: Path) -> list[str]:
    with QualityBook.open(state / QUALITY_FILE) as book:
        return sorted(look.subject for look in book.looks())


def test_several_calls_get_a_line_each_in_the_order_given(state: Path) -> None:
    code, told = run(state, THREE, ONE[:17], THREE)

    first, second, end = told.strip().split("\n")
    assert code == 0
    assert first.startswith(f"{THREE}: 话术 lines 1/1, 礼貌用语 polite words 1")
    assert second.startswith(ONE)
    assert end == "2 calls recognised, 0 not; thirdring qa show"
    assert kept(state) == {THREE: 1, ONE: 1}
    assert looks(state) == [f"call/{ONE}", f"call/{THREE}"], "whoever listens is written down"


def test_missing_takes_the_newest_first_and_none_twice(state: Path) -> None:
    run(state, TWO)
    code, told = run(state, "--missing", "--json")
    again_code, again = run(state, "--missing")

    assert code == again_code == 0
    assert [one["call"] for one in json.loads(told)] == [THREE, ONE]
    assert json.loads(told)[0]["lines"][0]["finding"] == "said"
    assert kept(state) == {ONE: 1, TWO: 1, THREE: 1}
    assert "No call that fits has a recording" in again


def test_a_call_whose_recording_is_gone_is_not_missing(state: Path) -> None:
    erase(state, TWO)

    assert calls_wanted(state, Wanted(missing=True)) == [THREE, ONE]


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        (("--since", "2026-01-05T10:00"), [THREE, TWO]),
        (("--until", "2026-01-05T10:00"), [ONE]),
        (("--agent", "801"), [THREE, TWO, ONE]),
        (("--agent", "802"), []),
        (("--queue", "support", "--limit", "2"), [THREE, TWO]),
        (("--missing", "--until", "2026-01-05T11:00"), [TWO, ONE]),
        (("--missing", "--limit", "1"), [THREE]),
    ],
)
def test_calls_are_found_by_time_agent_and_queue(
    state: Path, options: tuple[str, ...], calls: list[str]
) -> None:
    code, told = run(state, *options, "--json")

    assert code == 0
    assert [one["call"] for one in json.loads(told)] == calls


def test_a_call_that_fails_stops_no_other_and_is_told(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(state, TWO)
    use(Counted(breaks_at=1), monkeypatch)

    code, told = run(state, ONE, TWO, THREE)

    lines = told.strip().split("\n")
    assert code == 1
    assert lines[0].startswith(f"{ONE}: 未识别 not recognised: the recogniser broke: out of memory")
    assert lines[1].startswith(f"{TWO}: 未识别 not recognised: ")
    assert lines[2].startswith(f"{THREE}: 话术 lines 1/1")
    assert lines[3].startswith("1 calls recognised, 2 not")
    assert kept(state) == {THREE: 1}
    code, told = run(state, TWO, ONE, "--json")
    assert (code, [one.get("problem", "")[:5] != "" for one in json.loads(told)]) == (
        1,
        [True, False],
    )


def test_an_id_that_is_none_is_told_before_anything_is_heard(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Counted()
    use(heard, monkeypatch)

    with pytest.raises(LedgerError, match="no call 'nobody'"):
        run(state, ONE, "nobody")

    assert (heard.times, looks(state)) == (0, [])


def test_calls_and_a_filter_are_not_mixed_and_nothing_is_not_everything(state: Path) -> None:
    for arguments in ((ONE, "--missing"), (ONE, "--agent", "801"), ()):
        code, told = run(state, *arguments)

        assert code == 2
        assert "--missing" in told
    assert kept(state) == {}


def test_pages_of_calls_are_walked_to_their_end(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launch.recordings.words_of_calls._PAGE", 1)

    assert calls_wanted(state, Wanted(fits=CallFilter(recorded=True))) == [THREE, TWO, ONE]
