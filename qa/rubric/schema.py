"""The JSON Schema (draft 2020-12) of a form's file, from the same definitions as the reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callflow.rules.language import ID_PATTERN
from callflow.schema.parts import NAME, Json, closed, document, one_or_many, ref, words
from qa.rubric.form import Comment, Mode, SourceKind
from qa.rubric.language import (
    ANSWER_KEYS,
    BAND_KEYS,
    BUILT_IN,
    FACT_KEYS,
    FORM_KEYS,
    MOST_ANSWERS,
    MOST_SECTIONS,
    MOST_VERSION,
    MOST_WEIGHT,
    QUESTION_KEYS,
    SECTION_KEYS,
)
from qa.rubric.sources import EVIDENCE, FIGURES, MEASURES

_WEIGHT: Final[Json] = {"type": "integer", "minimum": 0, "maximum": MOST_WEIGHT}
_RULE: Final[Json] = {"type": "string", "pattern": ID_PATTERN}
_FLAG: Final[Json] = {"type": "boolean"}
_BOTH: Final = ("zh", "en")


def qa_form_schema() -> Json:
    """A file of `qa/forms/`."""
    shapes: dict[str, Json] = {
        "form": ref("name"),
        "title": _texts(),
        "version": {"type": ["string", "number"], "maxLength": MOST_VERSION},
        "pass_mark": {"type": "integer", "minimum": 0, "maximum": 100},
        "mode": words(mode.value for mode in Mode),
        "scales": _named(_answers()),
        "sections": {**_named(_section()), "minProperties": 1, "maxProperties": MOST_SECTIONS},
    }
    body = _told(shapes, FORM_KEYS, required=("form", "title", "version", "sections"))
    points = {"properties": {"mode": {"const": "points"}}, "required": ["mode"]}
    modes = {"if": points, "then": _without_weights(), "else": _without("points")}
    return document("A form of quality work", {**body, **modes})


def _told(
    shapes: Mapping[str, Json], keys: Mapping[str, str], *, required: tuple[str, ...]
) -> Json:
    properties = {name: {**shapes[name], "description": about} for name, about in keys.items()}
    return closed(properties, required=required)


def _texts() -> Json:
    return {**ref("title"), "required": list(_BOTH)}


def _named(value: Json) -> Json:
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": value}


def _answers() -> Json:
    shapes: dict[str, Json] = {
        "title": _texts(),
        "share": {"type": "number", "minimum": 0, "maximum": 1},
    }
    answer = _told(shapes, ANSWER_KEYS, required=("title", "share"))
    return {**_named(answer), "minProperties": 2, "maxProperties": MOST_ANSWERS}


def _section() -> Json:
    shapes: dict[str, Json] = {
        "title": _texts(),
        "weight": _WEIGHT,
        "questions": {**_named(_question()), "minProperties": 1},
    }
    return _told(shapes, SECTION_KEYS, required=("title", "questions"))


def _question() -> Json:
    shapes: dict[str, Json] = {
        "title": _texts(),
        "help": _texts(),
        "weight": _WEIGHT,
        "points": _WEIGHT,
        "answers": {"anyOf": [_scale_name(), _answers()]},
        "na": _FLAG,
        "critical": words(("section",)),
        "fatal": _FLAG,
        "ask_if": _named(one_or_many(ref("text"))),
        "comment": words(each.value for each in Comment),
        "rules": one_or_many(_RULE),
        "fact": _fact(),
        "evidence": one_or_many(words(EVIDENCE)),
    }
    return _told(shapes, QUESTION_KEYS, required=("title",))


def _scale_name() -> Json:
    shipped = ", ".join(BUILT_IN)
    return {**ref("name"), "description": f"a scale: {shipped}, or one of `scales:`"}


def _fact() -> Json:
    limit: Json = {"anyOf": [ref("duration"), {"type": "integer", "minimum": 0}]}
    band = closed({name: limit for name in BAND_KEYS}, minProperties=1)
    shapes: dict[str, Json] = {
        "rule": _RULE,
        "measure": words(MEASURES),
        "figure": words(FIGURES),
        "at_most": limit,
        "at_least": limit,
        "bands": {**_named(band), "minProperties": 1},
        "otherwise": ref("text"),
    }
    figured = [
        {"required": [kind.value], **_limited()}
        for kind in SourceKind
        if kind is not SourceKind.RULE
    ]
    alone = {"required": ["rule"], "maxProperties": 1}
    return {**_told(shapes, FACT_KEYS, required=()), "oneOf": [alone, *figured]}


def _limited() -> Json:
    """Limits, or bands with what holds outside them."""
    limits: list[Json] = [
        {"anyOf": [{"required": ["at_most"]}, {"required": ["at_least"]}], **_never("bands")},
        {"required": ["bands", "otherwise"], "not": _any_of("at_most", "at_least")},
    ]
    return {"anyOf": limits, "properties": {"rule": False}}


def _never(*keys: str) -> Json:
    return {"not": _any_of(*keys, "otherwise")}


def _any_of(*keys: str) -> Json:
    return {"anyOf": [{"required": [key]} for key in keys]}


def _without(key: str) -> Json:
    """No question has this key."""
    question = {"properties": {key: False}}
    questions = {"properties": {"questions": {"additionalProperties": question}}}
    return {"properties": {"sections": {"additionalProperties": questions}}}


def _without_weights() -> Json:
    """Neither sections nor questions have a weight."""
    question = {"properties": {"weight": False}}
    section = {"properties": {"weight": False, "questions": {"additionalProperties": question}}}
    return {"properties": {"sections": {"additionalProperties": section}}}
