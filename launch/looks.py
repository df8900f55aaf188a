"""What somebody at a terminal saw or took out, written into the log of looks (K04)."""

from __future__ import annotations

import getpass
from pathlib import Path


def who() -> str:
    """Name of the person at the terminal, as the quality book names them: `terminal:wang`.

    Whoever can run this reads the files as well: it is a name, no proof.
    """
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError):
        return "terminal:unknown"


def looked(state: Path, action: str, subject: str, detail: str = "", reason: str = "") -> None:
    """Write it down before it is shown; raises LedgerError when it cannot be written."""
    from calls.quality.events import Looked
    from ledger.quality.book import QualityBook
    from ledger.quality.opening import QUALITY_FILE

    with QualityBook.open(state / QUALITY_FILE) as book:
        fact = Looked(action=action, subject=subject, detail=detail, reason=reason, address="")
        book.append(f"looks/{book.clock.utc_now():%Y-%m-%d}", fact, actor=who())
