"""Reads the act of a step by the description its class gives of itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from callflow.acts.base import Act
from callflow.acts.fields import Field, Kind
from callflow.acts.labels import check_labels, read_labels
from callflow.nodes import Mapping, Node, Scalar, Sequence
from callflow.reading import Reading
from callflow.targets import Next, Target
from callflow.targets_reader import read_target
from callflow.templates import Condition, Wording, WordingError

_RANGE: Final = re.compile(r"^(\d{1,2})(?:-(\d{1,2}))?$")
_KEY: Final = frozenset("0123456789*#")
_SEE: Final = "see docs/flow-format.md"


def read_act(kind: type[Act], node: Node, reading: Reading) -> Act:
    """The act as written; what is wrong goes to `reading` and is read as its default."""
    values: dict[str, Any] = {}
    whole = [field for field in kind.fields if not field.name]
    if whole:
        values[whole[0].attribute] = _READ[whole[0].kind](node, whole[0], reading)
        return kind.made(values)
    if kind.scalar and not isinstance(node, Mapping):
        # Told by the act's own word: the author never wrote the key.
        fields = tuple(
            replace(field, name=kind.word, into=field.attribute)
            if field.name == kind.scalar
            else field
            for field in kind.fields
        )
        body = Mapping(node.place, ((Scalar(node.place, kind.word, False), node),))
    else:
        fields = kind.fields
        body = reading.mapping(node, kind.word) or Mapping(node.place, ())
        reading.keys(body, [field.name for field in fields], kind.word)
    for field in fields:
        found = body.get(field.name)
        if found is None:
            if field.required:
                _missing(kind, field, node, reading)
            values[field.attribute] = _instead(field)
        else:
            values[field.attribute] = _READ[field.kind](found, field, reading)
        if field.kind is Kind.LABELS:
            check_labels(found, values["keys"], reading)
    return kind.made(values)


def _missing(kind: type[Act], field: Field, node: Node, reading: Reading) -> None:
    if isinstance(node, Scalar) and not kind.scalar:
        return  # it is told already that keys are needed
    reading.wrong(
        node.place,
        f"{kind.word} has no {field.name}: {field.about}",
        _example(kind, field),
        rule="missing-key",
    )


def _example(kind: type[Act], field: Field) -> str:
    examples = {
        Kind.KEYS: '{"1": a_step}',
        Kind.ANSWERS: '{"1": satisfied, "2": dissatisfied}',
        Kind.WORDING: "some words",
    }
    return f"write {field.name}: {examples.get(field.kind, 'a_name')}, {_SEE}"


def _instead(field: Field) -> Any:
    """What stands there when the author wrote nothing, or nothing readable."""
    if field.kind is Kind.WORDING:
        return Wording(field.default or "")
    if field.kind is Kind.EXPRESSION:
        return Condition(field.default)
    if field.kind in (Kind.KEYS, Kind.ANSWERS, Kind.LABELS):
        return {}
    if field.kind is Kind.NAME:
        return field.default or ""
    return field.default


def _number(node: Node, field: Field, reading: Reading) -> int:
    return reading.number(node, field.name, field.default, field.low, field.high)


def _duration(node: Node, field: Field, reading: Reading) -> int:
    return reading.duration(node, field.name, field.default, field.low, field.high)


def _word(node: Node, field: Field, reading: Reading) -> str:
    return reading.one_of(node, field.name, field.words, field.default)


def _name(node: Node, field: Field, reading: Reading) -> str:
    return reading.name(node, field.name)


def _line(node: Node, field: Field, reading: Reading) -> str:
    return reading.text(node, field.name)


def _names(node: Node, field: Field, reading: Reading) -> tuple[str, ...]:
    return reading.list_of(node, field.name, lambda item: reading.name(item, field.name))


def _lines(node: Node, field: Field, reading: Reading) -> tuple[str, ...]:
    return reading.list_of(node, field.name, lambda item: reading.text(item, field.name))


def _expression(node: Node, field: Field, reading: Reading) -> Condition:
    found = _condition(node, reading) or Condition(field.default)
    if not found.names and not _is_whole(found.value({}), field):
        reading.wrong(
            node.place,
            f'{field.name} is "{found.text}"',
            f"write a number from {field.low} to {field.high}, or a variable that holds one",
            rule="wrong-value",
            word=found.text,
        )
        return Condition(field.default)
    return found


def _is_whole(value: object, field: Field) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and field.low <= int(str(value)) <= field.high


def _digits(node: Node, field: Field, reading: Reading) -> tuple[int, int]:
    text = reading.text(node, field.name)
    found = _RANGE.match(text)
    least, most = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= least <= most <= field.high:
        reading.wrong(
            node.place,
            f'{field.name} is "{text}"',
            f"write how many: 4, or 3-6; at most {field.high}",
            rule="wrong-value",
            word=text,
        )
        return 1, 20
    return least, most


def _wording(node: Node, field: Field, reading: Reading) -> Wording:
    try:
        return Wording(reading.text(node, field.name))
    except WordingError as error:
        reading.wrong(node.place, str(error), _SEE, rule="bad-wording")
        return Wording("")


def _wordings(node: Node, field: Field, reading: Reading) -> dict[str, Wording]:
    body = reading.mapping(node, field.name)
    return {
        reading.name(key, "a name"): _wording(value, field, reading)
        for key, value in (body.items if body else ())
    }


def _keys(node: Node, field: Field, reading: Reading) -> dict[str, Target]:
    body = reading.mapping(node, field.name)
    keys: dict[str, Target] = {}
    if body is not None and not body.items:
        reading.wrong(
            node.place,
            f"{field.name} names no key",
            'write keys: {"1": a_step}',
            rule="missing-key",
        )
    for key, value in body.items if body else ():
        _check_key(key, reading)
        keys[key.text] = read_target(value, reading)
    return keys


def _answers(node: Node, field: Field, reading: Reading) -> dict[str, str]:
    body = reading.mapping(node, field.name)
    answers: dict[str, str] = {}
    for key, value in body.items if body else ():
        _check_key(key, reading)
        answers[key.text] = reading.name(value, "an answer")
    if body is not None and not field.low <= len(set(answers.values())) <= field.high:
        reading.wrong(
            node.place,
            f"{field.name} has {len(set(answers.values()))} different answers",
            f'write {field.low} to {field.high} of them, the best first: {{"1": good, "2": bad}}',
            rule="wrong-value",
        )
    return answers


def _check_key(key: Scalar, reading: Reading) -> None:
    if key.text not in _KEY:
        reading.wrong(
            key.place,
            f'"{key.text}" is no key of a phone',
            "use 0 to 9, * or #",
            rule="wrong-value",
            word=key.text,
        )


def _cases(
    node: Node, _field: Field, reading: Reading
) -> tuple[tuple[tuple[Condition, Target], ...], Target]:
    cases: list[tuple[Condition, Target]] = []
    otherwise: Target | None = None
    for item in node.items if isinstance(node, Sequence) else ():
        body = reading.mapping(item, "a case of choose")
        if body is None:
            continue
        last = body.get("else")
        if otherwise is not None:
            reading.wrong(
                item.place, "nothing is tried after `else`", "put `else` last", rule="bad-choose"
            )
        elif last is not None:
            reading.keys(body, ("else",), "the last case of choose")
            otherwise = read_target(last, reading)
        else:
            cases += _case(body, reading)
    if otherwise is None:
        reading.wrong(
            node.place,
            "choose has no `else`",
            "end the list with - else: a_step",
            rule="bad-choose",
        )
    return tuple(cases), otherwise or Next()


def _case(body: Mapping, reading: Reading) -> list[tuple[Condition, Target]]:
    test, go = body.get("if"), body.get("go")
    if test is None or go is None:
        reading.wrong(
            body.place,
            "a case needs `if` and `go`",
            "write {if: vip, go: a_step}",
            rule="bad-choose",
        )
        return []
    reading.keys(body, ("if", "go"), "a case of choose")
    condition = _condition(test, reading)
    return [] if condition is None else [(condition, read_target(go, reading))]


def _condition(node: Node, reading: Reading) -> Condition | None:
    try:
        return Condition(reading.text(node, "a condition"))
    except WordingError as error:
        reading.wrong(
            node.place, f"the condition is not readable: {error}", _SEE, rule="bad-condition"
        )
        return None


def _values(node: Node, field: Field, reading: Reading) -> dict[str, Wording | Condition]:
    body = reading.mapping(node, "set") or Mapping(node.place, ())
    values: dict[str, Wording | Condition] = {}
    for key, value in body.items:
        name = reading.name(key, "a variable")
        computed = value.get("is") if isinstance(value, Mapping) else None
        if computed is None:
            values[name] = _wording(value, field, reading)
            continue
        condition = _condition(computed, reading)
        if condition is not None:
            values[name] = condition
    return values


_READ: Final[dict[Kind, Callable[[Node, Field, Reading], Any]]] = {
    Kind.NUMBER: _number,
    Kind.DURATION: _duration,
    Kind.DIGITS: _digits,
    Kind.WORD: _word,
    Kind.NAME: _name,
    Kind.NAMES: _names,
    Kind.LINE: _line,
    Kind.LINES: _lines,
    Kind.EXPRESSION: _expression,
    Kind.WORDING: _wording,
    Kind.WORDINGS: _wordings,
    Kind.KEYS: _keys,
    Kind.ANSWERS: _answers,
    Kind.LABELS: read_labels,
    Kind.CASES: _cases,
    Kind.VALUES: _values,
}
