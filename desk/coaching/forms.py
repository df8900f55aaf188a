"""A form on the agent's screen: what was typed so far, and whether it can be taken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

from calls.actions import FieldType, Form, FormField
from calls.floor.script_view import FieldView, FormView
from calls.masking import plain
from calls.values import Value

MOST_CELLS: Final[Mapping[FieldType, int]] = {FieldType.LONG_TEXT: 4000}
MOST_SHORT_CELLS: Final = 400
MOST_NUMBER: Final = 10**15

_PHONE: Final = re.compile(r"\+?[0-9]{3,20}")
_PHONE_FILLING: Final = re.compile(r"[ ()-]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,16}")
_YES: Final = frozenset({"true", "yes", "1", "y", "是"})
_NO: Final = frozenset({"false", "no", "0", "n", "否", ""})


class FieldError(Exception):
    """A value that a field cannot take; the text is the word shown as its problem."""


class FormOnShow:
    """One form from its showing to its end."""

    def __init__(self, form: Form, drafts: Mapping[str, Value]) -> None:
        self.form = form
        self._fields = {field.name: field for field in form.fields}
        self._problems: dict[str, str] = {}
        self.values: dict[str, Value] = {}
        self.draft({**form.values, **drafts})

    def draft(self, values: Mapping[str, Value]) -> None:
        """Keep what was typed so far; fields that the form does not have are left out.

        A panel sends all its fields: what is wrong with one stays told until that one is changed.
        """
        for name, value in values.items():
            field = self._fields.get(name)
            if field is None:
                continue
            typed = _clean(field, value)
            if typed != self.values.get(name, ""):
                self._problems.pop(name, None)
            self.values[name] = typed

    def fill(self, values: Mapping[str, Value]) -> Mapping[str, Value] | None:
        """The values typed by field, once all can be taken; None while one cannot."""
        self.draft(values)
        self._problems.clear()
        taken: dict[str, Value] = {}
        for name, field in self._fields.items():
            try:
                value = taken_as(field, self.values.get(name))
            except FieldError as error:
                self._problems[name] = str(error)
                continue
            if value is not None:
                taken[name] = value
        return None if self._problems else taken

    def view(self) -> FormView:
        """As the panel shows it."""
        fields = tuple(self._view(field) for field in self.form.fields)
        return FormView(name=self.form.name, title=self.form.title, fields=fields)

    def _view(self, field: FormField) -> FieldView:
        question = "" if field.question is None else plain(field.question.text, most_cells=4000)
        return FieldView(
            name=field.name,
            label=field.label,
            type=field.type.value,
            required=field.required,
            choices=field.choices,
            question=question,
            value=self.values.get(field.name),
            problem=self._problems.get(field.name, ""),
        )


def taken_as(field: FormField, value: Value | None) -> Value | None:
    """A typed value as the variable it fills; None for an optional field left empty.

    Raises FieldError with `required`, `number`, `date`, `phone` or `choice`.
    """
    if field.type is FieldType.FLAG:
        return _flag(field, value)
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not text:
        if field.required:
            raise FieldError("required")
        # A line that names the variable must find it.
        return "" if field.type in (FieldType.TEXT, FieldType.LONG_TEXT) else None
    # What a Chinese keyboard gives for digits is meant as digits.
    narrow = unicodedata.normalize("NFKC", text)
    match field.type:
        case FieldType.NUMBER:
            return _number(narrow)
        case FieldType.DATE:
            return _date(narrow)
        case FieldType.PHONE:
            return _phone(narrow)
        case FieldType.CHOICE if text not in field.choices:
            raise FieldError("choice")
        case _:
            return text


def _flag(field: FormField, value: Value | None) -> bool:
    word = str(value if value is not None else "").strip().lower()
    if word not in _YES | _NO:
        raise FieldError("choice")
    if field.required and word == "":
        raise FieldError("required")
    return word in _YES


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or abs(int(text)) > MOST_NUMBER:
        raise FieldError("number")
    return int(text)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise FieldError("date") from None


def _phone(text: str) -> str:
    digits = _PHONE_FILLING.sub("", text)
    if not _PHONE.fullmatch(digits):
        raise FieldError("phone")
    return digits


def _clean(field: FormField, value: Value) -> Value:
    """Without what a terminal would obey; a long text keeps its lines."""
    if not isinstance(value, str):
        return value
    most = MOST_CELLS.get(field.type, MOST_SHORT_CELLS)
    if field.type is not FieldType.LONG_TEXT:
        return plain(value, most_cells=most)
    lines = value.replace("\r\n", "\n").split("\n")
    return "\n".join(plain(line, most_cells=most) for line in lines)[: 2 * most]
