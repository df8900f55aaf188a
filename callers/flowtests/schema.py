"""The JSON Schema of a file of flow tests, so that an editor completes them too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callflow.lines import LANGUAGES
from callflow.rules.language import ID_PATTERN
from callflow.schema.files import event_defs
from callflow.schema.parts import NAME, Json, closed, document, one_or_many, ref, words
from calls.call import EndReason
from calls.outcomes import Sound

GIVEN_KEYS: Final[Mapping[str, str]] = {
    "flow": "the flow that is called",
    "caller": 'a persona by name, or one written here: `{answers: [{press: "1"}, silent]}`',
    "language": "the language the call begins in; zh-Hans unless told",
    "variables": "what the call brings",
    "ani": "the caller's number",
    "dnis": "the number called",
    "agent": (
        "who answers a queue or a transfer: a name, `nobody`, `off_duty` (no phone is there), "
        "`failed`, `busy`, or `{name: agent1, answers_after: 4s, talks: 6s, place: 3}`"
    ),
    "performer": "`agent`: an agent performs the flow; the IVR does unless told",
    "does": 'what the agent does, in order: `{at: menu, pick: "1"}`, or take, fill, cancel',
    "files": 'rows for `lookup`: `{customers: {"13800001234": {name: 王}}}`',
    "answers": "what `fetch` and `do` get: `{orders: {status: sent}, check_account: timeout}`",
    "takes": "how long a service or plug-in takes to answer: `{orders: 1500ms}`",
    "fails": "lines that have no sound, and acts that cannot be carried out",
}
EXPECT_KEYS: Final[Mapping[str, str]] = {
    "lines": "lines said, in this order, others between them",
    "exactly": "the lines said, all of them, in order",
    "never": "lines not said",
    "heard": "what windows came to, in this order, others between them",
    "outcomes": "step -> outcomes it came to, in order; `closing.ask` is a step of another flow",
    "disposition": "how the call came out",
    "end_reason": "why the line went down",
    "kept": "house rules that are kept, and asked for",
    "broken": "house rules that are broken; a whole call may break no other",
    "facts": "facts in this order, others between them",
}


def flow_test_schema() -> Json:
    """Draft 2020-12."""
    given = closed({key: {**_given(key), "description": text} for key, text in GIVEN_KEYS.items()})
    expect = closed(
        {key: {**_expected(key), "description": text} for key, text in EXPECT_KEYS.items()},
        minProperties=1,
    )
    test = closed(
        {
            "given": {**given, "description": "what this test adds to the file's `given`"},
            "expect": {**expect, "description": "what the call comes to"},
        },
        required=("expect",),
    )
    tests = {
        "type": "object",
        "description": "each test by a sentence that says what must be so",
        "minProperties": 1,
        "additionalProperties": test,
    }
    common = {**given, "description": "what all tests of the file are given"}
    schema = document(
        "Flow tests of Thirdring",
        closed({"given": common, "tests": tests}, required=("tests",)),
    )
    return {**schema, "$defs": {**schema["$defs"], **event_defs()}}


def _values() -> Json:
    return {
        "type": "object",
        "propertyNames": {"pattern": NAME},
        "additionalProperties": ref("text"),
    }


def _agent() -> Json:
    times = {key: ref("duration") for key in ("answers_after", "talks")}
    place = {"type": "integer", "minimum": 1, "maximum": 999}
    return {"anyOf": [ref("text"), closed({"name": ref("text"), **times, "place": place})]}


def _deeds() -> Json:
    deeds = {"pick": ref("text"), "take": ref("name"), "fill": _values(), "cancel": ref("text")}
    one = [{"required": [word]} for word in deeds]
    return one_or_many(closed({"at": ref("name"), **deeds}, required=("at",), oneOf=one))


def _given(key: str) -> Json:
    rows = {"type": "object", "additionalProperties": {"type": "object"}}
    answer = {"anyOf": [words(("ok", "not_found", "timeout", "error")), _values()]}
    shapes: dict[str, Json] = {
        "flow": ref("name"),
        "caller": {"anyOf": [ref("text"), {"type": "object"}]},
        "language": words(LANGUAGES),
        "variables": _values(),
        "agent": _agent(),
        "performer": words(("ivr", "agent")),
        "does": _deeds(),
        "files": {"type": "object", "additionalProperties": rows},
        "answers": {"type": "object", "additionalProperties": answer},
        "takes": {"type": "object", "additionalProperties": ref("duration")},
        "fails": ref("names"),
    }
    return shapes.get(key, ref("text"))


def _expected(key: str) -> Json:
    shapes: dict[str, Json] = {
        "heard": one_or_many(words((*map(str, Sound), "key"))),
        "outcomes": {"type": "object", "additionalProperties": one_or_many(ref("text"))},
        "disposition": ref("text"),
        "end_reason": words(map(str, EndReason)),
        "kept": one_or_many({"type": "string", "pattern": ID_PATTERN}),
        "broken": one_or_many({"type": "string", "pattern": ID_PATTERN}),
        "facts": {"type": "array", "items": ref("event")},
    }
    return shapes.get(key, ref("names"))
