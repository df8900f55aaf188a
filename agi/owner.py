"""What a connection needs of the server it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from agi.environment import Environment
from agi.greenlets import Workers
from agi.limits import Limits

if TYPE_CHECKING:
    from agi.connection import AgiConnection


class Owner(Protocol):
    """The server, as its connections see it."""

    limits: Limits
    workers: Workers
    log_dialogue: bool

    def opened(self, connection: AgiConnection, source: str) -> bool:
        """A connection came; False to have it closed at once."""

    def greeted(self, connection: AgiConnection, environment: Environment) -> None:
        """Its environment is whole and within the rules."""

    def refused(self, reason: str) -> None:
        """A connection was dropped for breaking a rule before it became a call."""

    def closed(self, connection: AgiConnection) -> None:
        """It is gone."""
