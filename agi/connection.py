"""One TCP connection of Asterisk: bytes to environment and replies, commands to bytes.

One buffer, no streams, one command then its reply: Asterisk locks up when commands are sent
ahead, and holds a core while half a line is outstanding, so a command is always one write.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast

from agi.commands import encode
from agi.dialogue_log import log_received, log_sent
from agi.environment import Environment, EnvironmentReader, HostileEnvironmentError
from agi.greenlets import WAITING, switch_out
from agi.owner import Owner
from agi.pyst2 import (
    AGICommandTimeout,
    AGIHangup,
    AGILineLost,
    AGISIGHUPHangup,
    SafeAGI,
)
from agi.replies import BrokenReplyError, Reply, ReplyReader
from agi.slot import ReplySlot
from agi.straight import STRAIGHT, Straight, is_usual

T = TypeVar("T")


class AgiConnection(asyncio.Protocol):
    """The wire of one session. `run` carries out pyst2's methods on it, one at a time."""

    __slots__ = (
        "_greeting",
        "_label",
        "_log_dialogue",
        "_loop",
        "_most_s",
        "_owner",
        "_reader",
        "_slack_s",
        "_slot",
        "_transport",
        "_workers",
        "agi",
        "broken",
        "deadline",
        "environment",
        "hangup_seen",
        "source",
    )

    def __init__(self, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
        self._owner = owner
        self._workers = owner.workers
        self._log_dialogue = owner.log_dialogue
        self._slack_s = owner.limits.reply_slack_s
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._greeting: EnvironmentReader | None = EnvironmentReader()
        self._slot = ReplySlot(loop)
        self._reader: ReplyReader | None = None
        self._most_s = 0.0
        self._label = ""
        self.agi: SafeAGI | None = None
        self.environment: Environment | None = None
        self.source = ""
        self.broken = ""
        """Why the dialogue cannot go on, other than a hang-up; empty while it can."""

        self.hangup_seen = False
        self.deadline = math.inf
        """Loop time at which what is waited for is overdue; the server looks at it in sweeps."""

    # --- asyncio.Protocol ------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.source = str(peer[0]) if peer else ""
        if not self._owner.opened(self, self.source):
            self._transport.abort()
            return
        self.deadline = self._loop.time() + self._owner.limits.environment_s

    def data_received(self, data: bytes) -> None:
        if self._greeting is not None:
            self._read_greeting(self._greeting, data)
            return
        reader = self._reader
        if reader is None:
            return
        try:
            replies = reader.feed(data)
        except BrokenReplyError as error:
            self._break(str(error))
            return
        if reader.hung_up and not self.hangup_seen:
            self._note_hangup()
        if replies:
            self._take_reply(replies)
        elif self.hangup_seen and self.deadline == math.inf:
            self._slot.settle(None, AGISIGHUPHangup("hung up while idle"))

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.deadline = math.inf
        self._greeting = None
        self._owner.closed(self)
        if not self.hangup_seen and not self.broken:
            self.broken = "the connection ended"
        self._fail_waiting()
        self._transport = None

    # --- inside ----------------------------------------------------------------------------

    def _read_greeting(self, greeting: EnvironmentReader, data: bytes) -> None:
        try:
            whole = greeting.feed(data)
        except HostileEnvironmentError as error:
            self._refuse(str(error))
            return
        if whole is None:
            return
        environment, rest = whole
        if rest not in (b"", b"HANGUP\n"):
            self._refuse("bytes after the environment before any command")
            return
        self._greeting = None
        self.deadline = math.inf
        self.environment = environment
        self._reader = ReplyReader()
        self.agi = SafeAGI(self._exchange, environment)
        if rest:
            self._note_hangup()
        self._owner.greeted(self, environment)

    def _refuse(self, reason: str) -> None:
        self._greeting = None
        self._owner.refused(reason)
        self.close()

    def _note_hangup(self) -> None:
        self.hangup_seen = True
        if self.agi is not None:
            self.agi.note_hangup()

    def _take_reply(self, replies: list[Reply]) -> None:
        slot = self._slot
        if len(replies) > 1 or not slot.armed or self.deadline == math.inf:
            self._break("a reply nobody asked for")
            return
        self.deadline = math.inf
        if self._log_dialogue:
            log_received(self._label, replies[0])
        slot.settle(replies[0])

    def _break(self, reason: str) -> None:
        """The peer broke the rules of the dialogue: nothing after this can be trusted."""
        self.broken = self.broken or reason
        if self._transport is not None:
            self._transport.abort()
        self._fail_waiting()

    def _fail_waiting(self) -> None:
        if self._slot.armed:
            self._slot.settle(None, self._gone())

    def _gone(self) -> AGIHangup:
        if self.hangup_seen:
            return AGISIGHUPHangup("hung up")
        return AGILineLost(self.broken or "the connection ended")

    def _exchange(self, line: bytes) -> Reply:
        """Runs in a worker greenlet: one write, then the reply."""
        self._send(line)
        reply: Reply = switch_out()
        return reply

    def _send(self, line: bytes) -> None:
        """One command on its way; its reply comes in the slot. Raises AGIHangup."""
        transport, slot = self._transport, self._slot
        if transport is None or self.broken or transport.is_closing():
            raise self._gone()
        if slot.armed:
            raise RuntimeError("one command at a time on an AGI connection")
        slot.arm()
        self.deadline = self._loop.time() + self._most_s + self._slack_s
        if self._log_dialogue:
            log_sent(self._label, line)
        transport.write(line)

    # --- for the session -------------------------------------------------------------------

    def name_for_log(self, label: str) -> None:
        """What the dialogue's log lines are marked with: the call's id."""
        self._label = label

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def run(
        self, most_s: float, method: Callable[..., T], *arguments: object
    ) -> Coroutine[Any, Any, T]:
        """Carry out a method of `agi`; `most_s` is the longest its command takes by itself.

        Raises what the method raises.
        """
        straight = STRAIGHT.get(getattr(method, "__func__", None))
        if straight is None:
            return self._run_in_greenlet(most_s, method, *arguments)
        return self._run_straight(straight, most_s, arguments)

    async def _run_straight(
        self, straight: Straight, most_s: float, arguments: tuple[object, ...]
    ) -> Any:
        agi = cast(SafeAGI, self.agi)
        agi.test_hangup()
        self._most_s = most_s
        self._send(encode(straight.command, straight.arguments(*arguments)))
        try:
            reply = cast(Reply, await self._slot)
        except asyncio.CancelledError:
            # The reply is still to come and would answer the next command.
            self._break("a command was cancelled")
            raise
        if not is_usual(reply):
            await self._run_in_greenlet(most_s, agi.judge, straight.command, reply)
        return straight.result(reply, *arguments)

    async def _run_in_greenlet(
        self, most_s: float, method: Callable[..., T], *arguments: object
    ) -> T:
        self._most_s = most_s
        workers = self._workers
        worker = workers.take()
        step: Any = worker.switch(method, arguments)
        while step is WAITING:
            try:
                reply = await self._slot
            except asyncio.CancelledError as error:
                # The reply is still to come and would answer the next command.
                self._break("a command was cancelled")
                step = worker.throw(error)
            except BaseException as error:  # noqa: BLE001  goes on inside the method
                step = worker.throw(error)
            else:
                step = worker.switch(reply)
        workers.give_back(worker)
        value, failure = step
        if failure is not None:
            try:
                raise failure
            finally:
                # Without this the traceback and its frame hold each other until a collection.
                del failure, step
        done: T = value
        return done

    async def idle(self, seconds: float, until: asyncio.Future[Any] | None = None) -> None:
        """Let time pass without a command, or less when `until` is done.

        Raises AGIHangup as soon as the line goes down.
        """
        slot = self._slot
        if self.hangup_seen or not self.is_open:
            raise self._gone()
        if slot.armed:
            raise RuntimeError("one command at a time on an AGI connection")
        await slot.idle(seconds, until)

    def expire(self) -> None:
        """The deadline has passed: nothing more is believed of this peer."""
        self.deadline = math.inf
        if self._greeting is not None:
            self._refuse("no whole environment in time")
            return
        self.broken = self.broken or "no reply in time"
        if self._transport is not None:
            self._transport.abort()
        self._slot.settle(None, AGICommandTimeout("no reply in time"))

    def close(self) -> None:
        """End the session; the dialplan goes on with the channel."""
        self.deadline = math.inf
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()
