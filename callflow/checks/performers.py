"""What the IVR cannot do, and what an agent cannot: forms, branches, flows of the other one."""

from __future__ import annotations

from collections.abc import Mapping

from callflow.acts.doing import FormAct
from callflow.acts.queueing import QueueAct
from callflow.checks.moods import Following
from callflow.checks.notes import Notes, place_of
from callflow.checks.ways import FlowGraph
from callflow.steps import Flow, Step

_NAMED = {"ivr": "the IVR", "agent": "an agent"}


def check_performers(graphs: Mapping[str, FlowGraph], following: Following, notes: Notes) -> None:
    """Note steps, branches and calls that do not fit whoever performs the flow."""
    for name, graph in graphs.items():
        flow = graph.flow
        moods = following.of[name]
        if flow.anytime and not any(mood.performer == "agent" for mood in moods.entered):
            notes.note(
                "performer-conflict",
                flow.places.get("anytime", flow.place),
                f'only the IVR performs "{name}", so nobody takes its branches',
                "drop anytime:, or write performer: either",
                word="anytime",
            )
        for at, step in enumerate(flow.steps):
            who = {mood.performer for mood in moods.at.get(at, ())}
            if isinstance(step.act, FormAct):
                _form(step, flow, who, notes)
            elif isinstance(step.act, QueueAct):
                _agent_flow(step.act.agent_flow, step, flow, notes)
        _calls(graph, following, notes)


def _form(step: Step, flow: Flow, who: set[str], notes: Notes) -> None:
    if "ivr" not in who:
        return
    place = place_of(flow, step, "form")
    if who == {"ivr"}:
        notes.note(
            "performer-conflict",
            place,
            f'only the IVR comes to the step "{step.name}", and it has no screen for a form',
            "use ask:, or write performer: agent",
            word="form",
        )
    elif "error" not in step.on:
        notes.note(
            "performer-doubt",
            place,
            f'the IVR comes to the form of the step "{step.name}" too, and fails there',
            'lead there by choose: {if: performer == "agent"}, or add on: {error: a_step}',
            word="form",
        )


def _agent_flow(name: str, step: Step, flow: Flow, notes: Notes) -> None:
    found = notes.parts.flows.get(name)
    if found is not None and found.performer == "ivr":
        notes.note(
            "performer-conflict",
            place_of(flow, step, "queue.agent="),
            f'an agent is to perform "{name}", which only the IVR performs',
            "write performer: agent in it, or name another flow",
            word=name,
        )


def _calls(graph: FlowGraph, following: Following, notes: Notes) -> None:
    flow = graph.flow
    for call in graph.calls:
        called = notes.parts.flows.get(call.flow)
        if called is None or called.performer == "either":
            continue
        who = {mood.performer for mood in following.calling(graph, call)}
        wrong = who - {called.performer}
        if not wrong or not notes.first("performer", flow.name, called.name):
            continue
        path = call.way.path
        place = flow.places.get(f"{path}.call=") or place_of(
            flow, flow.steps[max(call.start, 0)], f"{path}.call=", f"{path}=", path
        )
        notes.note(
            "performer-conflict" if wrong == who else "performer-doubt",
            place,
            f'{_NAMED[wrong.pop()]} may perform "{flow.name}" here and calls "{called.name}", '
            f"which only {_NAMED[called.performer]} performs",
            f"write performer: either in {called.name}, or lead there by choose: on performer",
            word=called.name,
        )
