"""What is found out of a call once it is over: follows the ledger, on a thread of its own.

The house rules are judged over the whole call: at once where no agent took it, else when the agent
has closed the wrap-up, or after a time. What a server left unjudged is judged by the next.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from callflow.rules.monitor import RuleSet
from calls.clock import Clock
from calls.errors import CallCenterError
from calls.events import CallEvent, Fact
from calls.own_thread import OwnThread
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from qa.judging import judged, judged_by

log = structlog.get_logger("after_calls")

WRAP_UP: Final = timedelta(minutes=15)
"""An agent who has not closed the wrap-up by then is not waited for any longer."""

LOOK_BACK: Final = timedelta(days=7)
"""So far back a starting server looks for calls that nobody judged; `thirdring rules judge` looks
at all of them."""

_POLL_S: Final = 0.5
_TOGETHER: Final = 16
"""Calls whose facts are read at once."""

_PAUSE_S: Final = 0.002
"""For each call judged, so that judging many never takes the processor from live ones."""

_HEEDED: Final = ("ended", "disposed")

_REMEMBERED: Final = 10_000
_AT_ONCE: Final = timedelta()


def _nothing(_events: Sequence[CallEvent]) -> Sequence[Fact]:
    return ()


class AfterCalls:
    """Judges every call when it is over.

    `start()` and `stop()` run it on a thread of its own; `judge_now()` works without. `rules` is
    asked anew for each call, so a reload of the house counts from the next call on. `also` gives
    further facts of an ended call (its tag); they are written before the verdict, once.
    """

    def __init__(
        self,
        reader: LedgerReader,
        writer: LedgerWriter,
        rules: Callable[[], RuleSet],
        clock: Clock,
        *,
        wrap_up: timedelta = WRAP_UP,
        also: Callable[[Sequence[CallEvent]], Sequence[Fact]] = _nothing,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._rules = rules
        self._clock = clock
        self._wrap_up = wrap_up
        self._also = also
        self._cursor: int | None = None
        self._waiting: dict[str, datetime | None] = {}
        """Calls that are over: until when the wrap-up is waited for; None: not looked at yet."""

        self._done: OrderedDict[str, None] = OrderedDict()
        self._trouble = ""
        self._one_pass = threading.Lock()
        self._own = OwnThread(self._follow, "after-calls")

    def start(self) -> None:
        """Begin to follow the ledger; returns at once."""
        self._own.start()

    def stop(self) -> None:
        """Finish the call in hand and stop; what is left waits for the next start."""
        self._own.stop()

    def judge_now(self, *, wait: bool = True) -> int:
        """Judge what is over; `wait` False: without the wrap-ups that are open. Says how many.

        Blocks; never call it on an event loop. Raises LedgerError when the ledger cannot be used.
        """
        with self._one_pass:
            self._read_on()
            due = self._due(self._clock.utc_now(), wait=wait)
            groups = (due[at : at + _TOGETHER] for at in range(0, len(due), _TOGETHER))
            return sum(self._judge_group(group, wait=wait) for group in groups)

    def finish(self) -> None:
        """Judge what is over and wait no longer: the server goes. What cannot be judged is left."""
        try:
            self.judge_now(wait=False)
        except CallCenterError as error:
            log.warning("calls are left to be judged by the next server", problem=str(error))

    def _follow(self) -> None:
        while not self._own.stopping.is_set():
            trouble = ""
            try:
                self.judge_now()
            except CallCenterError as error:
                trouble = str(error)
            if trouble and trouble != self._trouble:
                log.warning("calls are judged as soon as the ledger can be used", problem=trouble)
            self._trouble = trouble
            self._own.stopping.wait(_POLL_S)

    def _read_on(self) -> None:
        if self._cursor is None:
            cursor = self._reader.cursor()
            since = self._clock.utc_now() - LOOK_BACK
            self._note(self._reader.ended(since=since, judged=False))
            self._cursor = cursor
        newest = self._reader.cursor()
        if newest != self._cursor:
            heeded = self._reader.events_between(self._cursor, newest, _HEEDED)
            self._note(one.call_id for one in heeded)
            self._cursor = newest

    def _note(self, call_ids: Iterable[str]) -> None:
        for call_id in call_ids:
            if call_id not in self._done:
                self._waiting[call_id] = None

    def _due(self, now: datetime, *, wait: bool) -> list[str]:
        return [
            call_id
            for call_id, until in self._waiting.items()
            if until is None or until <= now or not wait
        ]

    def _judge_group(self, call_ids: Sequence[str], *, wait: bool) -> int:
        if self._own.stopping.is_set():
            return 0
        of_call = self._reader.events_of_calls(call_ids)
        count = sum(self._judge(one, of_call[one], wait=wait) for one in call_ids)
        if count:
            self._own.stopping.wait(count * _PAUSE_S)
        return count

    def _judge(self, call_id: str, events: Sequence[CallEvent], *, wait: bool) -> bool:
        try:
            return self._look(call_id, events, wait=wait)
        except CallCenterError:
            raise
        except Exception as error:  # noqa: BLE001 - one strange call must not stop the others
            log.error(
                "a call cannot be judged, `thirdring rules judge` tries again",
                call=call_id,
                problem=repr(error),
            )
            self._waiting.pop(call_id, None)
            self._remember(call_id)
            return False

    def _look(self, call_id: str, events: Sequence[CallEvent], *, wait: bool) -> bool:
        if self._own.stopping.is_set():
            return False
        until = _wrap_up_until(events, self._wrap_up if wait else _AT_ONCE)
        if until is not None and wait and until > self._clock.utc_now():
            self._waiting[call_id] = until
            return False
        del self._waiting[call_id]
        if until is None or judged_by(events) is not None:
            return False  # it goes on: `disposed` came before its end; or somebody was faster
        for fact in (*self._also(events), judged(events, self._rules())):
            self._writer.append_late(call_id, fact)
        self._remember(call_id)
        return True

    def _remember(self, call_id: str) -> None:
        self._done[call_id] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)


def _wrap_up_until(events: Sequence[CallEvent], wrap_up: timedelta) -> datetime | None:
    """Until when the wrap-up is waited for, the end of the call itself where for none; None for a
    call that goes on."""
    ended = [event.at for event in events if event.kind == "ended"]
    if not ended:
        return None
    agents = {event.data.get("agent") for event in events if event.kind == "agent_answered"}
    closed = {event.data.get("agent") for event in events if event.kind == "disposed"}
    return ended[0] + wrap_up if agents - closed else ended[0]
