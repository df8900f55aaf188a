"""Gathering keyed digits inside a listening window."""

from __future__ import annotations

from agi.ears.features import FRAME_MS
from calls.actions import Keys

KEY_MASK_FRAMES = 5
"""100 ms: the audio round a key message is its tone, not the caller."""


class KeyGathering:
    """Digits as they come; times are frame numbers."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self.digits = ""
        self.first_frame: int | None = None
        self._last_frame = 0

    def add(self, digit: str, frame: int) -> str:
        """Take a key; gives why the gathering is over, or nothing."""
        if self.first_frame is None:
            self.first_frame = frame
        self._last_frame = frame
        if self._keys.terminator and digit == self._keys.terminator:
            return f"terminator {digit}"
        self.digits += digit
        return f"{self._keys.most} keys" if len(self.digits) >= self._keys.most else ""

    def waited_out(self, frame: int) -> str:
        """At each frame: gives why the gathering is over, or nothing."""
        if self.first_frame is None:
            return ""
        waited = (frame - self._last_frame) * FRAME_MS
        return f"no key for {waited} ms" if waited >= self._keys.next_key_ms else ""
