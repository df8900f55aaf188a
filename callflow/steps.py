"""What a flow is made of once loaded: frozen steps, forms and flows. No I/O, nothing of YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callflow.acts.base import Act
from callflow.acts.deciding import CallAct
from callflow.acts.table import EARS
from callflow.acts.talking import AskAct, MenuAct
from callflow.nodes import Place
from callflow.targets import Target, flows_of, with_routes
from calls.call import PERFORMERS
from calls.events import Stepped


@dataclass(frozen=True, slots=True)
class Position:
    """Where a run is."""

    flow: str
    step: str
    digest: str

    def __str__(self) -> str:
        return f"{self.flow}.{self.step}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One named step: lines to say, one act, where each outcome goes (`always` merged in)."""

    name: str
    says: tuple[str, ...]
    barge_in: bool
    act: Act
    on: Mapping[str, Target]
    repeat: int
    hint: Mapping[str, str]
    """A word to the agent by language, `zh` and `en`; one for every language has no name."""

    place: Place
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)
    """Where each part of the step stands in its file, as `nodes.places_of` names them."""

    wanted: frozenset[str] = field(init=False)
    """Outcomes of the ears that end a window of this step."""

    def __post_init__(self) -> None:
        heard = frozenset(self.on) & EARS
        if isinstance(self.act, MenuAct | AskAct):
            heard |= {"key"}
        object.__setattr__(self, "wanted", heard)

    @property
    def lines(self) -> tuple[str, ...]:
        """Names of all lines the step may speak."""
        return (*self.says, *self.act.lines())

    def targets(self) -> Iterator[Target]:
        """Every target of the step, sub-flow routes included."""
        for target in (*self.on.values(), *(target for _, target in self.act.targets())):
            yield from with_routes(target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One flow file, loaded: a finite machine of named steps."""

    name: str
    title: Mapping[str, str]
    rules: tuple[str, ...]
    performer: str
    direction: str
    is_entry: bool
    """Whether calls begin in it: it says nothing of `returns:`, so nobody waits for it."""

    returns: tuple[str, ...]
    """What a flow that calls this one can get back; nothing when it always ends the call."""

    languages: tuple[str, ...]
    """Those the flow can be in; a call in another one goes on in the first of them."""

    always: Mapping[str, Target]
    """Where an outcome goes in every step that does not say otherwise; merged into their `on`."""

    anytime: Mapping[str, Target]
    """Branches that the agent who performs the flow can take at any step."""

    variables: Mapping[str, str | int | bool]
    """What the flow starts with, where the call did not bring it."""

    steps: tuple[Step, ...]
    place: Place
    digest: str
    """First 16 hex digits of the SHA-256 of the flow's text, the house's lines and forms."""

    places: Mapping[str, Place] = field(default_factory=dict, repr=False, compare=False)
    """Where each part of the flow's top stands, its steps aside."""

    index: Mapping[str, int] = field(init=False)
    positions: tuple[Position, ...] = field(init=False)
    entered: tuple[Stepped, ...] = field(init=False)
    """For each step the fact that it was entered: the same one call after call."""

    def called(self) -> Iterator[str]:
        """Names of the flows it calls, by an act, an outcome or a branch; some more than once."""
        for step in self.steps:
            if isinstance(step.act, CallAct):
                yield step.act.flow
            yield from flows_of(step.on.values())
            yield from flows_of(target for _, target in step.act.targets())
        yield from flows_of(self.anytime.values())

    def performers(self) -> tuple[str, ...]:
        """Who can perform it: `ivr`, `agent` or both."""
        return PERFORMERS if self.performer == "either" else (self.performer,)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {step.name: at for at, step in enumerate(self.steps)})
        positions = tuple(Position(self.name, step.name, self.digest) for step in self.steps)
        object.__setattr__(self, "positions", positions)
        entered = tuple(
            Stepped(flow=self.name, step=step.name, digest=self.digest) for step in self.steps
        )
        object.__setattr__(self, "entered", entered)
