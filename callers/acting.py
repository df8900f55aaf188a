"""A persona at work: told what the house does, it says what the caller does and when.

Pure: no clock, no sound, no socket. All times are whole milliseconds since the call was offered, so
virtual time, FastAGI and SIP drive the same caller. The same events give the same deeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from callers.persona import (
    Background,
    BargeIn,
    Moment,
    Persona,
    Point,
    Press,
    Silent,
    Speak,
)

RING_CYCLE_MS = 5000
"""One ring and its pause as the caller hears it; China: 1 s on, 4 s off."""


_tuple = tuple.__new__  # `Speech(...)` is a call in Python


class Speech(NamedTuple):
    """The caller's voice, from its first to its last sample."""

    begin_ms: int
    end_ms: int
    utterance: str
    level_dbov: float


class Keypress(NamedTuple):
    """One key; `begin_ms` is that of the first key of its row."""

    begin_ms: int
    at_ms: int
    key: str


Deed = Speech | Keypress

BackgroundSpan = tuple[int, int | None, Background]
"""When a noise begins, when it ends (None: never), and the noise."""


class Acting:
    """One call of one persona.

    `length_ms` gives how long an utterance takes in the persona's voice.
    """

    def __init__(self, persona: Persona, length_ms: Callable[[str], int]) -> None:
        self.persona = persona
        self._barge_in, plan = persona.barge_in, persona.hang_up
        self._leaves_at_line = 0
        """The line of the house, from 1, of which the caller hangs up; 0 for none."""

        if plan is not None and plan.point is Point.LINE:
            self._leaves_at_line = plan.count
        self.turn = 0
        self.line = 0
        self.answered_ms: int | None = None
        self.leave_ms: int | None = None
        """When the caller hangs up, as far as is known now."""

        self._length_ms = length_ms
        self.spoken: list[Speech] = []
        """Speeches made and planned, by time, and no two at once: none is planned while another is
        in the air. Not to be changed."""

        self.pressed: list[Keypress] = []
        """Keys pressed and planned, by the beginning of their rows; not to be changed."""

        self.until_ms = 0
        """By then all is over that was ever planned, leaving aside."""

        self._turn_began: dict[int, int] = {}
        self._leaves_this_turn = False
        self._line_began_ms = 0

    def rings(self, at_ms: int) -> None:
        """The caller hears the first ring."""
        plan = self.persona.hang_up
        if plan is not None and plan.point is Point.RING:
            self.leave_ms = at_ms + (plan.count - 1) * RING_CYCLE_MS + plan.after_ms

    def answered(self, at_ms: int) -> None:
        """The house answered; a caller who meant to hang up while it rang stays now."""
        if self.answered_ms is not None:
            return
        self.answered_ms = at_ms
        plan = self.persona.hang_up
        self.leave_ms = None
        if plan is not None and plan.point is Point.ANSWERED:
            self.leave_ms = at_ms + plan.after_ms

    def house_speaks(self, at_ms: int, *, pause_up_to_ms: int = 0, late: bool = False) -> bool:
        """A line of the house begins: what is planned and has not begun is given up.

        A turn that began at most `pause_up_to_ms` ago and in which nothing was done yet was only a
        pause inside the line; it is taken back. Over SIP, where lines are known by ear alone.
        With `late` the turn was a pause before this line, which is a new one all the same.
        True for a new line, False when the last one goes on.
        """
        begun, is_new = self._turn_began.get(self.turn), True
        if begun is not None and at_ms - begun <= pause_up_to_ms:
            is_new = not self._takes_back(begun, at_ms) or late
        if at_ms < self.until_ms or self._leaves_this_turn:
            self._drop_planned(at_ms)
        if is_new:
            self._line_began_ms = at_ms
            self.line = line = self.line + 1
            if line == self._leaves_at_line and self.persona.hang_up is not None:
                self.leave_ms = at_ms + self.persona.hang_up.after_ms
        if self._barge_in is not None:
            self._plan_barge_in(self._barge_in, self._line_began_ms, at_ms)
        return is_new

    def lets_pass(self, at_ms: int, until_ms: int, lines: int, line_at_ms: int) -> bool:
        """Hear `lines` lines of the house whole, if nothing is done in the meantime.

        They last from `at_ms`, when all that was planned must be over, to `until_ms`, the last one
        from `line_at_ms`; there may be none. False, and nothing was heard, for a caller who might
        speak, key or leave before the end.
        """
        leave_ms, line = self.leave_ms, self.line + lines
        if leave_ms is not None and leave_ms <= until_ms:
            return False
        if self.line < self._leaves_at_line <= line or self._leaves_this_turn:
            return False
        if lines:
            if self._barge_in is not None and self._barge_in.line in range(line + 1):
                return False
            if self._turn_began.get(self.turn, -1) >= at_ms:
                return False
            self.line, self._line_began_ms = line, line_at_ms
        return True

    def _takes_back(self, begun_ms: int, at_ms: int) -> bool:
        """Take the turn that began then back, unless something was done in it."""
        if self._acted_since(begun_ms, at_ms):
            return False
        del self._turn_began[self.turn]
        self.turn -= 1
        return True

    def house_listens(self, at_ms: int, *, known_ms: int = 0) -> None:
        """The house fell silent and listens: a new turn, unless the caller speaks or keys.

        With `known_ms` the caller noticed only then and can begin nothing earlier.
        """
        if at_ms < self.until_ms or self._leaves_this_turn:
            if self.busy(at_ms if at_ms > known_ms else known_ms):
                return
            self._drop_planned(at_ms)
        self.turn = turn = self.turn + 1
        self._turn_began[turn] = at_ms
        answers = self.persona.answers
        answer = answers[turn - 1] if turn <= len(answers) else self.persona.answer(turn)
        if isinstance(answer, Silent):
            return
        begin_ms = at_ms + answer.after_ms
        if begin_ms < known_ms:
            begin_ms = known_ms
        if isinstance(answer, Speak):
            self._speak(answer.utterance, begin_ms, answer.level_dbov)
        elif isinstance(answer, Press):
            self._press(answer.keys, begin_ms, answer.gap_ms)
        else:
            self.leave_ms = begin_ms
            self._leaves_this_turn = True

    def says(self, utterance: str, at_ms: int) -> Speech:
        """The caller says something that no turn asked for, after what is in the air."""
        last = self.spoken[-1].end_ms if self.spoken else 0
        self._speak(utterance, max(at_ms, last), None)
        return self.spoken[-1]

    def falls_silent(self, at_ms: int) -> Speech | None:
        """Somebody talks over the caller, who stops in the middle of the word.

        Gives what was in the air, cut off; None when nothing was. What is planned stays planned.
        """
        cut = self.speaking(at_ms)
        if cut is None or cut.begin_ms == at_ms:
            return None
        place = self.spoken.index(cut)
        self.spoken[place] = cut._replace(end_ms=at_ms)
        return self.spoken[place]

    def queued(self, at_ms: int) -> None:
        """The caller waits for an agent: nothing is said until somebody speaks."""
        self._drop_planned(at_ms)
        plan = self.persona.hang_up
        if plan is not None and plan.point is Point.QUEUED:
            self.leave_ms = at_ms + plan.after_ms

    def speaking(self, at_ms: int) -> Speech | None:
        """The speech in the air at `at_ms`, or None."""
        for speech in reversed(self.spoken):
            if speech.begin_ms <= at_ms:
                return speech if at_ms < speech.end_ms else None
        return None

    def busy(self, at_ms: int) -> bool:
        """Whether the caller is in the middle of an utterance or of a row of keys."""
        if self.spoken and self.speaking(at_ms) is not None:
            return True
        return bool(self.pressed) and any(k.begin_ms <= at_ms < k.at_ms for k in self.pressed)

    def keys(self, from_ms: int, to_ms: int) -> list[Keypress]:
        """Keys pressed at or after `from_ms` and before `to_ms`, by time."""
        if not self.pressed:
            return []
        pressed = [key for key in self.pressed if from_ms <= key[1] < to_ms]
        if len(pressed) > 1:
            pressed.sort(key=lambda key: key.at_ms)
        return pressed

    def background_spans(self) -> list[BackgroundSpan]:
        """Every noise whose beginning is known."""
        spans = []
        for background in self.persona.backgrounds:
            begin = self._moment(background.begin)
            if begin is not None:
                end = self._moment(background.end) if background.end is not None else None
                spans.append((begin, end, background))
        return spans

    def _moment(self, moment: Moment) -> int | None:
        if moment.turn == 0:
            return None if self.answered_ms is None else self.answered_ms + moment.after_ms
        begun = self._turn_began.get(moment.turn)
        return None if begun is None else begun + moment.after_ms

    def _drop_planned(self, at_ms: int) -> None:
        speeches, keys = self.spoken, self.pressed
        while speeches and speeches[-1].begin_ms > at_ms:
            speeches.pop()
        while keys and keys[-1].begin_ms > at_ms:
            keys.pop()
        if self._leaves_this_turn and self.leave_ms is not None and self.leave_ms > at_ms:
            self.leave_ms = None
        self._leaves_this_turn = False

    def _acted_since(self, begun_ms: int, at_ms: int) -> bool:
        deeds: tuple[Sequence[Deed], ...] = (self.spoken, self.pressed)
        return any(begun_ms <= deed.begin_ms <= at_ms for done in deeds for deed in done)

    def _plan_barge_in(self, barge_in: BargeIn, line_began_ms: int, now_ms: int) -> None:
        """Plan to cut in on the line that began then, unless the moment is over."""
        if barge_in.line not in (0, self.line):
            return
        begin_ms = line_began_ms + barge_in.after_ms
        if begin_ms < now_ms or self.speaking(begin_ms) is not None:
            return
        if barge_in.utterance:
            self._speak(barge_in.utterance, begin_ms, None)
        else:
            self._press(barge_in.keys, begin_ms, 300)

    def _speak(self, utterance: str, begin_ms: int, level_dbov: float | None) -> None:
        level = self.persona.level_dbov if level_dbov is None else level_dbov
        end_ms = begin_ms + self._length_ms(utterance)
        self.spoken.append(_tuple(Speech, (begin_ms, end_ms, utterance, level)))
        if end_ms > self.until_ms:
            self.until_ms = end_ms

    def _press(self, keys: str, begin_ms: int, gap_ms: int) -> None:
        at_ms = over_ms = begin_ms
        for key in keys:
            self.pressed.append(_tuple(Keypress, (begin_ms, at_ms, key)))
            over_ms = at_ms + 1
            at_ms += gap_ms
        if over_ms > self.until_ms:
            self.until_ms = over_ms
