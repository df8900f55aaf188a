"""A call's story says where nothing proves the clock of its recording."""

from __future__ import annotations

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import CallEvent, RecordingKept
from launch.telling.call_story import story
from tests.ledger.house import ListSink


def kept(*, begins_ms: int | None, anchors: tuple[int, ...]) -> list[CallEvent]:
    sink = ListSink()
    fact = RecordingKept(
        recording="call-1",
        file="recordings/call-1.wav",
        sha256="00",
        bytes=44,
        duration_ms=40_000,
        problem="",
        begins_ms=begins_ms,
        anchors=anchors,
    )
    Call(ManualClock(), sink).record(fact)
    return sink.events


@pytest.mark.parametrize(
    ("anchors", "said"),
    [
        ((5_000, 14_000, 38_000), " (its clock is not proved from 14-38 s)"),
        ((12_000, 25_000), " (its clock is not proved from 1-12, 12-25, 25-41 s)"),
        ((9_000, 18_000, 27_000, 33_000), ""),
    ],
)
def test_stretches_without_a_line_are_named(anchors: tuple[int, ...], said: str) -> None:
    (line,) = story(kept(begins_ms=1_000, anchors=anchors), "en")

    assert line.what == f"recording kept{said} · recordings/call-1.wav, 40.0 s"


def test_a_recording_of_before_says_nothing_of_its_clock() -> None:
    events = kept(begins_ms=1_000, anchors=())
    old = {name: value for name, value in events[0].data.items() if name != "anchors"}
    (line,) = story([events[0]._replace(data=old)], "en")

    assert "clock" not in line.what
