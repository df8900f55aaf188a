"""Everything one house says and does, loaded together and frozen; a reload makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from callflow.checks.house import Outside, Parts, check_house
from callflow.checks.pinpoint import pinpoint
from callflow.digests import words_digest
from callflow.engine import FlowRun
from callflow.forms import FormText, read_form
from callflow.lines import LINES_FILE as LINES_FILE
from callflow.lines import LineWording, read_lines
from callflow.loader import read_flow
from callflow.reading import Reading
from callflow.rules.loader import read_rules
from callflow.rules.monitor import RuleSet
from callflow.steps import Flow
from callflow.tables import Opening, Table, TableRun
from calls.errors import FlowFileError, Problem

RULES_FILE: Final = "house_rules.yaml"
NOT_FLOWS: Final = frozenset({LINES_FILE, RULES_FILE})
FORMS: Final = "forms"
HOUSE_VARIABLES: Final = frozenset({"company", "agent_no"})
NOWHERE: Final = Outside(variables=HOUSE_VARIABLES)
"""Nothing is known of the world around the folder."""


def house_files(folder: Path) -> list[Path]:
    """Every file a house is made of: flows, lines and rules, and the forms below."""
    return [*sorted(folder.glob("*.yaml")), *sorted((folder / FORMS).glob("*.yaml"))]


def house_texts(folder: Path) -> dict[str, str]:
    """The files of a house by path. Raises FlowFileError when there are none to read."""
    texts: dict[str, str] = {}
    unreadable: list[Problem] = []
    for path in house_files(folder):
        try:
            texts[str(path)] = path.read_bytes().decode("utf-8")
        except OSError as error:
            what = f"cannot be read: {error.strerror}"
            unreadable.append(Problem(str(path), 0, 0, what, "check the file"))
        except UnicodeDecodeError as error:
            what = f"is not UTF-8 at byte {error.start + 1}"
            unreadable.append(Problem(str(path), 0, 0, what, "save it as UTF-8"))
    if unreadable:
        raise FlowFileError(unreadable)
    if not texts:
        problem = Problem(str(folder), 0, 0, "holds no flow", "name the folder of the flows")
        raise FlowFileError([problem])
    return texts


@dataclass(frozen=True, slots=True)
class House:
    """Flows and lines that were checked together."""

    flows: Mapping[str, Flow]
    lines: Mapping[str, LineWording]
    rules: RuleSet
    forms: Mapping[str, FormText]
    table: Table = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", Table(self))

    @classmethod
    def load(cls, folder: Path) -> House:
        """Read every `*.yaml` of `folder`.

        Raises FlowFileError with all problems of all files.
        """
        return cls.of_texts(house_texts(folder))

    @classmethod
    def of_texts(cls, texts: Mapping[str, str], *, let_pass: frozenset[str] = frozenset()) -> House:
        """The house of these files: source name -> YAML text. Raises FlowFileError.

        Errors of the kinds in `let_pass` keep nothing from loading; what reading finds always does.
        """
        found = examine(texts, let_pass=let_pass)
        if found.house is None:
            raise FlowFileError([each for each in found.problems if each.severity == "error"])
        return found.house

    def start(
        self, flow: str, variables: Mapping[str, Any], language: str, performer: str = "ivr"
    ) -> FlowRun:
        """A new run of `flow`; KeyError when there is none of that name."""
        return FlowRun(self, self.flows[flow], variables, language, performer)

    def start_again(
        self, flow: str, variables: Mapping[str, Any], language: str, performer: str = "ivr"
    ) -> TableRun:
        """The same for one of many calls that begin alike: it need not be worked out anew."""
        return self.table.start(flow, variables, language, performer)

    def opening(
        self, flow: str, variables: Mapping[str, Any], language: str, performer: str = "ivr"
    ) -> Opening:
        """Where many calls begin that bring the same values; KeyError as of `start`."""
        return Opening(self.table, flow, variables, language, performer)


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of the files of a house."""

    house: House | None
    problems: list[Problem]
    """All, in the order of their places."""

    parts: Parts
    """What could be read, be it wrong."""


def examine(
    texts: Mapping[str, str],
    outside: Outside = NOWHERE,
    *,
    let_pass: frozenset[str] = frozenset(),
) -> Examined:
    """The house of these files and all that is wrong or doubtful in them.

    There is no house when a problem is an error, unless it is of a kind in `let_pass`; warnings
    leave it whole.
    """
    reading = Reading()
    forms_texts = {name: text for name, text in texts.items() if is_form(name)}
    others = {name: text for name, text in texts.items() if name not in forms_texts}
    files = {Path(source).name: (text, source) for source, text in others.items()}
    lines_text, lines_source = files.get(LINES_FILE, ("", LINES_FILE))
    lines = read_lines(lines_text, lines_source, reading) if lines_text else {}
    forms = _forms(forms_texts, reading)
    flows = _flows(others, words_digest(lines_text, forms_texts.values()), reading)
    rules = _rules(files, lines, flows, forms, reading) if RULES_FILE in files else RuleSet(())
    unreadable = bool(reading.problems)
    parts = Parts(flows=flows, lines=lines, forms=forms)
    check_house(parts, outside, reading)
    problems = pinpoint(reading.problems, texts)
    wrong = {problem.rule for problem in problems if problem.severity == "error"}
    if unreadable or wrong - let_pass:
        return Examined(None, problems, parts)
    return Examined(House(flows, lines, rules, forms), problems, parts)


def _rules(
    files: Mapping[str, tuple[str, str]],
    lines: Mapping[str, LineWording],
    flows: Mapping[str, Flow],
    forms: Mapping[str, FormText],
    reading: Reading,
) -> RuleSet:
    text, source = files[RULES_FILE]
    if ("file", LINES_FILE) in reading.half_read:
        return read_rules(text, source, reading)
    half_read = {name for kind, name in reading.half_read if kind == "line"}
    tags = {tag for line in lines.values() for tag in line.tags}
    words = {*lines, *half_read}
    if reading.problems:  # of flows and forms that cannot be read the names are not known
        return read_rules(text, source, reading, lines=words, tags=tags)
    branches = {branch for flow in flows.values() for branch in flow.anytime}
    return read_rules(
        text, source, reading, lines=words, tags=tags, flows=flows, branches=branches, forms=forms
    )


def is_form(source: str) -> bool:
    """Whether a file of a house is a form, by its folder."""
    return Path(source).parent.name == FORMS


def _forms(texts: Mapping[str, str], reading: Reading) -> dict[str, FormText]:
    forms: dict[str, FormText] = {}
    for source, text in texts.items():
        form = read_form(text, source, reading)
        if form is None:
            continue
        _refuse_second(form, forms, "form", reading)
        forms[form.name] = form
    return forms


def _refuse_second(
    one: Flow | FormText, known: Mapping[str, Flow | FormText], what: str, reading: Reading
) -> None:
    """Note a name that another file has already."""
    if one.name in known:
        reading.wrong(
            one.place,
            f'"{one.name}" is also the {what} of {known[one.name].place.source}',
            "rename one of them",
            rule="same-name",
            word=one.name,
        )


def _flows(texts: Mapping[str, str], house_digest: str, reading: Reading) -> dict[str, Flow]:
    flows: dict[str, Flow] = {}
    for source, text in texts.items():
        if Path(source).name in NOT_FLOWS:
            continue
        flow = read_flow(text, source, reading, house_digest=house_digest)
        if flow is None:
            continue
        _refuse_second(flow, flows, "flow", reading)
        flows[flow.name] = flow
    return flows
