"""A node's ledger while it serves: its own file, and on into PostgreSQL when that is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from launch.settings.site import Settings
from ledger.opening import LEDGER_FILE
from ledger.postgres.shipper import Shipper, Shipping, node_name
from ledger.writer import LedgerWriter


def ledger_path(state: Path) -> Path:
    """The node's own ledger file: every fact is written there first, wherever it is shipped."""
    return state / LEDGER_FILE


def ledger_place(settings: Settings, state: Path) -> Path | str:
    """Where calls of all nodes are read: the database that is shipped into, else the own file."""
    return settings.ledger.url or ledger_path(state)


def make_shipper(settings: Settings, state: Path) -> Shipper:
    """For `ledger.url`; LedgerMissingError when this node has no ledger yet."""
    node = settings.ledger.node or node_name(state)
    return Shipper(ledger_path(state), settings.ledger.url, node)


@dataclass(frozen=True, slots=True)
class OpenLedger:
    """The ledger of a node that serves."""

    writer: LedgerWriter
    shipping: Shipping | None
    """None: it ships nowhere."""

    def trouble(self) -> str:
        """What keeps facts from the shared database, in the wallboard's word; empty if nothing."""
        if self.shipping is None or not self.shipping.trouble:
            return ""
        return "shipping_refused" if self.shipping.lasting else "shipping"


@asynccontextmanager
async def open_ledger(settings: Settings, state: Path) -> AsyncIterator[OpenLedger]:
    """The right to write, until the block ends; what is written is shipped on, to the last fact.

    Raises LedgerError, and ConfigError for an address that is none or without the driver.
    """
    writer = LedgerWriter(ledger_path(state))
    shipping: Shipping | None = None
    try:
        if settings.ledger.url:
            shipping = Shipping(make_shipper(settings, state))
            shipping.start()
        yield OpenLedger(writer, shipping)
    finally:
        await asyncio.to_thread(writer.close)
        if shipping is not None:
            await asyncio.to_thread(shipping.stop)
