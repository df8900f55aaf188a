"""Acts, times and targets in the words an author writes them with; for drawings and comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callflow.acts.base import Act
from callflow.acts.deciding import ChooseAct, LeaveAct
from callflow.acts.fields import Field, Kind
from callflow.acts.talking import AskAct
from callflow.targets import Again, CallFlow, End, GoTo, Next, Return, Target
from callflow.templates import Condition, Wording

_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000))


def spell_ms(ms: int) -> str:
    """Milliseconds in the largest unit that gives a whole number: `4 s`, `700 ms`, `2 min`."""
    for unit, size in _UNITS:
        if ms >= size and ms % size == 0:
            return f"{ms // size} {unit}"
    return f"{ms / 1000:g} s" if ms > 1000 else f"{ms} ms"


def spell_target(target: Target) -> str:
    """A target as an author writes it: `greet`, `end served`, `{call: noise, clear: again}`."""
    match target:
        case GoTo(step):
            return step
        case Next():
            return "next"
        case Again():
            return "again"
        case Return(outcome):
            return f"return {outcome}"
        case End(disposition):
            return f"end {disposition}"
        case CallFlow(flow, routes):
            further = [f"{word}: {spell_target(to)}" for word, to in routes.items()]
            return "{" + ", ".join([f"call: {flow}", *further]) + "}"


def spell_value(value: Any, field: Field) -> str:
    """A key's value as an author writes it."""
    match field.kind:
        case Kind.DURATION:
            return spell_ms(value)
        case Kind.DIGITS:
            least, most = value
            return str(least) if least == most else f"{least}-{most}"
        case Kind.NAMES | Kind.LINES:
            return ", ".join(value)
        case Kind.EXPRESSION:
            return value.text if isinstance(value, Condition) else str(value)
        case Kind.KEYS:
            return ", ".join(f"{key}: {spell_target(to)}" for key, to in value.items())
        case Kind.ANSWERS | Kind.LABELS:
            return ", ".join(f"{key}: {_answer(told)}" for key, told in value.items())
        case Kind.WORDINGS | Kind.VALUES:
            return ", ".join(f"{name}: {_text(text)}" for name, text in value.items())
        case _:
            return _text(value)


def _answer(told: str | Mapping[str, str]) -> str:
    return told if isinstance(told, str) else "/".join(told.values())


def _text(value: Any) -> str:
    if isinstance(value, Condition):
        return f"{{is: {value.text}}}"
    return value.text if isinstance(value, Wording) else str(value)


def field_values(act: Act) -> Mapping[str, Any]:
    """The act's keys with what they are set to, by the key's name; targets of cases left out."""
    values: dict[str, Any] = {}
    for field in act.fields:
        match act:
            case AskAct() if field.kind is Kind.DIGITS:
                values[field.name] = (act.least, act.most)
            case LeaveAct(target=End(word) | Return(word)):
                values[field.name] = word
            case ChooseAct():
                continue
            case _:
                values[field.name] = getattr(act, field.attribute)
    return values


def spell_act(act: Act) -> str:
    """The act with its figures, as short as can be: `listen 4 s`, `menu window 6 s, attempts 3`.

    Keys that stand at their default and say nothing about time are left out.
    """
    parts: list[str] = []
    values = field_values(act)
    for field in act.fields:
        if field.name not in values or field.kind in _LEFT_OUT:
            continue
        value = values[field.name]
        spelled = spell_value(value, field)
        if field.name in (act.scalar, "") or _first(act, field):
            parts.insert(0, spelled)
        elif spelled and (spelled != spell_default(field) or field.name in _ALWAYS_TOLD):
            parts.append(f"{field.name.replace('_', ' ')} {spelled}")
    return f"{act.word} {', '.join(parts)}".strip()


def spell_default(field: Field) -> str:
    """What holds when the key is not written, as an author would write it; empty for nothing."""
    return "" if field.default in (None, "", (), {}) else spell_value(field.default, field)


def _first(act: Act, field: Field) -> bool:
    return not act.scalar and field.required and field is act.fields[0]


_LEFT_OUT: Final = (Kind.KEYS, Kind.LINE, Kind.LINES)
_ALWAYS_TOLD: Final = ("window", "attempts", "wait", "within", "due", "limit")
