"""What a step makes of its outcomes, and what in it is written for nothing."""

from __future__ import annotations

from callflow import performing
from callflow.acts.base import EVERYWHERE
from callflow.acts.deciding import CallAct
from callflow.acts.talking import RingAct
from callflow.checks.notes import Notes, place_of
from callflow.reading import nearest
from callflow.steps import Flow, Step
from callflow.targets import Next


def check_outcomes(notes: Notes) -> None:
    """Note every outcome that nobody handles, or that never comes."""
    for flow in notes.parts.flows.values():
        for step in flow.steps:
            if notes.half_read("step", f"{flow.name}.{step.name}"):
                continue
            _outcomes(step, flow, notes)
            _means_something(step, flow, notes)
        _entry(flow, notes)
        _last_step(flow, notes)


def _outcomes(step: Step, flow: Flow, notes: Notes) -> None:
    act = step.act
    required, possible = act.required, act.possible
    if isinstance(act, CallAct):
        called = notes.parts.flows.get(act.flow)
        if called is None:
            return
        required = frozenset(called.returns)
        possible = required | EVERYWHERE
    for missing in sorted(required - frozenset(step.on)):
        notes.note(
            "unhandled-outcome",
            step.place,
            f'the step "{step.name}" does not say what happens on {missing}',
            f"add on: {{{missing}: a_step}}, or handle it for all steps in always:",
            word=step.name,
        )
    for never in sorted(frozenset(step.on) - possible):
        notes.note(
            "impossible-outcome",
            place_of(flow, step, f"on.{never}"),
            f'"{never}" never comes out of {act.word} in the step "{step.name}"',
            nearest(never, possible),
            word=never,
        )


def _means_something(step: Step, flow: Flow, notes: Notes) -> None:
    if step.barge_in and not (step.says and performing.hears(step.act)):
        notes.note(
            "useless-barge-in",
            place_of(flow, step, "barge_in"),
            f'nobody listens in the step "{step.name}", so barge_in does nothing',
            "give it say: and listen:, menu: or ask:, or drop barge_in",
            word="barge_in",
        )
    if step.repeat > 1 and not any(isinstance(each, Next) for each in step.targets()):
        notes.note(
            "useless-repeat",
            place_of(flow, step, "repeat"),
            f'nothing in the step "{step.name}" leads to next, so repeat does nothing',
            "let an outcome go to next, or drop repeat",
            word="repeat",
        )


def _entry(flow: Flow, notes: Notes) -> None:
    first = flow.steps[0]
    answered = flow.direction == "outbound" or flow.performer == "agent"
    if not flow.is_entry or answered or isinstance(first.act, RingAct):
        return
    if notes.half_read("step", f"{flow.name}.{first.name}"):
        return
    notes.note(
        "answered-without-ring",
        first.place,
        f'the flow "{flow.name}" answers without a ring',
        "begin with a step that has ring: 1, or write returns: if other flows call it",
        word=first.name,
    )


def _last_step(flow: Flow, notes: Notes) -> None:
    last = flow.steps[-1]
    if notes.half_read("step", f"{flow.name}.{last.name}"):
        return
    if any(isinstance(target, Next) for target in last.targets()):
        notes.note(
            "past-the-end",
            last.place,
            f'after the last step "{last.name}" there is nothing',
            "write end: a_disposition or return: an_outcome",
            word=last.name,
        )
