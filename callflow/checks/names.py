"""Names that a house uses and has not: lines, flows, steps, forms, variables, files of rows."""

from __future__ import annotations

from collections.abc import Iterable

from callflow.acts.deciding import CallAct
from callflow.acts.doing import DoAct, FetchAct, FormAct, LookupAct, TransferAct
from callflow.acts.queueing import QueueAct
from callflow.checks.notes import BUILT_IN, Notes, place_of
from callflow.checks.ways import Way, ways_of, written_in
from callflow.lines import LINES_FILE, LineWording
from callflow.nodes import Place
from callflow.reading import nearest
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, GoTo, Return


def check_names(notes: Notes) -> None:
    """Note every name that nothing in the house has."""
    known = known_variables(notes)
    fields = [field for form in notes.parts.forms.values() for field in form.fields]
    for field in fields:
        if field.ask:
            _line(field.ask, field.asked_at or field.place, notes)
    for line in notes.parts.lines.values():
        _variables_of(line, known, notes)
    for flow in notes.parts.flows.values():
        for step in flow.steps:
            _step(step, flow, known, notes)
        for word, target in flow.anytime.items():
            _targets(Way(word, f"anytime.{word}", target), flow, None, notes)


def _step(step: Step, flow: Flow, known: frozenset[str], notes: Notes) -> None:
    _lines_of(step, flow, notes)
    _act_names(step, flow, known, notes)
    _variables_in(step, flow, known, notes)
    for way in ways_of(step):
        _targets(way, flow, step, notes)


def known_variables(notes: Notes) -> frozenset[str]:
    """Every variable that something in the house sets, or may set where it could not be read."""
    names = set(BUILT_IN | notes.outside.variables | notes.reading.hidden)
    for form in notes.parts.forms.values():
        names.update(form.stores())
    for flow in notes.parts.flows.values():
        names.update(flow.variables)
        for step in flow.steps:
            names.update(step.act.stores())
    return frozenset(names)


def _line(name: str, place: Place, notes: Notes) -> None:
    lines = notes.parts.lines
    if name in lines or notes.half_read("line", name) or notes.half_read("file", LINES_FILE):
        return
    notes.note(
        "unknown-line", place, f'no line is called "{name}"', nearest(name, lines), word=name
    )


def _lines_of(step: Step, flow: Flow, notes: Notes) -> None:
    for at, name in enumerate(step.says):
        _line(name, place_of(flow, step, f"say.{at}=", "say="), notes)
    word = step.act.word
    for at, name in enumerate(step.act.lines()):
        paths = (f"{word}.reprompt=", f"{word}.tell.{at}=", f"{word}.tell=", f"{word}=")
        _line(name, place_of(flow, step, *paths), notes)


def _act_names(step: Step, flow: Flow, known: frozenset[str], notes: Notes) -> None:
    """What an act names exists: its form, its file, its variable, its flow."""
    act, word = step.act, step.act.word
    match act:
        case FormAct(form=name) if name and name not in notes.parts.forms:
            _no_form(name, place_of(flow, step, f"{word}.name=", f"{word}="), notes)
        case LookupAct():
            _lookup(act, step, flow, known, notes)
        case FetchAct() | DoAct() | TransferAct():
            _outside(act, step, flow, notes)
        case QueueAct(agent_flow=name) if name:
            _flow_named(name, place_of(flow, step, f"{word}.agent="), notes)
        case CallAct(flow=name) if name:
            _flow_named(name, place_of(flow, step, f"{word}.flow=", f"{word}="), notes)
        case _:
            pass


def _no_form(name: str, place: Place, notes: Notes) -> None:
    forms = notes.parts.forms
    if not notes.half_read("form", name):
        notes.note(
            "unknown-form", place, f'no form is called "{name}"', nearest(name, forms), word=name
        )


def _outside(act: FetchAct | DoAct | TransferAct, step: Step, flow: Flow, notes: Notes) -> None:
    match act:
        case FetchAct(source=name):
            kind, known = "service", notes.outside.services
        case DoAct(plugin=name):
            kind, known = "plugin", notes.outside.plugins
        case TransferAct(to=name):
            kind, known = "destination", notes.outside.destinations
    if known is not None and name and name not in known:
        word, key = step.act.word, step.act.fields[0].name
        notes.note(
            f"unknown-{kind}",
            place_of(flow, step, f"{word}.{key}=", f"{word}="),
            f'the settings name no {kind} "{name}"',
            nearest(name, known),
            word=name,
        )


