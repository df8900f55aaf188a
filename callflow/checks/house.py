"""What must hold between the files of a house before it may speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from callflow import performing
from callflow.acts.base import EVERYWHERE
from callflow.acts.deciding import CallAct
from callflow.acts.doing import FormAct, LookupAct, QueueAct
from callflow.acts.talking import RingAct
from callflow.forms import FormText
from callflow.lines import LineWording
from callflow.nodes import Place
from callflow.reading import Reading, nearest
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, GoTo, Next, Return, Target, with_routes

BUILT_IN: Final = frozenset({"language", "performer", "digits", "ani", "dnis", "disposition"})
"""Variables every run has, beside the house's own and those a flow sets."""


def check_house(
    flows: Mapping[str, Flow],
    lines: Mapping[str, LineWording],
    forms: Mapping[str, FormText],
    house_variables: frozenset[str],
    reading: Reading,
) -> None:
    """Note every unhandled outcome, unknown name and dead end of all flows in `reading`."""
    known = BUILT_IN | house_variables | _set_anywhere(flows, forms)
    for form in forms.values():
        _form(form, lines, reading)
    for line in lines.values():
        _variables_of(line, known, reading)
    for flow in flows.values():
        _entry(flow, reading)
        for step in flow.steps:
            _lines_of(step, lines, reading)
            _names_of(step, known, reading)
            _speakable(step, flow, lines, reading)
            _outcomes_of(step, flows, reading)
            _named(step, flows, forms, known, reading)
            _means_something(step, reading)
            for target in step.targets():
                _target(target, step, flow, flows, reading)
        for target in flow.anytime.values():
            for each in with_routes(target):
                _target(each, flow.steps[0], flow, flows, reading)
        _last_step(flow, reading)
        _reachable(flow, reading)
    _no_recursion(flows, reading)


def _set_anywhere(flows: Mapping[str, Flow], forms: Mapping[str, FormText]) -> frozenset[str]:
    names = {name for form in forms.values() for name in form.stores()}
    for flow in flows.values():
        names.update(flow.variables)
        for step in flow.steps:
            names.update(step.act.stores())
    return frozenset(names)


def _form(form: FormText, lines: Mapping[str, LineWording], reading: Reading) -> None:
    for field in form.fields:
        if field.ask and field.ask not in lines:
            reading.wrong(
                field.place, f'no line is called "{field.ask}"', nearest(field.ask, lines)
            )


def _entry(flow: Flow, reading: Reading) -> None:
    first = flow.steps[0]
    answered = flow.direction == "outbound" or flow.performer == "agent"
    if flow.returns or answered or isinstance(first.act, RingAct):
        return
    reading.wrong(
        first.place,
        f'the flow "{flow.name}" answers without a ring',
        "begin with a step that has ring: 1, or write returns: if other flows call it",
    )


def _lines_of(step: Step, lines: Mapping[str, LineWording], reading: Reading) -> None:
    for name in step.lines:
        if name not in lines:
            _no_line(name, step.place, lines, reading)


def _no_line(name: str, place: Place, lines: Mapping[str, LineWording], reading: Reading) -> None:
    reading.wrong(place, f'no line is called "{name}"', nearest(name, lines))


def _speakable(step: Step, flow: Flow, lines: Mapping[str, LineWording], reading: Reading) -> None:
    """Every line has a wording in every language the flow can be in."""
    for name in step.lines:
        missing = [
            language
            for language in flow.languages
            if name in lines and language not in lines[name].wordings
        ]
        if missing:
            reading.wrong(
                lines[name].place,
                f'the line "{name}" has no {", ".join(missing)} wording, and "{flow.name}" says it',
                f"add `{missing[0]}: ...`, or write the flow's languages: without {missing[0]}",
            )


def _named(
    step: Step,
    flows: Mapping[str, Flow],
    forms: Mapping[str, FormText],
    known: frozenset[str],
    reading: Reading,
) -> None:
    """What an act names exists: its form, its variable, the flow its agent performs."""
    act = step.act
    if isinstance(act, FormAct) and act.form not in forms:
        reading.wrong(step.place, f'no form is called "{act.form}"', nearest(act.form, forms))
    if isinstance(act, LookupAct) and act.by not in known:
        reading.wrong(
            step.place, f"the step looks up by {act.by}, which nothing sets", nearest(act.by, known)
        )
    if isinstance(act, QueueAct) and act.agent_flow and act.agent_flow not in flows:
        reading.wrong(
            step.place, f'no flow is called "{act.agent_flow}"', nearest(act.agent_flow, flows)
        )


def _variables_of(line: LineWording, known: frozenset[str], reading: Reading) -> None:
    for unknown in sorted(line.names - known):
        reading.wrong(
            line.place,
            f'the line "{line.name}" uses {{{unknown}}}, which nothing sets',
            nearest(unknown, known),
        )


