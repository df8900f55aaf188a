"""The course of a call as the measures need it: who was on the line when, folded from its facts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from calls.events import CallEvent
from recorder.measuring.talking import FRAME_MS, Mask

Spans = tuple[tuple[int, int], ...]
"""From and to, offsets of the call in milliseconds."""

_OVER: Final = frozenset({"hung_up", "ended"})


@dataclass(frozen=True, slots=True)
class Course:
    """What the house's leg carries, by the facts."""

    talks: Spans = ()
    """A person of ours and the caller are connected; holds are not taken out."""

    holds: Spans = ()
    waits: Spans = ()
    """In a queue, or while a destination rings: music or ringing."""

    lines: Spans = ()
    """Lines of the IVR, as far as they were spoken."""


def course_of(events: Iterable[CallEvent]) -> Course:
    """Fold the facts of one call, in order."""
    fold = _Fold()
    for event in events:
        fold.take(event)
    return fold.course()


class _Fold:
    def __init__(self) -> None:
        self._spans: dict[str, list[tuple[int, int]]] = {
            "talk": [], "hold": [], "wait": [], "line": [],
        }  # fmt: skip
        self._open: dict[str, int] = {}
        self._last_ms = 0

    def take(self, event: CallEvent) -> None:
        at_ms = event.offset_ms
        self._last_ms = max(self._last_ms, at_ms)
        match event.kind:
            case "queued" | "transferring":
                self._open.setdefault("wait", at_ms)
            case "agent_answered":
                self._close("wait", at_ms)
                self._open.setdefault("talk", at_ms)
            case "held":
                self._held(on=bool(event.data["on"]), at_ms=at_ms)
            case "left_queue":
                self._leave(at_ms)
            case "transferred":
                self._transferred(at_ms, int(event.data["talked_ms"]))
            case "said" if event.data["performer"] == "ivr":
                self._spans["line"].append((event.data["start_ms"], event.data["end_ms"]))
            case kind if kind in _OVER:
                self._leave(at_ms)
            case _:
                pass

    def course(self) -> Course:
        """What is known now; what is open ends with the last fact."""
        self._leave(self._last_ms)
        made = {name: tuple(sorted(spans)) for name, spans in self._spans.items()}
        return Course(made["talk"], made["hold"], made["wait"], made["line"])

    def _held(self, *, on: bool, at_ms: int) -> None:
        if on:
            self._open.setdefault("hold", at_ms)
        else:
            self._close("hold", at_ms)

    def _leave(self, at_ms: int) -> None:
        for name in ("talk", "hold", "wait"):
            self._close(name, at_ms)

    def _transferred(self, at_ms: int, talked_ms: int) -> None:
        began_ms = at_ms - talked_ms
        self._close("wait", began_ms)
        if talked_ms > 0:
            self._spans["talk"].append((began_ms, at_ms))

    def _close(self, name: str, at_ms: int) -> None:
        began_ms = self._open.pop(name, None)
        if began_ms is not None and at_ms > began_ms:
            self._spans[name].append((began_ms, at_ms))


def mask_of(spans: Spans, begins_ms: int, frames: int) -> Mask:
    """Frames of a recording that begins at `begins_ms` whose middle lies in one of the spans."""
    mask: Mask = np.zeros(frames, np.bool_)
    half = FRAME_MS // 2
    for from_ms, to_ms in spans:
        first = max(-((begins_ms + half - from_ms) // FRAME_MS), 0)
        behind = max(-((begins_ms + half - to_ms) // FRAME_MS), 0)
        mask[first:behind] = True
    return mask