def _lookup(act: LookupAct, step: Step, flow: Flow, known: frozenset[str], notes: Notes) -> None:
    if act.by and act.by not in known:
        notes.note(
            "unknown-variable",
            place_of(flow, step, "lookup.by="),
            f"the step looks up by {act.by}, which nothing sets",
            nearest(act.by, known - notes.reading.hidden),
            word=act.by,
        )
    directories = notes.outside.directories
    if directories is None or not act.directory:
        return
    if act.directory not in directories:
        notes.note(
            "unknown-directory",
            place_of(flow, step, "lookup.in="),
            f"there is no file {act.directory}.csv, so nothing is ever found",
            nearest(act.directory, directories),
            word=act.directory,
        )
        return
    columns = directories[act.directory]
    for at, column in enumerate(act.store):
        if column not in columns:
            notes.note(
                "unknown-column",
                place_of(flow, step, f"lookup.store.{at}=", "lookup.store="),
                f'"{act.directory}" has no column "{column}"',
                nearest(column, columns),
                word=column,
            )


def _flow_named(name: str, place: Place, notes: Notes) -> bool:
    flows = notes.parts.flows
    if name not in flows and not notes.half_read("flow", name):
        notes.note(
            "unknown-flow", place, f'no flow is called "{name}"', nearest(name, flows), word=name
        )
    return name in flows


def _variables_of(line: LineWording, known: frozenset[str], notes: Notes) -> None:
    for unknown in sorted(line.names - known):
        written = [language for language, text in line.wordings.items() if unknown in text.names]
        notes.note(
            "unknown-variable",
            line.places.get(f"{written[0]}=", line.place),
            f'the line "{line.name}" uses {{{unknown}}}, which nothing sets',
            nearest(unknown, known - notes.reading.hidden),
            word=unknown,
        )


def _variables_in(step: Step, flow: Flow, known: frozenset[str], notes: Notes) -> None:
    sets = known - notes.reading.hidden
    used = frozenset[str]().union(*(each.names for each in step.act.expressions()))
    for unknown in sorted(used - known):
        notes.note(
            "unknown-variable",
            place_of(flow, step, f"{step.act.word}="),
            f'the step "{step.name}" uses {unknown}, which nothing sets',
            f"{nearest(unknown, sets)} Or give it a first value in variables: at the top",
            word=unknown,
        )


def _targets(way: Way, flow: Flow, step: Step | None, notes: Notes) -> None:
    for path, target in written_in(way):
        where = flow.steps[0] if step is None else step
        place = flow.places.get(f"{path}=") if step is None else None
        place = place or place_of(flow, where, f"{path}=", path)
        match target:
            case GoTo(name) if name not in flow.index:
                if notes.first("step", flow.name, str(place), name):
                    notes.note(
                        "unknown-step",
                        place,
                        f'{_goes(step, way)} to "{name}", which is no step of "{flow.name}"',
                        nearest(name, flow.index),
                        word=name,
                    )
            case Return(outcome) if outcome and outcome not in flow.returns:
                if notes.first("return", flow.name, str(place), outcome):
                    notes.note(
                        "undeclared-return",
                        place,
                        f'the flow "{flow.name}" returns "{outcome}" without saying so',
                        f"add {outcome} to returns: at the top",
                        word=outcome,
                    )
            case CallFlow(name, routes):
                at = place_of(flow, where, f"{path}.call=", f"{path}=")
                at = flow.places.get(f"{path}.call=", at) if step is None else at
                _sub_flow(name, routes, at, flow, notes)
            case _:
                pass


def _goes(step: Step | None, way: Way) -> str:
    return f'the branch "{way.word}" goes' if step is None else f'the step "{step.name}" goes'


def _sub_flow(name: str, routes: Iterable[str], place: Place, flow: Flow, notes: Notes) -> None:
    if not name or not notes.first("sub", flow.name, str(place), name):
        return  # written once in always:, and merged into many steps
    if not _flow_named(name, place, notes):
        return
    written, returns = set(routes), set(notes.parts.flows[name].returns)
    for missing in sorted(returns - written):
        notes.note(
            "unhandled-outcome",
            place,
            f'"{name}" can return {missing}, which nobody handles here',
            f"write {{call: {name}, {missing}: a_step}}",
            word=name,
        )
    for never in sorted(written - returns):
        notes.note(
            "impossible-outcome",
            place,
            f'"{name}" never returns {never}',
            nearest(never, returns),
            word=never,
        )
