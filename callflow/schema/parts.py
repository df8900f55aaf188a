"""Pieces of JSON Schema (draft 2020-12) that the schemas of several files share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from callflow.acts.fields import Field, Kind
from callflow.lines import LANGUAGES

Json = dict[str, Any]
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
NAME: Final = r"^[a-z][a-z0-9_]{0,47}$"
DURATION: Final = r"^[0-9]{1,6}(\.[0-9]{1,3})?\s*(ms|s|min|h|d)$"
_WORD: Final = r"[^\s]+"
_TEXT: Final = ["string", "number", "boolean"]
"""What a text may look like to a reader of YAML: `42` and `yes` are texts here."""


def document(title: str, body: Json) -> Json:
    """A whole schema."""
    return {"$schema": DRAFT, "title": title, **body, "$defs": DEFS}


def closed(properties: Mapping[str, Json], *, required: Iterable[str] = (), **more: Any) -> Json:
    """An object with these keys and no others."""
    wanted = list(required)
    must = {"required": wanted} if wanted else {}
    properties = dict(properties)
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **must,
        **more,
    }


def ref(name: str, about: str = "") -> Json:
    """A shared piece, with words of its own."""
    return {"$ref": f"#/$defs/{name}", **({"description": about} if about else {})}


def one_or_many(item: Json, about: str = "") -> Json:
    """An item, or a list of them."""
    described = {"description": about} if about else {}
    return {**described, "anyOf": [item, {"type": "array", "items": item}]}


def words(known: Iterable[str], about: str = "") -> Json:
    """One of several words."""
    return {"enum": list(known), **({"description": about} if about else {})}


_STEP_NAME: Final = {"type": "string", "pattern": NAME, "description": "on to that step"}
DEFS: Final[Json] = {
    "name": {"type": "string", "pattern": NAME},
    "names": one_or_many({"type": "string", "pattern": NAME}),
    "rules": one_or_many({"type": "string", "pattern": "^[A-Z][0-9]{2}$"}),
    "text": {"type": _TEXT},
    "title": closed({"zh": {"type": _TEXT}, "en": {"type": _TEXT}}),
    "duration": {
        "title": "time",
        "type": "string",
        "pattern": DURATION,
        "patternErrorMessage": "write a time with its unit: 4s or 700ms",
    },
    "languages": one_or_many({"enum": list(LANGUAGES)}),
    "target": {
        "anyOf": [
            {"const": "next", "description": "the step again while `repeat` lasts, then the next"},
            {"const": "again", "description": "this step from its first word"},
            _STEP_NAME,
            {
                "type": "string",
                "pattern": rf"^(return|end)\s+{_WORD}$",
                "description": "`return OUTCOME` or `end DISPOSITION`",
            },
            {
                "type": "object",
                "description": "a sub-flow, then on by what it returned",
                "properties": {"call": {"type": "string", "pattern": NAME}},
                "required": ["call"],
                "additionalProperties": {"$ref": "#/$defs/target"},
            },
        ]
    },
    "routes": {"type": "object", "additionalProperties": {"$ref": "#/$defs/target"}},
}


def _number(field: Field) -> Json:
    return {"type": "integer", "minimum": field.low, "maximum": field.high}


def _digits(field: Field) -> Json:
    listed = {"type": "string", "pattern": r"^[0-9]{1,2}(-[0-9]{1,2})?$"}
    return {"anyOf": [{"type": "integer", "minimum": 1, "maximum": field.high}, listed]}


def _keys(_field: Field) -> Json:
    return {
        "type": "object",
        "patternProperties": {"^[0-9*#]$": ref("target")},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _answers(field: Field) -> Json:
    return {
        "type": "object",
        "patternProperties": {"^[0-9*#]$": ref("name")},
        "additionalProperties": False,
        "minProperties": field.low,
    }


def _labels(_field: Field) -> Json:
    return {
        "type": "object",
        "patternProperties": {"^[0-9*#]$": ref("title")},
        "additionalProperties": False,
    }


def _cases(_field: Field) -> Json:
    case = closed({"if": ref("text"), "go": ref("target")}, required=("if", "go"))
    otherwise = closed({"else": ref("target")}, required=("else",))
    return {
        "type": "array",
        "items": {"anyOf": [case, otherwise]},
        "contains": {"type": "object", "required": ["else"]},
        "minContains": 1,
        "maxContains": 1,
    }


def _named(value: Json) -> Json:
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": value}


_OF_KIND: Final[Mapping[Kind, Callable[[Field], Json]]] = {
    Kind.NUMBER: _number,
    Kind.DURATION: lambda _: ref("duration"),
    Kind.DIGITS: _digits,
    Kind.WORD: lambda field: words(field.words),
    Kind.NAME: lambda _: ref("name"),
    Kind.NAMES: lambda _: ref("names"),
    Kind.LINE: lambda _: ref("name"),
    Kind.LINES: lambda _: ref("names"),
    Kind.EXPRESSION: lambda _: ref("text"),
    Kind.WORDING: lambda _: ref("text"),
    Kind.WORDINGS: lambda _: _named(ref("text")),
    Kind.KEYS: _keys,
    Kind.ANSWERS: _answers,
    Kind.LABELS: _labels,
    Kind.CASES: _cases,
    Kind.VALUES: lambda _: _named(
        {"anyOf": [ref("text"), closed({"is": ref("text")}, required=("is",))]}
    ),
}


def of_field(field: Field, about: str) -> Json:
    """What may stand at a key of an act."""
    return {**_OF_KIND[field.kind](field), "description": about}
