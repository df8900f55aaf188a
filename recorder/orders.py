"""Orders to erase, as files: given by a terminal, carried out by whoever holds the ledger.

An order that was carried out leaves its outcome in its place, for who waits for it. A kill before
that leaves the order: carrying it out once more changes nothing.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from recorder.disk import make_folder, write_whole

log = structlog.get_logger("recorder")

FOLDER: Final = "orders"
_WAITING: Final = ".order"
_DONE: Final = ".done"
_ID: Final = re.compile(r"^[0-9a-f]{16}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Erase these recordings."""

    id: str
    calls: Mapping[str, tuple[str, ...]]
    """Call -> ids of its recordings."""

    why: str
    """`retention` or `asked`."""

    by: str

    @classmethod
    def new(cls, calls: Mapping[str, Sequence[str]], why: str, by: str) -> Order:
        """An order of its own."""
        named = {call: tuple(recordings) for call, recordings in calls.items()}
        return cls(id=secrets.token_hex(8), calls=named, why=why, by=by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an order."""

    erased: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    """Recording -> why it was left as it is."""


class Orders:
    """The orders of one state folder."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER

    def give(self, order: Order) -> None:
        """Put an order where it is found; durable when this returns."""
        make_folder(self.folder, 0o700)
        told = {"calls": {call: list(ids) for call, ids in order.calls.items()}}
        text = json.dumps({**told, "why": order.why, "by": order.by}, ensure_ascii=False)
        write_whole(self.folder / f"{order.id}{_WAITING}", text.encode())

    def take_back(self, order_id: str) -> bool:
        """Withdraw an order; False when somebody has begun or done it."""
        try:
            (self.folder / f"{order_id}{_WAITING}").unlink()
        except FileNotFoundError:
            return False
        return True

    def waiting(self) -> tuple[Order, ...]:
        """Orders to be carried out. A file that is none is named in the log and passed over."""
        found = (self._read(path) for path in sorted(self.folder.glob(f"*{_WAITING}")))
        return tuple(order for order in found if order is not None)

    def done(self, order: Order, outcome: Outcome) -> None:
        """Leave the outcome for who gave the order, and take the order away."""
        told = {"erased": list(outcome.erased), "left": dict(outcome.left)}
        text = json.dumps(told, ensure_ascii=False)
        write_whole(self.folder / f"{order.id}{_DONE}", text.encode())
        (self.folder / f"{order.id}{_WAITING}").unlink(missing_ok=True)

    def outcome(self, order_id: str) -> Outcome | None:
        """What became of an order, once; None as long as it waits."""
        path = self.folder / f"{order_id}{_DONE}"
        try:
            told = json.loads(path.read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        path.unlink(missing_ok=True)
        return Outcome(erased=tuple(told["erased"]), left=dict(told["left"]))

    def sweep(self) -> None:
        """Remove outcomes that nobody waited for."""
        for path in self.folder.glob(f"*{_DONE}"):
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> Order | None:
        try:
            told = json.loads(path.read_text("utf-8"))
            if not _ID.match(path.stem):
                raise ValueError("no order's name")
            calls = {str(call): tuple(map(str, ids)) for call, ids in told["calls"].items()}
            return Order(id=path.stem, calls=calls, why=str(told["why"]), by=str(told["by"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            log.error("an order to erase cannot be read", file=path.name, problem=str(error))
            return None
