"""What a recording lacks against the call: pure arithmetic on lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recorder.wav import WavFile

CUT_SHARE: Final = 0.95
"""A leg under this share of the call's time is cut (a full disk ends a file without a word)."""

CUT_MS: Final = 2_100
"""Or one that lacks more than this: Asterisk's 32 KiB write buffer of 8 kHz 16-bit sound."""

GRACE_MS: Final = 300
"""A lack up to this is the time starting and stopping take, however short the recording."""

EVEN_MS: Final = 100
"""Legs that differ by less are called equal; the rest is filled up with silence."""


@dataclass(frozen=True, slots=True)
class Legs:
    """The two monitor files of a recording; None for one that is not there."""

    caller: WavFile | None
    house: WavFile | None
    aside: bool = False
    """Whether it is a supervisor's voice: one leg, in the house's place, and nothing to pair."""

    @property
    def present(self) -> tuple[WavFile, ...]:
        """The legs that are there."""
        return tuple(leg for leg in (self.caller, self.house) if leg is not None)

    @property
    def duration_ms(self) -> int:
        """Length of the stereo file made of them."""
        return max((leg.duration_ms for leg in self.present), default=0)

    @property
    def final(self) -> bool:
        """Whether Asterisk has closed all there is to come."""
        return len(self.present) == (1 if self.aside else 2) and all(
            leg.final for leg in self.present
        )

    def sizes(self) -> tuple[int, ...]:
        """Bytes on disk, to see whether they still grow; -1 for a missing leg."""
        return tuple(leg.size if leg else -1 for leg in (self.caller, self.house))


def is_cut(duration_ms: int, call_ms: int) -> bool:
    """Whether sound of `duration_ms` lacks something of a recording that ran `call_ms`."""
    lack_ms = call_ms - duration_ms
    return lack_ms > CUT_MS or (lack_ms > GRACE_MS and duration_ms < CUT_SHARE * call_ms)


def problem_of(legs: Legs, call_ms: int | None, put_in_ms: int = 0) -> str:
    """What differs from the call, in one line; empty when all is well.

    `put_in_ms` is time in which there was nothing to write, as nobody sent anything.
    """
    if not legs.present:
        return "missing: nothing was written" if legs.aside else "missing: neither leg was written"
    named = () if legs.aside else (("caller", legs.caller), ("house", legs.house))
    found = [f"{name} leg missing, silence in its place" for name, leg in named if leg is None]
    found += _cut(legs, None if call_ms is None else call_ms - put_in_ms)
    found += _uneven(legs)
    if any(leg.claimed < 0 or leg.claimed == 0 < leg.frames for leg in legs.present):
        found.append("recovered: the files were never closed, up to 2.1 s of the end may be lost")
    return "; ".join(found)


def _cut(legs: Legs, call_ms: int | None) -> list[str]:
    if call_ms is None:
        return []
    lengths = [leg.duration_ms for leg in legs.present]
    if not is_cut(min(lengths), call_ms):
        return []
    return [f"cut: {min(lengths) / 1000:.2f} s of {call_ms / 1000:.2f} s were written"]


def _uneven(legs: Legs) -> list[str]:
    if legs.caller is None or legs.house is None:
        return []
    lack_ms = legs.caller.duration_ms - legs.house.duration_ms
    if abs(lack_ms) <= EVEN_MS:
        return []
    shorter = "house" if lack_ms > 0 else "caller"
    return [f"{shorter} leg {abs(lack_ms) / 1000:.2f} s shorter, filled up with silence"]
