"""Practice: the agent's own panel, a simulated caller, no Asterisk.

Stands where the desk stands on a real call, with the same coach, rules and snapshots; the caller
is a persona that acts in real time (`callers.practice_caller`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from callers.practice_caller import PracticeCaller
from callers.practice_voices import PracticeVoices, Render
from callers.speaker import Speaker
from callers.voicebank import VoiceBank
from calls.call import Call, EndReason
from calls.clock import Clock, SystemClock
from calls.events import AnsweredFact, Disposed, EndedFact, HungUpFact
from calls.floor import orders
from calls.floor.states import AgentState
from calls.floor.view import PanelView
from desk.coaching.live_events import LiveEvents
from launch.practice.score import Score, score_call
from launch.practice.stage import (
    BEFORE_RING_S,
    NOT_HERE,
    NOT_NOW,
    TRANSFERRED,
    Stage,
    Trace,
    offered,
)
from launch.practice.talk import PracticeTalk
from launch.practice.view import Moment, panel_view


class PracticeFloor:
    """One practice call; `over` is set when its wrap-up is given. Use on one event loop."""

    def __init__(
        self,
        stage: Stage,
        show: Callable[[PanelView], None],
        clock: Clock | None = None,
        *,
        speaker: Speaker | None = None,
        render: Render | None = None,
    ) -> None:
        """The caller is heard through `speaker`; `render` speaks words that no voice has."""
        self._stage, self._show = stage, show
        self._clock = clock or SystemClock()
        self._speaker = speaker
        self._voices = PracticeVoices(VoiceBank.load(), stage.persona, render)
        self._state, self._since_ms = AgentState.NOT_READY, self._clock.monotonic_ms()
        self._seq = 0
        self._call: Call | None = None
        self._caller: PracticeCaller | None = None
        self._talk: PracticeTalk | None = None
        self._disposition = ""
        self._talked_ms = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.trace = Trace()
        self.live = LiveEvents(self.trace)
        self.over = asyncio.Event()

    def begin(self) -> None:
        """Show the panel, not ready yet."""
        if self._speaker is not None:
            self._spawn(self._voices.render_ahead())
        self.changed()

    def score(self) -> Score:
        """What the call is worth, as far as it went."""
        stage = self._stage
        return score_call(
            self.trace.events, stage.house, language=stage.language, variables=stage.variables
        )

    async def close(self) -> None:
        """End whatever goes on."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._talk is not None:
            self._hung_up("us")
            await self._talk.closed()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def carry_out(self, order: orders.Order) -> str:
        """Do what the panel orders; the desk's word why not, empty when it was done."""
        match order:
            case orders.Ready():
                return self._ready()
            case orders.NotReady() | orders.AddNote() | orders.AskHelp():
                return NOT_HERE
            case orders.Answer():
                return self._answer()
            case orders.WrapUp():
                return self._wrap_up(order)
            case _ if self._talk is None or self._state not in _TALKING:
                return NOT_NOW
            case _:
                return self._in_talk(self._talk, order)

    def _in_talk(self, talk: PracticeTalk, order: orders.Order) -> str:
        match order:
            case orders.HangUp():
                return "" if talk.colleague_keeps() else self._hung_up("us")
            case orders.Hold(on=on):
                return self._hold(talk, on)
            case orders.Mute(on=on):
                talk.muted = on
                self.changed()
                return ""
            case orders.Transfer() | orders.Consult():
                return talk.transfer(order)
            case _:
                return talk.coached(order)

    # From ready to the talk.

    def _ready(self) -> str:
        if self._state is not AgentState.NOT_READY or self._call is not None:
            return NOT_NOW
        self._enter(AgentState.READY)
        self._spawn(self._ring())
        return ""

    async def _ring(self) -> None:
        await asyncio.sleep(BEFORE_RING_S)
        stage, voices = self._stage, self._voices
        call = self._call = Call(self._clock, self.live)
        call.record(offered(call.id, stage.flow))
        self._caller = PracticeCaller(stage.persona, voices.length_ms, voices.text, self._clock)
        self._enter(AgentState.RINGING)
        self._spawn(self._live(self._caller))

    async def _live(self, caller: PracticeCaller) -> None:
        living = asyncio.ensure_future(caller.live(self.changed))
        try:
            await caller.hung_up.wait()
        finally:
            living.cancel()
        self._hung_up("caller")

    def _answer(self) -> str:
        call, caller = self._call, self._caller
        if call is None or caller is None or self._state is not AgentState.RINGING:
            return NOT_NOW
        waited_ms = call.elapsed_ms()
        cycle_ms = self._stage.floor.ring_cycle_ms
        call.answered_ms = waited_ms
        call.record(AnsweredFact(rings=waited_ms // cycle_ms + 1, waited_ms=waited_ms))
        caller.answered()
        self._talk = PracticeTalk(
            self._stage,
            call,
            caller,
            self.live,
            changed=self.changed,
            handed_on=self._handed_on,
        )
        if self._speaker is not None:
            self._talk.aloud(self._voices, self._speaker)
        self._enter(AgentState.ON_CALL)
        return ""

    # In the talk and after it.

    def _hold(self, talk: PracticeTalk, on: bool) -> str:
        problem = talk.hold(on=on)
        if not problem:
            self._enter(AgentState.HOLD if on else AgentState.ON_CALL)
        return problem

    def _hung_up(self, by: str) -> str:
        """The line goes down; a call that only rang is over with it."""
        call, talk = self._call, self._talk
        if call is None or self._state in (AgentState.WRAP_UP, AgentState.NOT_READY):
            return NOT_NOW
        if talk is not None:
            self._talked_ms = talk.coach.talked_ms
            self._disposition = talk.end("agent" if by == "us" else by)
        call.hung_up_by = by
        call.record(HungUpFact(by=by))
        reason = EndReason.CALLER_HUNG_UP if by == "caller" else EndReason.COMPLETED
        call.record(EndedFact(end_reason=reason.value, disposition=self._disposition))
        self._enter(AgentState.WRAP_UP)
        if talk is None:
            self.over.set()
        return ""

    def _handed_on(self) -> None:
        """A colleague has the caller; how their talk ends is not practised."""
        self._hung_up("caller")
        self._disposition = self._disposition or TRANSFERRED
        self.changed()

    def _wrap_up(self, order: orders.WrapUp) -> str:
        if self._call is None or self._state is not AgentState.WRAP_UP:
            return NOT_NOW
        agent, note = self._stage.agent, order.note
        self._call.record(Disposed(agent=agent, disposition=order.disposition, note=note))
        self._enter(AgentState.NOT_READY)
        self.over.set()
        return ""

    # What the panel sees.

    def changed(self) -> None:
        """Give a new snapshot out."""
        self._seq += 1
        if self._talk is not None and self._state is AgentState.ON_CALL:
            self._talk.ask_caller()
        self._show(self.view())

    def view(self) -> PanelView:
        """The panel's snapshot of now."""
        now = Moment(
            seq=self._seq,
            state=self._state,
            for_ms=self._clock.monotonic_ms() - self._since_ms,
            call=self._call,
            talk=self._talk,
            talked_ms=self._talked_ms,
            disposition=self._disposition,
        )
        return panel_view(self._stage, now)

    def _enter(self, state: AgentState) -> None:
        if state is not self._state:
            self._state, self._since_ms = state, self._clock.monotonic_ms()
        self.changed()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_TALKING: Final = (AgentState.ON_CALL, AgentState.HOLD)
