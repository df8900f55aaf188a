"""What must hold between the files of a house before it may speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from callflow import performing, steps
from callflow.lines import LineWording
from callflow.nodes import Place
from callflow.reading import Reading, nearest
from callflow.steps import Flow, Step

BUILT_IN: Final = frozenset({"language", "digits", "ani", "dnis", "disposition"})
"""Variables every run has, beside the house's own and those a flow sets."""


def check_house(
    flows: Mapping[str, Flow],
    lines: Mapping[str, LineWording],
    house_variables: frozenset[str],
    reading: Reading,
) -> None:
    """Note every unhandled outcome, unknown name and dead end of all flows in `reading`."""
    known = BUILT_IN | house_variables | _set_anywhere(flows)
    for line in lines.values():
        _variables_of(line, known, reading)
    for flow in flows.values():
        _entry(flow, reading)
        for step in flow.steps:
            _lines_of(step, lines, reading)
            _names_of(step, known, reading)
            _outcomes_of(step, flows, reading)
            _means_something(step, reading)
            for target in targets_of(step):
                _target(target, step, flow, flows, reading)
        _last_step(flow, reading)
        _reachable(flow, reading)
    _no_recursion(flows, reading)


def _set_anywhere(flows: Mapping[str, Flow]) -> frozenset[str]:
    names: set[str] = set()
    for flow in flows.values():
        names |= set(flow.variables)
        for step in flow.steps:
            if isinstance(step.act, steps.SetAct):
                names |= set(step.act.values)
            elif isinstance(step.act, steps.AskAct):
                names.add(step.act.store)
    return frozenset(names)


def targets_of(step: Step) -> Iterator[steps.Target]:
    """Every target of a step, sub-flow routes included."""
    act = step.act
    own: list[steps.Target] = list(step.on.values())
    if isinstance(act, steps.MenuAct):
        own += act.keys.values()
    elif isinstance(act, steps.ChooseAct):
        own += [target for _, target in act.cases] + [act.otherwise]
    elif isinstance(act, steps.LeaveAct):
        own.append(act.target)
    for target in own:
        yield from _with_routes(target)


def _with_routes(target: steps.Target) -> Iterator[steps.Target]:
    yield target
    if isinstance(target, steps.CallFlow):
        for inner in target.routes.values():
            yield from _with_routes(inner)


def _entry(flow: Flow, reading: Reading) -> None:
    first = flow.steps[0]
    if flow.returns or flow.direction == "outbound" or isinstance(first.act, steps.RingAct):
        return
    reading.wrong(
        first.place,
        f'the flow "{flow.name}" answers without a ring',
        "begin with a step that has ring: 1, or write returns: if other flows call it",
    )


def _lines_of(step: Step, lines: Mapping[str, LineWording], reading: Reading) -> None:
    said = list(step.says)
    if isinstance(step.act, steps.MenuAct | steps.AskAct) and step.act.reprompt:
        said.append(step.act.reprompt)
    for name in said:
        if name not in lines:
            reading.wrong(step.place, f'no line is called "{name}"', nearest(name, lines))


def _variables_of(line: LineWording, known: frozenset[str], reading: Reading) -> None:
    for unknown in sorted(line.names - known):
        reading.wrong(
            line.place,
            f'the line "{line.name}" uses {{{unknown}}}, which nothing sets',
            nearest(unknown, known),
        )


def _names_of(step: Step, known: frozenset[str], reading: Reading) -> None:
    used: frozenset[str] = frozenset()
    if isinstance(step.act, steps.ChooseAct):
        used = used.union(*(condition.names for condition, _ in step.act.cases))
    elif isinstance(step.act, steps.SetAct):
        used = used.union(*(value.names for value in step.act.values.values()))
    for unknown in sorted(used - known):
        reading.wrong(
            step.place,
            f'the step "{step.name}" uses {unknown}, which nothing sets',
            f"{nearest(unknown, known)} Or give it a first value in variables: at the top",
        )


def _outcomes_of(step: Step, flows: Mapping[str, Flow], reading: Reading) -> None:
    act = step.act
    required, possible = act.required, act.possible
    if isinstance(act, steps.CallAct):
        called = flows.get(act.flow)
        if called is None:
            reading.wrong(step.place, f'no flow is called "{act.flow}"', nearest(act.flow, flows))
            return
        required = frozenset(called.returns)
        possible = required | {"hangup", "error"}
    elif isinstance(act, steps.ChooseAct | steps.LeaveAct):
        possible = frozenset({"hangup", "error"})
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
    if step.repeat > 1 and not any(isinstance(each, steps.Next) for each in targets_of(step)):
        reading.wrong(
            step.place,
            f'nothing in the step "{step.name}" leads to next, so repeat does nothing',
            "let an outcome go to next, or drop repeat",
        )


def _target(
    target: steps.Target, step: Step, flow: Flow, flows: Mapping[str, Flow], reading: Reading
) -> None:
    match target:
        case steps.GoTo(name) if name not in flow.index:
            reading.wrong(
                step.place,
                f'the step "{step.name}" goes to "{name}", which is no step of "{flow.name}"',
                nearest(name, flow.index),
            )
        case steps.Return(outcome) if outcome not in flow.returns:
            reading.wrong(
                step.place,
                f'the flow "{flow.name}" returns "{outcome}" without saying so',
                f"add {outcome} to returns: at the top",
            )
        case steps.CallFlow(name, routes):
            _sub_flow(name, routes, step.place, flows, reading)
        case _:
            pass


def _sub_flow(
    name: str,
    routes: Mapping[str, steps.Target],
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
    if any(isinstance(target, steps.Next) for target in targets_of(last)):
        reading.wrong(
            last.place,
            f'after the last step "{last.name}" there is nothing',
            "write end: a_disposition or return: an_outcome",
        )


def _reachable(flow: Flow, reading: Reading) -> None:
    seen: set[int] = set()
    waiting = [0]
    while waiting:
        at = waiting.pop()
        if at in seen or at >= len(flow.steps):
            continue
        seen.add(at)
        for target in targets_of(flow.steps[at]):
            if isinstance(target, steps.GoTo):
                waiting.append(flow.index.get(target.step, at))
            elif isinstance(target, steps.Next):
                waiting.append(at + 1)
    for at, step in enumerate(flow.steps):
        if at not in seen:
            reading.wrong(
                step.place, f'nothing leads to the step "{step.name}"', "lead to it, or delete it"
            )


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
        if isinstance(step.act, steps.CallAct):
            yield step.act.flow
        for target in targets_of(step):
            if isinstance(target, steps.CallFlow):
                yield target.flow
