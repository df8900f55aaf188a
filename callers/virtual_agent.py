"""A coached call in virtual time: an agent with a plan performs the flow for a simulated caller."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callers.agent_plan import AgentPlan, CancelForm, Deed, Fill, Pick, Take
from callers.virtual_channel import VirtualChannel
from callflow.steps import Position
from calls.actions import Action, Form, Listen, Ring
from calls.events import AnsweredFact, BranchTaken, FormFilled, KeyFact
from calls.outcomes import Answered, Branched, Failed, Got, Keyed, Outcome


class VirtualAgent(VirtualChannel):
    """A `VirtualChannel` whose lines are said by an agent, with forms and branches."""

    def __init__(
        self, plan: AgentPlan, where: Callable[[], Position], *line: Any, **rest: Any
    ) -> None:
        """`where` gives the step being performed; the rest is the channel's own."""
        super().__init__(*line, **rest)
        self._plan = plan
        self._where = where
        self._to_do = list(plan.deeds)

    def take(self) -> None:
        """Take the call, which the queue offered: it begins answered."""
        self.call.answered_ms = 0
        self._acting.answered(0)
        self.call.record(AnsweredFact(rings=1, waited_ms=0))

    def perform(self, action: Action) -> Outcome:
        """Carry out `action`, or what the agent does in its place."""
        if isinstance(action, Ring):
            return Answered(rings=1, waited_ms=0)  # taking the call was the answer
        if self._down:
            return super().perform(action)
        if isinstance(action, Form):
            return self._form(action)
        take = self._next(Take)
        if isinstance(take, Take):
            return self._branch(take)
        pick = self._next(Pick) if isinstance(action, Listen) and action.keys else None
        return self._pick(pick) if isinstance(pick, Pick) else super().perform(action)

    def _next(self, *kinds: type[Deed]) -> Deed | None:
        """The next deed of these kinds planned for the step of now, which is then done with."""
        step = self._where().step
        for number, planned in enumerate(self._to_do):
            if planned.step == step and isinstance(planned.deed, kinds):
                return self._to_do.pop(number).deed
        return None

    def _branch(self, take: Take) -> Outcome:
        if not self._pass(self._time.now_ms + self._plan.takes_ms):
            return self._gone()
        self.call.record(BranchTaken(branch=take.branch))
        return Branched(name=take.branch)

    def _pick(self, pick: Pick) -> Outcome:
        at_ms = self._time.now_ms + self._plan.takes_ms
        if not self._pass(at_ms):
            return self._gone()
        self.call.record(KeyFact(digits=pick.keys, at_ms=at_ms))
        return Keyed(digits=pick.keys, at_ms=at_ms)

    def _form(self, form: Form) -> Outcome:
        deed = self._next(Fill, CancelForm, Take)
        if isinstance(deed, Take):
            return self._branch(deed)
        if not self._pass(self._time.now_ms + self._plan.takes_ms):
            return self._gone()
        values = {**form.values, **(deed.values if isinstance(deed, Fill) else {})}
        result = "cancelled" if isinstance(deed, CancelForm) else "ok"
        missing = [each.name for each in form.fields if each.required and not values.get(each.name)]
        if missing and result == "ok":
            names = ", ".join(missing)
            return Failed(reason=f"the plan leaves {names} of the form {form.name} empty")
        self.call.record(FormFilled(form=form.name, result=result, values=values))
        return Got(name=result, values=values if result == "ok" else {})
