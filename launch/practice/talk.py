"""The talk of a practice call: coach, caller, transfers and sound, from the answer on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from callers.practice_caller import CALLER, PracticeCaller
from callers.practice_sound import LineSound
from callers.practice_voices import PracticeVoices
from callers.speaker import Speaker
from calls.call import Call
from calls.floor import orders
from calls.floor.script_view import HearingView
from calls.floor.view import ConsultView
from calls.ports import Talk
from desk.coaching.coach import Coach
from desk.coaching.live_events import LiveEvents
from desk.coaching.means import Means
from launch.practice.stage import (
    AGENT,
    NOT_NOW,
    Colleague,
    SoundlessRecorder,
    Stage,
)
from launch.practice.transfer import PracticeTransfers

CONSULTING: Final = "consult_under_way"

_Coached = (
    orders.LineDone
    | orders.Pick
    | orders.Branch
    | orders.FormDraft
    | orders.FormDone
    | orders.FormLeft
)


class PracticeTalk:
    """Begins when it is made; ends with `end`. Use on one event loop."""

    def __init__(
        self,
        stage: Stage,
        call: Call,
        caller: PracticeCaller,
        live: LiveEvents,
        *,
        changed: Callable[[], None],
        handed_on: Callable[[], None],
    ) -> None:
        """`changed`: the panel must be shown anew. `handed_on`: a colleague has the caller now."""
        self.caller = caller
        self.changed, self.handed_on = changed, handed_on
        self.on_hold = self.muted = False
        self._sound: LineSound | None = None
        self._sounding: asyncio.Task[None] | None = None
        live.watch(call.id, caller.see)
        self.coach = Coach.begin(_talk(stage, call), _means(stage, caller, live), changed)
        self._transfers = PracticeTransfers(call, self, stage.reachable())

    def aloud(self, voices: PracticeVoices, speaker: Speaker) -> None:
        """Let the caller be heard."""
        sound = self._sound = LineSound(self.caller, voices, speaker)
        self.caller.cut_off = sound.cut
        self._sounding = asyncio.get_running_loop().create_task(sound.live())

    def consult(self) -> ConsultView | None:
        """The attended transfer under way."""
        return self._transfers.view()

    def hearing(self) -> HearingView:
        """What is heard of the caller, and in what words."""
        return self.coach.hearing().model_copy(update={"text": self.caller.text})

    def hold(self, *, on: bool) -> str:
        """The agent's hold; why not, empty when it was done."""
        if self.consult() is not None:
            return CONSULTING
        self.on_hold = on
        self.coach.hold(on=on)
        return ""

    def waits(self, *, on: bool) -> None:
        """The caller hears music while a colleague is asked."""
        self.coach.music(on=on)

    def transfer(self, order: orders.Transfer | orders.Consult) -> str:
        """The panel's own transfers; why not, empty when it was done."""
        if self.on_hold:
            return CONSULTING
        if isinstance(order, orders.Transfer):
            problem = self._transfers.transfer(order)
        else:
            problem = self._transfers.consult(order)
        self.changed()
        return problem

    def colleague_keeps(self) -> bool:
        """The agent hangs up while a colleague is on the line, who then has the caller."""
        return self._transfers.hangs_up()

    def coached(self, order: orders.Order) -> str:
        """An order about the flow; why not, empty when it was done."""
        if not isinstance(order, _Coached):
            return NOT_NOW
        problem = self.coach.take(order)
        if isinstance(order, orders.FormDraft) and self.ask_caller():
            self.changed()
        return problem

    def ask_caller(self) -> bool:
        """A form on the screen: the caller answers the first field that is empty yet.

        True when there are new words.
        """
        script = self.coach.script()
        if script is None or script.form is None or self.caller.held:
            return False
        fields = script.form.fields
        asked = next((one.name for one in fields if one.value in (None, "")), "")
        return self.caller.asked_for(asked)

    def end(self, by: str) -> str:
        """The line goes down, by `caller` or `agent`; gives the flow's disposition."""
        self._transfers.close()
        if self._sound is not None:
            self._sound.end()
        return str(self.coach.stop(by).get("disposition", ""))

    async def closed(self) -> None:
        """Return once nothing of it runs any more; after `end`."""
        await self.coach.closed()
        if self._sounding is not None:
            await self._sounding


def _talk(stage: Stage, call: Call) -> Talk:
    return Talk(
        call=call,
        agent=stage.agent,
        caller_channel=CALLER,
        agent_channel=AGENT,
        queue=stage.queue,
        flow=stage.flow,
        variables={**stage.variables, "language": stage.language},
    )


def _means(stage: Stage, caller: PracticeCaller, live: LiveEvents) -> Means:
    return Means(
        house=stage.house,
        live=live,
        language=stage.language,
        ears=caller,
        tapper=caller.tap,
        office=stage.office,
        recorder=SoundlessRecorder(),
        mover=Colleague(),
    )
