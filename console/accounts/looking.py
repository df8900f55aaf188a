"""Looks: who saw, took out, or was refused something private (K04)."""

from __future__ import annotations

from calls.fact import Fact
from calls.quality.events import Looked
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry


def look(
    book: QualityBook,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: str = "",
    reason: str = "",
    address: str = "",
) -> None:
    """Write down that somebody saw, took out, or was refused something private (K04)."""
    day = f"{book.clock.utc_now():%Y-%m-%d}"
    fact: Fact = Looked(
        action=action, subject=subject, detail=detail, reason=reason, address=address
    )
    book.append_all([Entry(f"looks/{day}", fact, actor)])
