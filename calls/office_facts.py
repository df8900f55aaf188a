"""The facts of the back office: what was asked and promised, each with when it is recorded."""

from __future__ import annotations

from typing import ClassVar

from calls.fact import Fact
from calls.values import value


@value
class LookedUp(Fact):
    """A row of one of the house's files was looked for."""

    kind: ClassVar[str] = "looked_up"
    directory: str
    by: str
    result: str
    """`found`, `not_found` or `error`."""


@value
class Fetched(Fact):
    """An HTTP service was asked."""

    kind: ClassVar[str] = "fetched"
    source: str
    result: str
    """`ok`, `not_found`, `timeout` or `error`."""

    took_ms: int


@value
class PluginDone(Fact):
    """A plug-in of the site was run."""

    kind: ClassVar[str] = "plugin_done"
    plugin: str
    result: str
    """`ok`, `timeout` or `error`."""

    took_ms: int


@value
class Promised(Fact):
    """A callback was promised. Durable before the line that gives the promise."""

    kind: ClassVar[str] = "promised"
    promise: str
    """Its own id."""

    number: str
    about: str
    due_at: str
    """ISO 8601, UTC."""


@value
class TicketOpened(Fact):
    """A ticket was opened. Durable before the next line."""

    kind: ClassVar[str] = "ticket_opened"
    ticket: str
    """Its own id."""

    ticket_class: str
    about: str
    due_at: str
    """ISO 8601, UTC."""
