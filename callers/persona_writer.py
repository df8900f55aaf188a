"""A counterexample of the prover as a simulated caller, and the rest of the call's surroundings.

The caller does in each turn what the counterexample's did. What no caller can do (the queue's
answer, what the files say, a fault of ours) goes into the surroundings, as flow tests give them;
what cannot be played at all is told in `notes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from callers.agent_plan import AgentPlan, At, CancelForm, Fill, Pick, Take
from callers.flowtests.cases import ANI, FlowTest, Given
from callers.flowtests.suite import play
from callers.persona import (
    Persona,
    Silent,
)
from callers.persona_draft import VOICE, Draft
from callers.persona_text import persona_yaml
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.supposing import Value, suppose
from callflow.acts.talking import AskAct
from callflow.house import House
from callflow.nodes import Place
from callflow.proving.proof import Counterexample, Result
from callflow.rules.monitor import Rule, Verdict, score
from calls.events import CallEvent


@dataclass(frozen=True, slots=True)
class Written:
    """A counterexample made playable."""

    given: Given
    """Flow, persona, and what the house's systems answer."""

    text: str
    """The persona's YAML."""

    notes: tuple[str, ...]
    """What a caller alone cannot bring about."""


def write_persona(
    house: House, result: Result, *, name: str = "", variables: Mapping[str, Any] | None = None
) -> Written:
    """A caller that breaks the rule of a broken `result` again. ValueError for any other result."""
    found = result.counterexample
    if found is None:
        raise ValueError(f"{result.rule.id} is not broken by {result.flow}")
    name = name or f"{result.rule.id.lower()}_{result.flow}"
    supposed = suppose(found.assumed, _keyed(house))
    writing = Draft(house, supposed or {}, result.performer == "agent")
    for number, leg in enumerate(found.legs):
        writing.leg(leg, found.legs[number + 1 :])
    if supposed is None and not writing.deeds:
        told = ", ".join(f"{text} {'holds' if so else 'does not'}" for text, so in found.assumed)
        writing.notes.append(f"no values were found for which {told}")
    given = _given(writing, result, name, supposed or {})
    title = f"{result.rule.id} {result.rule.title.get('en', '')}: broken".strip()
    given = replace(given, persona=replace(given.persona, title={"zh": title, "en": title}))
    return Written(given, _text(given, found, tuple(writing.notes)), tuple(writing.notes))


def _given(writing: Draft, result: Result, name: str, supposed: Mapping[str, Value]) -> Given:
    plans = {plan: None for plan in writing.plans}
    if len(plans) > 1:
        writing.notes.append("the queue answers differently each time, which one plan cannot do")
    persona = Persona(
        name=name,
        title={},
        language="zh",
        voice=VOICE,
        backgrounds=tuple(writing.noises),
        answers=tuple(writing.answers) or (Silent(),),
        then_silent=True,
        barge_in=writing.barge_in,
        hang_up=writing.hang_up,
    )
    keyed = _keyed(writing.house)
    filled = {name for form in writing.house.forms.values() for name in form.stores()}
    first = writing.house.flows[result.flow].variables
    brought = {
        key: value
        for key, value in supposed.items()
        if key not in keyed and key != "ani" and (key not in filled or not writing.by_agent)
        if first.get(key) != value
    }
    if brought:
        writing.notes.append(f"the call must bring {brought}")
    return Given(
        flow=result.flow,
        persona=persona,
        variables=brought,
        ani=str(supposed.get("ani", ANI)),
        queue=next(iter(plans), QueuePlan()),
        agent=AgentPlan(deeds=tuple(writing.deeds)) if writing.by_agent else None,
        office=PlannedOffice(directories=writing.directories, answers=writing.replies),
        fails=frozenset(writing.fails),
    )


def _keyed(house: House) -> frozenset[str]:
    """Variables that hold what a caller keyed."""
    stored = {
        step.act.store
        for flow in house.flows.values()
        for step in flow.steps
        if isinstance(step.act, AskAct)
    }
    return frozenset(stored | {"digits"})


def _text(given: Given, found: Counterexample, notes: tuple[str, ...]) -> str:
    plan = given.queue
    surroundings = f"flow {given.flow}"
    if given.agent is not None:
        deeds = "; ".join(f"at {at.step}: {_deed(at)}" for at in given.agent.deeds)
        surroundings += f", performed by an agent ({deeds or 'who follows it'})"
    if plan.agent:
        surroundings += f"; agent: {plan.agent} answers the queue"
    elif plan.refused:
        surroundings += f"; the queue: {plan.refused}"
    comments = (f"Breaks: {found.why}", f"On {surroundings}.", *(f"Note: {one}." for one in notes))
    return persona_yaml(given.persona, comments=comments)


def _deed(at: At) -> str:
    match at.deed:
        case Take(branch=branch):
            return f"branches to {branch}"
        case Pick(keys=keys):
            return f"picks {keys}"
        case Fill(values=values):
            told = ", ".join(f"{name} {value}" for name, value in values.items())
            return f"fills in {told}"
        case CancelForm():
            return "cancels the form"


def play_again(
    house: House, written: Written, rule: Rule, variables: Mapping[str, Any]
) -> tuple[Verdict, Sequence[CallEvent]]:
    """Play a written counterexample in virtual time; the rule's verdict and the call's facts.

    `variables` are the house's own.
    """
    name = written.given.persona.name
    test = FlowTest(name=name, source=name, place=Place("", 0, 0), given=written.given, checks=())
    events = play(house, test, variables).events
    return score(events, (rule,))[0], events
