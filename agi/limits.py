"""The limits of one FastAGI server, so that no peer can hold it up or fill it.

Source of the defaults: what Asterisk 22 sends (22 environment lines, one-line replies) with room,
and the longest command it takes whole (8,191 bytes; a longer one is cut and its tail *executed*).
"""

from __future__ import annotations

from dataclasses import dataclass

ENVIRONMENT_LINES = 64
ENVIRONMENT_LINE_BYTES = 1024
ENVIRONMENT_BYTES = 16 * 1024
REPLY_BYTES = 64 * 1024
USAGE_LINES = 200
COMMAND_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server carries at most. Counts are connections, times seconds."""

    calls: int = 512
    """Live calls; one more is closed at once, so that its dialplan falls back."""

    greetings: int = 1024
    """Connections that have not sent their environment yet."""

    per_source: int = 1024
    """Connections from one address, calls and greetings together."""

    environment_s: float = 2.0
    """For the whole environment, not for a line."""

    reply_slack_s: float = 5.0
    """Waited beyond a command's own longest time before the line counts as lost."""

    lease_s: float = 10.0
    """How long a caller may be without us, where the dialplan doesn't say how long it waits."""

    backlog: int = 4096
