"""What agents did in a stretch of time, from the sums of `agent_hours`: any length, any age."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, takewhile

from sqlalchemy import Connection, literal, select, tuple_

from ledger.agent_sums import HOUR_US, AgentSums, Told
from ledger.encoding import at_us, from_us
from ledger.floor_day import AgentDay, whole_ms
from ledger.tables import agent_hours, floor_events

_SIGNED_OUT = "signed_out"


def known_chains(connection: Connection) -> list[tuple[str, str]]:
    """Agent and node of everybody of whom a fact is kept, in order: one look-up each, however many
    facts there are."""
    agent, node = agent_hours.c.agent, agent_hours.c.node
    found: list[tuple[str, str]] = []
    while True:
        query = select(agent, node).order_by(agent, node).limit(1)
        if found:
            query = query.where(tuple_(agent, node) > tuple_(*map(literal, found[-1])))
        row = connection.execute(query).first()
        if row is None:
            return found
        found.append((row.agent, row.node))


def agent_days(
    connection: Connection, since: datetime, until: datetime, agents: Iterable[str] | None = None
) -> list[AgentDay]:
    """Figures over [since, until) of these agents, or of everybody known, by number.

    Facts that several nodes keep of one agent count together. ValueError when `until` is before
    `since`.
    """
    if until < since:
        raise ValueError(f"a stretch of time ends after it begins, got {since} to {until}")
    chains = known_chains(connection)
    by_agent = {agent: list(group) for agent, group in groupby(chains, key=lambda one: one[0])}
    wanted = list(by_agent) if agents is None else list(agents)
    return [_day(connection, agent, by_agent.get(agent, []), since, until) for agent in wanted]


def _day(
    connection: Connection,
    agent: str,
    chains: Sequence[tuple[str, str]],
    since: datetime,
    until: datetime,
) -> AgentDay:
    first, last = at_us(since), at_us(until)
    ends = [_sums(connection, chain, last) for chain in chains]
    newest = max(ends, key=lambda one: one.entered_at or 0, default=AgentSums(agent))
    spent: dict[str, int] = {}
    counts: dict[str, int] = {}
    for chain, end in zip(chains, ends, strict=True):
        begin = _sums(connection, chain, first)
        _add(spent, end.spent_at(last), begin.spent_at(first))
        _add(counts, end.counts, begin.counts)
    spent.pop(_SIGNED_OUT, None)
    rest = last - first - sum(spent.values())
    offers = {name.partition(".")[2]: count for name, count in counts.items() if "." in name}
    return AgentDay(
        agent=agent,
        since=since,
        until=until,
        state=newest.state,
        reason=newest.reason,
        call_id=newest.call_id,
        state_since=None if newest.entered_at is None else from_us(newest.entered_at),
        state_ms=whole_ms(spent | {_SIGNED_OUT: max(rest, 0)}),
        offers=sum(offers.values()),
        answered=offers.get("answered", 0),
        missed=offers.get("missed", 0) + offers.get("rejected", 0),
        within_three_rings=counts.get("in_time", 0),
        late=counts.get("late", 0),
        promises=counts.get("promises", 0),
        rules_broken=counts.get("broken", 0),
    )


def _add(to: dict[str, int], end: dict[str, int], begin: dict[str, int]) -> None:
    for name, value in end.items():
        to[name] = to.get(name, 0) + value - begin.get(name, 0)


def _sums(connection: Connection, chain: tuple[str, str], at: int) -> AgentSums:
    """What the facts before `at` came to."""
    hour = at - at % HOUR_US
    column = agent_hours.c.hour
    rows = select(agent_hours).where(
        agent_hours.c.agent == chain[0], agent_hours.c.node == chain[1]
    )
    before = rows.where(column < hour).order_by(column.desc()).limit(1)
    found = connection.execute(before).mappings().first()
    sums = AgentSums(*chain) if found is None else AgentSums.from_values(dict(found))
    if hour == at:
        return sums
    within = connection.execute(rows.where(column == hour)).mappings().first()
    if within is None:
        return sums
    if within["at"] < at:
        return AgentSums.from_values(dict(within))
    # A fact behind one that is too late is too late, whatever a clock set back told of it.
    for told in takewhile(lambda one: one.at < at, _between(connection, sums, within["cursor"])):
        sums.take(told)
    return sums


def _between(connection: Connection, after: AgentSums, upto: int) -> Iterator[Told]:
    event = floor_events.c
    query = select(event.cursor, event.at, event.kind, event.data).where(
        event.agent == after.agent,
        event.node == after.node,
        event.cursor > after.cursor,
        event.cursor <= upto,
    )
    yield from (Told(*row) for row in connection.execute(query.order_by(event.cursor)))
