"""Lines of the house in virtual time: they take as long as they take, and the caller may leave."""

from __future__ import annotations

from typing import Final

from callers.virtual_facts import Sound
from callers.virtual_waiting import VirtualWaiting
from calls.actions import Line
from calls.outcomes import Outcome, SaidEnd, Spoken
from calls.values import maker

_spoken = maker(Spoken)
_WHOLE: Final = SaidEnd.COMPLETED
COMPLETED: Final = _WHOLE.value
FAILED: Final = SaidEnd.FAILED.value


class VirtualSpeaking(VirtualWaiting):
    """A line on which the house speaks."""

    def _has_sound(self, line: Line) -> bool:
        return line.name not in self._fails

    def _begin_line(self, line: Line) -> Sound:
        """A line begins now."""
        sound = self._known.get(id(line)) or self._sounds.learn(line)
        start_ms = self._time.now_ms
        self._facts.append((start_ms, sound.saying))
        self._agent_left = False
        self._acting.house_speaks(start_ms)
        return sound

    def _goes_on(self, sound: Sound, start_ms: int, until_ms: int, ended: str) -> bool:
        """The line that began sounds up to `until_ms`; False when the caller hung up before."""
        leave_ms = self._acting.leave_ms
        if leave_ms is not None and leave_ms <= until_ms:
            return self._pass(
                until_ms, lambda: self._end_line(sound, start_ms, SaidEnd.HANGUP.value)
            )
        self._time.now_ms = until_ms
        self._facts.append((until_ms, sound, start_ms, ended))
        return True

    def _end_line(self, sound: Sound, start_ms: int, ended: str) -> None:
        self._facts.append((self._time.now_ms, sound, start_ms, ended))

    def _say(self, line: Line) -> Outcome:
        if self.call.answered_ms is None:
            self._answer()
        sound, start_ms = self._begin_line(line), self._time.now_ms
        if self._fails and line.name in self._fails:
            self._end_line(sound, start_ms, FAILED)
            return _spoken(start_ms=start_ms, end_ms=start_ms, ended=SaidEnd.FAILED)
        end_ms, leave_ms = start_ms + sound.takes_ms, self._acting.leave_ms
        if leave_ms is None or leave_ms > end_ms:  # as `_goes_on`, on every line of every call
            self._time.now_ms = end_ms
            self._facts.append((end_ms, sound, start_ms, COMPLETED))
        elif not self._goes_on(sound, start_ms, end_ms, COMPLETED):
            return self._gone()
        return _spoken(start_ms=start_ms, end_ms=end_ms, ended=_WHOLE)
