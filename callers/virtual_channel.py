"""A channel in virtual time: its other end is a persona, and only a clock moves."""

from __future__ import annotations

from collections.abc import Callable, Set
from functools import lru_cache
from typing import Final, assert_never

from callers import hearing
from callers.acting import Acting
from callers.hearing import Sensed
from callers.noises import COMFORT_DBOV
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual_call import VirtualCall
from callers.virtual_facts import WINDOWS, learn_window
from callers.virtual_speaking import COMPLETED, VirtualSpeaking
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Line,
    Listen,
    Lookup,
    OfficeAction,
    Promise,
    Queue,
    Record,
    RecordCommand,
    Ring,
    Say,
    Ticket,
    Transfer,
    Until,
    Wait,
)
from calls.events import Fault, KeyFact
from calls.outcomes import (
    Answered,
    Done,
    Failed,
    Heard,
    Keyed,
    Outcome,
    SaidEnd,
    Sound,
)
from calls.values import maker

_Once = Ring | Record | Queue | Wait
_Seldom = Transfer | Form | Fetch | Do | Promise | Ticket

RING_TONE_MS: Final = 1000
"""The house answers when the tone of the last ring is over."""


_DONE: Final = Done()
_heard = maker(Heard)
_key_fact = maker(KeyFact)
_keyed = maker(Keyed)
_SILENCE, _CLEAR = Sound.SILENCE, Until.CLEAR
_tuple = tuple.__new__  # `Sensed(...)` is a call in Python
_rounded = lru_cache(maxsize=1024, typed=True)(round)
"""Levels are few; rounding one takes as long as making three values."""


