"""One caller's side in the worker thread: frames, keys and orders in, answers out.

The loop puts messages into a session's inbox in the order they came; `work` takes the inboxes of
many sessions, measures all their frames at once, and gives what the loop has to carry out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agi.ears.answer import Answer, PromptPlayed
from agi.ears.features import FRAME_BYTES, FRAME_MS, SILENCE_DBOV, pcm_to_frames
from agi.ears.keying import KEY_MASK_FRAMES
from agi.ears.metering import Meter, Reading, Voice
from agi.ears.onset import BARGE_IN_FRAMES, BARGE_IN_P, BARGE_IN_WITHIN, OnsetDetector
from agi.ears.pipeline import Stream, hear
from agi.ears.question import SPOKEN, Question, Row
from agi.ears.standing import Standing
from agi.ears.vad import VadBackend
from calls.actions import Listen
from calls.outcomes import SaidEnd, Sound

REPLAYED_FRAMES = 20
"""What a caller said before a barge-in was sure belongs to the utterance."""

_MISSING_ROW: Row = (SILENCE_DBOV, False, 0.0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was put."""

    number: int
    listen: Listen
    with_prompt: bool
    late: int = 0
    """The window opened so many frames ago."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The question is not waited for any more."""


@dataclass(frozen=True, slots=True)
class PromptOver:
    """The last sample of the prompt has been played."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key came."""

    digit: str


@dataclass(frozen=True, slots=True)
class Missing:
    """No audio came for so many frames."""

    frames: int


@dataclass(frozen=True, slots=True)
class LineDown:
    """The connection ended."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Somebody wants to see the line all the time."""

    meter: Meter


@dataclass(frozen=True, slots=True)
class Held:
    """Windows stand still, or go on, as of so many frames ago."""

    on: bool
    late: int


Message = bytes | Asked | Withdrawn | PromptOver | Pressed | Missing | LineDown | Watched | Held
"""`bytes` is one frame of 320 bytes."""


@dataclass(frozen=True, slots=True)
class WindowOpened:
    """The prompt is over; cut it unless it is played whole."""

    number: int
    prompt: PromptPlayed


