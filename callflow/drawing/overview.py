"""All flows of a house in one picture: who calls whom, where calls begin."""

from __future__ import annotations

from collections.abc import Iterator

from callflow.acts.deciding import CallAct
from callflow.acts.queueing import QueueAct
from callflow.drawing.picture import Arrow, Box, Note, Picture, Row, Shape, Tone
from callflow.drawing.wording import title_language, word
from callflow.house import House
from callflow.steps import Flow, Step
from callflow.targets import flows_of

_SHAPES = {"ivr": Shape.IVR, "agent": Shape.AGENT, "either": Shape.EITHER}


def overview_of(house: House, language: str = "zh-Hans") -> Picture:
    """The picture of every flow; an arrow says at which steps the one calls the other."""
    flows = sorted(house.flows.values(), key=lambda flow: not flow.is_entry)
    boxes = tuple(_box(flow, language) for flow in flows)
    calls: dict[tuple[str, str], list[str]] = {}
    for flow in flows:
        for name, where in _calls(flow):
            labels = calls.setdefault((flow.name, name), [])
            if where not in labels:
                labels.append(where)
    everywhere = {
        name: [flow.name for flow in flows if name in set(flows_of(flow.always.values()))]
        for name in house.flows
    }
    rows = tuple(f"{name} ← {', '.join(by)}" for name, by in everywhere.items() if by)
    steps = sum(len(flow.steps) for flow in flows)
    return Picture(
        title=word("overview", language),
        subtitle=f"{len(flows)} {word('flows', language)} · {steps} {word('steps', language)}",
        boxes=boxes,
        arrows=tuple(
            Arrow(start, end, _short(labels))
            for (start, end), labels in calls.items()
            if end in house.flows
        ),
        notes=(Note(word("always", language), rows),) if rows else (),
        most_columns=1,
        shapes=tuple(shape for shape in Shape if any(box.shape is shape for box in boxes)),
    )


def _short(labels: list[str]) -> tuple[str, ...]:
    return tuple(labels) if len(labels) <= 3 else (*labels[:2], f"… {len(labels)}")


def _box(flow: Flow, language: str) -> Box:
    tongue = title_language(language)
    rows = [Row(flow.title[tongue], Tone.WORDING)] if tongue in flow.title else []
    if flow.is_entry:
        rows.insert(0, Row(f"▶ {word('entry', language)}", Tone.ACT))
    rows.append(Row(f"{len(flow.steps)} {word('steps', language)}", Tone.HINT))
    if flow.returns:
        rows.append(Row(f"{word('returns', language)} {', '.join(flow.returns)}", Tone.ACT))
    return Box(flow.name, _SHAPES[flow.performer], flow.name, tuple(rows), flow.rules)


def _calls(flow: Flow) -> Iterator[tuple[str, str]]:
    """Flows that this one calls, each with the step's name or `anytime`; not those of `always`."""
    for name in flows_of(flow.anytime.values()):
        yield name, "anytime"
    for step in flow.steps:
        yield from ((name, step.name) for name in _called(step, flow))


def _called(step: Step, flow: Flow) -> Iterator[str]:
    if isinstance(step.act, CallAct):
        yield step.act.flow
    elif isinstance(step.act, QueueAct) and step.act.agent_flow:
        yield step.act.agent_flow
    always = set(map(id, flow.always.values()))
    yield from flows_of(target for target in step.on.values() if id(target) not in always)
    yield from flows_of(target for _, target in step.act.targets())
