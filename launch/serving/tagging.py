"""Tags of calls that figures keep apart (Q07): by the caller's number, or by a person's order.

Only the process that holds the ledger may add to a call, so a terminal leaves its order as a file
in `STATE/orders/`, as it does for erasing, and a running server carries it out.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

import structlog

from calls.clock import SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent, CallTagged, Fact
from ledger.opening import LEDGER_FILE, LedgerBusyError
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from recorder.disk import make_folder, write_whole
from recorder.orders import FOLDER

log = structlog.get_logger("tagging")

MYSTERY: Final = "mystery"
TAGS: Final = (MYSTERY, "practice", "test")
"""What a call may be tagged; `none` takes the tag off."""

PATIENCE_S: Final = 10.0
_SUFFIX: Final = ".tag"
_LOOK_S: Final = 0.1
_COUNTRY: Final = re.compile(r"^(?:00|\+)?86(?=[0-9]{10,11}$)")


class Sink(Protocol):
    """As much of `LedgerWriter` as this needs."""

    def append_late(self, call_id: str, fact: Fact) -> None: ...

    async def durable(self) -> None: ...


def tag_for(ani: str, numbers: Collection[str]) -> str:
    """`mystery` for a planned test caller's number, else empty. China's country code may stand
    before either."""
    called_from = _bare(ani)
    return MYSTERY if called_from and called_from in {_bare(one) for one in numbers} else ""


def _bare(number: str) -> str:
    return _COUNTRY.sub("", number).removeprefix("+")


def tags_of(numbers: Collection[str]) -> Callable[[Sequence[CallEvent]], Sequence[Fact]]:
    """What is to be added to a call that is over, from its facts: its tag, if it has none yet."""

    def told(events: Sequence[CallEvent]) -> Sequence[Fact]:
        if not events or any(event.kind == CallTagged.kind for event in events):
            return ()
        tag = tag_for(str(events[0].data.get("ani", "")), numbers)
        return (CallTagged(tag=tag, by="settings"),) if tag else ()

    return told


def tag_call(
    state: Path, call_id: str, tag: str, by: str, *, patience_s: float = PATIENCE_S
) -> bool:
    """Tag a call, here or by the server that has the ledger; an empty tag takes it off.

    `call_id` is whole. False when the server has the order and has not answered in time: it stands
    until it is carried out. Raises LedgerError.
    """
    with LedgerReader(state / LEDGER_FILE) as reader:
        over = reader.call(call_id).ended_ms is not None
    try:
        with LedgerWriter(state / LEDGER_FILE) as writer:
            if not over:
                raise LedgerError(
                    f"call {call_id} is not over; start `thirdring serve`, which closes it"
                )
            writer.append_late(call_id, CallTagged(tag=tag, by=by))
            return True
    except LedgerBusyError:
        order = TagOrders(state).give(call_id, tag, by)
        return _is_gone(order, patience_s)


def _is_gone(order: Path, patience_s: float) -> bool:
    clock, pause = SystemClock(), threading.Event()
    until_ms = clock.monotonic_ms() + round(patience_s * 1000)
    while order.exists() and clock.monotonic_ms() < until_ms:
        pause.wait(_LOOK_S)
    return not order.exists()


class TagOrders:
    """Orders to tag calls, as files of one state folder."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def give(self, call_id: str, tag: str, by: str) -> Path:
        """Put an order where the server finds it; durable when this returns."""
        make_folder(self._folder, 0o700)
        order = self._folder / f"{secrets.token_hex(8)}{_SUFFIX}"
        told = {"call": call_id, "tag": tag, "by": by}
        write_whole(order, json.dumps(told, ensure_ascii=False).encode())
        return order

    def carry_out(self, sink: Sink) -> int:
        """Carry out what is there; how many. On a thread without a loop. Raises LedgerError.

        A kill in between tags the call once more, which changes nothing.
        """
        found = list(self._waiting())
        for _, call_id, fact in found:
            sink.append_late(call_id, fact)
        if found:
            asyncio.run(sink.durable())
        for path, _, _ in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _waiting(self) -> Iterator[tuple[Path, str, CallTagged]]:
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                told = json.loads(path.read_text("utf-8"))
                yield path, str(told["call"]), CallTagged(tag=str(told["tag"]), by=str(told["by"]))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.error("an order to tag cannot be read", file=path.name, problem=str(error))
