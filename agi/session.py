"""A FastAGI session as a call uses it: commands under a lease.

The dialplan gives a channel a lease (`TIMEOUT(absolute)`): if we are gone when it runs out, the
caller is taken to the fallback. Each command must find enough of it left, and no command may leave
so much that a caller of a dead server waits in silence. It is renewed only when it would be too
short or too long, so a run of short commands costs no command more.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from agi.connection import AgiConnection
from agi.environment import Environment
from agi.pyst2 import SafeAGI

T = TypeVar("T")

_LEAST_LEFT = 0.4
"""Part of the lease that must be left when a command has taken its longest."""

_NEARLY_WHOLE = 0.95
"""Part of the lease that must be left when a silent command begins."""

_MOST_OVER_S = 1.0
"""A caller of a dead server waits at most this much longer than the lease."""


class AgiSession:
    """One session of one channel; a call that was in a queue goes on with another."""

    __slots__ = ("_lease_s", "_lease_until", "_loop", "_wire", "agi", "environment")

    def __init__(self, wire: AgiConnection, lease_s: float) -> None:
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._lease_s = lease_s
        # The dialplan set its lease just before it connected.
        self._lease_until = self._loop.time() + lease_s
        self.agi = cast(SafeAGI, wire.agi)
        self.environment = cast(Environment, wire.environment)

    @property
    def hung_up(self) -> bool:
        """The line is known to be down."""
        return self._wire.hangup_seen or self.agi.hung_up

    @property
    def broken(self) -> str:
        """What is wrong with the connection, other than a hang-up; empty if nothing."""
        return self._wire.broken

    @property
    def lease_has_run_out(self) -> bool:
        """We were too slow: the dialplan has taken the caller away from us."""
        return self._loop.time() >= self._lease_until - 0.05

    def name_for_log(self, label: str) -> None:
        """Mark the session's log lines with the call's id."""
        self._wire.name_for_log(label)

    def run(
        self, method: Callable[..., T], *arguments: object, most_s: float = 0.0
    ) -> Awaitable[T]:
        """Carry out a method of `agi` whose command takes `most_s` seconds at the longest.

        Raises what the method raises: AGIHangup when the line is down, AGIError for the rest.
        """
        left_after = self._lease_until - self._loop.time() - most_s
        if not self._lease_s * _LEAST_LEFT <= left_after <= self._lease_s + _MOST_OVER_S:
            return self._run_renewed(most_s, method, *arguments)
        return self._wire.run(most_s, method, *arguments)

    async def silence_granted(self, wanted_s: float = math.inf) -> float:
        """How long a command may take during which the caller hears nothing of Asterisk's own.

        Were we to die in it, the caller would wait in silence for the whole of what is left, so
        that is never much more than one lease; one with room for `wanted_s`, or nearly whole, is
        used as it is. Raises AGIHangup.
        """
        left = self._lease_until - self._loop.time()
        enough = min(wanted_s + self._lease_s * _LEAST_LEFT, self._lease_s * _NEARLY_WHOLE)
        if not enough <= left <= self._lease_s + _MOST_OVER_S:
            await self.renew_lease(_MOST_OVER_S)
            left = self._lease_s
        return min(left, self._lease_s) - self._lease_s * _LEAST_LEFT

    def run_granted(
        self, granted_s: float, method: Callable[..., T], *arguments: object
    ) -> Awaitable[T]:
        """Like `run`, right after `silence_granted` and for no longer than it said."""
        return self._wire.run(granted_s, method, *arguments)

    async def _run_renewed(self, most_s: float, method: Callable[..., T], *arguments: object) -> T:
        await self.renew_lease(most_s)
        return await self._wire.run(most_s, method, *arguments)

    async def renew_lease(self, most_s: float) -> None:
        """Let the caller be ours for `most_s` seconds and the lease. Raises AGIHangup."""
        lease_s = most_s + self._lease_s
        await self._wire.run(0.0, self.agi.set_variable, "TIMEOUT(absolute)", f"{lease_s:.1f}")
        self._lease_until = self._loop.time() + lease_s

    async def set_variables(self, *pairs: tuple[str, str]) -> None:
        """Several channel variables in one command (`MSet`); values without commas.

        Raises ValueError for a value MSet would take apart.
        """
        for _, value in pairs:
            if not set(value).isdisjoint(",\\\"'=${}"):
                raise ValueError("a value that MSet would take apart")
        await self._wire.run(
            0.0, self.agi.appexec, "MSet", ",".join(f"{name}={value}" for name, value in pairs)
        )

    async def idle(self, seconds: float) -> None:
        """Let time pass. Raises AGIHangup as soon as the line goes down."""
        if self._lease_until - self._loop.time() - seconds < self._lease_s * _LEAST_LEFT:
            await self.renew_lease(seconds)
        await self._wire.idle(seconds)

    async def watch_until(self, work: asyncio.Future[Any]) -> None:
        """Let time pass until `work` is done. Raises AGIHangup as soon as the line goes down."""
        while not work.done():
            await self._wire.idle(await self.silence_granted(0.0), work)

    def close(self) -> None:
        """Give the channel back to the dialplan."""
        self._wire.close()


class AbsentSession(AgiSession):
    """While the dialplan has a caller whose session died with another process: no line to use."""

    __slots__ = ()

    def __init__(self, environment: Environment) -> None:
        """`environment` tells what is known of the channel; nothing else of a session is there."""
        self.environment = environment

    @property
    def hung_up(self) -> bool:
        return True

    @property
    def broken(self) -> str:
        return ""

    @property
    def lease_has_run_out(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to give back."""
