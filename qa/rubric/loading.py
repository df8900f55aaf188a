"""Forms from files: text in, a form or every problem with its place out."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from callflow.nodes import NodeError, parse
from callflow.reading import Reading
from callflow.rules.monitor import RuleSet
from calls.errors import FormFileError, Problem
from qa.rubric.form import Form
from qa.rubric.reader import FormReader

FORMS_FOLDER: Final = Path(__file__).resolve().parents[1] / "forms"
"""The forms that are shipped."""


def load_form(given: Path | str, source: str = "", *, rules: RuleSet | None = None) -> Form:
    """The form in a file (a Path) or in a text (`source` names it in problems).

    With `rules` (the house's), a question may name only rules of theirs, and a fact only rules
    that events can show. Raises FormFileError with everything that is wrong.
    """
    if isinstance(given, Path):
        return load_form(read_text(given), str(given), rules=rules)
    reading = Reading()
    form = read_form(given, source or "form", reading, rules)
    if reading.problems or form is None:
        raise FormFileError(reading.problems)
    return form


def read_form(text: str, source: str, reading: Reading, rules: RuleSet | None) -> Form | None:
    """The same, but problems go to `reading`; None where there is nothing to build on."""
    try:
        top = parse(text, source)
    except NodeError as error:
        reading.problems.append(error.problem)
        return None
    return FormReader(reading, rules).form(top, text, source)


def load_forms(folder: Path = FORMS_FOLDER, *, rules: RuleSet | None = None) -> dict[str, Form]:
    """Every form of a folder by name. Raises FormFileError with all problems of all files."""
    forms: dict[str, Form] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            form = load_form(path, rules=rules)
        except FormFileError as error:
            problems += error.problems
            continue
        if form.name in forms:
            what = f'"{form.name}" is also the form of {forms[form.name].source}'
            problems.append(Problem(str(path), 1, 1, what, "rename one of them", rule="same-name"))
        forms.setdefault(form.name, form)
    if problems:
        raise FormFileError(problems)
    if not forms:
        raise FormFileError([Problem(str(folder), 0, 0, "holds no form", "name their folder")])
    return forms


def read_text(path: Path) -> str:
    """The text of a form's file. Raises FormFileError when there is none to read."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        problem = Problem(str(path), 0, 0, f"cannot be read: {error.strerror}", "check the file")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 at byte {error.start + 1}"
        problem = Problem(str(path), 0, 0, what, "save it as UTF-8")
    raise FormFileError([problem])
