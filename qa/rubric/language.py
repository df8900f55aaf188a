"""What a form's file may say: every key with its meaning, declared once.

The reader, the JSON Schema and `docs/qa-forms.md` take their keys from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("zh", "en")
MOST_SECTIONS: Final = 40
MOST_QUESTIONS: Final = 200
"""Of a whole form."""

MOST_ANSWERS: Final = 12
MOST_WEIGHT: Final = 1000
MOST_VERSION: Final = 40
SHARE: Final = r"^(0|1|0?\.[0-9]{1,4}|1\.0{1,4}|0\.0{1,4})$"
"""0 to 1, at most four places."""

FORM_KEYS: Final[Mapping[str, str]] = {
    "form": "its name, by which evaluations and commands call it",
    "title": "`{zh: ..., en: ...}`, as people read it",
    "version": "what people call this version; a change of a form that was used makes a new one",
    "pass_mark": "percent from which a form is passed; 80 unless told",
    "mode": (
        "`percent`: weights within sections and among them; `points`: points reached of the "
        "points that could be; percent unless told"
    ),
    "scales": "answers that several questions share, by name",
    "sections": "the sections by name, in the order they are asked",
}
SECTION_KEYS: Final[Mapping[str, str]] = {
    "title": "`{zh: ..., en: ...}`",
    "weight": "against the other sections, 1 unless told; none in points mode",
    "questions": "the questions by name, in the order they are asked",
}
QUESTION_KEYS: Final[Mapping[str, str]] = {
    "title": "the question, `{zh: ..., en: ...}`",
    "help": "what to look for, `{zh: ..., en: ...}`",
    "weight": "percent mode: against the other questions of its section, 1 unless told; 0 asks "
    "without scoring",
    "points": "points mode: what the full answer is worth, 1 unless told; 0 asks without scoring",
    "answers": "the name of a scale, or answers by name; `yes_no` unless told",
    "na": "true: `na` (does not apply) may be answered and leaves the denominator",
    "critical": "`section`: failed, it makes its section zero",
    "fatal": "true: failed, it makes the whole form zero, and the result `failed`",
    "ask_if": "`{question: answer}` or a list of answers: asked only when each of these earlier "
    "questions was answered so",
    "comment": "`required`: every answer needs a comment; `on_fail`: one that is worth nothing "
    "does; `optional` unless told",
    "rules": "house rules it is about, by id",
    "fact": "what the machine answers it by; without it, it is a human's question",
    "evidence": "a list: what speech recognition shows to whoever answers; it answers nothing",
}
ANSWER_KEYS: Final[Mapping[str, str]] = {
    "title": "`{zh: ..., en: ...}`",
    "share": "of the question's points, 0 to 1; an answer of share 0 fails the question",
}
FACT_KEYS: Final[Mapping[str, str]] = {
    "rule": "a house rule by its id: kept answers `yes`, broken `no`; what the rule does not "
    "speak of answers `na`, which the question must allow",
    "measure": "a measure of the recording",
    "figure": "a figure of the call's events",
    "at_most": "up to here the answer is `yes`, beyond it `no`",
    "at_least": "from here on the answer is `yes`, below it `no`",
    "bands": "several answers: `{yes: {at_most: 20s}, partly: {at_most: 40s}}`, the first that "
    "holds",
    "otherwise": "with bands: the answer when none of them holds",
}
BAND_KEYS: Final[Mapping[str, str]] = {
    "at_most": "the band's upper end, included",
    "at_least": "its lower end, included",
}
YES, NO, YES_NO = "yes", "no", "yes_no"
BUILT_IN: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = {
    YES_NO: {YES: ("是", "Yes", "1"), NO: ("否", "No", "0")},
    "graded": {
        "good": ("好", "Good", "1"),
        "fair": ("一般", "Fair", "0.6"),
        "poor": ("差", "Poor", "0"),
    },
}
"""Scales every form has: name -> answer -> (zh, en, share)."""
