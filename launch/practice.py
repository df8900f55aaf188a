"""Practice: the agent's own panel, a simulated caller in text, no Asterisk.

Stands where the desk stands on a real call, with the same coach, rules and snapshots; the caller
is a persona that acts in real time (`callers.practice_caller`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from callers.practice_caller import CALLER, PracticeCaller
from callers.voicebank import VoiceBank
from calls.call import Call, EndReason
from calls.clock import Clock, SystemClock
from calls.events import (
    AnsweredFact,
    Disposed,
    EndedFact,
    HungUpFact,
)
from calls.floor import orders
from calls.floor.states import AgentState
from calls.floor.view import (
    AgentCard,
    CallerFile,
    CallView,
    DayView,
    OfferView,
    PanelView,
    PhoneView,
    StateView,
)
from calls.masking import mask
from calls.ports import Talk
from desk.coaching.coach import Coach
from desk.coaching.live_events import LiveEvents
from desk.coaching.means import Means
from launch.practice_score import Score, score_call
from launch.practice_stage import (
    AGENT,
    BEFORE_RING_S,
    NOT_NOW,
    NUMBER,
    QUEUE,
    Colleague,
    SoundlessRecorder,
    Stage,
    Trace,
    offered,
    spoken_ms,
)


class PracticeFloor:
    """One practice call; `over` is set when its wrap-up is given. Use on one event loop."""

    def __init__(
        self, stage: Stage, show: Callable[[PanelView], None], clock: Clock | None = None
    ) -> None:
        self._stage, self._show = stage, show
        self._clock = clock or SystemClock()
        self._state, self._since_ms = AgentState.NOT_READY, self._clock.monotonic_ms()
        self._seq = 0
        self._call: Call | None = None
        self._caller: PracticeCaller | None = None
        self._coach: Coach | None = None
        self._disposition = ""
        self._talked_ms = 0
        self._muted = self._held = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.trace = Trace()
        self.live = LiveEvents(self.trace)
        self.over = asyncio.Event()

    def begin(self) -> None:
        """Show the panel, not ready yet."""
        self.changed()

    def score(self) -> Score:
        """What the call is worth, as far as it went."""
        return score_call(self.trace.events, self._stage.house)

    async def close(self) -> None:
        """End whatever goes on."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._coach is not None:
            self._hung_up("us")
            await self._coach.closed()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def carry_out(self, order: orders.Order) -> str:
        """Do what the panel orders; the desk's word why not, empty when it was done."""
        match order:
            case orders.Ready():
                return self._ready()
            case orders.NotReady() | orders.AddNote() | orders.AskHelp():
                return ""
            case orders.Answer():
                return self._answer()
            case orders.HangUp():
                return self._hung_up("us")
            case orders.Hold(on=on):
                return self._hold(on)
            case orders.Mute(on=on):
                self._muted = on
                self.changed()
                return ""
            case orders.WrapUp():
                return self._wrap_up(order)
            case _:
                return self._coached(order)

    def _coached(self, order: orders.Order) -> str:
        known = isinstance(
            order,
            orders.LineDone
            | orders.Pick
            | orders.Branch
            | orders.FormDraft
            | orders.FormDone
            | orders.FormLeft,
        )
        if self._coach is None or not known:
            return NOT_NOW
        problem = self._coach.take(order)  # type: ignore[arg-type]  # looked at just above
        if isinstance(order, orders.FormDraft) and self._ask_caller():
            self.changed()
        return problem

    # From ready to the talk.

    def _ready(self) -> str:
        if self._state is not AgentState.NOT_READY or self._call is not None:
            return NOT_NOW
        self._enter(AgentState.READY)
        self._spawn(self._ring())
        return ""

    async def _ring(self) -> None:
        await asyncio.sleep(BEFORE_RING_S)
        stage = self._stage
        call = self._call = Call(self._clock, self.live)
        call.record(offered(call.id, stage.flow))
        voices, voice = VoiceBank.load(), stage.persona.voice
        self._caller = PracticeCaller(
            stage.persona,
            lambda utterance: spoken_ms(voices, voice, utterance),
            lambda utterance: voices.text(voice, utterance),
            self._clock,
        )
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
        self.live.watch(call.id, caller.see)
        stage = self._stage
        talk = Talk(
            call=call,
            agent=stage.agent,
            caller_channel=CALLER,
            agent_channel=AGENT,
            queue=QUEUE,
            flow=stage.flow,
            variables={**stage.variables, "language": stage.language},
        )
        means = Means(
            house=stage.house,
            live=self.live,
            language=stage.language,
            ears=caller,
            tapper=caller.tap,
            office=stage.office,
            recorder=SoundlessRecorder(),
            mover=Colleague(),
        )
        self._coach = Coach.begin(talk, means, self.changed)
        self._enter(AgentState.ON_CALL)
        return ""

    # In the talk and after it.

    def _hold(self, on: bool) -> str:
        if self._coach is None or self._state not in (AgentState.ON_CALL, AgentState.HOLD):
            return NOT_NOW
        self._held = on
        self._coach.hold(on=on)
        self._enter(AgentState.HOLD if on else AgentState.ON_CALL)
        return ""

    def _hung_up(self, by: str) -> str:
        """The line goes down; a call that only rang is over with it."""
        call, coach = self._call, self._coach
        if call is None or self._state in (AgentState.WRAP_UP, AgentState.NOT_READY):
            return NOT_NOW
        if by == "us" and coach is None:
            return NOT_NOW
        if coach is not None:
            self._talked_ms = coach.talked_ms
            left = coach.stop(by)
            self._disposition = str(left.get("disposition", ""))
        call.hung_up_by = by
        call.record(HungUpFact(by=by))
        reason = EndReason.CALLER_HUNG_UP if by == "caller" else EndReason.COMPLETED
        call.record(EndedFact(end_reason=reason.value, disposition=self._disposition))
        self._enter(AgentState.WRAP_UP)
        if coach is None:
            self.over.set()
        return ""

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
        self._ask_caller()
        self._show(self.view())

    def _ask_caller(self) -> bool:
        """A form on the screen: the caller answers the first field that is empty yet.

        True when there are new words.
        """
        coach, caller = self._coach, self._caller
        script = coach.script() if coach and self._state is AgentState.ON_CALL else None
        if caller is not None and script is not None and script.form is not None:
            fields = script.form.fields
            asked = next((one.name for one in fields if one.value in (None, "")), "")
            return caller.asked_for(asked)
        return False

    def view(self) -> PanelView:
        """The panel's snapshot of now."""
        floor, agent = self._stage.floor, self._stage.agent
        card = floor.agents.get(agent) or AgentCard(number=agent, name="")
        reason = "training" if self._state is AgentState.NOT_READY else ""
        return PanelView(
            seq=self._seq,
            company=floor.company,
            agent=card,
            state=StateView(
                state=self._state,
                for_ms=self._clock.monotonic_ms() - self._since_ms,
                reason=reason,
            ),
            phone=PhoneView(registered=True, controlled=True),
            offer=self._offer(),
            call=self._call_view(),
            today=DayView(),
            destinations=floor.destinations,
        )

    def _offer(self) -> OfferView | None:
        if self._call is None or self._state is not AgentState.RINGING:
            return None
        return OfferView(
            call_id=self._call.id,
            queue=QUEUE,
            caller=self._file(),
            rung_ms=self._call.elapsed_ms(),
            ring_cycle_ms=self._stage.floor.ring_cycle_ms,
            rings=self._stage.floor.rings,
        )

    def _file(self) -> CallerFile:
        return CallerFile(number=mask(NUMBER))

    def _call_view(self) -> CallView | None:
        call, coach, caller = self._call, self._coach, self._caller
        if call is None or coach is None or caller is None or self._state in _NO_CALL:
            return None
        over = self._state is AgentState.WRAP_UP
        hearing = coach.hearing().model_copy(update={"text": caller.text})
        return CallView(
            call_id=call.id,
            queue=QUEUE,
            caller=self._file(),
            talked_ms=self._talked_ms if over else coach.talked_ms,
            on_hold=self._held,
            muted=self._muted,
            recording=bool(call.recording),
            over=over,
            script=None if over else coach.script(),
            hearing=hearing,
            due=() if over else coach.due(),
            broken=coach.broken(),
            dispositions=self._stage.floor.dispositions,
            disposition=self._disposition or coach.disposition,
        )

    def _enter(self, state: AgentState) -> None:
        if state is not self._state:
            self._state, self._since_ms = state, self._clock.monotonic_ms()
        self.changed()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


_NO_CALL: Final = (AgentState.NOT_READY, AgentState.READY, AgentState.RINGING)
