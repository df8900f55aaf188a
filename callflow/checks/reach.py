"""Steps no call comes to, returns that never come, and what is there for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from callflow.acts.deciding import EndAct
from callflow.acts.doing import FormAct
from callflow.checks.notes import Notes
from callflow.checks.ways import FlowGraph
from callflow.nodes import Place
from callflow.steps import Step

FALLBACK_TAG = "fallback"
"""Lines that are spoken when no flow can be."""


def check_reach(graphs: Mapping[str, FlowGraph], sound: frozenset[str], notes: Notes) -> None:
    """Note steps that nothing leads to, and returns that no step comes to."""
    for name in sorted(sound):
        graph = graphs[name]
        flow = graph.flow
        for at, step in enumerate(flow.steps):
            if at not in graph.reached:
                before = flow.steps[at - 1].act if at else None
                ends = isinstance(before, EndAct)
                notes.note(
                    "unreachable-step",
                    step.place,
                    f'nothing leads to the step "{step.name}"'
                    + (", and the step before it ends the call" if ends else ""),
                    "lead to it, or delete it",
                    word=step.name,
                )
        for at, outcome in enumerate(flow.returns):
            if outcome not in graph.returned:
                place = flow.places.get(f"returns.{at}=") or flow.places.get("returns=", flow.place)
                notes.note(
                    "never-returned",
                    place,
                    f'no step of "{flow.name}" returns {outcome}',
                    f"write return: {outcome} somewhere, or take it out of returns:",
                    word=outcome,
                )


def check_use(notes: Notes) -> None:
    """Note lines that nothing speaks, forms that nothing shows, sub-flows that nothing calls."""
    if any(kind in ("flow", "step", "form", "file") for kind, _ in notes.reading.half_read):
        return  # what could not be read may use them
    unknown = {problem.rule for problem in notes.reading.problems}
    if "unknown-line" not in unknown:
        _unused_lines(notes)
    if "unknown-form" not in unknown:
        _unused_forms(notes)
    if "unknown-flow" not in unknown:
        _unused_flows(notes)


def _steps(notes: Notes) -> Iterator[Step]:
    for flow in notes.parts.flows.values():
        yield from flow.steps


def _unused_lines(notes: Notes) -> None:
    spoken = {name for step in _steps(notes) for name in step.lines}
    spoken |= {field.ask for form in notes.parts.forms.values() for field in form.fields}
    for line in notes.parts.lines.values():
        if line.name not in spoken and FALLBACK_TAG not in line.tags:
            what = f'nothing speaks the line "{line.name}"'
            _unused("unused-line", line.place, what, line.name, notes)


def _unused_forms(notes: Notes) -> None:
    shown = {step.act.form for step in _steps(notes) if isinstance(step.act, FormAct)}
    for form in notes.parts.forms.values():
        if form.name not in shown:
            what = f'nothing shows the form "{form.name}"'
            _unused("unused-form", form.place, what, form.name, notes)


def _unused_flows(notes: Notes) -> None:
    flows = notes.parts.flows.values()
    called = {name for flow in flows for name in flow.called()}
    for flow in flows:
        if flow.returns and flow.name not in called:
            place = flow.places.get("flow=", flow.place)
            what = f'nothing calls the flow "{flow.name}"'
            _unused("unused-flow", place, what, flow.name, notes)


def _unused(rule: str, place: Place, what: str, word: str, notes: Notes) -> None:
    notes.note(rule, place, what, "use it, or delete it", word=word)
