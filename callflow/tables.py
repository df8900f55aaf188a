"""A transition table of a house's flows: what a run did once need not be worked out again.

For one house and one set of values at the beginning the engine is a deterministic machine: which
action comes next, which steps are entered on the way and which branches are taken depends on where
the run stands and on what it reads of the outcome, on nothing else. A `TableRun` goes from row to
row of a table that is filled in, by the engine itself, where no run has gone before. Of a call only
this is shared; its actions are performed, its clock and facts are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from types import NoneType
from typing import Any, Final

from callflow.engine import MOST_STEPS_A_CALL, FlowRun
from callflow.frames import Ended, Noted, Script, Taken
from callflow.steps import Position
from calls.actions import Action
from calls.events import Stepped
from calls.outcomes import Got, Outcome

MOST_MOVES: Final = 4096
"""A table that knows more is forgotten and begun anew; a move and its row take some 3 KB."""


_Read = Callable[[Any], Hashable]
"""Takes from an outcome all that the engine may read of it."""


class _Standing(FlowRun):
    """A run that stands where a row is; it goes on only as a copy of itself."""

    def key(self) -> Hashable:
        """All that the rest of the run depends on, the budget of steps aside.

        Raises TypeError where a value cannot be part of a key.
        """
        frames = tuple(
            (frame.key(), frame.branch if frame.routes is not None else "")
            for frame in self._frames
        )
        values = frozenset(_exactly(self.variables))
        return (frames, self._speaking, self._answered, self._gone, values)

    def copied(self, steps_left: int, taken: list[Taken] | None) -> _Standing:
        """The same run with this budget of steps; it notes branches in `taken`."""
        run = self.fork()
        assert isinstance(run, _Standing)  # noqa: S101 - a fork is of the run's own class
        run._budget, run.taken = steps_left, taken
        return run


@dataclass(slots=True, eq=False)
class _Row:
    """A point of a call: where the engine waits for an outcome, or for the beginning."""

    run: _Standing
    moves: dict[type, tuple[_Read, dict[Hashable, _Move]]] = field(default_factory=dict)
    """What follows, by the kind of the outcome and by what the engine reads of it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Move:
    """What the engine does after an outcome, and the row where it stands then."""

    gone_on: tuple[Action | Ended, tuple[Noted, ...]]
    """As of `FlowRun.go_on`."""

    steps: int
    taken: tuple[Taken, ...]
    row: _Row