@dataclass(frozen=True, slots=True)
class HearingChanged:
    """What the ears hear changed."""

    number: int
    what: Sound
    level_dbov: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A question came to its end."""

    number: int
    answer: Answer


Report = WindowOpened | HearingChanged | Answered | Voice | Reading


class Listener:
    """State of one session in the worker thread; never touched by the loop."""

    def __init__(self, backend: VadBackend) -> None:
        self.stream = Stream(backend)
        self._frames = 0
        self._asked: Asked | None = None
        self._question: Question | None = None
        self._prompt_from = 0
        self._prompt: PromptPlayed | None = None
        self._recent: deque[Row] = deque(maxlen=REPLAYED_FRAMES)
        self._onsets = OnsetDetector(BARGE_IN_P, BARGE_IN_FRAMES, BARGE_IN_WITHIN)
        self._reports: list[Report] = []
        self._standing = Standing()
        self._meter: Meter | None = None

    def take(self, messages: Sequence[Message], rows: Sequence[Row]) -> list[Report]:
        """Go through messages in order; `rows` are the measured frames among them."""
        measured = iter(rows)
        for message in messages:
            if isinstance(message, bytes):
                self._frame(next(measured), missing=False)
            elif isinstance(message, Missing):
                for _ in range(message.frames):
                    self._frame(_MISSING_ROW, missing=True)
            else:
                self._order(message)
        if self._meter is not None and messages:
            # First: who is told that a voice has ended looks at how long ago.
            self._reports.insert(0, self._reading(self._meter))
        reports, self._reports = self._reports, []
        return reports

    def _reading(self, meter: Meter) -> Reading:
        question, standing = self._question, self._standing
        if question is None:
            return meter.reading(None, answering=False, stands=standing.held)
        waited_ms = question.waited_ms - standing.ahead_ms
        return meter.reading(waited_ms, answering=question.answering, stands=standing.held)

    def _order(
        self, message: Asked | Withdrawn | PromptOver | Pressed | LineDown | Watched | Held
    ) -> None:
        match message:
            case Pressed(digit):
                self._key(digit)
            case Asked():
                self._ask(message)
            case PromptOver():
                self._open(SaidEnd.COMPLETED)
            case Withdrawn():
                self._asked = self._question = None
            case LineDown():
                self._line_down()
            case Watched(meter):
                self._meter = meter
                meter.begin_at(self._frames)
            case Held(on, late):
                self._hold(on=on, late=late)

    def _ask(self, asked: Asked) -> None:
        self._asked, self._question, self._prompt = asked, None, None
        self._prompt_from = self._frames
        self._recent.clear()
        self._onsets = OnsetDetector(BARGE_IN_P, BARGE_IN_FRAMES, BARGE_IN_WITHIN)
        self._standing.asked()
        if not asked.with_prompt:
            self._open_late(asked)

    def _open_late(self, asked: Asked) -> None:
        """Open the window where the agent's voice ended, which was known a while after."""
        rows = () if self._standing.held else self._standing.last(asked.late)
        opened = self._frames - len(rows)
        self._question = self._new_question(asked, len(rows), opened)
        self._replay(rows)

    def _hold(self, *, on: bool, late: int) -> None:
        question = self._question
        if on:
            taken = 0 if question is None else question.waited_ms // FRAME_MS
            self._standing.hold(min(late, taken))
        else:
            self._replay(
                self._standing.resume(late, 0 if question is None else question.next_frame)
            )

    def _replay(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._question is None:
                return
            self._answered(self._question.frame(row))

    def _new_question(self, asked: Asked, replayed: int, opened: int) -> Question:
        return Question(
            asked.listen,
            first_frame=self._frames - replayed,
            opened_frame=opened,
            on_hearing=lambda what, level: self._reports.append(
                HearingChanged(asked.number, what, level)
            ),
        )

    def _frame(self, row: Row, *, missing: bool) -> None:
        self._frames += 1
        if self._meter is not None:
            self._watch(self._meter, row)
        if self._standing.stands():
            return
        if self._question is not None:
            self._answered(self._question.frame(row, missing=missing))
        elif self._asked is not None:
            self._over_prompt(self._asked, row)

    def _watch(self, meter: Meter, row: Row) -> None:
        self._standing.keep(row)
        voice = meter.add(row)
        if voice is not None:
            self._reports.append(voice)

    def _over_prompt(self, asked: Asked, row: Row) -> None:
        """Our own voice may come back as echo, so ask for more before calling it speech."""
        self._recent.append(row)
        _, tone, speech_p = row
        began = self._onsets.add(speech_p, tone=tone)
        if began is None or SPOKEN.isdisjoint(asked.listen.wanted):
            return
        self._open(SaidEnd.BARGE_IN, replayed=list(self._recent))

    def _key(self, digit: str) -> None:
        if self._question is None and self._asked is not None:
            if "key" in self._asked.listen.wanted:
                self._open(SaidEnd.KEY)
            else:
                self._onsets.mask(KEY_MASK_FRAMES)
                self._onsets.forget()
        if self._question is not None:
            self._answered(self._question.key(digit))

    def _open(self, ended: SaidEnd, replayed: Sequence[Row] = ()) -> None:
        """The prompt is over or cut: its window opens with the next frame."""
        asked = self._asked
        if asked is None or self._question is not None:
            return
        self._prompt = PromptPlayed(
            started_ms=self._prompt_from * FRAME_MS,
            ended_ms=self._frames * FRAME_MS,
            ended=ended,
        )
        self._reports.append(WindowOpened(asked.number, self._prompt))
        self._question = self._new_question(asked, len(replayed), self._frames)
        self._replay(replayed)

    def _answered(self, answer: Answer | None) -> None:
        if answer is None or self._asked is None:
            return
        told = self._standing.shifted(replace(answer, prompt=self._prompt))
        self._reports.append(Answered(self._asked.number, told))
        self._asked = self._question = None

    def _line_down(self) -> None:
        if self._asked is None:
            return
        if self._question is None:
            self._open(SaidEnd.HANGUP)
        if self._question is not None:
            self._answered(self._question.hung_up())


def work(
    backend: VadBackend, inboxes: Sequence[tuple[Listener, Sequence[Message]]]
) -> list[list[Report]]:
    """Carry out the inboxes of distinct sessions; their reports in the same order."""
    audio = [b"".join([m for m in messages if isinstance(m, bytes)]) for _, messages in inboxes]
    sounding = [index for index, pcm in enumerate(audio) if pcm]
    frames = pcm_to_frames(b"".join([audio[index] for index in sounding]))
    heard: list[tuple[Stream, NDArray[np.float32]]] = []
    begin = 0
    for index in sounding:
        end = begin + len(audio[index]) // FRAME_BYTES
        heard.append((inboxes[index][0].stream, frames[begin:end]))
        begin = end
    rows: list[list[Row]] = [[] for _ in inboxes]
    for index, features in zip(sounding, hear(backend, heard), strict=True):
        rows[index] = features.rows()
    return [
        listener.take(messages, measured)
        for (listener, messages), measured in zip(inboxes, rows, strict=True)
    ]