class VirtualChannel(VirtualSpeaking):
    """What a `calls.ports.Channel` does, at once: its other end is a persona."""

    def __init__(
        self,
        call: VirtualCall,
        acting: Acting,
        line_ms: Callable[[Line], int],
        queue: QueuePlan,
        office: PlannedOffice,
        fails: Set[str] = frozenset(),
    ) -> None:
        """`fails` names lines that have no sound and acts that cannot be carried out."""
        super().__init__(call, acting, queue, line_ms, fails)
        self._office = office
        self._noisy = bool(acting.persona.backgrounds)

    def perform(self, action: Action) -> Outcome:
        """Carry out `action` in no time at all; the clock says how long it took."""
        if self._down or self._fails:
            outcome = self._not_performed(action)
            if outcome is not None:
                return outcome
        if isinstance(action, Say):
            return self._say(action.line)
        if isinstance(action, Listen):
            return self._listen(action)
        if isinstance(action, Lookup):
            return self._office.perform(self.call, action)
        return self._other(action)

    def _not_performed(self, action: Action) -> Outcome | None:
        """What comes of an action for which nobody is there, or that is planned to fail."""
        if self._down and not isinstance(action, OfficeAction):
            return self._gone()
        failing = type(action).__name__.lower() in self._fails
        return self._planned_to_fail(action) if failing else None

    def _planned_to_fail(self, action: Action) -> Failed:
        """The back office notes what it could not do; the other channels' faults differ."""
        failed = Failed(reason="planned to fail")
        if isinstance(action, OfficeAction):
            self.call.record(Fault(where=type(action).__name__.lower(), problem=failed.reason))
        return failed

    def _other(self, action: _Once | _Seldom) -> Outcome:
        """What comes once or twice a call."""
        match action:
            case Ring():
                return self._ring(action)
            case Record():
                if action.command is RecordCommand.START:
                    self._answer()
                return self._recorder.perform(action.command)
            case Queue():
                return self._queue(action)
            case Wait(ms=ms):
                return _DONE if self._pass(self._time.now_ms + ms) else self._gone()
            case _:
                return self._seldom(action)

    def _seldom(self, action: _Seldom) -> Outcome:
        """What few calls come to."""
        match action:
            case Transfer():
                return self._transfer(action)
            case Form():
                return Failed(reason="a form needs an agent's screen")
            case Fetch() | Do() | Promise() | Ticket():
                took_ms = self._office.took_ms(action)
                if took_ms and not self._down and not self._pass(self._time.now_ms + took_ms):
                    return self._gone()
                return self._office.perform(self.call, action)
            case _:
                assert_never(action)

    def _ring(self, ring: Ring) -> Outcome:
        """Ring up to the end of the last ring's tone, then answer."""
        call = self.call
        if call.answered_ms is not None:
            return Answered(rings=1, waited_ms=call.answered_ms)
        due_ms = (ring.rings - 1) * ring.cycle_ms + RING_TONE_MS if ring.rings > 0 else 0
        if not self._pass(due_ms):
            return self._gone()
        self._answer(ring.cycle_ms)
        waited_ms = self._time.now_ms
        return Answered(rings=waited_ms // ring.cycle_ms + 1, waited_ms=waited_ms)

    def _prompt(self, listen: Listen, line: Line) -> Outcome | None:
        """Speak a line that speech or a key cuts; None when listening goes on."""
        sound, start_ms = self._begin_line(line), self._time.now_ms
        cut_ms, ended, acting = start_ms + sound.takes_ms, COMPLETED, self._acting
        if self._fails and line.name in self._fails:
            self._end_line(sound, start_ms, SaidEnd.FAILED.value)
            return Failed(reason="planned to fail")
        if acting.pressed and listen.keys is not None:
            key_ms = self._first_key(start_ms, cut_ms)
            if key_ms is not None:
                cut_ms, ended = key_ms, SaidEnd.KEY.value
        if acting.spoken and "speech" in listen.wanted:
            voice_ms = hearing.cut_in_at(acting, start_ms)
            if voice_ms is not None and voice_ms < cut_ms:
                cut_ms, ended = voice_ms, SaidEnd.BARGE_IN.value
        return None if self._goes_on(sound, start_ms, cut_ms, ended) else self._gone()

    def _listen(self, listen: Listen) -> Outcome:
        time = self._time
        if self.call.answered_ms is None:
            self._answer()
        began_ms = open_ms = time.now_ms
        if listen.prompt is not None:
            gone = self._prompt(listen, listen.prompt)
            if gone is not None:
                return gone
            open_ms = time.now_ms
        _, opened = WINDOWS.get(id(listen)) or learn_window(listen)
        self._facts.append((open_ms, opened))
        deadline_ms = open_ms + listen.window_ms
        key_ms = self._turn(listen, began_ms, open_ms, deadline_ms)
        sensed = self._sensed(listen, began_ms, open_ms, deadline_ms)
        if key_ms is not None and key_ms < sensed.at_ms:
            return self._keyed(listen, key_ms)
        return self._heard(sensed) if self._pass(sensed.at_ms) else self._gone()

    def _turn(self, listen: Listen, began_ms: int, open_ms: int, deadline_ms: int) -> int | None:
        """The caller's turn, unless a key came while the prompt was spoken; when a key comes."""
        acting = self._acting
        if acting.pressed and listen.keys is not None:
            key_ms = self._first_key(began_ms, open_ms + 1)
            if key_ms is not None:
                return key_ms
        acting.house_listens(open_ms)
        if acting.pressed and listen.keys is not None:
            return self._first_key(open_ms, deadline_ms)
        return None

    def _first_key(self, from_ms: int, to_ms: int) -> int | None:
        first_ms = None
        if from_ms < self._keys_from_ms:
            from_ms = self._keys_from_ms
        for _, at_ms, _ in self._acting.pressed:
            if from_ms <= at_ms < to_ms and (first_ms is None or at_ms < first_ms):
                first_ms = at_ms
        return first_ms

    def _sensed(self, listen: Listen, began_ms: int, open_ms: int, deadline_ms: int) -> Sensed:
        """What ends the window if no key does; one that waits for a clear line heeds no voice."""
        acting = self._acting
        if self._noisy or listen.until is _CLEAR:
            return self._sensed_in_noise(listen, began_ms, open_ms, deadline_ms)
        if acting.spoken:
            voice = hearing.voice_ends(acting, listen, began_ms, open_ms, deadline_ms)
            if voice is not None:
                return voice
        return _tuple(Sensed, (deadline_ms, _SILENCE, open_ms, deadline_ms, COMFORT_DBOV))

    def _sensed_in_noise(
        self, listen: Listen, began_ms: int, open_ms: int, deadline_ms: int
    ) -> Sensed:
        """The same on a line with noises, or that must get clear."""
        acting, clearing = self._acting, listen.until is Until.CLEAR
        if clearing:
            first = hearing.clear_sensed(acting, open_ms, deadline_ms)
        else:
            first = hearing.voice_ends(acting, listen, began_ms, open_ms, deadline_ms)
            noise = hearing.noise_sensed(acting, listen, open_ms, deadline_ms)
            if noise is not None and (first is None or noise.at_ms < first.at_ms):
                first = noise
        if first is not None and first.what in listen.wanted:
            return first
        noisy = "noise" in listen.wanted and hearing.noisy_at_end(acting, open_ms, deadline_ms)
        what = Sound.NOISE if clearing or noisy else Sound.SILENCE
        level = hearing.noise_level(acting, deadline_ms)
        return Sensed(deadline_ms, what, open_ms, deadline_ms, level)

    def _keyed(self, listen: Listen, first_ms: int) -> Outcome:
        keys = listen.keys
        assert keys is not None  # noqa: S101 - a first key was only looked for with keys wanted
        digits, last_ms = "", first_ms
        for pressed in self._acting.keys(first_ms, first_ms + 3_600_000):
            if digits and pressed.at_ms - last_ms > keys.next_key_ms:
                last_ms += keys.next_key_ms
                break
            last_ms = pressed.at_ms
            self._keys_from_ms = last_ms + 1
            if pressed.key == keys.terminator:
                break
            digits += pressed.key
            if len(digits) >= keys.most:
                break
        else:
            last_ms += keys.next_key_ms
        if not self._pass(last_ms):
            return self._gone()
        self.call.record(_key_fact(digits=digits, at_ms=first_ms))
        return _keyed(digits=digits, at_ms=first_ms)

    def _heard(self, sensed: Sensed) -> Heard:
        _, what, from_ms, to_ms, level_dbov = sensed
        heard = _heard(
            what=what,
            from_ms=from_ms,
            to_ms=to_ms,
            level_dbov=_rounded(level_dbov, 1),
            reason=f"persona {self._acting.persona.name}, turn {self._acting.turn}",
        )
        self._facts.append((self._time.now_ms, heard))
        return heard
