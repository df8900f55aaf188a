"""A call told line by line in Chinese and English, from its events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from calls.events import CallEvent
from calls.masking import mask, plain
from console.telling.words import TELLERS, Data, other

_MOST_CELLS: Final = 600
_NUMBER: Final = re.compile(r"(?<![0-9])\+?[0-9]{7,}(?![0-9]|-[0-9]{6}-)")
"""A telephone number; the date that a call's own id begins with is none."""


_BEGINS: Final = {"said": "start_ms", "heard": "from_ms", "key": "at_ms"}
_ENDS: Final = {"said": "end_ms", "heard": "to_ms"}
_LIVE_ONLY: Final = frozenset({"saying", "hearing"})


class Told(NamedTuple):
    """One line of the story."""

    seq: int
    from_ms: int
    to_ms: int | None
    kind: str
    """`step line heard key agent call recording fault other`: what it is drawn and filtered by."""

    who: str
    """`caller house agent`, or empty."""

    zh: str
    en: str


def story(events: Iterable[CallEvent], *, unmasked: bool = False) -> list[Told]:
    """The call by time. Left out: what only matters while it is live (`saying`, `hearing`).

    Runs of 7 digits or more are masked unless `unmasked`; a kind without words here shows with its
    data, so that nothing is hidden.
    """
    told = []
    for event in events:
        if event.kind in _LIVE_ONLY:
            continue
        tell = TELLERS.get(event.kind, other)
        kind, who, zh, en = tell(event, Data(event.data, unmasked=unmasked))
        from_ms = event.data.get(_BEGINS.get(event.kind, ""))
        to_ms = event.data.get(_ENDS.get(event.kind, ""))
        told.append(
            Told(
                event.seq,
                from_ms if isinstance(from_ms, int) else event.offset_ms,
                to_ms if isinstance(to_ms, int) else None,
                kind,
                who,
                shown(zh, unmasked=unmasked),
                shown(en, unmasked=unmasked),
            )
        )
    return sorted(told, key=lambda one: (one.from_ms, one.seq))


def shown(text: str, *, unmasked: bool = False) -> str:
    """The text without control characters, its telephone numbers masked."""
    text = text if unmasked else _NUMBER.sub(lambda found: mask(found.group()), text)
    return plain(text, most_cells=_MOST_CELLS)
