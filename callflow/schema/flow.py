"""The schema of a flow file."""

from __future__ import annotations

from collections.abc import Collection

from callflow.acts.base import EVERYWHERE, Act
from callflow.acts.deciding import CallAct
from callflow.acts.table import ACTS
from callflow.acts.table import OUTCOMES as ALL_OUTCOMES
from callflow.acts.talking import NoAct
from callflow.loader import MOST_STEPS
from callflow.schema.parts import NAME, Json, closed, document, of_field, ref, words
from callflow.schema.telling import example_of, told
from callflow.schema.words import FLOW_KEYS, OUTCOMES, STEP_KEYS
from calls.call import PERFORMERS


def flow_schema() -> Json:
    """Draft 2020-12; what it refuses, `thirdring check` refuses too."""
    return document(
        "A call flow of Thirdring",
        closed(
            {name: _top(name, about) for name, about in FLOW_KEYS.items()},
            required=("flow", "steps"),
        ),
    )


def _top(name: str, about: str) -> Json:
    shapes: dict[str, Json] = {
        "performer": words((*PERFORMERS, "either")),
        "direction": words(("inbound", "outbound")),
        "returns": ref("names"),
        "variables": {
            "type": "object",
            "propertyNames": {"pattern": NAME},
            "additionalProperties": ref("text"),
        },
        "always": _routes(sorted(ALL_OUTCOMES)),
        "anytime": ref("routes"),
        "steps": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": MOST_STEPS,
            "additionalProperties": _step(),
        },
    }
    shared = name if name in ("title", "rules", "languages") else "name"
    return {**shapes.get(name, ref(shared)), "description": about}


def _step() -> Json:
    keys: dict[str, Json] = {
        "say": ref("names", STEP_KEYS["say"]),
        "barge_in": {"type": "boolean", "description": STEP_KEYS["barge_in"]},
        "on": ref("routes", STEP_KEYS["on"]),
        "repeat": {
            "type": "integer", "minimum": 1, "maximum": 10, "description": STEP_KEYS["repeat"],
        },
        "hint": {"anyOf": [ref("text"), ref("title")], "description": STEP_KEYS["hint"]},
    }  # fmt: skip
    acts: dict[str, Json] = {word: _act(act) for word, act in ACTS.items()}
    one_act = [{"required": [word]} for word in ACTS]
    only_speaks = {"required": ["say"], "not": {"anyOf": one_act}}
    return closed({**keys, **acts}, oneOf=[only_speaks, *one_act], allOf=list(_outcomes()))


def _outcomes() -> list[Json]:
    """Which words `on:` can have, by the act that stands beside it."""
    rules: list[Json] = []
    for word, act in ACTS.items():
        if act is CallAct:
            continue  # what the other flow returns
        rules.append({"if": {"required": [word]}, "then": _on(act)})
    speaks = {"not": {"anyOf": [{"required": [word]} for word in ACTS]}}
    return [*rules, {"if": speaks, "then": _on(NoAct)}]


def _on(act: type[Act]) -> Json:
    possible = act.must | act.may | frozenset(act.default) | EVERYWHERE
    return {"properties": {"on": _routes(sorted(possible), act.must)}}


def _routes(known: list[str], must: Collection[str] = ()) -> Json:
    properties: dict[str, Json] = {}
    for word in known:
        more = "; this step or `always:` says where it goes" if word in must else ""
        properties[word] = ref("target", OUTCOMES[word] + more)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _act(act: type[Act]) -> Json:
    """The act's value: its one figure, or its keys."""
    about = f"{act.about}: {example_of(act)}"
    if not act.fields[0].name:
        return of_field(act.fields[0], about)
    body = closed(
        {field.name: of_field(field, told(field)) for field in act.fields},
        required=[field.name for field in act.fields if field.required],
    )
    body |= {"title": act.word, "description": about}
    if not act.scalar:
        return body
    figure = next(field for field in act.fields if field.name == act.scalar)
    # An editor shows the description of the form that fits, so both tell the whole.
    written = {**of_field(figure, f"{about}. {told(figure)}"), "title": act.word}
    return {"description": about, "anyOf": [written, body]}