class Table:
    """The rows known of one house."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._starts: dict[Hashable, _Row] = {}
        self._rows: dict[Hashable, _Row] = {}
        self.age = 0
        """How often all rows were forgotten."""

        self.moves = 0
        """How many are known, beginnings among them."""

    def start(
        self, flow: str, variables: Mapping[str, Any], language: str, performer: str = "ivr"
    ) -> TableRun:
        """A run as of `FlowRun`; KeyError when there is no flow of that name."""
        return TableRun(self, self.beginning(flow, variables, language, performer))

    def beginning(
        self, flow: str, variables: Mapping[str, Any], language: str, performer: str
    ) -> _Row:
        """The row of all runs that begin so; KeyError when there is no flow of that name."""
        key = (flow, language, performer, *_exactly(variables))
        try:
            row = self._starts.get(key)
            if row is None:
                self._count()
                row = self._starts[key] = self._new(flow, variables, language, performer)
        except TypeError:
            row = self._new(flow, variables, language, performer)
        return row

    def _new(self, flow: str, *begin: Any) -> _Row:
        return _Row(_Standing(self._script, self._script.flows[flow], *begin))

    def move(self, row: _Row, outcome: Outcome | None) -> _Move:
        """Let the engine go on from `row` and tell where it comes to."""
        self._count()
        taken: list[Taken] = []
        run = row.run.copied(MOST_STEPS_A_CALL, taken)
        gone_on = run.go_on(outcome)
        steps = sum(isinstance(fact, Stepped) for fact in gone_on[1])
        return _Move(gone_on, steps, tuple(taken), self._row(run))

    def _row(self, run: _Standing) -> _Row:
        """The row of all runs that stand here."""
        try:
            return self._rows.setdefault(run.key(), _Row(run))
        except TypeError:
            return _Row(run)

    def _count(self) -> None:
        self.moves += 1
        if self.moves > MOST_MOVES:
            self.moves = 1
            self.age += 1
            self._starts.clear()
            self._rows.clear()


class Opening:
    """Where many calls begin: one flow, one set of values. Each `start` is another call."""

    __slots__ = ("_age", "_begin", "_row", "_table")

    def __init__(
        self,
        table: Table,
        flow: str,
        variables: Mapping[str, Any],
        language: str,
        performer: str = "ivr",
    ) -> None:
        """KeyError when there is no flow of that name; later changes of `variables` are nothing."""
        self._table = table
        self._begin = (flow, dict(variables), language, performer)
        self._row = table.beginning(*self._begin)
        self._age = table.age

    def start(self) -> TableRun:
        """A new run."""
        table = self._table
        if self._age != table.age:
            self._row, self._age = table.beginning(*self._begin), table.age
        return TableRun(table, self._row)


class TableRun:
    """One call's way through a flow by a table: the actions, facts and branches of a `FlowRun`.

    Where the table cannot hold what happens (few steps are left of the most that a call may enter,
    values without a hash) it goes on as a `FlowRun`.
    """

    __slots__ = ("_entered", "_left", "_plain", "_row", "_table", "taken")

    def __init__(self, table: Table, row: _Row) -> None:
        self._table = table
        self._row = row
        self._plain: FlowRun | None = None
        self._left = MOST_STEPS_A_CALL
        self._entered: tuple[Noted, ...] = ()
        self.taken: list[Taken] | None = None
        """As of `FlowRun`."""

    @property
    def position(self) -> Position:
        """The step being performed."""
        return self._row.run.position

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values of now; not to be changed."""
        return self._row.run.variables

    def take_entered(self) -> tuple[Noted, ...]:
        """As of `FlowRun`."""
        entered, self._entered = self._entered, ()
        return entered

    def begin(self) -> Action | Ended:
        """The first action."""
        return self.resume(None)

    def resume(self, outcome: Outcome | None) -> Action | Ended:
        """What to do after `outcome` of the last action; None when there was none yet."""
        at, entered = self.go_on(outcome)
        self._entered += entered
        return at

    def go_on(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """As of `FlowRun`."""
        try:
            read, known = self._row.moves[type(outcome)]
            move = known[read(outcome)]
        except (KeyError, TypeError):
            return self._go_first(outcome)
        left = self._left - move.steps
        if left < 0:
            return self._leave(outcome)
        self._left = left
        self._row = move.row
        if self.taken is not None:
            self.taken += move.taken
        return move.gone_on

    def _go_first(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """Go where no run has gone, or where none goes by the table."""
        if self._plain is not None:
            return self._plain.go_on(outcome)
        kind = type(outcome)
        read = _READERS.get(kind) or _reader(kind)
        _, known = self._row.moves.setdefault(kind, (read, {}))
        value = read(outcome)
        try:
            if value not in known:
                known[value] = self._table.move(self._row, outcome)
        except TypeError:
            return self._leave(outcome)
        return self.go_on(outcome)

    def _leave(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """Go on without the table."""
        self._plain = run = self._row.run.copied(self._left, self.taken)
        self._row = _Row(run)
        return run.go_on(outcome)


_UNREAD: Final = frozenset(
    {"start_ms", "end_ms", "from_ms", "to_ms", "at_ms", "waited_ms"}
    | {"rings", "agent", "level_dbov", "reason"}
)
"""Fields of outcomes that no flow depends on: they are for the facts."""

_READERS: Final[dict[type, _Read]] = {NoneType: repr}


def _reader(kind: type) -> _Read:
    """What takes from an outcome of this kind all that the engine may read of it."""
    names = [each.name for each in fields(kind) if each.name not in _UNREAD]
    read = attrgetter(*names or ["name"])

    def read_exactly(outcome: Outcome) -> Hashable:
        values = read(outcome)
        return tuple([one if one.__class__ is str else _exact(one) for one in values])

    reader = _READERS[kind] = read_exactly if "values" in names else read
    return reader


def _read_got(got: Got) -> Hashable:
    """Most answers of the back office bring no values."""
    return (got.name, *_exactly(got.values)) if got.values else got.name


_READERS[Got] = _read_got


_PLAIN: Final = frozenset({int, bool, float, NoneType})


def _exactly(values: Mapping[str, Any]) -> list[tuple[str, Hashable]]:
    """Names and values so that only the very same are equal: 1, True and 1.0 are not."""
    return [
        (name, value if value.__class__ is str else _exact(value)) for name, value in values.items()
    ]


def _exact(value: Any) -> Hashable:
    """Texts stand for themselves, all else beside its type."""
    kind = value.__class__
    if kind is str:
        return str(value)
    if kind is dict or (kind not in _PLAIN and isinstance(value, Mapping)):
        return (kind, *_exactly(value)) if value else kind
    return kind, repr(value) if kind is float else value
