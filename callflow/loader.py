"""One flow file: text in, a frozen Flow or problems out."""

from __future__ import annotations

import re
from typing import Final

from callflow import steps
from callflow.acts.base import Act
from callflow.acts.reader import read_act
from callflow.acts.table import ACTS, OUTCOMES
from callflow.acts.talking import NoAct
from callflow.digests import flow_digest
from callflow.forms import read_hint, read_title
from callflow.lines import LANGUAGES
from callflow.nodes import Mapping, Node, NodeError, Place, Scalar, parse, places_of, texts_of
from callflow.reading import Reading, names_in, nearest, words_in
from callflow.targets import Target
from callflow.targets_reader import read_routes
from calls.call import PERFORMERS

_TOP: Final = (
    "flow",
    "title",
    "rules",
    "performer",
    "direction",
    "returns",
    "languages",
    "variables",
    "always",
    "anytime",
    "steps",
)
_STEP: Final = ("say", "barge_in", "on", "repeat", "hint", *ACTS)
_ELSEWHERE: Final = "write on: {ok: a_step}; left out, the next step follows"
_SAY: Final = "write say: and the name of a line of lines.yaml"
_MEANT: Final = {
    **dict.fromkeys(("goto", "go", "next", "then", "jump"), _ELSEWHERE),
    **dict.fromkeys(("play", "prompt", "text", "speak", "message", "playback"), _SAY),
    **dict.fromkeys(("hangup", "hang_up", "exit", "stop"), "write end: a_word, as in end: served"),
    **dict.fromkeys(("if", "when", "case", "switch"), "write choose: and a list of if: and go:"),
    **dict.fromkeys(("input", "dtmf", "digits", "gather"), "write menu: (one key) or ask: (more)"),
    **dict.fromkeys(("loop", "retry", "times"), "write repeat: 2, and where it goes again next"),
    **dict.fromkeys(("pause", "sleep", "delay"), "write wait: 1s"),
    **dict.fromkeys(("timeout", "time"), "write the time with its act, as in listen: 4s"),
}
"""What authors write who know another language of this kind, and what it is called here."""

MOST_STEPS: Final = 500

HARMLESS: Final = frozenset({"wrong-value", "bad-wording"})
"""Mistakes that leave a step's form readable: what is asked of it can still be checked."""


def read_flow(
    text: str, source: str, reading: Reading, *, house_digest: str = ""
) -> steps.Flow | None:
    """Load one flow; problems go to `reading`, None when there is nothing to build on."""
    flow = _flow(text, source, reading, house_digest)
    if flow is None:
        reading.hide("flow", names_in(text, source, "flow"), words_in(text))
    return flow


def _flow(text: str, source: str, reading: Reading, house_digest: str) -> steps.Flow | None:
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        return None
    reading.keys(top, _TOP, "a flow")
    found = reading.named_parts(top, "flow", "steps", MOST_STEPS, "split it into sub-flows")
    if found is None:
        return None
    named, listed = found
    digest = flow_digest(text, house_digest)
    return _whole(top, reading.name(named, "the flow's name"), listed, digest, reading)


def _whole(top: Mapping, name: str, listed: Mapping, digest: str, reading: Reading) -> steps.Flow:
    always = read_routes(top.get("always"), reading, "always")
    read = tuple(_noted(name, key, node, always, reading) for key, node in listed.items)
    _always_words(top.get("always"), reading)
    return steps.Flow(
        name=name,
        title=read_title(top.get("title"), reading),
        rules=reading.list_of(top.get("rules"), "rules", lambda node: reading.text(node, "a rule")),
        performer=reading.one_of(
            top.get("performer"), "performer", (*PERFORMERS, "either"), "either"
        ),
        direction=reading.one_of(
            top.get("direction"), "direction", ("inbound", "outbound"), "inbound"
        ),
        is_entry=top.get("returns") is None,
        returns=reading.list_of(
            top.get("returns"), "returns", lambda node: reading.name(node, "an outcome")
        ),
        languages=_languages(top.get("languages"), reading),
        always=always,
        anytime=_anytime(top.get("anytime"), reading),
        variables=_variables(top.get("variables"), reading),
        steps=read,
        place=top.place,
        digest=digest,
        places={
            path: place
            for key, value in top.items
            if key.text != "steps"
            for path, place in ((key.text, key.place), *places_of(value, key.text))
        },
    )


