"""Acts the engine does by itself: choosing, setting, calling a sub-flow, leaving."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from callflow.acts.base import EVERYWHERE, Act
from callflow.acts.fields import Field, Kind
from callflow.targets import End, Next, Return, Target
from callflow.templates import Condition, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseAct(Act):
    """`choose: [{if: vip, go: best}, {else: rest}]`"""

    word: ClassVar[str] = "choose"
    about: ClassVar[str] = "the first case whose condition holds"
    scalar: ClassVar[str] = ""
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="", into="all", kind=Kind.CASES, required=True, about="the cases in order"),
    )
    cases: tuple[tuple[Condition, Target], ...]
    otherwise: Target

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        cases, otherwise = values["all"]
        return cls(cases=cases, otherwise=otherwise)

    @property
    def possible(self) -> frozenset[str]:
        return EVERYWHERE

    def targets(self) -> Iterator[tuple[str, Target]]:
        for condition, target in self.cases:
            yield condition.text, target
        yield "else", self.otherwise

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return tuple(condition for condition, _ in self.cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAct(Act):
    """`set: {language: en, tries: {is: tries + 1}}`"""

    word: ClassVar[str] = "set"
    about: ClassVar[str] = "give variables new values"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="", into="values", kind=Kind.VALUES, required=True, about="the new values"),
    )
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    values: Mapping[str, Wording | Condition]

    def stores(self) -> Mapping[str, str]:
        return {
            name: "" if isinstance(value, Condition) else "text"
            for name, value in self.values.items()
        }

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return tuple(self.values.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAct(Act):
    """`call: silent_call`; its outcomes are what that flow returns."""

    word: ClassVar[str] = "call"
    about: ClassVar[str] = "perform another flow, then go on by what it returned"
    scalar: ClassVar[str] = "flow"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="flow", kind=Kind.NAME, required=True, about="the flow"),
    )
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAct(Act):
    """Base of `end` and `return`."""

    target: Target

    @property
    def possible(self) -> frozenset[str]:
        return EVERYWHERE

    def targets(self) -> Iterator[tuple[str, Target]]:
        yield "", self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAct(LeaveAct):
    """`end: served`"""

    word: ClassVar[str] = "end"
    about: ClassVar[str] = "the end of the call, with its disposition"
    scalar: ClassVar[str] = "disposition"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="disposition", kind=Kind.NAME, required=True, about="how the call came out"),
    )

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        return cls(target=End(values["disposition"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnAct(LeaveAct):
    """`return: heard`"""

    word: ClassVar[str] = "return"
    about: ClassVar[str] = "back to the flow that called this one"
    scalar: ClassVar[str] = "outcome"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="outcome", kind=Kind.NAME, required=True, about="one of `returns:`"),
    )

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        return cls(target=Return(values["outcome"]))
