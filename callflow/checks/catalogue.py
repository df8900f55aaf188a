"""Every kind of mistake that reading and checking can find, by the name a report gives it."""

from __future__ import annotations

from typing import Final, NamedTuple


class Kind(NamedTuple):
    """One kind of mistake."""

    about: str
    severity: str = "error"


_WARNING: Final = "warning"

CATALOGUE: Final[dict[str, Kind]] = {
    # Found while a file is read.
    "unreadable": Kind("A file, or a part of it, has not the form it needs"),
    "unknown-key": Kind("A key that means nothing where it stands"),
    "unknown-word": Kind("A value that is none of the words allowed there"),
    "wrong-value": Kind("A number, time or flag that is none, or out of its range"),
    "no-name": Kind("A name with letters that names have not"),
    "missing-key": Kind("An act without a key it needs"),
    "no-target": Kind("Words that lead nowhere"),
    "two-acts": Kind("A step that does two things"),
    "empty-step": Kind("A step that does nothing"),
    "bad-choose": Kind("A choose whose cases are not complete"),
    "bad-condition": Kind("A condition that cannot be read"),
    "bad-wording": Kind("A text whose variables cannot be read"),
    "same-name": Kind("Two files that define the same name"),
    # Names.
    "unknown-line": Kind("A line that lines.yaml has not"),
    "unknown-flow": Kind("A flow that the folder has not"),
    "unknown-step": Kind("A step that the flow has not"),
    "unknown-form": Kind("A form that the folder has not"),
    "unknown-variable": Kind("A variable that nothing sets"),
    "unknown-directory": Kind("A file of rows that is not in the site's folder", _WARNING),
    "unknown-column": Kind("A column that the file of rows has not"),
    "unknown-service": Kind("An HTTP service that the settings do not name", _WARNING),
    "unknown-plugin": Kind("A plug-in that the settings do not name", _WARNING),
    "unknown-destination": Kind("A destination that the settings do not name", _WARNING),
    # Outcomes.
    "unhandled-outcome": Kind("An outcome for which the step does not say what happens"),
    "impossible-outcome": Kind("An outcome that the step's act never comes to"),
    "undeclared-return": Kind("A return that the flow's `returns:` has not"),
    "never-returned": Kind("An outcome of `returns:` that no step returns", _WARNING),
    "past-the-end": Kind("A step that goes on where the flow ends"),
    "answered-without-ring": Kind("A flow that answers calls without a ring"),
    "useless-barge-in": Kind("barge_in where nobody listens"),
    "useless-repeat": Kind("repeat where nothing leads to next"),
    # The way of a call.
    "unreachable-step": Kind("A step that no call comes to"),
    "recursive-flow": Kind("A flow that calls itself, by whatever way"),
    "hot-loop": Kind("Steps that go round without waiting for the caller"),
    "endless-loop": Kind("Steps that go round for ever with a caller who gives nothing to go by"),
    "endless-mixed-loop": Kind(
        "Steps that go round as long as a caller is faint, noisy and silent by turns", _WARNING
    ),
    "long-silence": Kind("A way on which the caller may hear nothing for too long", _WARNING),
    "abrupt-ending": Kind("A menu that leads to the end without a goodbye", _WARNING),
    "promise-not-kept": Kind("A promise spoken that no promise act has written down", _WARNING),
    # Variables.
    "unset-variable": Kind("A variable that may be read before anything sets it", _WARNING),
    "type-mismatch": Kind("Values of different types compared or added"),
    "mixed-types": Kind("A variable that is set to values of different types", _WARNING),
    # Languages and performers.
    "missing-wording": Kind("A line without a wording in a language it is spoken in"),
    "missing-audio": Kind("A line without sound in a language it is spoken in", _WARNING),
    "undeclared-language": Kind("A language that the flow's `languages:` has not"),
    "language-conflict": Kind("A flow called in a language it has not"),
    "performer-conflict": Kind("Something that whoever performs the flow cannot do"),
    "performer-doubt": Kind("Something that not all who perform the flow can do", _WARNING),
    # What is there for nothing.
    "unused-line": Kind("A line that nothing speaks", _WARNING),
    "unused-form": Kind("A form that nothing shows", _WARNING),
    "unused-flow": Kind("A sub-flow that nothing calls", _WARNING),
}
"""By name; the name stays what it is, so that a site's tools may go by it."""