def _noted(
    flow: str, key: Scalar, node: Node, always: dict[str, Target], reading: Reading
) -> steps.Step:
    """A step; one that could not be read in full is noted, as it is not what its author meant."""
    before = len(reading.problems)
    step = _step(key.text, key.place, node, always, reading)
    if any(problem.rule not in HARMLESS for problem in reading.problems[before:]):
        reading.hide("step", [f"{flow}.{key.text}"], words_in(*texts_of(node)))
    return step


def _always_words(node: Node | None, reading: Reading) -> None:
    """Note every word of `always:` that no act of the language can come to."""
    for key, _ in node.items if isinstance(node, Mapping) else ():
        if key.text not in OUTCOMES:
            reading.wrong(
                key.place,
                f'no step comes to "{key.text}"',
                nearest(key.text, OUTCOMES),
                rule="impossible-outcome",
                word=key.text,
            )


def _languages(node: Node | None, reading: Reading) -> tuple[str, ...]:
    read = reading.list_of(
        node, "languages", lambda item: reading.one_of(item, "a language", LANGUAGES, LANGUAGES[0])
    )
    return tuple(dict.fromkeys(read)) or LANGUAGES


def _anytime(node: Node | None, reading: Reading) -> dict[str, Target]:
    branches = read_routes(node, reading, "anytime")
    for key, _ in node.items if isinstance(node, Mapping) else ():
        reading.name(key, "a branch")
        if key.text in OUTCOMES:
            reading.wrong(
                key.place,
                f'"{key.text}" is an outcome, so it cannot name a branch',
                "name it after what the agent notices: upset, dialect, wrong_number",
                rule="no-name",
                word=key.text,
            )
    return branches


def _variables(node: Node | None, reading: Reading) -> dict[str, str | int | bool]:
    body = reading.mapping(node, "variables") if node is not None else None
    if body is None:
        return {}
    return {
        reading.name(key, "a variable"): _first_value(value, key.text, reading)
        for key, value in body.items
    }


def _first_value(node: Node, name: str, reading: Reading) -> str | int | bool:
    """Unquoted whole numbers and true/false are typed; everything else is text."""
    text = reading.text(node, name)
    if isinstance(node, Scalar) and not node.quoted:
        if text in ("true", "false"):
            return text == "true"
        if re.fullmatch(r"0|[1-9][0-9]{0,8}", text):
            return int(text)
    return text


def _step(
    name: str, place: Place, node: Node, always: dict[str, Target], reading: Reading
) -> steps.Step:
    body = reading.mapping(node, f'the step "{name}"') or Mapping(node.place, ())
    reading.keys(body, _STEP, "a step", _MEANT)
    says = reading.list_of(body.get("say"), "say", lambda item: _line(item, reading))
    act = _act(name, body, bool(says), reading)
    routes = {word: target for word, target in always.items() if word in act.possible}
    routes.update(read_routes(body.get("on"), reading, "on"))
    return steps.Step(
        name=name,
        says=says,
        barge_in=reading.flag(body.get("barge_in"), "barge_in"),
        act=act,
        on={**act.default, **routes},
        repeat=reading.number(body.get("repeat"), "repeat", 1, 1, 10),
        hint=read_hint(body.get("hint"), reading),
        place=place,
        places=dict(places_of(body)),
    )


def _line(node: Node, reading: Reading) -> str:
    """The name of a line, where an author may have written its words."""
    text = node.text if isinstance(node, Scalar) else ""
    if text.isascii() and " " not in text:
        return reading.name(node, "a line")
    reading.half_read.add(("line", text))
    reading.wrong(
        node.place,
        "a step says lines by name, not by their words",
        "write the words into lines.yaml under a name, and that name here",
        rule="no-name",
        word=text,
    )
    return text


def _act(name: str, body: Mapping, speaks: bool, reading: Reading) -> Act:
    found = [(key, value) for key, value in body.items if key.text in ACTS]
    if len(found) > 1:
        words = " and ".join(key.text for key, _ in found)
        reading.wrong(
            found[1][0].place,
            f'the step "{name}" does two things ({words})',
            "a step does one; put the second into a step of its own",
            rule="two-acts",
            word=found[1][0].text,
        )
    if found:
        word, node = found[0]
        return read_act(ACTS[word.text], node, reading)
    if not speaks:
        reading.wrong(
            body.place,
            f'the step "{name}" does nothing',
            "give it say: or an act",
            rule="empty-step",
        )
    return NoAct()
