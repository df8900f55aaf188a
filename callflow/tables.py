"""A transition table of a house's flows: what a run did once need not be worked out again.

For one house and one set of values at the beginning the engine is a deterministic machine: which
action comes next, which steps are entered on the way and which branches are taken depends on where
the run stands and on what it reads of the outcome, on nothing else. A `TableRun` goes from row to
row of a table that is filled in, by the engine itself, where no run has gone before. Of a call only
this is shared; its actions are performed, its clock and facts are its own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from callflow.engine import MOST_STEPS_A_CALL, FlowRun
from callflow.frames import Ended, Noted, Script, Taken
from callflow.steps import Position
from callflow.table_keys import READERS, Read, exactly, reader_of
from calls.actions import Action
from calls.events import Stepped
from calls.outcomes import Outcome

MOST_MOVES: Final = 4096
"""A table that knows more is forgotten and begun anew; a move and its row take some 3 KB."""


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
        values = frozenset(exactly(self.variables))
        return (frames, self._speaking, self._answered, self._gone, values)

    def copied(self, steps_left: int, taken: list[Taken] | None) -> _Standing:
        """The same run with this budget of steps; it notes branches in `taken`."""
        run = self.fork()
        assert isinstance(run, _Standing)  # noqa: S101 - a fork is of the run's own class
        run._budget, run.taken = steps_left, taken
        return run


@dataclass(slots=True, eq=False)
class Row:
    """A point of a call: where the engine waits for an outcome, or for the beginning."""

    run: _Standing
    moves: dict[type, tuple[Read, dict[Hashable, Move]]] = field(default_factory=dict)
    """What follows, by the kind of the outcome and by what the engine reads of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """What the engine does after an outcome, and the row where it stands then."""

    gone_on: tuple[Action | Ended, tuple[Noted, ...]]
    """As of `FlowRun.go_on`."""

    steps: int
    taken: tuple[Taken, ...]
    row: Row


class Table:
    """The rows known of one house."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._starts: dict[Hashable, Row] = {}
        self.rows: dict[Hashable, Row] = {}
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
    ) -> Row:
        """The row of all runs that begin so; KeyError when there is no flow of that name."""
        key = (flow, language, performer, *exactly(variables))
        try:
            row = self._starts.get(key)
            if row is None:
                self._count()
                row = self._starts[key] = self._new(flow, variables, language, performer)
        except TypeError:
            row = self._new(flow, variables, language, performer)
        return row

    def _new(self, flow: str, *begin: Any) -> Row:
        return Row(_Standing(self._script, self._script.flows[flow], *begin))

    def move(self, row: Row, outcome: Outcome | None) -> Move:
        """Let the engine go on from `row` and tell where it comes to."""
        self._count()
        taken: list[Taken] = []
        run = row.run.copied(MOST_STEPS_A_CALL, taken)
        gone_on = run.go_on(outcome)
        steps = sum(isinstance(fact, Stepped) for fact in gone_on[1])
        return Move(gone_on, steps, tuple(taken), self._row(run))

    def _row(self, run: _Standing) -> Row:
        """The row of all runs that stand here."""
        try:
            return self.rows.setdefault(run.key(), Row(run))
        except TypeError:
            return Row(run)

    def _count(self) -> None:
        self.moves += 1
        if self.moves > MOST_MOVES:
            self.moves = 1
            self.age += 1
            self._starts.clear()
            self.rows.clear()


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

    __slots__ = ("_entered", "_left", "_plain", "_table", "row", "taken")

    def __init__(self, table: Table, row: Row) -> None:
        self._table = table
        self.row = row
        """Where it stands."""

        self._plain: FlowRun | None = None
        self._left = MOST_STEPS_A_CALL
        self._entered: tuple[Noted, ...] = ()
        self.taken: list[Taken] | None = None
        """As of `FlowRun`."""

    @property
    def position(self) -> Position:
        """The step being performed."""
        return self.row.run.position

    @property
    def variables(self) -> Mapping[str, Any]:
        """The values of now; not to be changed."""
        return self.row.run.variables

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
            read, known = self.row.moves[type(outcome)]
            move = known[read(outcome)]
        except (KeyError, TypeError):
            return self._go_first(outcome)
        left = self._left - move.steps
        if left < 0:
            return self._leave(outcome)
        self._left = left
        self.row = move.row
        if self.taken is not None:
            self.taken += move.taken
        return move.gone_on

    def ahead(
        self,
        at: Action | Ended,
        past: Callable[[Action | Ended, tuple[Noted, ...]], Outcome | None],
    ) -> Move | None:
        """What comes of the next actions, `at` first, as one move.

        `past` is told each of them and what was entered before it, and gives what it comes to;
        it stops with None. The move itself enters nothing. None for no
        action at all, and where the table cannot hold what happens.
        """
        walk, taken = TableRun(self._table, self.row), list[Taken]()
        walk.taken, outcome = taken, past(at, ())
        while outcome is not None and walk._plain is None:
            at, entered = walk.go_on(outcome)
            outcome = past(at, entered)
        if self._plain is not None or walk._plain is not None or walk.row is self.row:
            return None
        return Move((at, ()), MOST_STEPS_A_CALL - walk._left, tuple(taken), walk.row)

    def leaps(self, move: Move) -> bool:
        """Whether enough steps are left for a move that `ahead` gave."""
        return move.steps <= self._left

    def leap(self, move: Move) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """Make a move that `ahead` gave where the run stands."""
        self._left -= move.steps
        self.row = move.row
        if self.taken is not None:
            self.taken += move.taken
        return move.gone_on

    def _go_first(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """Go where no run has gone, or where none goes by the table."""
        if self._plain is not None:
            return self._plain.go_on(outcome)
        kind = type(outcome)
        read = READERS.get(kind) or reader_of(kind)
        _, known = self.row.moves.setdefault(kind, (read, {}))
        value = read(outcome)
        try:
            if value not in known:
                known[value] = self._table.move(self.row, outcome)
        except TypeError:
            return self._leave(outcome)
        return self.go_on(outcome)

    def _leave(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """Go on without the table."""
        self._plain = run = self.row.run.copied(self._left, self.taken)
        self.row = Row(run)
        return run.go_on(outcome)
