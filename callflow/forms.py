"""`forms/`: what an agent fills in on the screen, field by field, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callflow.nodes import Mapping as MappingNode
from callflow.nodes import Node, NodeError, Place, Scalar, parse
from callflow.reading import Reading, names_in, words_in
from calls.actions import FieldType

_TOP: Final = ("form", "title", "rules", "fields")
_FIELD: Final = ("label", "type", "required", "choices", "ask")
_TITLES: Final = ("zh", "en")
MOST_FIELDS: Final = 60

VARIABLE_TYPE: Final[Mapping[FieldType, str]] = {
    FieldType.NUMBER: "number",
    FieldType.FLAG: "flag",
}
"""The type of the variable a field fills; every other one gives a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldText:
    """One field as written; its question is still the name of a line."""

    name: str
    label: Mapping[str, str]
    type: FieldType
    required: bool
    choices: Mapping[str, Mapping[str, str]]
    ask: str
    place: Place
    asked_at: Place | None = None
    """Where its question is named."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FormText:
    """One form file, loaded."""

    name: str
    title: Mapping[str, str]
    rules: tuple[str, ...]
    fields: tuple[FieldText, ...]
    place: Place

    def stores(self) -> Mapping[str, str]:
        """Variables it fills, each with its type: text, number or flag."""
        return {field.name: VARIABLE_TYPE.get(field.type, "text") for field in self.fields}


def read_form(text: str, source: str, reading: Reading) -> FormText | None:
    """Load one form; problems go to `reading`, None when there is nothing to build on."""
    before = len(reading.problems)
    form = _form(text, source, reading)
    if form is None or len(reading.problems) > before:
        names = names_in(text, source, "form") if form is None else set[str]()
        reading.hide("form", names, words_in(text))
    return form


def _form(text: str, source: str, reading: Reading) -> FormText | None:
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        return None
    reading.keys(top, _TOP, "a form")
    found = reading.named_parts(top, "form", "fields", MOST_FIELDS, "split it into several forms")
    if found is None:
        return None
    named, listed = found
    return FormText(
        name=reading.name(named, "the form's name"),
        title=read_title(top.get("title"), reading),
        rules=reading.list_of(top.get("rules"), "rules", lambda node: reading.text(node, "a rule")),
        fields=tuple(_field(key, node, reading) for key, node in listed.items),
        place=top.place,
    )


def read_title(node: Node | None, reading: Reading, what: str = "title") -> dict[str, str]:
    """`{zh: ..., en: ...}`."""
    body = reading.mapping(node, what) if node is not None else None
    if body is None:
        return {}
    reading.keys(body, _TITLES, what)
    return {key.text: reading.text(value, what) for key, value in body.items}


def read_hint(node: Node | None, reading: Reading) -> dict[str, str]:
    """A text, which is said in every language (its key is empty), or `{zh: ..., en: ...}`."""
    if isinstance(node, Scalar):
        return {"": reading.text(node, "hint")}
    return read_title(node, reading, "hint")


def _field(key: Scalar, node: Node, reading: Reading) -> FieldText:
    name = reading.name(key, "a field")
    body = reading.mapping(node, f'the field "{name}"') or MappingNode(node.place, ())
    reading.keys(body, _FIELD, "a field")
    words = [each.value for each in FieldType]
    kind = FieldType(reading.one_of(body.get("type"), "type", words, "text"))
    choices = _choices(body, kind, reading)
    asked = body.get("ask")
    return FieldText(
        name=name,
        label=read_title(body.get("label"), reading, "label"),
        type=kind,
        required=reading.flag(body.get("required"), "required"),
        choices=choices,
        ask=reading.name(asked, "a line") if asked is not None else "",
        place=key.place,
        asked_at=asked.place if asked is not None else None,
    )


def _choices(body: MappingNode, kind: FieldType, reading: Reading) -> dict[str, Mapping[str, str]]:
    node = body.get("choices")
    if kind is not FieldType.CHOICE:
        if node is not None:
            reading.wrong(node.place, f"a {kind} has no choices", "write type: choice")
        return {}
    listed = reading.mapping(node, "choices") if node is not None else None
    if listed is None or not listed.items:
        reading.wrong(body.place, "the choice has no choices", "write choices: {a_name: {zh: …}}")
        return {}
    return {
        reading.name(key, "a choice"): read_title(value, reading, "a choice")
        for key, value in listed.items
    }