def _names_of(step: Step, known: frozenset[str], reading: Reading) -> None:
    used = frozenset[str]().union(*(each.names for each in step.act.expressions()))
    for unknown in sorted(used - known):
        reading.wrong(
            step.place,
            f'the step "{step.name}" uses {unknown}, which nothing sets',
            f"{nearest(unknown, known)} Or give it a first value in variables: at the top",
        )


def _outcomes_of(step: Step, flows: Mapping[str, Flow], reading: Reading) -> None:
    act = step.act
    required, possible = act.required, act.possible
    if isinstance(act, CallAct):
        called = flows.get(act.flow)
        if called is None:
            reading.wrong(step.place, f'no flow is called "{act.flow}"', nearest(act.flow, flows))
            return
        required = frozenset(called.returns)
        possible = required | EVERYWHERE
    for missing in sorted(required - frozenset(step.on)):
        reading.wrong(
            step.place,
            f'the step "{step.name}" does not say what happens on {missing}',
            f"add on: {{{missing}: a_step}}, or handle it for all steps in always:",
        )
    for never in sorted(frozenset(step.on) - possible):
        reading.wrong(
            step.place,
            f'"{never}" never comes out of {act.word} in the step "{step.name}"',
            nearest(never, possible),
        )


def _means_something(step: Step, reading: Reading) -> None:
    if step.barge_in and not (step.says and performing.hears(step.act)):
        reading.wrong(
            step.place,
            f'nobody listens in the step "{step.name}", so barge_in does nothing',
            "give it say: and listen:, menu: or ask:, or drop barge_in",
        )
    if step.repeat > 1 and not any(isinstance(each, Next) for each in step.targets()):
        reading.wrong(
            step.place,
            f'nothing in the step "{step.name}" leads to next, so repeat does nothing',
            "let an outcome go to next, or drop repeat",
        )


def _target(
    target: Target, step: Step, flow: Flow, flows: Mapping[str, Flow], reading: Reading
) -> None:
    match target:
        case GoTo(name) if name not in flow.index:
            reading.wrong(
                step.place,
                f'the step "{step.name}" goes to "{name}", which is no step of "{flow.name}"',
                nearest(name, flow.index),
            )
        case Return(outcome) if outcome not in flow.returns:
            reading.wrong(
                step.place,
                f'the flow "{flow.name}" returns "{outcome}" without saying so',
                f"add {outcome} to returns: at the top",
            )
        case CallFlow(name, routes):
            _sub_flow(name, routes, step.place, flows, reading)
        case _:
            pass


def _sub_flow(
    name: str,
    routes: Mapping[str, Target],
    place: Place,
    flows: Mapping[str, Flow],
    reading: Reading,
) -> None:
    called = flows.get(name)
    if called is None:
        reading.wrong(place, f'no flow is called "{name}"', nearest(name, flows))
        return
    for missing in sorted(set(called.returns) - set(routes)):
        reading.wrong(
            place,
            f'"{name}" can return {missing}, which nobody handles here',
            f"write {{call: {name}, {missing}: a_step}}",
        )
    for never in sorted(set(routes) - set(called.returns)):
        reading.wrong(place, f'"{name}" never returns {never}', nearest(never, called.returns))


def _last_step(flow: Flow, reading: Reading) -> None:
    last = flow.steps[-1]
    if any(isinstance(target, Next) for target in last.targets()):
        reading.wrong(
            last.place,
            f'after the last step "{last.name}" there is nothing',
            "write end: a_disposition or return: an_outcome",
        )


def _reachable(flow: Flow, reading: Reading) -> None:
    seen: set[int] = set()
    waiting = [0, *_branched_to(flow)]
    while waiting:
        at = waiting.pop()
        if at in seen or at >= len(flow.steps):
            continue
        seen.add(at)
        for target in flow.steps[at].targets():
            if isinstance(target, GoTo):
                waiting.append(flow.index.get(target.step, at))
            elif isinstance(target, Next):
                waiting.append(at + 1)
    for at, step in enumerate(flow.steps):
        if at not in seen:
            reading.wrong(
                step.place, f'nothing leads to the step "{step.name}"', "lead to it, or delete it"
            )


def _branched_to(flow: Flow) -> Iterator[int]:
    for target in flow.anytime.values():
        for each in with_routes(target):
            if isinstance(each, GoTo) and each.step in flow.index:
                yield flow.index[each.step]


def _no_recursion(flows: Mapping[str, Flow], reading: Reading) -> None:
    calls = {name: set(_called(flow)) & set(flows) for name, flow in flows.items()}
    for name, flow in flows.items():
        waiting, seen = list(calls[name]), set[str]()
        while waiting:
            other = waiting.pop()
            if other == name:
                reading.wrong(
                    flow.place, f'the flow "{name}" calls itself', "return to the caller instead"
                )
                break
            if other not in seen:
                seen.add(other)
                waiting += calls[other]


def _called(flow: Flow) -> Iterator[str]:
    for step in flow.steps:
        if isinstance(step.act, CallAct):
            yield step.act.flow
        for target in step.targets():
            if isinstance(target, CallFlow):
                yield target.flow
