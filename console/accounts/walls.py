"""Browsers that show the wallboard on a wall, long after whoever hung it there has signed out."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Final

from calls.errors import AccountError
from calls.quality.states import Role
from console.accounts.looking import look
from ledger.quality.book import QualityBook
from ledger.quality.factors import WallRow, WallStore, wall_id_of
from ledger.quality.rows import AccountRow

HANGS: Final = timedelta(days=90)
"""Then somebody hangs it up again."""

_MOST_TITLE: Final = 60


class Walls:
    """The walls of one book; safe from any thread.

    A wall sees what is drawn on the wallboard and nothing else. It lives as long as the supervisor
    who hung it may sign in and is one, 90 days at most, or until somebody takes it down.
    """

    def __init__(self, book: QualityBook) -> None:
        self._book = book
        self._kept = WallStore(book)

    def hang(self, account: AccountRow, title: str, address: str) -> tuple[str, WallRow]:
        """What the wall's browser is to hold, and the wall. Raises AccountError."""
        title = " ".join(title.split())[:_MOST_TITLE]
        if not title:
            raise AccountError("say where it hangs: a name such as 'second floor'")
        now = self._book.clock.utc_now()
        self._kept.end_old(hung_before=now - HANGS)
        token = secrets.token_urlsafe(32)
        key = _key(token)
        made = WallRow(
            id=wall_id_of(key), title=title, hung_by=account.name, hung_at=now, address=address
        )
        # The look vouches for the wall: it is there first.
        look(
            self._book,
            actor=account.name,
            action="hung",
            subject=f"wall/{made.id}",
            detail=title,
            address=address,
        )
        self._kept.add(key, made)
        return token, made

    def seen(self, token: str) -> WallRow | None:
        """The wall that holds this; None when it hangs no more."""
        found = self._kept.get(_key(token))
        return found if found is not None and self.hangs(found) else None

    def hangs(self, wall: WallRow) -> bool:
        """Whether it shows anything."""
        account = self._book.account(wall.hung_by)
        old = self._book.clock.utc_now() - wall.hung_at > HANGS
        return (
            not old and account is not None and account.enabled and account.role == Role.SUPERVISOR
        )

    def all(self) -> list[WallRow]:
        """Every wall that was not taken down, oldest first; `hangs` says which still show."""
        return self._kept.all()

    def take_down(self, wall_id: str) -> None:
        """It shows nothing from now on. Raises AccountError when there is none."""
        if not self._kept.end(wall_id):
            raise AccountError(f"there is no wall {wall_id}; it was taken down already")


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
