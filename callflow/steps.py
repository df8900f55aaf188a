"""What a flow is made of once loaded: frozen steps, acts and targets. No I/O, nothing of YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final

from callflow.nodes import Place
from callflow.templates import Condition, Wording
from calls.actions import RecordCommand, Until

EARS: Final = frozenset({"speech", "silence", "noise", "faint", "clear", "key"})
"""Outcomes of a listening window."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """On to a named step of the same flow."""

    step: str


@dataclass(frozen=True, slots=True)
class Next:
    """The step again while its `repeat` lasts, then the one written below it."""


@dataclass(frozen=True, slots=True)
class Again:
    """The same step from its first word."""


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the flow that called this one, with an outcome it declared."""

    outcome: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of the call."""

    disposition: str


@dataclass(frozen=True, slots=True)
class CallFlow:
    """A sub-flow, then on by what it returned."""

    flow: str
    routes: Mapping[str, Target]


Target = GoTo | Next | Again | Return | End | CallFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Base: what a step does after its lines. The class variables close the set of outcomes."""

    word: ClassVar[str]
    must: ClassVar[frozenset[str]] = frozenset()
    """Outcomes a flow has to route."""

    may: ClassVar[frozenset[str]] = frozenset()
    """Outcomes a flow may route; unrouted ones never end the act or have a default."""

    default: ClassVar[Mapping[str, Target]] = {}
    """Where an unrouted outcome goes."""

    @property
    def required(self) -> frozenset[str]:
        """`must`, narrowed by how this very act is written."""
        return self.must

    @property
    def possible(self) -> frozenset[str]:
        """Every outcome a flow can route here."""
        return self.required | self.may | frozenset(self.default) | {"error", "hangup"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAct(Act):
    """The step only speaks."""

    word: ClassVar[str] = "say"
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAct(Act):
    """`ring: 2`"""

    word: ClassVar[str] = "ring"
    default: ClassVar[Mapping[str, Target]] = {"answered": Next()}
    rings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAct(Act):
    """`listen: 4s` or `listen: {for: 10s, until: clear}`"""

    word: ClassVar[str] = "listen"
    must: ClassVar[frozenset[str]] = frozenset({"speech", "silence", "noise", "faint"})
    may: ClassVar[frozenset[str]] = frozenset({"key", "clear"})
    window_ms: int
    until: Until = Until.PAUSE
    end_pause_ms: int = 700
    longest_ms: int = 20_000

    @property
    def required(self) -> frozenset[str]:
        if self.until is Until.CLEAR:
            return frozenset({"clear", "noise"})
        return self.must


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAct(Act):
    """`menu: {keys: {"1": sales}, window: 6s, attempts: 3, reprompt: menu_again}`"""

    word: ClassVar[str] = "menu"
    must: ClassVar[frozenset[str]] = frozenset({"speech", "noise", "faint", "exhausted"})
    keys: Mapping[str, Target]
    window_ms: int
    attempts: int
    reprompt: str
    end_pause_ms: int = 700
    longest_ms: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAct(Act):
    """`ask: {store: room, digits: 3-6, terminator: "#", attempts: 3, reprompt: ask_again}`"""

    word: ClassVar[str] = "ask"
    must: ClassVar[frozenset[str]] = frozenset({"noise", "faint", "exhausted"})
    may: ClassVar[frozenset[str]] = frozenset({"speech"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    store: str
    least: int
    most: int
    terminator: str
    window_ms: int
    next_key_ms: int
    attempts: int
    reprompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAct(Act):
    """`choose: [{if: vip, go: best}, {else: rest}]`"""

    word: ClassVar[str] = "choose"
    cases: tuple[tuple[Condition, Target], ...]
    otherwise: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAct(Act):
    """`set: {language: en, tries: {is: tries + 1}}`"""

    word: ClassVar[str] = "set"
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    values: Mapping[str, Wording | Condition]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAct(Act):
    """`call: silent_call`; its outcomes are what that flow returns."""

    word: ClassVar[str] = "call"
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAct(Act):
    """`record: start`"""

    word: ClassVar[str] = "record"
    default: ClassVar[Mapping[str, Target]] = {"ok": Next(), "error": Next()}
    command: RecordCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAct(Act):
    """`queue: {name: support, wait: 60s}`"""

    word: ClassVar[str] = "queue"
    must: ClassVar[frozenset[str]] = frozenset({"answered", "no_answer", "failed"})
    queue: str
    most_wait_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAct(Act):
    """`wait: 500ms`"""

    word: ClassVar[str] = "wait"
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAct(Act):
    """`end: served` or `return: heard`"""

    word: ClassVar[str] = "end"
    target: Target


OUTCOMES: Final = frozenset[str]().union(
    {"error", "hangup"},
    *(act.must | act.may | frozenset(act.default) for act in Act.__subclasses__()),
    {"clear"},
)
"""Every outcome any act can come to."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run is."""

    flow: str
    step: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One named step: lines to say, one act, where each outcome goes (`always` merged in)."""

    name: str
    says: tuple[str, ...]
    barge_in: bool
    act: Act
    on: Mapping[str, Target]
    repeat: int
    hint: str
    place: Place
    wanted: frozenset[str] = field(init=False)
    """Outcomes of the ears that end a window of this step."""

    def __post_init__(self) -> None:
        heard = frozenset(self.on) & EARS
        if isinstance(self.act, MenuAct | AskAct):
            heard |= {"key"}
        object.__setattr__(self, "wanted", heard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow file, loaded: a finite machine of named steps."""

    name: str
    title: Mapping[str, str]
    rules: tuple[str, ...]
    performer: str
    direction: str
    returns: tuple[str, ...]
    variables: Mapping[str, str]
    """What the flow starts with, where the call did not bring it."""

    steps: tuple[Step, ...]
    place: Place
    digest: str
    """First 16 hex digits of the SHA-256 of the flow's text and the house's lines."""

    index: Mapping[str, int] = field(init=False)
    positions: tuple[Position, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {step.name: at for at, step in enumerate(self.steps)})
        positions = tuple(Position(self.name, step.name, self.digest) for step in self.steps)
        object.__setattr__(self, "positions", positions)
