"""The console's room: everything that its pages stand on, handed in from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from callflow.rules.monitor import RuleSet
from calls.clock import Clock
from console.accounts.service import Accounts
from console.ports import Calls, HouseState, SoundShelf
from console.work.desk import WorkDesk
from ledger.quality.book import QualityBook


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolePlace:
    """Where the console is reached, and by which names."""

    names: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"})
    """Host names that a browser may call it by; others are refused (DNS rebinding)."""

    secure: bool = False
    """Whether it speaks TLS: then cookies are `__Host-` and Secure."""

    company: dict[str, str] = field(default_factory=lambda: {"zh": "", "en": ""})
    """The house's name, `zh` and `en`, for the head of each page."""

    dispositions: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    """What a call may have been: name -> title, `zh` and `en`."""

    zone: tzinfo | None = None
    """Whose clock times are shown and read by; None: this machine's."""

    language: str = "zh"
    """Before anybody has chosen one: `zh` or `en`."""

    def moment(self, text: str) -> datetime:
        """A time as a browser writes it (ISO, without a zone: of the house's clock), in UTC.

        Raises ValueError, OverflowError.
        """
        read = datetime.fromisoformat(text)
        if read.tzinfo is None and self.zone is not None:
            read = read.replace(tzinfo=self.zone)
        return read.astimezone(UTC)


def no_rules() -> RuleSet:
    """A house without rules."""
    return RuleSet(())


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleRoom:
    """What is behind the pages. Pages of other slices find what they need in `parts`."""

    calls: Calls
    book: QualityBook
    accounts: Accounts
    desk: WorkDesk
    sounds: SoundShelf
    clock: Clock
    rules: Callable[[], RuleSet] = no_rules
    """The house rules as they are now."""

    house: Callable[[], HouseState] = HouseState
    """Whether rules and forms are those of the files."""

    place: ConsolePlace = ConsolePlace()
    parts: dict[str, Any] = field(default_factory=dict)
