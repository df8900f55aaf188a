"""Who is given which events."""

from __future__ import annotations

from collections.abc import Callable, Collection

import structlog

from desk.ami.message import Message

log = structlog.get_logger(__name__)

Take = Callable[[Message], None]


class Takers:
    """Takers by the event's name; a mistake of one costs no other its events."""

    def __init__(self) -> None:
        self.failures = 0
        """Exceptions of takers; each is logged."""

        self.forged = 0
        """Events kept back since a header is there twice: see `Message.doubled`."""

        self._by_name: dict[str, list[Take]] = {}

    def add(self, names: Collection[str], take: Take) -> Callable[[], None]:
        """Give `take` the events of these names (`*`: all); the returned function ends that."""
        keys = {name.lower() for name in ([names] if isinstance(names, str) else names)}
        for key in keys:
            self._by_name[key] = [*self._by_name.get(key, ()), take]

        def leave() -> None:
            for key in keys:
                left = self._by_name.get(key, []).copy()
                if take in left:
                    left.remove(take)
                self._by_name[key] = left

        return leave

    def give(self, message: Message) -> None:
        """One event to all who want it, in the order they came."""
        # Lists are replaced, never changed: a taker may join and leave in its turn.
        named, every = self._by_name.get(message.event.lower()), self._by_name.get("*")
        if not named and not every:
            return
        if message.doubled:
            self.forged += 1
            return
        for take in (*(named or ()), *(every or ())):
            try:
                take(message)
            except Exception:  # logged, and the next one gets it all the same
                self.failures += 1
                log.exception("ami.taker_failed", event_name=message.event)
