"""How long each question to a big ledger takes, and which way the database goes to answer it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bench.million.calls import AGENTS, DISPOSITIONS, QUEUES, RULES, UNTIL
from bench.million.plans import full_scans, steps_of
from ledger.encoding import from_us
from ledger.filters import CallFilter, Cursor, NumberMatch
from ledger.reader import LedgerReader
from ledger.rows import CallRow

PAGE = 50
LIMIT_MS = 100
"""Within it every list must answer, p95."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One question, asked many times with other values each time."""

    name: str
    p50_ms: float
    p95_ms: float
    cpu95_ms: float
    """p95 of this process's processor time: all of it with SQLite, the asking with PostgreSQL."""

    found: float
    """Rows of an answer, on average."""

    limited: bool
    """Whether it is a list that has to answer within the limit."""

    way: str
    """The steps of the database's plans, as it told them for the statements that were sent."""

    scans: tuple[str, ...] = ()
    """Steps that read a big table to its end."""


@dataclass(frozen=True, slots=True)
class _Question:
    name: str
    ask: Callable[[], int]
    limited: bool = True


class Questions:
    """What is asked, with values that the ledger really has, drawn by a seed."""

    def __init__(self, place: Path | str, seed: int = 5) -> None:
        self.place = place
        self.reader = LedgerReader(place)
        self._dice = Random(seed)
        self._calls = self._sample(200)

    def all(self) -> Iterator[_Question]:
        """All questions."""
        yield _Question("newest calls", lambda: self._page(CallFilter()))
        yield _Question("a page far back", self._far_back)
        for name, asked in filters():
            yield _Question(name, self._asker(asked))
        yield _Question("number, whole", lambda: self._number(NumberMatch.EXACT, 0, 11))
        yield _Question("number, first 7 digits", lambda: self._number(NumberMatch.PREFIX, 0, 7))
        yield _Question("number, first 3 digits", lambda: self._number(NumberMatch.PREFIX, 0, 3))
        yield _Question("number, last 4 digits", lambda: self._number(NumberMatch.SUFFIX, -4, None))
        yield _Question("number, last 7 digits", lambda: self._number(NumberMatch.SUFFIX, -7, None))
        yield _Question("id, first 13 signs", self._by_id)
        yield _Question("how many fit, up to 1000", self._about)
        yield _Question("a call's page", self._call_page)
        yield _Question("calls not judged", lambda: len(self.reader.ended(judged=False)))
        yield _Question("recordings due, 100", self._due)
        yield _Question("agents' time of a month", self._agents)
        yield _Question("a day's figures (inputs)", lambda: self._tally(1), limited=False)
        yield _Question("a day's, one queue (inputs)", lambda: self._tally(1, "support"), False)
        yield _Question("a month's figures (inputs)", lambda: self._tally(30), limited=False)

    def _sample(self, count: int) -> list[CallRow]:
        newest = self.reader.search(CallFilter(), limit=1).rows[0].offered_at or UNTIL
        span = self._span(newest)
        days = [newest - timedelta(days=self._dice.random() * span) for _ in range(count)]
        pages = (self.reader.search(CallFilter(until=day), limit=1).rows for day in days)
        return [row for page in pages for row in page]

    def _span(self, newest: datetime) -> float:
        parts = self.reader.call_columns(datetime(2000, 1, 1, tzinfo=UTC), newest)
        first = next(iter(parts), None)
        if first is None:
            return 1.0
        return (newest - from_us(int(first.offered_at_us[0]))) / timedelta(days=1)

    def _page(self, asked: CallFilter, before: Cursor | None = None) -> int:
        return len(self.reader.search(asked, before=before, limit=PAGE).rows)

    def _some(self) -> CallRow:
        return self._dice.choice(self._calls)

    def _far_back(self) -> int:
        call = self._some()
        at = call.offered_at or UNTIL
        return self._page(CallFilter(), Cursor(int(at.timestamp() * 1_000_000), call.id))

    def _asker(self, asked: Callable[[Random], CallFilter]) -> Callable[[], int]:
        def ask() -> int:
            wanted = asked(self._dice)
            # Half of them from some time in the past: a page is read somewhere in the middle.
            until = self._some().offered_at if self._dice.random() < 0.5 else None
            return self._page(replace(wanted, until=until))

        return ask

    def _number(self, match: NumberMatch, first: int, last: int | None) -> int:
        return self._page(CallFilter(ani=self._some().ani[first:last], ani_match=match))

    def _by_id(self) -> int:
        return self._page(CallFilter(id_prefix=self._some().id[:13]))

    def _about(self) -> int:
        _, asked = self._dice.choice(list(filters()))
        return self.reader.about(asked(self._dice)).number

    def _call_page(self) -> int:
        call = self._some()
        self.reader.call(call.id)
        self.reader.recordings(call_id=call.id)
        self.reader.calls_of(call.ani, 10)
        return len(self.reader.events(call.id))

    def _due(self) -> int:
        began = self._some().offered_at or UNTIL
        return len(self.reader.recordings_due(began, {"vip": None}, 100))

    def _agents(self) -> int:
        since = (self._some().offered_at or UNTIL) - timedelta(days=30)
        return len(self.reader.agent_days(since, since + timedelta(days=30)))

    def _tally(self, days: int, queue: str | None = None) -> int:
        since = (self._some().offered_at or UNTIL) - timedelta(days=days)
        return sum(map(len, self.reader.call_columns(since, since + timedelta(days=days), queue)))


