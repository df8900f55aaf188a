"""Where an outcome leads. Frozen values; the loader reads them, the engine follows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


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


def with_routes(target: Target) -> Iterator[Target]:
    """The target, and those that a sub-flow's returns lead to."""
    yield target
    if isinstance(target, CallFlow):
        for inner in target.routes.values():
            yield from with_routes(inner)


def flows_of(targets: Iterable[Target]) -> Iterator[str]:
    """Names of the flows that they call, behind the returns of others too; some more than once."""
    for target in targets:
        for inner in with_routes(target):
            if isinstance(inner, CallFlow):
                yield inner.flow
