"""The schemas of lines, forms and house rules, and all schemas by the name of their file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from callflow.forms import MOST_FIELDS
from callflow.lines import LANGUAGES
from callflow.rules.events import SHORT
from callflow.rules.events_reader import KINDS
from callflow.rules.language import (
    ID_PATTERN,
    MOST_COUNT,
    PATTERN_KEYS,
    PAUSE_KEYS,
    RULE_KEYS,
    Key,
    Value,
)
from callflow.schema.flow import flow_schema
from callflow.schema.parts import NAME, Json, closed, document, one_or_many, ref, words
from callflow.schema.words import FIELD_KEYS, FIELD_TYPES, FORM_KEYS, LINE_KEYS

_TOLERANCE: Final = "what counting by frames and a busy machine may add or take from every time"


def lines_schema() -> Json:
    """`lines.yaml`."""
    keys = {name: ref("text", about) for name, about in LINE_KEYS.items()}
    keys["tags"] = ref("names", LINE_KEYS["tags"])
    line = closed(keys, anyOf=[{"required": [language]} for language in LANGUAGES])
    names = {"pattern": NAME}
    return document(
        "The lines of a house: what it says, by language",
        {"type": "object", "propertyNames": names, "additionalProperties": line},
    )


def form_schema() -> Json:
    """A file of `forms/`."""
    kind = {"anyOf": [{"const": word, "description": d} for word, d in FIELD_TYPES.items()]}
    labels = {"type": "object", "minProperties": 1, "additionalProperties": ref("title")}
    field = closed(
        {
            "label": ref("title", FIELD_KEYS["label"]),
            "type": {**kind, "description": FIELD_KEYS["type"]},
            "required": {"type": "boolean", "description": FIELD_KEYS["required"]},
            "choices": {
                **labels,
                "propertyNames": {"pattern": NAME},
                "description": FIELD_KEYS["choices"],
            },
            "ask": ref("name", FIELD_KEYS["ask"]),
        },
    )
    field |= {
        "if": {"properties": {"type": {"const": "choice"}}, "required": ["type"]},
        "then": {"required": ["choices"]},
        "else": {"not": {"required": ["choices"]}},
    }  # fmt: skip
    fields: Json = {
        "type": "object",
        "description": FORM_KEYS["fields"],
        "minProperties": 1,
        "maxProperties": MOST_FIELDS,
        "propertyNames": {"pattern": NAME},
        "additionalProperties": field,
    }
    shared = {"form": "name", "title": "title", "rules": "rules"}
    top = {name: ref(shape, FORM_KEYS[name]) for name, shape in shared.items()}
    body = closed({**top, "fields": fields}, required=("form", "fields"))
    return document("A form of the agent's screen", body)


def rules_schema() -> Json:
    """`house_rules.yaml`."""
    pattern = {
        word: closed(
            {key.name: _of_key(key) for key in keys},
            required=[key.name for key in keys if key.required],
        )
        for word, keys in PATTERN_KEYS.items()
    }
    said = [{"required": [word]} for word in (*PATTERN_KEYS, "all", "judged_by")]
    rule = closed(
        {**{key.name: _of_key(key) for key in RULE_KEYS}, **pattern},
        required=[key.name for key in RULE_KEYS if key.required],
        anyOf=said,
        dependentRequired={"judged_by": ["reason"], "reason": ["judged_by"]},
    )
    schema = document(
        "House rules: what must be so on every call",
        {
            "type": "object",
            "properties": {"tolerance": ref("duration", _TOLERANCE)},
            "patternProperties": {ID_PATTERN: rule},
            "additionalProperties": False,
        },
    )
    shared = {**event_defs(), "link": _link(), "pattern": closed(pattern)}
    return {**schema, "$defs": {**schema["$defs"], **shared}}


def event_defs() -> Json:
    """Shared pieces for a schema that speaks of events: `event`, and all it is made of."""
    events = {"event": one_or_many(ref("one_event")), "one_event": _event(), "test": _test()}
    return {**events, **_kinds()}


def _of_key(key: Key) -> Json:
    shapes: Mapping[Value, Json] = {
        Value.EVENT: ref("event"),
        Value.LINKS: one_or_many(ref("link")),
        Value.TIME: ref("duration"),
        Value.NUMBER: {"type": "integer", "minimum": 0, "maximum": MOST_COUNT},
        Value.FLAG: {"type": "boolean"},
        Value.TEXTS: {**ref("title"), "required": ["zh", "en"]},
        Value.WORD: {"enum": list(key.words)},
        Value.NAMES: ref("names"),
        Value.PATTERNS: {"type": "array", "items": ref("pattern"), "minItems": 1},
    }
    return {**shapes[key.value], "description": key.doc}


def _by_kind() -> dict[str, Json]:
    return {kind: {"$ref": f"#/$defs/{kind}"} for kind in sorted(KINDS)}


def _kinds() -> dict[str, Json]:
    """What may stand behind each kind of event."""
    found: dict[str, Json] = {}
    for kind, fields in sorted(KINDS.items()):
        tests: dict[str, Json] = {name: ref("test") for name in sorted(fields)}
        if "tags" in fields:
            tests |= {"tag": one_or_many(ref("text")), "tags": one_or_many(ref("text"))}
        tested = closed({**tests, "not": closed(tests)})
        short = SHORT.get(kind)
        word = [one_or_many(ref("text"), f"its {short}")] if short else [{"enum": ["any", ""]}]
        found[kind] = {"anyOf": [*word, tested, {"type": "null"}]}
    return found


def _test() -> Json:
    number = {"type": "integer", "minimum": 0}
    return {"anyOf": [one_or_many(ref("text")), closed({"at_least": number, "at_most": number})]}


def _event() -> Json:
    listed = words(sorted(KINDS), "anything of this kind")
    return {"anyOf": [listed, closed(_by_kind(), minProperties=1, maxProperties=1)]}


def _link() -> Json:
    pause = closed({key.name: ref("duration", key.doc) for key in PAUSE_KEYS})
    about = {"description": "the time since what came before it"}
    body = closed({**_by_kind(), "pause": {**pause, **about}}, minProperties=1, maxProperties=2)
    several = {"type": "array", "items": ref("event"), "description": "any of them"}
    return {"anyOf": [words(sorted(KINDS)), body, several]}


SCHEMAS: Final[Mapping[str, Callable[[], Json]]] = {
    "flow": flow_schema,
    "lines": lines_schema,
    "rules": rules_schema,
    "form": form_schema,
}
"""The schemas of a house's own files by name; the file is `<name>.json`."""


def schema_text(schema: Json) -> str:
    """The file of a schema."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