def filters() -> Iterator[tuple[str, Callable[[Random], CallFilter]]]:
    """What a list may be narrowed by, alone and in pairs: a name, and how values are drawn."""
    yield "queue", lambda dice: CallFilter(queue=dice.choice(QUEUES))
    yield "agent", lambda dice: CallFilter(agent=dice.choice(AGENTS))
    yield "disposition", lambda dice: CallFilter(disposition=dice.choice(DISPOSITIONS))
    yield "end reason", lambda dice: CallFilter(end_reason=dice.choice(("network", "completed")))
    yield "rule broken", lambda dice: CallFilter(broken=dice.choice(RULES))
    yield "flow", lambda dice: CallFilter(flow=dice.choice(("night", "mystery_line")))
    yield "tag", lambda dice: CallFilter(tag="mystery")
    yield "talk-over from ... up", lambda dice: CallFilter(min_talk_over_ms=_length(dice, 8000))
    yield "dead air from ... up", lambda dice: CallFilter(min_dead_air_ms=_length(dice, 60_000))
    yield "survey at most", lambda dice: CallFilter(survey_at_most=dice.randrange(1, 4))
    yield "without recording", lambda dice: CallFilter(recorded=False)
    yield "on the line", lambda dice: CallFilter(live=True)
    yield "agent and rule", lambda dice: CallFilter(agent=_a(dice, AGENTS), broken=_a(dice, RULES))
    yield "queue and rule", lambda dice: CallFilter(queue=_a(dice, QUEUES), broken=_a(dice, RULES))
    yield (
        "queue and disposition",
        lambda dice: CallFilter(queue=_a(dice, QUEUES), disposition=_a(dice, DISPOSITIONS)),
    )
    yield (
        "agent and disposition",
        lambda dice: CallFilter(agent=_a(dice, AGENTS), disposition=_a(dice, DISPOSITIONS)),
    )
    yield (
        "agent and talk-over",
        lambda dice: CallFilter(agent=_a(dice, AGENTS), min_talk_over_ms=_length(dice, 8000)),
    )
    yield "queue and survey", lambda dice: CallFilter(queue=_a(dice, QUEUES), survey_at_most=2)
    yield "agent and survey", lambda dice: CallFilter(agent=_a(dice, AGENTS), survey_at_most=2)
    yield "queue and tag", lambda dice: CallFilter(queue=_a(dice, QUEUES), tag="mystery")
    yield (
        "queue, that none has",
        lambda dice: CallFilter(queue=_a(dice, QUEUES), disposition="self_served", broken="A05"),
    )


def _a(dice: Random, names: Sequence[str]) -> str:
    return dice.choice(names)


def _length(dice: Random, most_ms: int) -> int:
    return int(most_ms * dice.random() ** 2) + 1


def measure(place: Path | str, times: int, tell: Callable[[str], None]) -> list[Timed]:
    """Ask every question `times` times (the long ones a fifth of it)."""
    questions = Questions(place)
    results = []
    for question in questions.all():
        tell(question.name)
        many = times if question.limited else max(5, times // 5)
        question.ask()
        found = timed(questions.reader, question.name, question.ask, many)
        results.append(replace(found, limited=question.limited))
    questions.reader.close()
    return results


def timed(reader: LedgerReader, name: str, ask: Callable[[], int], times: int) -> Timed:
    """Ask so often, and once more for the plans; `ask` returns how many rows it found."""
    spent, cpu, found = [], [], 0
    for _ in range(times):
        began, cpu_began = time.perf_counter(), time.process_time()
        found += ask()
        spent.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - cpu_began) * 1000)
    steps = steps_of(reader, ask)
    return Timed(
        name,
        quantile(spent, 0.5),
        quantile(spent, 0.95),
        quantile(cpu, 0.95),
        found / times,
        False,
        "; ".join(steps),
        tuple(full_scans(steps)),
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not pass."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]
