"""The ears of a virtual line: what a window ends with, and when."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from callers import hearing
from callers.hearing import Sensed
from callers.noises import COMFORT_DBOV
from callers.virtual_speaking import COMPLETED, FAILED, VirtualSpeaking
from callers.virtual_windows import WINDOWS, Window, learn_window
from calls.actions import Line, Listen, Until
from calls.events import KeyFact
from calls.outcomes import Failed, Heard, Keyed, Outcome, SaidEnd, Sound
from calls.values import maker

_heard = maker(Heard)
_key_fact = maker(KeyFact)
_keyed = maker(Keyed)
_SILENCE, _NOISE, _CLEAR = Sound.SILENCE, Sound.NOISE, Until.CLEAR
_BY_KEY, _BY_VOICE = SaidEnd.KEY.value, SaidEnd.BARGE_IN.value
_rounded = lru_cache(maxsize=1024, typed=True)(round)
"""Levels are few; rounding one takes as long as making three values."""

_COMFORT: Final = round(COMFORT_DBOV, 1)


@lru_cache(maxsize=4096)
def _reason(persona: str, turn: int) -> str:
    return f"persona {persona}, turn {turn}"


class VirtualListening(VirtualSpeaking):
    """A line on which the house listens."""

    def _listen(self, listen: Listen) -> Outcome:
        window = WINDOWS.get(id(listen)) or learn_window(listen)
        if self.call.answered_ms is None:
            self._answer()
        time = self._time
        began_ms = open_ms = time.now_ms
        if window.prompt is not None:
            if not self._whole(listen, window.prompt):
                gone = self._prompt(window, window.prompt)
                if gone is not None:
                    return gone
            open_ms = time.now_ms
        self._facts.append((open_ms, window.opened))
        deadline_ms = open_ms + window.window_ms
        key_ms = self._turn(window, began_ms, open_ms, deadline_ms)
        sensed = self._sensed(window, began_ms, open_ms, deadline_ms)
        at_ms = deadline_ms if sensed is None else sensed[0]
        if key_ms is not None and key_ms < at_ms:
            return self._key_came(listen, key_ms)
        if not self._pass(at_ms):
            return self._gone()
        return self._silence(open_ms, at_ms) if sensed is None else self._heard(sensed)

    def _sensed(
        self, window: Window, began_ms: int, open_ms: int, deadline_ms: int
    ) -> Sensed | None:
        """What ends the window if no key does; None for silence on a line without noises."""
        if self._noisy or window.clearing:
            return self._sensed_in_noise(window.listen, began_ms, open_ms, deadline_ms)
        acting = self._acting
        if acting.until_ms > open_ms:  # else all that was ever planned is over
            return hearing.voice_ends(acting, window.listen, began_ms, open_ms, deadline_ms)
        return None

    def _whole(self, listen: Listen, line: Line) -> bool:
        """Speak a prompt during which the caller does nothing; False when it must be heard out."""
        said = self.stretches.prompts.get(id(listen)) or self.stretches.learn_prompt(listen, line)
        return self.passes(said)

    def _prompt(self, window: Window, line: Line) -> Outcome | None:
        """Speak a line that speech or a key cuts; None when listening goes on."""
        sound, start_ms = self._begin_line(line), self._time.now_ms
        cut_ms, ended, acting = start_ms + sound.takes_ms, COMPLETED, self._acting
        if self._fails and line.name in self._fails:
            self._end_line(sound, start_ms, FAILED)
            return Failed(reason="planned to fail")
        if acting.until_ms > start_ms:
            if window.keyed and acting.pressed:
                key_ms = self._first_key(start_ms, cut_ms)
                if key_ms is not None:
                    cut_ms, ended = key_ms, _BY_KEY
            if window.cut_by_voice and acting.spoken:
                voice_ms = hearing.cut_in_at(acting, start_ms)
                if voice_ms is not None and voice_ms < cut_ms:
                    cut_ms, ended = voice_ms, _BY_VOICE
        return None if self._goes_on(sound, start_ms, cut_ms, ended) else self._gone()

    def _turn(self, window: Window, began_ms: int, open_ms: int, deadline_ms: int) -> int | None:
        """The caller's turn, unless a key came while the prompt was spoken; when a key comes."""
        acting, keyed = self._acting, window.keyed
        if keyed and acting.pressed and acting.until_ms > began_ms:
            key_ms = self._first_key(began_ms, open_ms + 1)
            if key_ms is not None:
                return key_ms
        acting.house_listens(open_ms)
        if keyed and acting.pressed and acting.until_ms > open_ms:
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

    def _sensed_in_noise(
        self, listen: Listen, began_ms: int, open_ms: int, deadline_ms: int
    ) -> Sensed:
        """What ends a window on a line with noises, or one that must get clear: no voice does."""
        acting, clearing = self._acting, listen.until is _CLEAR
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
        what = _NOISE if clearing or noisy else _SILENCE
        level = hearing.noise_level(acting, deadline_ms)
        return Sensed(deadline_ms, what, open_ms, deadline_ms, level)

    def _key_came(self, listen: Listen, first_ms: int) -> Outcome:
        keys = listen.keys
        assert keys is not None  # noqa: S101 - a first key was only looked for with keys wanted
        digits, last_ms, most = "", first_ms, keys.most
        for _, at_ms, key in self._acting.keys(first_ms, first_ms + 3_600_000):
            if digits and at_ms - last_ms > keys.next_key_ms:
                last_ms += keys.next_key_ms
                break
            last_ms = at_ms
            self._keys_from_ms = at_ms + 1
            if key == keys.terminator:
                break
            digits += key
            if len(digits) >= most:
                break
        else:
            last_ms += keys.next_key_ms
        if not self._pass(last_ms):
            return self._gone()
        self._facts.append((self._time.now_ms, _key_fact(digits=digits, at_ms=first_ms)))
        return _keyed(digits=digits, at_ms=first_ms)

    def _heard(self, sensed: Sensed) -> Heard:
        _, what, from_ms, to_ms, level_dbov = sensed
        acting = self._acting
        heard = _heard(
            what=what,
            from_ms=from_ms,
            to_ms=to_ms,
            level_dbov=_rounded(level_dbov, 1),
            reason=_reason(acting.persona.name, acting.turn),
        )
        self._facts.append((self._time.now_ms, heard))
        return heard

    def _silence(self, from_ms: int, to_ms: int) -> Heard:
        """A window ran out on a line without noises."""
        acting = self._acting
        heard = _heard(
            what=_SILENCE,
            from_ms=from_ms,
            to_ms=to_ms,
            level_dbov=_COMFORT,
            reason=_reason(acting.persona.name, acting.turn),
        )
        self._facts.append((self._time.now_ms, heard))
        return heard
