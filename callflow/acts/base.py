"""What every act has in common: its word, its keys, and the closed set of its outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from callflow.acts.fields import Field
from callflow.targets import Target
from callflow.templates import Condition, Wording

EVERYWHERE: frozenset[str] = frozenset({"error", "hangup"})
"""Outcomes that any step may route."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Base: what a step does after its lines. The class variables close the set of outcomes."""

    word: ClassVar[str]
    about: ClassVar[str] = ""
    fields: ClassVar[tuple[Field, ...]] = ()
    scalar: ClassVar[str] = ""
    """The key that a bare value fills (`ring: 2`); empty when the keys must be written out."""

    must: ClassVar[frozenset[str]] = frozenset()
    """Outcomes a flow has to route."""

    may: ClassVar[frozenset[str]] = frozenset()
    """Outcomes a flow may route; unrouted ones never end the act or have a default."""

    default: ClassVar[Mapping[str, Target]] = {}
    """Where an unrouted outcome goes."""

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        """The act from what was read, by attribute."""
        return cls(**values)

    @property
    def required(self) -> frozenset[str]:
        """`must`, narrowed by how this very act is written."""
        return self.must

    @property
    def possible(self) -> frozenset[str]:
        """Every outcome a flow can route here."""
        return self.required | self.may | frozenset(self.default) | EVERYWHERE

    def targets(self) -> Iterator[tuple[str, Target]]:
        """Where the act itself leads, outside `on:`; each with the words that stand there."""
        return iter(())

    def lines(self) -> tuple[str, ...]:
        """Names of lines the act itself speaks."""
        return ()

    def stores(self) -> Mapping[str, str]:
        """Variables it sets, each with its type: text, number or flag."""
        return {}

    def expressions(self) -> tuple[Condition | Wording, ...]:
        """Conditions and texts of its own that use variables."""
        return ()
