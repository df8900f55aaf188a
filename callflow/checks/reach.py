"""Steps no call comes to, returns that never come, and what is there for nothing."""

from __future__ import annotations

from collections.abc import Mapping

from callflow.acts.deciding import EndAct
from callflow.acts.doing import FormAct
from callflow.checks.notes import Notes
from callflow.checks.ways import FlowGraph, called_by
from callflow.nodes import Place

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
    parts = notes.parts
    steps = [step for flow in parts.flows.values() for step in flow.steps]
    spoken = {name for step in steps for name in step.lines}
    spoken |= {field.ask for form in parts.forms.values() for field in form.fields}
    for line in parts.lines.values():
        if line.name not in spoken and FALLBACK_TAG not in line.tags:
            _unused(
                "unused-line",
                line.place,
                f'nothing speaks the line "{line.name}"',
                line.name,
                notes,
            )
    shown = {step.act.form for step in steps if isinstance(step.act, FormAct)}
    for form in parts.forms.values():
        if form.name not in shown:
            _unused(
                "unused-form", form.place, f'nothing shows the form "{form.name}"', form.name, notes
            )
    called = set[str]().union(*(called_by(flow) for flow in parts.flows.values()))
    for flow in parts.flows.values():
        if not flow.is_entry and flow.name not in called:
            _unused(
                "unused-flow",
                flow.places.get("flow=", flow.place),
                f'nothing calls the flow "{flow.name}"',
                flow.name,
                notes,
            )


def _unused(rule: str, place: Place, what: str, word: str, notes: Notes) -> None:
    notes.note(rule, place, what, "use it, or delete it", word=word)
