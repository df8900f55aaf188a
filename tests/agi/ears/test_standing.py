"""Windows that stand still, windows that open late, and lines that are watched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agi.ears.answer import Answer
from agi.ears.listener import (
    Answered,
    Asked,
    Held,
    Listener,
    Message,
    Missing,
    Pressed,
    Report,
    Watched,
)
from agi.ears.metering import Meter, Reading, Voice
from agi.ears.question import Row
from agi.ears.vad import Floats
from calls.actions import Keys, Listen
from calls.outcomes import Sound
from tests.agi.ears.sounds import NOISE, QUIET, SPEECH

WANTED = frozenset({"speech", "silence", "noise", "faint", "key"})
FOUR = Listen(window_ms=4000, wanted=WANTED)


class _NoVad:
    def new_state(self) -> Floats:
        return np.zeros((2, 128), dtype=np.float32)

    def probabilities(self, states: Floats, windows: Floats) -> tuple[Floats, Floats]:
        raise AssertionError("rows are given by hand")


class Line:
    """One listener, fed by hand."""

    def __init__(self, *, watched: bool = True) -> None:
        self.listener = Listener(_NoVad())
        self.reports: list[Report] = []
        if watched:
            self.order(Watched(Meter(end_ms=600, sounds=True)))

    def order(self, *messages: Message) -> None:
        self._take(messages, ())

    def hears(self, row: Row, ms: int) -> Line:
        for _ in range(ms // 20):
            self._take([bytes(320)], [row])
        return self

    def _take(self, messages: Sequence[Message], rows: Sequence[Row]) -> None:
        self.reports += self.listener.take(messages, rows)

    @property
    def answer(self) -> Answer | None:
        found = [report.answer for report in self.reports if isinstance(report, Answered)]
        return found[-1] if found else None

    @property
    def reading(self) -> Reading:
        return [report for report in self.reports if isinstance(report, Reading)][-1]

    @property
    def voices(self) -> list[Voice]:
        return [report for report in self.reports if isinstance(report, Voice)]


def test_frames_of_a_hold_reach_no_question_and_its_times_stay_the_sessions() -> None:
    line = Line().hears(QUIET, 1000)
    line.order(Asked(1, FOUR, with_prompt=False))
    line.hears(QUIET, 2000).order(Held(on=True, late=0))
    line.hears(SPEECH, 5000).order(Held(on=False, late=0))
    assert line.answer is None
    line.hears(QUIET, 1980)
    assert line.answer is None
    line.hears(QUIET, 20)

    assert line.answer is not None
    assert line.answer.kind is Sound.SILENCE
    assert (line.answer.from_ms, line.answer.to_ms) == (1000, 10_000)
    assert line.answer.window_opened_ms == 1000


def test_what_is_heard_after_a_hold_stands_where_it_was_said() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False))
    line.hears(QUIET, 1000).order(Held(on=True, late=0))
    line.hears(QUIET, 3000).order(Held(on=False, late=0))
    line.hears(QUIET, 500).hears(SPEECH, 1000).hears(QUIET, 700)

    assert line.answer is not None
    assert line.answer.kind is Sound.SPEECH
    assert (line.answer.from_ms, line.answer.to_ms) == (4500, 5500)


def test_both_ends_of_a_standstill_can_be_put_back() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False))
    # Another voice from 1000 to 3000, known 60 ms and 600 ms late.
    line.hears(QUIET, 1060).order(Held(on=True, late=3))
    line.hears(QUIET, 2540).order(Held(on=False, late=30))

    assert line.reading.waited_ms == 1600
    line.hears(QUIET, 2380)
    assert line.answer is None
    line.hears(QUIET, 20)
    assert line.answer is not None
    assert line.answer.to_ms == 6000


def test_a_standstill_known_late_and_ended_at_once_is_paid_back_by_the_next_frames() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False))
    line.hears(QUIET, 1060).order(Held(on=True, late=3))
    line.hears(QUIET, 1000).order(Held(on=False, late=0))
    line.hears(QUIET, 500)

    assert line.reading.waited_ms == 1500
    line.hears(QUIET, 2500)
    assert line.answer is not None
    assert line.answer.to_ms == 5060


def test_a_hold_that_begins_before_the_window_owes_it_nothing() -> None:
    line = Line().hears(QUIET, 500)
    line.order(Held(on=True, late=20))
    line.hears(SPEECH, 3000).order(Asked(1, FOUR, with_prompt=False))
    line.hears(SPEECH, 2000).order(Held(on=False, late=0))
    line.hears(QUIET, 4000)

    assert line.answer is not None
    assert line.answer.kind is Sound.SILENCE
    assert (line.answer.from_ms, line.answer.to_ms) == (5500, 9500)


def test_a_window_opens_where_the_voice_before_it_ended() -> None:
    line = Line().hears(QUIET, 1000).hears(SPEECH, 400).hears(QUIET, 100)
    # The agent had been done for 600 ms when it was known; the caller spoke in them.
    line.order(Asked(1, FOUR, with_prompt=False, late=30))
    line.hears(QUIET, 600)

    assert line.answer is not None
    assert line.answer.kind is Sound.SPEECH
    assert line.answer.window_opened_ms == 900
    assert (line.answer.from_ms, line.answer.to_ms) == (1000, 1400)


def test_a_line_that_is_not_watched_puts_nothing_back() -> None:
    line = Line(watched=False).hears(QUIET, 1000)
    line.order(Asked(1, FOUR, with_prompt=False, late=30))
    line.hears(QUIET, 4000)

    assert line.answer is not None
    assert (line.answer.from_ms, line.answer.to_ms) == (1000, 5000)
    assert not [report for report in line.reports if isinstance(report, Reading | Voice)]


def test_audio_that_never_came_is_no_time_while_a_window_stands() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False), Held(on=True, late=0), Missing(500))
    assert line.answer is None
    line.order(Held(on=False, late=0), Missing(200))

    assert line.answer is not None
    assert line.answer.kind is Sound.SILENCE


def test_keys_and_hang_ups_are_told_also_while_a_window_stands() -> None:
    line = Line()
    keyed = Listen(window_ms=4000, wanted=WANTED, keys=Keys())
    line.order(Asked(1, keyed, with_prompt=False), Held(on=True, late=0), Pressed("5"))

    assert line.answer is not None
    assert line.answer.digits == "5"


def test_beginnings_and_ends_of_speech_are_told_by_frames() -> None:
    line = Line().hears(QUIET, 1000).hears(SPEECH, 800).hears(QUIET, 700)

    began, ended = line.voices
    assert (began.speaks, began.began_ms, began.known_ms) == (True, 1000, 1060)
    assert (ended.speaks, ended.ended_ms, ended.known_ms) == (False, 1800, 2400)
    assert line.reading.spoken_ms == 800
    assert line.reading.quiet_ms == 700
    assert not line.reading.speaks


def test_a_watched_line_tells_what_it_is_and_how_loud() -> None:
    line = Line().hears(QUIET, 200)
    first = line.reading
    assert first.what is None
    assert line.reading.level_dbov == QUIET[0]
    assert line.reading.waited_ms is None
    line.hears(SPEECH, 100)
    spoken = line.reading
    assert (spoken.what, spoken.speaks) == (Sound.SPEECH, True)
    assert line.reading.level_dbov == SPEECH[0]
    line.hears(QUIET, 60).hears(NOISE, 6000)
    assert line.reading.what is Sound.NOISE
    assert not line.reading.speaks


def test_an_open_window_shows_how_far_it_is_and_that_somebody_answers() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False))
    line.hears(QUIET, 1500)
    assert (line.reading.waited_ms, line.reading.answering) == (1500, False)
    line.hears(SPEECH, 500)
    assert (line.reading.waited_ms, line.reading.answering) == (2000, True)
    line.hears(QUIET, 700)
    assert line.reading.waited_ms is None


def test_what_a_standstill_was_late_is_not_shown_as_waited_while_it_lasts() -> None:
    line = Line()
    line.order(Asked(1, FOUR, with_prompt=False))
    line.hears(QUIET, 1060).order(Held(on=True, late=3))

    assert (line.reading.waited_ms, line.reading.stands) == (1000, True)
    line.hears(QUIET, 400)
    assert line.reading.waited_ms == 1000
    line.order(Held(on=False, late=0))
    assert (line.reading.waited_ms, line.reading.stands) == (1000, False)
    line.hears(QUIET, 500)
    assert line.reading.waited_ms == 1500


def test_a_voice_begins_and_ends_with_its_sound_where_the_detector_lags() -> None:
    loud_before: Row = (-24.0, False, 0.1)
    quiet_after: Row = (-64.0, False, 0.9)
    line = Line().hears(QUIET, 1000).hears(loud_before, 60).hears(SPEECH, 500)
    line.hears(quiet_after, 100).hears(QUIET, 700)

    began, ended = line.voices
    assert (began.began_ms, began.known_ms) == (1000, 1120)
    assert ended.ended_ms == 1560
    assert line.reading.quiet_ms == 800


def test_a_sound_long_before_a_voice_is_not_its_beginning() -> None:
    rumble: Row = (-30.0, False, 0.05)
    line = Line().hears(QUIET, 1000).hears(rumble, 1000).hears(SPEECH, 200)

    assert line.voices[0].began_ms == 1800


def test_a_sound_may_be_a_voice_from_its_second_frame_until_a_quarter_of_a_second() -> None:
    knock: Row = (-30.0, False, 0.05)
    line = Line().hears(QUIET, 1000).hears(knock, 20)
    assert line.reading.rising_ms == 0
    line.hears(knock, 20)
    assert line.reading.rising_ms == 40
    line.hears(knock, 200)
    assert line.reading.rising_ms == 240
    line.hears(knock, 20)
    assert line.reading.rising_ms == 0
    line.hears(QUIET, 400).hears(SPEECH, 40)
    assert line.reading.rising_ms == 40
    line.hears(SPEECH, 20)
    assert (line.reading.rising_ms, line.reading.speaks) == (0, True)
