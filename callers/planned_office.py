"""The back office where no real one runs: its answers are given with the simulated call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from calls.actions import Do, Fetch, Lookup, OfficeAction, Promise, Ticket
from calls.call import Call
from calls.office_notes import note_asked, open_ticket, promise
from calls.outcomes import Failed, Got, Outcome

Values = Mapping[str, str | int | bool]

_EMPTY: Final[Mapping[str, Values]] = {}
_NOT_FOUND: Final = Got(name="not_found", values={})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOffice:
    """Answers by name; what has none is an empty file, or a service that fails."""

    directories: Mapping[str, Mapping[str, Values]] = field(default_factory=dict)
    """Name -> value looked up -> the row."""

    answers: Mapping[str, Got | Failed] = field(default_factory=dict)
    """Name of a service or a plug-in -> what it answers."""

    takes_ms: Mapping[str, int] = field(default_factory=dict)
    """Name of a service or a plug-in -> how long it takes; beyond the act's limit is a timeout."""

    def took_ms(self, action: OfficeAction) -> int:
        """How long the caller waits for the answer."""
        match action:
            case Fetch(source=name, most_ms=most_ms) | Do(plugin=name, most_ms=most_ms):
                return min(self.takes_ms.get(name, 0), most_ms)
            case _:
                return 0

    def perform(self, call: Call, action: OfficeAction) -> Outcome:
        """The planned answer, with the facts that a real office leaves."""
        match action:
            case Lookup():
                row = self.directories.get(action.directory, _EMPTY).get(action.value)
                found = _NOT_FOUND
                if row is not None:
                    values = {key: row.get(key, "") for key in action.store}
                    found = Got(name="found", values=values)
                note_asked(call, action, found, 0)
                return found
            case Promise():
                return promise(call, action)
            case Ticket():
                return open_ticket(call, action)
            case Fetch(source=name, most_ms=most_ms) | Do(plugin=name, most_ms=most_ms):
                answer = self.answers.get(name, Failed(reason=f"no answer is planned for {name}"))
                if self.takes_ms.get(name, 0) > most_ms:
                    answer = Got(name="timeout", values={})
                note_asked(call, action, answer, self.took_ms(action))
                return answer
            case _:
                assert_never(action)
