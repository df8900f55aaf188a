"""Types of variables: texts, numbers and flags are not compared or added to each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from jinja2 import nodes

from callflow.acts.deciding import SetAct
from callflow.checks.notes import BUILT_IN, Notes, place_of
from callflow.nodes import Place
from callflow.steps import Flow, Step
from callflow.templates import Condition, syntax_of

TEXT, NUMBER, FLAG, UNKNOWN = "text", "number", "flag", ""
_FILTERS: Final = {
    "int": NUMBER,
    "length": NUMBER,
    "upper": TEXT,
    "lower": TEXT,
    "title": TEXT,
    "trim": TEXT,
}
_SPELLED: Final = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}


@dataclass(slots=True)
class _Types:
    """What each variable is, and where it was made so first."""

    of: dict[str, dict[str, tuple[str, Place]]] = field(default_factory=dict)

    def give(self, name: str, kind: str, by: str, place: Place) -> bool:
        known = self.of.setdefault(name, {})
        if not kind or kind in known:
            return False
        known[kind] = (by, place)
        return True

    def kind(self, name: str) -> str:
        """Its type; unknown when it has none or several."""
        known = self.of.get(name, {})
        return next(iter(known)) if len(known) == 1 else UNKNOWN


def check_types(notes: Notes) -> None:
    """Note variables of several types, and values of different types compared or added."""
    types = _types_of(notes)
    for name, known in sorted(types.of.items()):
        if len(known) > 1:
            (first, (by, _)), (second, (other, place)) = list(known.items())[:2]
            notes.note(
                "mixed-types",
                place,
                f'"{name}" is a {first} by {by} and a {second} by {other}',
                'write {is: 1} for a number, "1" for a text, or use two names',
                word=name,
            )
    for flow, step, condition in _conditions(notes):
        for what, hint, word in _faults(syntax_of(condition.text), types):
            notes.note(
                "type-mismatch", place_of(flow, step, f"{step.act.word}="), what, hint, word=word
            )


def _conditions(notes: Notes) -> Iterator[tuple[Flow, Step, Condition]]:
    for flow in notes.parts.flows.values():
        for step in flow.steps:
            for expression in step.act.expressions():
                if isinstance(expression, Condition):
                    yield flow, step, expression


@dataclass(frozen=True, slots=True)
class _Computed:
    """A `set` of a computed value, whose type follows from other variables."""

    name: str
    value: Condition
    by: str
    place: Place


def _types_of(notes: Notes) -> _Types:
    types = _Types()
    for form in notes.parts.forms.values():
        for name, kind in form.stores().items():
            types.give(name, kind, f"the form {form.name}", form.place)
    for flow in notes.parts.flows.values():
        for name, value in flow.variables.items():
            place = flow.places.get(f"variables.{name}", flow.place)
            types.give(name, _kind_of(value), f"variables: of {flow.name}", place)
    computed = [
        each
        for flow in notes.parts.flows.values()
        for step in flow.steps
        for each in _set_in(step, flow, types)
    ]
    for name in BUILT_IN:
        types.give(name, TEXT, "every call", Place("", 0, 0))
    again = True
    while again:
        again = False
        for each in computed:
            kind = _kind(syntax_of(each.value.text), types)
            again |= types.give(each.name, kind, each.by, each.place)
    return types


def _set_in(step: Step, flow: Flow, types: _Types) -> Iterator[_Computed]:
    """Give the types of a step's act; those of computed values come back."""
    act, by = step.act, f"the step {flow.name}.{step.name}"
    place = place_of(flow, step, f"{act.word}=")
    for name, kind in act.stores().items():
        types.give(name, kind, by, place)
    for name, value in act.values.items() if isinstance(act, SetAct) else ():
        if isinstance(value, Condition):
            yield _Computed(name, value, by, place)


def _kind_of(value: object) -> str:
    if isinstance(value, bool):
        return FLAG
    if isinstance(value, int | float):
        return NUMBER
    return TEXT if isinstance(value, str) else UNKNOWN


