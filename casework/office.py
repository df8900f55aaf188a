"""The house's back office: what a flow asks of it, done within its limits and recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calls.actions import Do, Fetch, Lookup, OfficeAction, Promise, Ticket
from calls.call import Call
from calls.errors import ConfigError, LedgerError
from calls.events import Fault
from calls.office_notes import note_asked, open_ticket, promise
from calls.outcomes import Failed, Got, Outcome
from casework.directories import Directories
from casework.fetching import Fetcher
from casework.plugins import Plugin, PluginRunner
from casework.service import Service


class HouseOffice:
    """Implements `calls.ports.Office` for every channel of one process."""

    def __init__(
        self,
        directories: Directories,
        services: Iterable[Service] = (),
        plugins: Mapping[str, Plugin] | None = None,
    ) -> None:
        self.directories = directories
        self.fetcher = Fetcher(services)
        self.plugins = PluginRunner(plugins or {})

    async def perform(self, call: Call, action: OfficeAction) -> Outcome:
        """Do it to its outcome. Cancelled, it stops waiting; what was recorded stays recorded."""
        if isinstance(action, Promise | Ticket):
            return await self._kept(call, action)
        began_ms = call.elapsed_ms()
        outcome = await self._asked(action)
        if isinstance(outcome, Failed):
            call.record(Fault(where=_where(action), problem=outcome.reason))
        note_asked(call, action, outcome, call.elapsed_ms() - began_ms)
        return outcome

    async def _asked(self, action: Lookup | Fetch | Do) -> Outcome:
        if isinstance(action, Lookup):
            return self._looked_up(action)
        if isinstance(action, Fetch):
            return await self.fetcher.ask(action)
        return await self.plugins.run(action)

    def _looked_up(self, action: Lookup) -> Outcome:
        try:
            directory = self.directories.find(action.directory)
        except ConfigError:
            return Failed(reason="the file cannot be read; the log says why")
        if directory is None:
            return Got(name="not_found", values={})
        missing = [name for name in action.store if name not in directory.columns]
        if missing:
            return Failed(reason=f"the file has no column {', '.join(missing)}")
        row = directory.find(action.value)
        if row is None:
            return Got(name="not_found", values={})
        return Got(name="found", values={name: row[name] for name in action.store})

    async def _kept(self, call: Call, action: Promise | Ticket) -> Outcome:
        """Nothing is said to a caller of a promise that a power cut could take back."""
        try:
            done = (
                promise(call, action) if isinstance(action, Promise) else open_ticket(call, action)
            )
            await call.sink.durable()
        except LedgerError:
            return Failed(reason="the ledger fails")
        return done

    async def close(self) -> None:
        """End connections; harmless twice."""
        await self.fetcher.close()


def _where(action: Lookup | Fetch | Do) -> str:
    match action:
        case Lookup():
            return f"lookup {action.directory}"
        case Fetch():
            return f"fetch {action.source}"
        case Do():
            return f"plugin {action.plugin}"
