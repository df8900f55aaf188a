"""Acts between the house and the caller: ringing, listening, menus, questions, waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from callflow.acts.base import Act
from callflow.acts.fields import Field, Kind
from callflow.targets import Next, Target
from calls.actions import Until

_END_PAUSE = Field(
    name="end_pause",
    into="end_pause_ms",
    kind=Kind.DURATION,
    default=700,
    low=20,
    high=5000,
    about="the pause after the caller's words that ends them",
)
_LONGEST = Field(
    name="longest",
    into="longest_ms",
    kind=Kind.DURATION,
    default=20_000,
    low=20,
    high=120_000,
    about="after so long a speech the window ends even without a pause",
)
_ATTEMPTS = Field(
    name="attempts",
    kind=Kind.NUMBER,
    default=3,
    low=1,
    high=5,
    about="no-inputs and no-matches together, then `exhausted`",
)
_REPROMPT = Field(
    name="reprompt", kind=Kind.LINE, default="", about="said before each further attempt"
)


def _window(name: str, default: int, about: str) -> Field:
    return Field(
        name=name,
        into="window_ms",
        kind=Kind.DURATION,
        default=default,
        low=20,
        high=3_600_000,
        about=about,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAct(Act):
    """The step only speaks."""

    word: ClassVar[str] = "say"
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAct(Act):
    """`ring: 2`"""

    word: ClassVar[str] = "ring"
    about: ClassVar[str] = "let the caller hear so many rings, then answer"
    scalar: ClassVar[str] = "rings"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="rings", kind=Kind.NUMBER, default=1, low=1, high=3, about="how many rings"),
    )
    default: ClassVar[Mapping[str, Target]] = {"answered": Next()}
    rings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAct(Act):
    """`listen: 4s` or `listen: {for: 10s, until: clear}`"""

    word: ClassVar[str] = "listen"
    about: ClassVar[str] = "hear what the caller does, for so long"
    scalar: ClassVar[str] = "for"
    fields: ClassVar[tuple[Field, ...]] = (
        _window("for", 4000, "how long the window is open"),
        Field(
            name="until",
            kind=Kind.WORD,
            default="pause",
            words=tuple(each.value for each in Until),
            about="what ends the window: the caller's pause, the first sound, or the noise gone",
        ),
        _END_PAUSE,
        _LONGEST,
    )
    must: ClassVar[frozenset[str]] = frozenset({"speech", "silence", "noise", "faint"})
    may: ClassVar[frozenset[str]] = frozenset({"key", "clear"})
    window_ms: int
    until: Until = Until.PAUSE
    end_pause_ms: int = 700
    longest_ms: int = 20_000

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "until": Until(values["until"])})

    @property
    def required(self) -> frozenset[str]:
        if self.until is Until.CLEAR:
            return frozenset({"clear", "noise"})
        return self.must


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAct(Act):
    """`menu: {keys: {"1": sales}, window: 6s, attempts: 3, reprompt: menu_again}`"""

    word: ClassVar[str] = "menu"
    about: ClassVar[str] = "one key chooses; an agent picks what the caller said"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="keys", kind=Kind.KEYS, required=True, about="where each key goes"),
        Field(name="labels", kind=Kind.LABELS, about="what a key means, as an agent reads it"),
        _window("window", 6000, "how long the caller may think"),
        _ATTEMPTS,
        _REPROMPT,
        _END_PAUSE,
        _LONGEST,
    )
    must: ClassVar[frozenset[str]] = frozenset({"speech", "noise", "faint", "exhausted"})
    keys: Mapping[str, Target]
    window_ms: int
    attempts: int
    reprompt: str
    end_pause_ms: int = 700
    longest_ms: int = 20_000
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def targets(self) -> Iterator[tuple[str, Target]]:
        return iter(self.keys.items())

    def lines(self) -> tuple[str, ...]:
        return (self.reprompt,) if self.reprompt else ()

    def stored(self, _key: str) -> Mapping[str, str] | None:
        """Variables that get new values when this key was pressed."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAct(Act):
    """`ask: {store: room, digits: 3-6, terminator: "#", attempts: 3, reprompt: ask_again}`"""

    word: ClassVar[str] = "ask"
    about: ClassVar[str] = "digits by key; an agent types them into a field"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="store", kind=Kind.NAME, required=True, about="the variable they go to"),
        Field(name="digits", kind=Kind.DIGITS, default=(1, 20), high=40, about="how many"),
        Field(
            name="terminator",
            kind=Kind.WORD,
            default="#",
            words=("#", "*", ""),
            about="the key that ends them before the last one",
        ),
        _window("window", 8000, "how long until the first key"),
        Field(
            name="next_key",
            into="next_key_ms",
            kind=Kind.DURATION,
            default=4000,
            low=20,
            high=60_000,
            about="how long until each further key",
        ),
        _ATTEMPTS,
        _REPROMPT,
    )
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

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        least, most = values.pop("digits")
        return cls(least=least, most=most, **values)

    def lines(self) -> tuple[str, ...]:
        return (self.reprompt,) if self.reprompt else ()

    def stores(self) -> Mapping[str, str]:
        return {self.store: "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAct(Act):
    """`wait: 500ms`"""

    word: ClassVar[str] = "wait"
    about: ClassVar[str] = "let so much time pass without a word"
    scalar: ClassVar[str] = "for"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="for",
            into="ms",
            kind=Kind.DURATION,
            default=1000,
            low=20,
            high=10_000,
            about="how long",
        ),
    )
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    ms: int