def _kind(tree: nodes.Node, types: _Types) -> str:
    match tree:
        case nodes.Const(value=value):
            return _kind_of(value)
        case nodes.Name(name=name):
            return types.kind(name)
        case nodes.Filter(name="default", node=node) if node is not None:
            return _kind(node, types)
        case nodes.Filter(name=name):
            return _FILTERS.get(name, UNKNOWN)
        case nodes.Not() | nodes.Compare():
            return FLAG
        case nodes.Neg() | nodes.Sub():
            return NUMBER
        case nodes.Add(left=left, right=right):
            kinds = {_kind(left, types), _kind(right, types)}
            return kinds.pop() if len(kinds) == 1 else UNKNOWN
        case _:
            return UNKNOWN


def _faults(tree: nodes.Node, types: _Types) -> Iterator[tuple[str, str, str]]:
    """What is wrong, what to write, and the word that is wrong."""
    for found in (tree, *tree.find_all((nodes.Compare, nodes.Add, nodes.Sub, nodes.Neg))):
        match found:
            case nodes.Compare(expr=left, ops=operands):
                for operand in operands:
                    yield from _compared(left, operand, types)
                    left = operand.expr
            case nodes.Add(left=left, right=right):
                yield from _unlike(left, right, "+", types)
            case nodes.Sub(left=left, right=right):
                yield from _no_numbers((left, right), types)
            case nodes.Neg(node=node):
                yield from _no_numbers((node,), types)


def _compared(
    left: nodes.Expr, operand: nodes.Operand, types: _Types
) -> Iterator[tuple[str, str, str]]:
    right, spelled = operand.expr, _SPELLED.get(operand.op, operand.op)
    if operand.op in ("in", "notin"):
        if isinstance(right, nodes.List | nodes.Tuple):
            for item in right.items:
                yield from _unlike(left, item, "==", types)
        elif _kind(right, types) in (NUMBER, FLAG):
            yield f"{_text(right)} is no list", 'write tier in ["1", "2"]', _word(right)
        return
    yield from _unlike(left, right, spelled, types)


def _unlike(
    left: nodes.Expr, right: nodes.Expr, spelled: str, types: _Types
) -> Iterator[tuple[str, str, str]]:
    kinds = _kind(left, types), _kind(right, types)
    if UNKNOWN in kinds or kinds[0] == kinds[1]:
        return
    what = f"{_text(left)} is a {kinds[0]} and {_text(right)} is a {kinds[1]}"
    yield what, _remedy(left, right, kinds, spelled), _word(left) or _word(right)


def _remedy(left: nodes.Expr, right: nodes.Expr, kinds: tuple[str, str], spelled: str) -> str:
    a, b = _text(left), _text(right)
    if isinstance(right, nodes.Const):
        return _instead_of(a, right.value, kinds, spelled)
    if kinds == (TEXT, NUMBER):
        return f"write {a}|int {spelled} {b}"
    return f"write {a} {spelled} {b}|int" if kinds == (NUMBER, TEXT) else _ONE_TYPE


def _instead_of(a: str, value: object, kinds: tuple[str, str], spelled: str) -> str:
    match kinds:
        case ("text", "number"):
            return f'write {a} {spelled} "{value}", or {a}|int {spelled} {value}'
        case ("text", "flag"):
            return f'write {a} {spelled} "{str(value).lower()}"'
        case ("number", "text") if str(value).isdecimal():
            return f"write {a} {spelled} {int(str(value))}"
        case ("flag", "text"):
            return f"write {a}" if str(value).lower() == "true" else f"write not {a}"
        case _:
            return _ONE_TYPE


_ONE_TYPE: Final = "compare values of one type"


def _no_numbers(operands: tuple[nodes.Expr, ...], types: _Types) -> Iterator[tuple[str, str, str]]:
    for operand in operands:
        kind = _kind(operand, types)
        if kind not in (NUMBER, UNKNOWN):
            text = _text(operand)
            yield f"{text} is a {kind}, which has no minus", f"write {text}|int", _word(operand)


def _word(tree: nodes.Node) -> str:
    if isinstance(tree, nodes.Name):
        return tree.name
    found = tree.find(nodes.Name)
    return found.name if found else ""


def _text(tree: nodes.Node) -> str:
    """An expression as its author writes it, near enough to be known again."""
    match tree:
        case nodes.Const(value=bool(value)):
            return str(value).lower()
        case nodes.Const(value=str(value)):
            return f'"{value}"'
        case nodes.Const(value=value):
            return str(value)
        case nodes.Name(name=name):
            return name
        case nodes.Filter(name=name, node=node) if node is not None:
            return f"{_text(node)}|{name}"
        case _:
            return _word(tree) or "it"
