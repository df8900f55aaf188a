"""One sentence on each key of a flow and of a step, and on each outcome; for editors and docs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FLOW_KEYS: Final[Mapping[str, str]] = {
    "flow": "its name: small letters, digits, `_`",
    "title": "`{zh: …, en: …}`",
    "rules": "the house rules it carries out, by ID: `[A05, A08]`",
    "performer": "`ivr`, `agent` or `either` (as it is unless told)",
    "direction": "`inbound` (unless told) or `outbound`",
    "returns": (
        "outcomes a flow that calls this one can get back, `[]` when it always ends the call; a "
        "flow without it is an entry, and one that the IVR performs begins with `ring`"
    ),
    "languages": (
        "the languages the flow can be in: `[zh-Hans, zh-Hant, en]` (all of them) unless it says "
        "fewer; a call in another one goes on in the first of them"
    ),
    "variables": (
        'first values of variables the call may not bring: `{name: "", tries: 0, vip: false}`; '
        "a whole number or true/false without quotes is one, everything else is text"
    ),
    "always": "outcome -> where it goes, for every step that does not say it itself",
    "anytime": (
        "branches the agent who performs the flow may take at any step: "
        "`{upset: {call: upset, calm: again}}`"
    ),
    "steps": "the steps, in order; the first one begins",
}

STEP_KEYS: Final[Mapping[str, str]] = {
    "say": "a line of `lines.yaml`, or a list of them",
    "barge_in": (
        "`true`: the last line is cut when the caller speaks or presses a key "
        "(with `listen`, `menu`, `ask`, `verdict`)"
    ),
    "on": "outcome -> where it goes",
    "repeat": "1 to 10: `next` does the step again until it was done so often",
    "hint": "a word to the agent who performs the step: a text, or `{zh: …, en: …}`",
}

TARGETS: Final[Mapping[str, str]] = {
    "a step's name": "on to that step of the same flow",
    "next": "the step again while its `repeat` lasts, then the one written below it",
    "again": "this step from its first word",
    "return X": "back to the flow that called this one, with an outcome of `returns:`",
    "end X": "the end of the call, with the disposition X",
    "{call: a_flow, X: somewhere}": (
        "a sub-flow, then on by what it returned; its own `end` ends the call"
    ),
}

OUTCOMES: Final[Mapping[str, str]] = {
    "ok": "it was done",
    "error": "it could not be done; without a route the dialplan's fallback takes the caller",
    "hangup": "the caller is gone: what to do first; nothing is spoken any more",
    "speech": "the caller spoke, and has paused",
    "silence": "the window ran out and nothing was heard",
    "noise": "noise, too loud to hear a caller in",
    "faint": "the caller spoke, too low",
    "clear": "the noise is gone",
    "key": "the caller pressed a key; `digits` has it",
    "exhausted": "no usable key in all attempts",
    "answered": "somebody answered: the call is up, or they have talked and the caller is back",
    "busy": "the destination is busy",
    "no_answer": "nobody answered in time",
    "failed": "the queue or the destination could not be reached",
    "cancelled": "the agent closed the form without saving it",
    "found": "there is such a row; its columns are variables now",
    "not_found": "there is none",
    "timeout": "no answer within the limit",
}

LINE_KEYS: Final[Mapping[str, str]] = {
    "tags": "what house rules and QA go by: `greeting`, `closing`, `apology`, ...",
    "zh-Hans": "the wording in simplified Chinese; `{variables}` in braces",
    "zh-Hant": "the wording in traditional Chinese",
    "en": "the wording in English",
}

FORM_KEYS: Final[Mapping[str, str]] = {
    "form": "its name; a step says `form: that_name`",
    "title": "`{zh: …, en: …}`",
    "rules": "the house rules it carries out, by ID",
    "fields": "the fields, in order; the name of each is the variable it fills",
}

FIELD_KEYS: Final[Mapping[str, str]] = {
    "label": "what stands beside it on the screen: `{zh: …, en: …}`",
    "type": "what may be written into it; `text` unless told",
    "required": "`true`: the form is not done without it",
    "choices": "of a `choice`: value -> `{zh: …, en: …}`, in order",
    "ask": "the line the agent asks the caller with",
}

FIELD_TYPES: Final[Mapping[str, str]] = {
    "text": "one line of text",
    "long_text": "several lines of text",
    "number": "a whole number; the variable is one too",
    "phone": "a telephone number",
    "date": "a day",
    "flag": "yes or no; the variable is true or false",
    "choice": "one of `choices`",
}
