"""The coach of one live call: where its flow is, what is due, what the agent did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import structlog

from callflow.acts.talking import AskAct, MenuAct
from calls.call import Call
from calls.events import CallEvent, Held
from calls.floor.orders import (
    AnyOrder,
    Branch,
    FormDone,
    FormDraft,
    FormLeft,
    LineDone,
    Pick,
)
from calls.floor.script_view import HearingView, ScriptView
from calls.floor.view import RuleView
from calls.ports import Talk
from calls.values import Value
from desk.coaching.channel import LATE, NOTHING_OF_THE_KIND, AgentChannel
from desk.coaching.helpers import Helpers
from desk.coaching.journal import FOLDER, Journal, Kept
from desk.coaching.live_rules import LiveRules
from desk.coaching.means import Means, kept_of, talk_of
from desk.coaching.performance import OWN, Performance
from desk.coaching.run import CoachedRun
from desk.coaching.screen import hearing_view, script_view
from desk.coaching.taps import Hearing
from desk.coaching.tasks import Tasks

OVER: Final = "over"
"""The flow is at its end; the call goes on until somebody hangs up."""

WRONG_DIGITS: Final = "digits"
WATCH_S: Final = 0.1

_log = structlog.get_logger("desk.coaching")


class Coach:
    """Made by `begin` or `resume`, on the event loop; ends by `stop`.

    Orders give the problem's word, empty when they were done: `late` (about what is on the screen
    no longer), `not_now`, `unfit` (the form's fields say why), `digits`, `over`.
    """

    def __init__(
        self, talk: Talk, means: Means, changed: Callable[[], None], began_ms: int
    ) -> None:
        """For `begin` and `resume`. `changed` is told whenever a view is another one now."""
        self.talk = talk
        self.call: Call = talk.call
        self.agent = talk.agent
        self._means = means
        self._changed_outside = changed
        self._began_ms = began_ms
        call = self.call
        self.taps = Hearing(call.clock, call.elapsed_ms, self._changed, self._agent_voice)
        helpers = Helpers(
            call=call,
            agent=talk.agent,
            office=means.office,
            recorder=means.recorder,
            mover=means.mover,
        )
        self._channel = AgentChannel(call, self.taps, helpers, self._changed)
        self._rules = LiveRules(means.house.rules, means.house.lines)
        state = means.state
        self._journal = Journal(state / FOLDER, call.id, talk.agent) if state is not None else None
        self._flow = self._performance()
        self._stopped = False
        self._tasks = Tasks(self._changed)
        self._leave: Callable[[], None] = lambda: None

    @classmethod
    def begin(cls, talk: Talk, means: Means, changed: Callable[[], None]) -> Coach:
        """An agent has just picked up: the flow begins. Returns at once."""
        coach = cls(talk, means, changed, talk.call.elapsed_ms())
        if coach._journal is not None:
            coach._journal.begin(kept_of(talk, coach._began_ms))
        coach._start(None)
        return coach

    @classmethod
    def resume(
        cls, call: Call, means: Means, changed: Callable[[], None], events: Sequence[CallEvent]
    ) -> Coach | None:
        """Go on with a call that outlived the last desk; None when nothing of it was kept.

        `events` are the call's facts so far, in order. The step, its repeat, the variables and
        what stood in the form are as they were; a listening window begins anew.
        """
        state = means.state
        journal = None if state is None else Journal.latest(state / FOLDER, call.id)
        kept = None if journal is None else journal.read()
        if kept is None:
            return None
        if not means.live.past(call.id):
            means.live.remember(events)
        coach = cls(talk_of(call, kept), means, changed, int(kept.talk["began_ms"]))
        held = [event.data["on"] for event in events if event.kind == "held"]
        if held and held[-1]:
            coach.taps.stand("hold", on=True)
        coach._start(kept)
        return coach

    def _performance(self) -> Performance | None:
        means, talk = self._means, self.talk
        if not talk.flow:
            return None
        if talk.flow not in means.house.flows:
            _log.error("the house has no such flow for an agent", flow=talk.flow)
            return None
        language = str(talk.variables.get("language") or means.language)
        run = CoachedRun(means.house, talk.flow, talk.variables, language)
        return Performance(self.call, run, self._channel, self._journal, self._changed)

    def _start(self, kept: Kept | None) -> None:
        live, call_id = self._means.live, self.call.id
        for event in live.past(call_id):
            self._rules.feed(event)
        self._leave = live.watch(call_id, self._saw)
        if self._means.ears is not None and self._means.tapper is not None:
            talk = self.talk
            self.taps.begin(
                self._means.ears, self._means.tapper, talk.caller_channel, talk.agent_channel
            )
        if self._flow is not None:
            self._tasks.spawn(self._flow.perform(kept))
        self._tasks.spawn(self._watch())

    # What the panel shows.

    @property
    def over(self) -> bool:
        """The flow is at its end."""
        return self._flow is not None and self._flow.ended is not None

    @property
    def disposition(self) -> str:
        """What the flow ended with, once it is over."""
        return "" if self._flow is None else self._flow.disposition

    @property
    def talked_ms(self) -> int:
        """Since the agent picked up."""
        return self.call.elapsed_ms() - self._began_ms

    def script(self) -> ScriptView | None:
        """Where the flow is; None for a talk without one."""
        flow = self._flow
        if flow is None:
            return None
        return script_view(flow.run, self._channel, flow.next_lines, over=self.over)

    def hearing(self) -> HearingView:
        """What is heard of the caller just now."""
        return hearing_view(self.taps)

    def due(self) -> tuple[RuleView, ...]:
        """House rules that something that happened asks to be kept next, with the ms left."""
        known = {} if self._flow is None else self._flow.run.variables
        return self._rules.due(self.call.elapsed_ms(), self._language(), known)

    def broken(self) -> tuple[RuleView, ...]:
        """House rules broken on this call."""
        return self._rules.broken()

    def _language(self) -> str:
        return self._means.language if self._flow is None else self._flow.run.language

    # What the agent does.

    def take(self, order: AnyOrder) -> str:
        """Carry out an order about the flow; `not_now` for any other."""
        match order:
            case LineDone(line=line, how=how):
                return self.line_done(line, how)
            case Pick(keys=keys):
                return self.pick(keys)
            case Branch(name=name):
                return self.branch(name)
            case FormDraft(form=form, values=values):
                return self.form_draft(form, values)
            case FormDone(form=form, values=values):
                return self.form_done(form, values)
            case FormLeft(form=form):
                return self.form_left(form)
            case _:
                return NOTHING_OF_THE_KIND

    def line_done(self, line: str, how: str) -> str:
        """The sentence shown was said (`confirmed`), `skipped`, or `changed`."""
        return self._gone() or self._channel.line_done(line, how)

    def pick(self, keys: str) -> str:
        """A menu's key, the digits asked for, or the number or word of what is to be heard."""
        if self._flow is None or self._gone():
            return OVER
        if self._channel.window is None:
            return LATE
        act = self._flow.run.step.act
        if isinstance(act, AskAct):
            fits = keys.isascii() and keys.isdigit() and act.least <= len(keys) <= act.most
            return self._channel.pick(keys) if fits else WRONG_DIGITS
        if isinstance(act, MenuAct) and keys in act.keys:
            return self._channel.pick(keys)
        if isinstance(act, MenuAct) and keys.isdigit():
            return NOTHING_OF_THE_KIND
        return self._channel.told(keys)

    def branch(self, name: str) -> str:
        """Take a branch that the flow offers now."""
        if self._flow is None or self._gone():
            return OVER
        offered = name in self._flow.run.branches()
        return self._channel.branch(name) if offered else NOTHING_OF_THE_KIND

    def form_draft(self, form: str, values: Mapping[str, Value]) -> str:
        """Keep what stands in the form so far, also over a restart."""
        problem = self._gone() or self._channel.form_draft(form, values)
        self._keep_draft(form, problem)
        return problem

    def form_done(self, form: str, values: Mapping[str, Value]) -> str:
        """The form is filled in; `unfit` when a field cannot be taken."""
        problem = self._gone() or self._channel.form_done(form, values)
        self._keep_draft(form, problem)
        return problem

    def form_left(self, form: str) -> str:
        """Leave the form without an answer."""
        problem = self._gone() or self._channel.form_left(form)
        self._keep_draft(form, problem)
        return problem

    def hold(self, *, on: bool) -> None:
        """The caller was put on hold, or taken back; told twice is told once."""
        if on is self.taps.stands_by("hold") or self._stopped:
            return
        self.call.record(Held(on=on))
        self.taps.stand("hold", on=on)
        self._channel.held(on=on)

    def music(self, *, on: bool) -> None:
        """The caller hears music for another reason than the agent's hold."""
        if on is not self.taps.stands_by("music"):
            self.taps.stand("music", on=on)

    def stop(self, by: str) -> Mapping[str, Value]:
        """The talk is over, ended by `caller`, `agent`, `us` or `network`; harmless twice.

        Gives what the flow leaves behind: its variables, and `disposition` when it came to its end.
        """
        if not self._stopped:
            self._stopped = True
            if self._flow is not None:
                self._flow.line_goes_down()
            self._channel.goes_down(by, max(self.talked_ms, 1))
            self.taps.close()
            self._leave()
            if self._journal is not None:
                self._journal.forget()
        if self._flow is None:
            return {}
        known = self._flow.run.variables
        left = {name: value for name, value in known.items() if name not in OWN}
        return {**left, "disposition": self.disposition} if self.disposition else left

    def leave(self) -> None:
        """The desk stops and the talk goes on: nothing is recorded, all is kept for `resume`."""
        if self._stopped:
            return
        self._stopped = True
        self.taps.close()
        self._leave()
        self._tasks.cancel()

    async def closed(self) -> None:
        """Return once nothing of it runs any more; after `stop` or `leave`."""
        await self._tasks.over()

    def _gone(self) -> str:
        return OVER if self._stopped or self.over or self._flow is None else ""

    def _keep_draft(self, form: str, problem: str) -> None:
        if self._journal is not None and problem in ("", "unfit"):
            self._journal.drafted(form, self._channel.drafts.get(form, {}))

    # How it goes on.

    def _saw(self, event: CallEvent) -> None:
        self._rules.feed(event)
        self._changed()

    def _agent_voice(self, speaks: bool) -> None:
        self._channel.agent_voice(speaks)

    def _changed(self) -> None:
        if self._stopped:
            return
        try:
            self._changed_outside()
        except Exception as error:  # noqa: BLE001 - a panel's fault must not end the coaching
            _log.error("a coach's panel broke", error=repr(error))

    async def _watch(self) -> None:
        """Tell what changes by itself: what is heard, and why a clock stands."""
        last: Any = None
        while not self._stopped:
            await asyncio.sleep(WATCH_S)
            now = self._seen()
            if now != last:
                last = now
                self._changed()

    def _seen(self) -> tuple[object, ...]:
        window, hearing = self._channel.window, self.hearing()
        held_by = "" if window is None else window.clock().held_by
        level = None if hearing.level_dbov is None else round(hearing.level_dbov / 6)
        return held_by, hearing.what, hearing.agent_speaks, level
