"""What is so of an agent beside state and call: muted, asking for help."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from calls.floor.events import FloorEvent


class Mutes:
    """Who is muted on which channel; a mute ends with it."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._changed = changed
        self._channels: dict[str, str] = {}

    def mute(self, agent: str, channel: str, *, on: bool) -> None:
        """It was done."""
        if on:
            self._channels[agent] = channel
        else:
            self._channels.pop(agent, None)
        self._changed(agent)

    def muted(self, agent: str, channel: str) -> bool:
        """Whether the agent is muted on this very channel."""
        return self._channels.get(agent) == channel


class HelpDesk:
    """Who asks for help, and what they wrote."""

    def __init__(self, changed: Callable[[str], None], history: Iterable[FloorEvent] = ()) -> None:
        self._changed = changed
        self._asking: dict[str, str] = {}
        for event in history:
            if event.kind == "help_asked":
                self._asking[event.agent] = str(event.data.get("text", ""))
            elif event.kind == "help_answered":
                self._asking.pop(event.agent, None)

    def ask(self, agent: str, text: str) -> None:
        """Ask, or ask in other words."""
        self._asking[agent] = text
        self._changed(agent)

    def answered(self, agent: str) -> bool:
        """Taken up, or taken back; False when the agent was not asking."""
        if agent not in self._asking:
            return False
        del self._asking[agent]
        self._changed(agent)
        return True

    def text(self, agent: str) -> str | None:
        """What the agent wrote; None when not asking."""
        return self._asking.get(agent)
