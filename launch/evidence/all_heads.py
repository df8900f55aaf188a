"""One file with the heads of ledger, floor and quality book, to be kept elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from calls.clock import SystemClock
from calls.errors import LedgerError
from ledger.heads import Heads, heads, heads_json, read_heads
from ledger.opening import LEDGER_FILE
from ledger.quality.book import QualityBook
from ledger.quality.opening import QUALITY_FILE
from ledger.quality.verify import verify as verify_book

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AllHeads:
    """What one head file says."""

    made_at: str
    ledger: Heads
    quality: str
    """As `ledger.quality.verify` takes it; empty when there was no book."""


def make_heads(state: Path) -> AllHeads:
    """The heads of now. Raises LedgerError when a book cannot be read."""
    return AllHeads(
        made_at=SystemClock().utc_now().isoformat(timespec="seconds"),
        ledger=heads(state / LEDGER_FILE),
        quality=_quality(state / QUALITY_FILE),
    )


def as_json(made: AllHeads) -> dict[str, Any]:
    """The file's content."""
    told = {"thirdring_heads": _VERSION, "made_at": made.made_at}
    return {**told, **heads_json(made.ledger), "quality": made.quality}


def read_file(path: Path) -> AllHeads:
    """The heads of a file. Raises LedgerError when it is none, OSError when it cannot be read."""
    try:
        told = json.loads(path.read_text("utf-8"))
        if told["thirdring_heads"] != _VERSION:
            raise LedgerError(f"{path}: made by a later version; update thirdring")
        made_at, quality = str(told["made_at"]), str(told["quality"])
    except (ValueError, KeyError, TypeError):
        raise LedgerError(
            f"{path}: holds no heads; `thirdring ledger head --to FILE` writes them"
        ) from None
    return AllHeads(made_at=made_at, ledger=read_heads(told, str(path)), quality=quality)


def _quality(path: Path) -> str:
    if not path.exists():
        return ""
    with QualityBook.open(path) as book:
        return verify_book(book).head
