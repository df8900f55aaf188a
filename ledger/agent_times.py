"""What agents did in a stretch of time, from the sums of `agent_hours`: any length, any age.

All agents are asked for at once: with a database elsewhere, each question costs the way there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby, takewhile
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    and_,
    func,
    literal,
    select,
    union_all,
)

from ledger.agent_sums import HOUR_US, AgentSums, Told
from ledger.encoding import at_us, from_us
from ledger.floor_day import AgentDay, whole_ms
from ledger.tables import Whole, agent_hours, floor_events

_SIGNED_OUT = "signed_out"

_Chain = tuple[str, str]
"""Agent, and the node that keeps these facts."""


def known_chains(connection: Connection) -> list[_Chain]:
    """Agent and node of everybody of whom a fact is kept, in order."""
    chains = _chains().c
    query = select(chains.agent, chains.node).order_by(chains.agent, chains.node)
    return [(agent, node) for agent, node in connection.execute(query)]


def agent_days(
    connection: Connection, since: datetime, until: datetime, agents: Iterable[str] | None = None
) -> list[AgentDay]:
    """Figures over [since, until) of these agents, or of everybody known, by number.

    Facts that several nodes keep of one agent count together. ValueError when `until` is before
    `since`.
    """
    if until < since:
        raise ValueError(f"a stretch of time ends after it begins, got {since} to {until}")
    named = None if agents is None else list(agents)
    ends = at_us(since), at_us(until)
    sums = _Sums(connection, ends, _chains(named))
    by_agent = {agent: list(group) for agent, group in groupby(sums.chains, key=lambda one: one[0])}
    wanted = list(by_agent) if named is None else named
    return [_day(sums, agent, by_agent.get(agent, []), (since, until)) for agent in wanted]


def _day(
    known: _Sums, agent: str, chains: Sequence[_Chain], stretch: tuple[datetime, datetime]
) -> AgentDay:
    first, last = map(at_us, stretch)
    ends = [known.at(chain, last) for chain in chains]
    newest = max(ends, key=lambda one: one.entered_at or 0, default=AgentSums(agent))
    spent: dict[str, int] = {}
    counts: dict[str, int] = {}
    for chain, end in zip(chains, ends, strict=True):
        begin = known.at(chain, first)
        _add(spent, end.spent_at(last), begin.spent_at(first))
        _add(counts, end.counts, begin.counts)
    spent.pop(_SIGNED_OUT, None)
    rest = last - first - sum(spent.values())
    offers = {name.partition(".")[2]: count for name, count in counts.items() if "." in name}
    return AgentDay(
        agent=agent,
        since=stretch[0],
        until=stretch[1],
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
        consults=counts.get("consults", 0),
        taken_over=counts.get("taken_over", 0),
        promises=counts.get("promises", 0),
        rules_broken=counts.get("broken", 0),
    )


def _add(to: dict[str, int], end: dict[str, int], begin: dict[str, int]) -> None:
    for name, value in end.items():
        to[name] = to.get(name, 0) + value - begin.get(name, 0)


class _Sums:
    """What each chain's facts before either end of a stretch came to."""

    def __init__(self, connection: Connection, ends: tuple[int, int], chains: CTE) -> None:
        self._rows: dict[_Chain, dict[int, Mapping[str, Any]]] = {}
        for row in connection.execute(_rows_query(chains, ends)).mappings():
            rows = self._rows.setdefault((row["known_agent"], row["known_node"]), {})
            if row["hour"] is not None:
                rows[row["hour"]] = dict(row)
        self.chains = sorted(self._rows)
        self._facts: dict[tuple[_Chain, int], list[Told]] = {}
        if any(_is_cut(rows, end) for rows in self._rows.values() for end in ends):
            facts = _facts_query(chains, ends, connection.dialect.name)
            for agent, node, hour, *told in connection.execute(facts):
                self._facts.setdefault(((agent, node), hour), []).append(Told(*told))

    def at(self, chain: _Chain, at: int) -> AgentSums:
        """What the facts before `at`, one of the ends, came to."""
        rows, hour = self._rows[chain], _hour(at)
        cut = _is_cut(rows, at)
        known = [one for one in rows if one < hour or (one == hour < at and not cut)]
        sums = AgentSums.from_values(rows[max(known)]) if known else AgentSums(*chain)
        facts = self._facts[chain, hour] if cut else []
        # A fact behind one that is too late is too late, whatever a clock set back told of it.
        for told in takewhile(lambda one: one.at < at, facts):
            sums.take(told)
        return sums


