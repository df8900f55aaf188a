"""The reader's sight of the floor: what agents and supervisors did, and an agent's figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from calls.floor.events import FloorEvent
from ledger.agent_times import agent_days, known_chains
from ledger.encoding import at_us, from_us
from ledger.floor_day import AgentDay
from ledger.plans import go_by_index
from ledger.tables import floor_events

_FLOOR = (floor_events.c.agent, floor_events.c.at, floor_events.c.kind, floor_events.c.data)


class FloorReading:
    """Part of `ledger.reader.LedgerReader`."""

    def floor_events(
        self,
        agent: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: str | None = None,
    ) -> list[FloorEvent]:
        """Facts of the floor in [since, until), in order; of one agent or kind, or of all."""
        query = select(*_FLOOR).order_by(floor_events.c.cursor)
        if agent is not None:
            query = query.where(floor_events.c.agent == agent)
        if kind is not None:
            query = query.where(floor_events.c.kind == kind)
        if since is not None:
            query = query.where(floor_events.c.at >= at_us(since))
        if until is not None:
            query = query.where(floor_events.c.at < at_us(until))
        return [_event(values) for values in self._rows(query)]

    def agent_days(
        self, since: datetime, until: datetime, agents: Iterable[str] | None = None
    ) -> list[AgentDay]:
        """Time in each state and offers over [since, until), of these agents or of everybody of
        whom a fact is kept, by number.

        The times add up to the stretch exactly. ValueError when `until` is before `since`.
        """
        with self._one_moment() as connection:
            go_by_index(connection, sorting=True)
            return agent_days(connection, since, until, agents)

    def agents_known(self) -> list[str]:
        """Numbers of all agents of whom a fact is kept, in order."""
        with self._one_moment() as connection:
            go_by_index(connection, sorting=True)
            return list(dict.fromkeys(agent for agent, _ in known_chains(connection)))

    def _one_moment(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def _rows(self, query: Select[Any]) -> Sequence[Mapping[str, Any]]:
        raise NotImplementedError


def _event(values: Mapping[str, Any]) -> FloorEvent:
    return FloorEvent(
        values["agent"], from_us(values["at"]), values["kind"], json.loads(values["data"])
    )
