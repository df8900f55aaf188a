"""The sans-I/O engine: one run of one flow. Actions out, outcomes in; no clock, thread or socket.

AGI, the agent's desk, the simulator and the prover all drive this same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, Final

from callflow import performing, targets
from callflow.acts.deciding import CallAct, ChooseAct, LeaveAct, SetAct
from callflow.acts.doing import FormAct
from callflow.acts.queueing import QueueAct
from callflow.frames import END_BY, LEAD_ON, WITHOUT_CALLER, Noted, Script, Taken, failed, frame_of
from callflow.frames import Ended as Ended
from callflow.prepared import parted, prepared, prompted, say
from callflow.steps import Flow, Position, Step
from callflow.templates import Condition, Wording, WordingError
from calls.actions import Action, Line, Listen
from calls.call import EndReason
from calls.outcomes import Answered, Branched, Got, HungUp, Keyed, Outcome, QueueLeft

MOST_STEPS_A_CALL: Final = 500
"""Steps one call may enter; beyond it the flow loops and the fallback takes the caller."""

MOST_DEPTH: Final = 16


class FlowRun:
    """One call's way through a flow: `begin()` once, then `resume(outcome)` until Ended."""

    def __init__(
        self,
        script: Script,
        flow: Flow,
        variables: Mapping[str, Any],
        language: str,
        performer: str = "ivr",
    ) -> None:
        """`performer` is `ivr` or `agent`. A language the flow cannot be in becomes its first."""
        self._script = script
        self._frames = [frame_of(flow=flow)]
        if language not in flow.languages:
            language = flow.languages[0]
        self.variables: dict[str, Any] = {
            **flow.variables,
            **variables,
            "language": language,
            "performer": performer,
        }
        self._performer = performer
        self._speaking = False
        self._answered = performer == "agent"  # an agent takes it up where the queue answered
        self._gone: Ended | None = None
        self._budget = MOST_STEPS_A_CALL
        self._entered: list[Noted] = []
        self.taken: list[Taken] | None = None
        """Branches taken, in order, for whoever sets it to a list before the run begins."""

    @property
    def position(self) -> Position:
        """The step being performed."""
        frame = self._frames[-1]
        return frame.flow.positions[frame.at]

    def take_entered(self) -> tuple[Noted, ...]:
        """Steps entered and verdicts asked for since last asked, in order."""
        if not self._entered:
            return ()
        entered, self._entered = self._entered, []
        return tuple(entered)

    def fork(self) -> FlowRun:
        """An independent copy at the same point, for exploring what else could happen."""
        other = copy(self)
        other._frames = [copy(frame) for frame in self._frames]
        other.variables = dict(self.variables)
        other._entered = list(self._entered)
        other.taken = None if self.taken is None else list(self.taken)
        return other

    def begin(self) -> Action | Ended:
        """The first action."""
        return self._enter(0) or self.resume(None)

    def resume(self, outcome: Outcome | None) -> Action | Ended:
        """What to do after `outcome` of the last action; None when there was none yet."""
        try:
            result = (self._take(outcome) if outcome is not None else None) or self._advance()
        except WordingError as error:
            return Ended(EndReason.FAILED, "fallback", f"{self.position}: {error}")
        if self._gone is not None and not isinstance(result, WITHOUT_CALLER):
            return self._gone
        return result

    def go_on(self, outcome: Outcome | None) -> tuple[Action | Ended, tuple[Noted, ...]]:
        """As `resume`, or with None as `begin`, and beside it what `take_entered` gives then."""
        at = self.begin() if outcome is None else self.resume(outcome)
        return at, self.take_entered()

    def _take(self, outcome: Outcome) -> Ended | None:
        """Move to where `outcome` leads."""
        if type(outcome) in LEAD_ON:
            return self._spoken(outcome.name) if self._speaking else self._decide(outcome)
        if isinstance(outcome, HungUp):
            return self._hung_up(outcome)
        if isinstance(outcome, Branched):
            return self._branch(outcome.name)
        if isinstance(outcome, Answered):
            self._answered = True
        elif isinstance(outcome, Keyed):
            self.variables["digits"] = outcome.digits
        elif isinstance(outcome, QueueLeft):
            self.variables.update(outcome.values)
            if outcome.key:
                self.variables["digits"] = outcome.key
        return self._spoken(outcome.name) if self._speaking else self._decide(outcome)

    def _spoken(self, name: str) -> Ended | None:
        """A line is over."""
        self._speaking = False
        if name != "ok":
            return self._route(name)
        frame = self._frames[-1]
        frame.to_say = frame.to_say[1:]
        return None

    def _decide(self, outcome: Outcome) -> Ended | None:
        frame = self._frames[-1]
        if frame.prepared.routes_by_name and not isinstance(outcome, Got):
            return self._route(outcome.name)
        decided = performing.decide(frame.step.act, outcome, frame.attempt)
        if isinstance(decided, performing.Reprompt):
            self._note("reprompt")
            frame.attempt += 1
            frame.to_say, frame.prompt = parted(frame.step, decided.lines)
            return None
        if decided.stored is not None:
            self.variables.update(decided.stored)
            if frame.prepared.verdict is not None:
                fact = frame.prepared.verdict.answered(decided.route, self._performer)
                self._entered.append(fact)
        if decided.target is not None:
            self._note(decided.route)
            return self._go(decided.target)
        return self._route(decided.route)

    def _route(self, name: str) -> Ended | None:
        target = self._frames[-1].prepared.on.get(name)
        if target is not None:
            if self.taken is not None:
                self._note(name)
            return self._go(target)
        return self._gone or failed(f"{self.position}: nothing handles {name} here")

    def _note(self, branch: str) -> None:
        if self.taken is None:
            return
        frame = self._frames[-1]
        frame.branch = branch
        self.taken.append(Taken(frame.flow.name, frame.step.name, branch))

    def _branch(self, name: str) -> Ended | None:
        """The agent's branch, by the innermost flow that offers it; flows above it are left."""
        for depth in range(len(self._frames), 0, -1):
            target = self._frames[depth - 1].offers().get(name)
            if target is not None:
                del self._frames[depth:]
                self._note(f"anytime {name}")
                self._speaking = False
                return self._go(target)
        return failed(f"{self.position}: no flow here offers {name}")

    def branches(self) -> dict[str, targets.Target]:
        """What the agent who performs the flow can branch to just now; inner flows first."""
        offered: dict[str, targets.Target] = {}
        for frame in reversed(self._frames):
            offered = {**frame.offers(), **offered}
        return offered

    def _hung_up(self, outcome: HungUp) -> Ended | None:
        reason = END_BY.get(outcome.by, EndReason.CALLER_HUNG_UP)
        self.variables.update(outcome.values)
        disposition = self._disposition(outcome)
        first = self._gone is None
        self._gone = Ended(reason, str(self.variables.get("disposition") or disposition))
        self._speaking = False
        target = self._frames[-1].step.on.get("hangup")
        if not first or target is None:
            return self._gone
        self._note("hangup")
        return self._go(target)

    def _disposition(self, outcome: HungUp) -> str:
        if outcome.by == "us":
            return "fallback"
        if not self._answered:
            return "abandoned"
        return "served" if outcome.talked_ms else "hung_up"

    def _go(self, target: targets.Target) -> Ended | None:
        frame = self._frames[-1]
        if isinstance(target, targets.Next):
            if frame.repeated + 1 < frame.prepared.repeat:
                return self._enter(frame.at, frame.repeated + 1)
            return self._enter(frame.at + 1)
        if isinstance(target, targets.GoTo):
            return self._enter(frame.flow.index[target.step])
        return self._go_far(target)

    def _go_far(
        self, target: targets.End | targets.Return | targets.CallFlow | targets.Again
    ) -> Ended | None:
        frame = self._frames[-1]
        match target:
            case targets.End(disposition):
                return Ended(self._gone.reason if self._gone else EndReason.COMPLETED, disposition)
            case targets.Return(outcome):
                return self._return(outcome)
            case targets.CallFlow(name, routes):
                frame.routes = routes
                return self._call(name)
            case targets.Again():
                return self._enter(frame.at, frame.repeated)

    def _call(self, name: str) -> Ended | None:
        if len(self._frames) >= MOST_DEPTH:
            return failed(f"{self.position}: sub-flows over {MOST_DEPTH} deep")
        flow = self._script.flows[name]
        if flow.variables:
            self.variables = {**flow.variables, **self.variables}
        self._frames.append(frame_of(flow=flow))
        return self._enter(0)

    def _return(self, outcome: str) -> Ended | None:
        if len(self._frames) == 1:
            # A flow that returns was started as the entry: its return is the end of the call.
            return self._gone or Ended(EndReason.COMPLETED, outcome)
        self._frames.pop()
        frame = self._frames[-1]
        routes, frame.routes = frame.routes, None
        if routes is None:
            return self._route(outcome)
        self._note(f"{frame.branch} > {outcome}")
        return self._go(routes[outcome])

    def _enter(self, at: int, repeated: int = 0) -> Ended | None:
        self._budget = left = self._budget - 1
        if left < 0:
            return failed(f"{self.position}: over {MOST_STEPS_A_CALL} steps")
        frame = self._frames[-1]
        flow = frame.flow
        frame.prepared = entered = prepared(flow.steps[at])
        frame.at, frame.repeated = at, repeated
        frame.attempt, frame.routes = 0, None
        frame.to_say, frame.prompt = entered.to_say, entered.prompt
        self._entered.append(flow.entered[at])
        if entered.verdict is not None:
            self._entered.append(entered.verdict.asked(self._performer))
        return None

    def _advance(self) -> Action | Ended:
        """The step's next line, else its act; on through steps that need nobody outside."""
        while True:
            frame = self._frames[-1]
            if frame.to_say:
                self._speaking = True
                line = self._script.lines[frame.to_say[0]]
                return say(line, str(self.variables["language"]), self.variables)
            step = frame.prepared
            if step.action is not None:
                return self._prompted(step.action, frame.prompt) if frame.prompt else step.action
            if step.own:
                return self._own_action(frame.step)
            ended = self._route("ok") if step.only_says else self._at_once(frame.step)
            if ended is not None:
                return ended

    def _prompted(self, action: Action, prompt: str) -> Action:
        """The action with a line that can be cut; only windows have one."""
        if not isinstance(action, Listen):
            return action
        line = self._script.lines[prompt]
        return prompted(action, line, str(self.variables["language"]), self.variables)

    def _own_action(self, step: Step) -> Action | Ended:
        """The action of an act that needs values of this run."""
        if isinstance(step.act, FormAct):
            form = self._script.forms[step.act.form]
            return performing.form_action(form, self.variables, self._line)
        if isinstance(step.act, QueueAct):
            return performing.queue_action(step.act, self.variables, self._line_with)
        action = performing.office_action(step.act, self.variables)
        return action or failed(f"{self.position}: nobody performs {step.act.word}")

    def _at_once(self, step: Step) -> Ended | None:
        match step.act:
            case ChooseAct():
                target = self._chosen(step.act)
                if self.taken is not None:
                    self._note(next(name for name, go in step.act.targets() if go is target))
                return self._go(target)
            case SetAct(values=values):
                self.variables.update(self._computed(values))
                return self._route("ok")
            case CallAct(flow=flow):
                return self._call(flow)
            case LeaveAct(target=target):
                self._note("")
                return self._go(target)
            case _:
                return self._route("ok")

    def _chosen(self, act: ChooseAct) -> targets.Target:
        """The first case whose condition holds. Exploring overrides it for unknown values."""
        fitting = (go for test, go in act.cases if test.value(self.variables))
        return next(fitting, act.otherwise)

    def _computed(self, values: Mapping[str, Wording | Condition]) -> Mapping[str, Any]:
        """The new values of a `set`. Exploring overrides it for unknown values."""
        return performing.computed(values, self.variables)

    def _line(self, name: str) -> Line:
        return self._line_with(name, self.variables)

    def _line_with(self, name: str, variables: Mapping[str, Any]) -> Line:
        return self._script.lines[name].speak(str(self.variables["language"]), variables)
