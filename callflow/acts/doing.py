"""Acts on the house's side of the call: recording, agents, files, systems, promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from callflow.acts.base import Act
from callflow.acts.fields import Field, Kind
from callflow.targets import Next, Target
from callflow.templates import Condition, Wording
from calls.actions import RecordCommand

_DAY_MS = 86_400_000
_STORE = Field(
    name="store",
    kind=Kind.NAMES,
    default=(),
    about="columns of the answer that become variables of the same name",
)
_WITH = Field(
    name="with",
    into="given",
    kind=Kind.WORDINGS,
    default={},
    about="what is handed over, by name",
)
_LIMIT = Field(
    name="limit",
    into="most_ms",
    kind=Kind.DURATION,
    default=3000,
    low=100,
    high=10_000,
    about="longer is `timeout`; the caller hears nothing meanwhile",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAct(Act):
    """`record: start`"""

    word: ClassVar[str] = "record"
    about: ClassVar[str] = "start, pause, resume or stop the recording of both legs"
    scalar: ClassVar[str] = "command"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="command",
            kind=Kind.WORD,
            required=True,
            default="start",
            words=tuple(each.value for each in RecordCommand),
            about="what to do",
        ),
    )
    default: ClassVar[Mapping[str, Target]] = {"ok": Next(), "error": Next()}
    command: RecordCommand

    @classmethod
    def made(cls, values: dict[str, Any]) -> Self:
        return cls(command=RecordCommand(values["command"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferAct(Act):
    """`transfer: {to: technician, wait: 30s}`"""

    word: ClassVar[str] = "transfer"
    about: ClassVar[str] = "connect the caller to a destination of the settings"
    scalar: ClassVar[str] = "to"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="to", kind=Kind.NAME, required=True, about="the destination's name"),
        Field(
            name="wait",
            into="most_wait_ms",
            kind=Kind.DURATION,
            default=30_000,
            low=1000,
            high=300_000,
            about="how long it may ring",
        ),
    )
    must: ClassVar[frozenset[str]] = frozenset({"answered", "busy", "no_answer", "failed"})
    to: str
    most_wait_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FormAct(Act):
    """`form: call_record`"""

    word: ClassVar[str] = "form"
    about: ClassVar[str] = "fields on the agent's screen, from `forms/`; the IVR comes to `error`"
    scalar: ClassVar[str] = "name"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="name", into="form", kind=Kind.NAME, required=True, about="the form"),
    )
    may: ClassVar[frozenset[str]] = frozenset({"cancelled"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next(), "cancelled": Next()}
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingAct(Act):
    """Base of acts that ask something outside the house and keep parts of the answer."""

    given: Mapping[str, Wording]
    store: tuple[str, ...]
    most_ms: int

    def stores(self) -> Mapping[str, str]:
        return dict.fromkeys(self.store, "text")

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return tuple(self.given.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAct(Act):
    """`lookup: {in: customers, by: ani, store: [name, tier]}`"""

    word: ClassVar[str] = "lookup"
    about: ClassVar[str] = "find a row of one of the house's files"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="in", into="directory", kind=Kind.NAME, required=True, about="the file's name"),
        Field(
            name="by", kind=Kind.NAME, default="ani", about="the variable whose value is looked up"
        ),
        _STORE,
    )
    must: ClassVar[frozenset[str]] = frozenset({"found", "not_found"})
    directory: str
    by: str
    store: tuple[str, ...]

    def stores(self) -> Mapping[str, str]:
        return dict.fromkeys(self.store, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAct(AskingAct):
    """`fetch: {from: orders, with: {number: "{order}"}, store: [status], limit: 3s}`"""

    word: ClassVar[str] = "fetch"
    about: ClassVar[str] = "ask an HTTP service of the settings"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="from", into="source", kind=Kind.NAME, required=True, about="the service"),
        _WITH,
        _STORE,
        _LIMIT,
    )
    must: ClassVar[frozenset[str]] = frozenset({"not_found", "timeout", "error"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoAct(AskingAct):
    """`do: {plugin: check_account, with: {number: "{account}"}, store: [holder]}`"""

    word: ClassVar[str] = "do"
    about: ClassVar[str] = "a named Python plug-in of the site"
    scalar: ClassVar[str] = "plugin"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="plugin", kind=Kind.NAME, required=True, about="its name"),
        _WITH,
        _STORE,
        _LIMIT,
    )
    must: ClassVar[frozenset[str]] = frozenset({"timeout", "error"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    plugin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseAct(Act):
    """`promise: {about: callback, to: "{ani}", within: 24h}`"""

    word: ClassVar[str] = "promise"
    about: ClassVar[str] = "promise a callback; durable before the next line is spoken"
    scalar: ClassVar[str] = "about"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="about",
            into="about_what",
            kind=Kind.WORDING,
            required=True,
            about="what it is about",
        ),
        Field(
            name="to",
            kind=Kind.WORDING,
            default="{ani}",
            about="the number to call, as the caller gave it",
        ),
        Field(
            name="within",
            into="within_ms",
            kind=Kind.DURATION,
            default=_DAY_MS,
            low=60_000,
            high=30 * _DAY_MS,
            about="by when it is kept",
        ),
    )
    must: ClassVar[frozenset[str]] = frozenset({"error"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    about_what: Wording
    to: Wording
    within_ms: int

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return (self.about_what, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAct(Act):
    """`ticket: {class: repair, about: "{matter}", due: 3d, store: ticket_no}`"""

    word: ClassVar[str] = "ticket"
    about: ClassVar[str] = "open a ticket; durable before the next line is spoken"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="class",
            into="ticket_class",
            kind=Kind.NAME,
            required=True,
            about="inquiry, query, request, complaint or the house's own",
        ),
        Field(
            name="about",
            into="about_what",
            kind=Kind.WORDING,
            required=True,
            about="the matter",
        ),
        Field(
            name="due",
            into="due_ms",
            kind=Kind.DURATION,
            default=3 * _DAY_MS,
            low=60_000,
            high=90 * _DAY_MS,
            about="by when it is done",
        ),
        Field(name="store", kind=Kind.NAME, default="", about="the variable its number goes to"),
    )
    must: ClassVar[frozenset[str]] = frozenset({"error"})
    default: ClassVar[Mapping[str, Target]] = {"ok": Next()}
    ticket_class: str
    about_what: Wording
    due_ms: int
    store: str

    def stores(self) -> Mapping[str, str]:
        return {self.store: "text"} if self.store else {}

    def expressions(self) -> tuple[Condition | Wording, ...]:
        return (self.about_what,)