def _is_cut(rows: Mapping[int, Mapping[str, Any]], end: int) -> bool:
    """Whether there are facts of the hour of `end` on either side of it."""
    hour = _hour(end)
    return hour < end and hour in rows and bool(rows[hour]["at"] >= end)


def _hour(at: int) -> int:
    return at - at % HOUR_US


def _chains(agents: Sequence[str] | None = None) -> CTE:
    """Every `agent` and `node`, or those of these agents: one look-up each, however many facts
    there are."""
    hours = agent_hours.c
    every = select(func.min(hours.agent).label("agent")).cte("every", recursive=True)
    behind = _one(func.min(hours.agent), hours.agent > every.c.agent)
    every = every.union_all(select(behind).where(every.c.agent.is_not(None)))
    agent = every.c.agent
    asked = agent.is_not(None) if agents is None else agent.in_(agents)
    least = _one(func.min(hours.node), hours.agent == agent)
    chains = select(agent, least.label("node")).where(asked).cte("chains", recursive=True)
    of_chain = chains.c.agent, chains.c.node
    behind = _one(func.min(hours.node), hours.agent == of_chain[0], hours.node > of_chain[1])
    chains = chains.union_all(select(of_chain[0], behind).where(of_chain[1].is_not(None)))
    known = select(chains.c.agent, chains.c.node).where(chains.c.node.is_not(None))
    return known.cte("known")


def _one(value: ColumnElement[Any], *where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(value).where(*where).correlate_except(agent_hours).scalar_subquery()


def _rows_query(chains: CTE, ends: tuple[int, int]) -> Select[Any]:
    """Rows of the hours of both ends and the last rows before them; of each chain one at least,
    empty when all its facts come later."""
    agent, node, hours = chains.c.agent, chains.c.node, agent_hours.c
    wanted = []
    for end in ends:
        hour = literal(_hour(end), Whole)
        before = _one(
            func.max(hours.hour), hours.agent == agent, hours.node == node, hours.hour < hour
        )
        wanted += [select(agent, node, one.label("hour")) for one in (hour, before)]
    keys = union_all(*wanted).subquery("wanted")
    same = and_(hours.agent == keys.c.agent, hours.node == keys.c.node, hours.hour == keys.c.hour)
    known = keys.c.agent.label("known_agent"), keys.c.node.label("known_node")
    return select(*known, agent_hours).select_from(keys.outerjoin(agent_hours, same))


def _facts_query(chains: CTE, ends: tuple[int, int], dialect: str) -> Select[Any]:
    """Facts of the hours that an end cuts in two, each with agent, node and hour, in order."""
    within, event, hours = agent_hours.alias("within").c, floor_events.c, agent_hours.c
    before = (
        select(hours.cursor)
        .where(hours.agent == within.agent, hours.node == within.node, hours.hour < within.hour)
        .order_by(hours.hour.desc())
        .limit(1)
        .correlate_except(agent_hours)
        .scalar_subquery()
    )
    every = (
        select(within.agent, within.node, within.hour, within.cursor.label("upto"))
        .add_columns(func.coalesce(before, 0).label("after"))
        .where(within.agent == chains.c.agent, within.node == chains.c.node)
    )
    earliest = {_hour(end): end for end in sorted(ends, reverse=True)}
    each = (every.where(within.hour == hour, within.at >= end) for hour, end in earliest.items())
    # Apart, or PostgreSQL would look for the row before once more for each fact.
    cut = select(union_all(*each).subquery()).offset(literal(0)).subquery("cut").c
    # PostgreSQL goes by an index only for texts that are to sort as it does.
    agent = cut.agent.collate("default") if dialect == "postgresql" else cut.agent
    return (
        select(cut.agent, cut.node, cut.hour, event.cursor, event.at, event.kind, event.data)
        .where(event.agent == agent, event.node == cut.node)
        .where(event.cursor > cut.after, event.cursor <= cut.upto)
        .order_by(event.cursor)
    )
