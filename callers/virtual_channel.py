"""A channel in virtual time: its other end is a persona, and only a clock moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, assert_never

from callers import hearing
from callers.acting import Acting
from callers.hearing import Sensed
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual_recorder import VirtualRecorder
from calls.actions import (
    Action,
    Form,
    Line,
    Listen,
    OfficeAction,
    Queue,
    Record,
    Ring,
    Say,
    Transfer,
    Until,
    Wait,
)
from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AgentOffered,
    AnsweredFact,
    HeardFact,
    HungUpFact,
    KeyFact,
    LeftQueue,
    Listening,
    Queued,
    Said,
    Saying,
    Transferred,
)
from calls.outcomes import (
    Answered,
    Done,
    Failed,
    Heard,
    HungUp,
    Keyed,
    Outcome,
    QueueLeft,
    SaidEnd,
    Sound,
    Spoken,
    TransferLeft,
)

RING_TONE_MS: Final = 1000
"""The house answers when the tone of the last ring is over."""


class VirtualChannel:
    """A `calls.ports.Channel` whose other end is a persona."""

    def __init__(
        self,
        call: Call,
        clock: ManualClock,
        acting: Acting,
        line_ms: Callable[[Line], int],
        queue: QueuePlan,
        office: PlannedOffice | None = None,
    ) -> None:
        self.call = call
        self._clock = clock
        self._acting = acting
        self._line_ms = line_ms
        self._queue_plan = queue
        self._office = office or PlannedOffice()
        self._down = False
        self._agent_left = False
        """The agent ended the talk, and nothing has been said since."""

        self._recorder = VirtualRecorder(call)
        self._keys_from_ms = 0
        """Keys pressed before this were taken by an earlier window."""

    async def perform(self, action: Action) -> Outcome:
        """Carry out `action` in no time at all; the clock says how long it took."""
        if isinstance(action, OfficeAction):
            return self._office.perform(self.call, action)
        if self._down:
            return self._gone()
        match action:
            case Ring():
                return self._ring(action)
            case Say(line=line):
                return self._say(line)
            case Listen():
                return self._listen(action)
            case Queue():
                return self._queue(action)
            case Record(command=command):
                return self._recorder.perform(command)
            case Wait(ms=ms):
                return Done() if self._pass(self._now + ms) else self._gone()
            case Transfer():
                return self._transfer(action)
            case Form():
                return Failed(reason="a form needs an agent's screen")
            case _:
                assert_never(action)

    async def hang_up(self) -> None:
        """End the call from our side, which the agent did who left the talk."""
        self._go_down("agent" if self._agent_left else "us")

    @property
    def _now(self) -> int:
        return self.call.elapsed_ms()

    def _pass(self, until_ms: int) -> bool:
        """Let time pass; False when the caller hung up on the way."""
        leave_ms = self._acting.leave_ms
        if leave_ms is not None and leave_ms <= until_ms:
            self._clock.advance_ms(max(leave_ms - self._now, 0))
            self._go_down("caller")
            return False
        self._clock.advance_ms(max(until_ms - self._now, 0))
        return True

    def _go_down(self, by: str) -> None:
        if self._down:
            return
        self._down = True
        self._recorder.stop("call_ended")
        self.call.hung_up_by = by
        self.call.record(HungUpFact(by=by))

    def _gone(self, talked_ms: int = 0) -> HungUp:
        return HungUp(by=self.call.hung_up_by, talked_ms=talked_ms)

    def _ring(self, ring: Ring) -> Outcome:
        began_ms = self._now
        self._acting.rings(began_ms)
        rang_ms = (ring.rings - 1) * ring.cycle_ms + RING_TONE_MS if ring.rings > 0 else 0
        if not self._pass(began_ms + rang_ms):
            return self._gone()
        waited_ms = self._now - began_ms
        rings = waited_ms // ring.cycle_ms + 1
        self.call.answered_ms = self._now
        self._acting.answered(self._now)
        self.call.record(AnsweredFact(rings=rings, waited_ms=waited_ms))
        return Answered(rings=rings, waited_ms=waited_ms)

    def _begin_line(self, line: Line) -> int:
        """A line begins; gives when."""
        self.call.record(
            Saying(
                line=line.name,
                text=line.text,
                tags=line.tags,
                language=line.language,
                performer=self.call.performer,
            )
        )
        self._agent_left = False
        self._acting.house_speaks(self._now)
        return self._now

    def _end_line(self, line: Line, start_ms: int, ended: SaidEnd) -> None:
        self.call.record(
            Said(
                line=line.name,
                text=line.text,
                tags=line.tags,
                language=line.language,
                performer=self.call.performer,
                start_ms=start_ms,
                end_ms=self._now,
                ended=ended.value,
            )
        )

    def _say(self, line: Line) -> Outcome:
        start_ms = self._begin_line(line)
        if not self._pass(start_ms + self._line_ms(line)):
            self._end_line(line, start_ms, SaidEnd.HANGUP)
            return self._gone()
        self._end_line(line, start_ms, SaidEnd.COMPLETED)
        return Spoken(start_ms=start_ms, end_ms=self._now, ended=SaidEnd.COMPLETED)

    def _prompt(self, listen: Listen, line: Line) -> HungUp | None:
        """Speak a line that speech or a key cuts; None when listening goes on."""
        start_ms = self._begin_line(line)
        end_ms = start_ms + self._line_ms(line)
        cut_ms, ended = end_ms, SaidEnd.COMPLETED
        key_ms = self._first_key(listen, start_ms, end_ms)
        if key_ms is not None:
            cut_ms, ended = key_ms, SaidEnd.KEY
        for voice in hearing.voices_sensed(self._acting, start_ms, hearing.BARGE_IN_MS):
            if voice.what is Sound.SPEECH and "speech" in listen.wanted and voice.at_ms < cut_ms:
                cut_ms, ended = voice.at_ms, SaidEnd.BARGE_IN
        if not self._pass(cut_ms):
            self._end_line(line, start_ms, SaidEnd.HANGUP)
            return self._gone()
        self._end_line(line, start_ms, ended)
        return None

    def _listen(self, listen: Listen) -> Outcome:
        began_ms = self._now
        if listen.prompt is not None:
            gone = self._prompt(listen, listen.prompt)
            if gone is not None:
                return gone
        self.call.record(
            Listening(
                until=listen.until.value,
                window_ms=listen.window_ms,
                wanted=tuple(sorted(listen.wanted)),
            )
        )
        open_ms = self._now
        cut = self._first_key(listen, began_ms, open_ms + 1)
        if cut is None:
            self._acting.house_listens(open_ms)
        deadline_ms = open_ms + listen.window_ms
        key_ms = cut if cut is not None else self._first_key(listen, open_ms, deadline_ms)
        sensed = self._sensed(listen, began_ms, open_ms, deadline_ms)
        if key_ms is not None and key_ms < sensed.at_ms:
            return self._keyed(listen, key_ms)
        if not self._pass(sensed.at_ms):
            return self._gone()
        return self._heard(sensed, listen)

    def _first_key(self, listen: Listen, from_ms: int, to_ms: int) -> int | None:
        if listen.keys is None:
            return None
        keys = self._acting.keys(max(from_ms, self._keys_from_ms), to_ms)
        return keys[0].at_ms if keys else None

    def _sensed(self, listen: Listen, began_ms: int, open_ms: int, deadline_ms: int) -> Sensed:
        """What ends the window if no key does."""
        wanted = [
            sensed
            for sensed in (
                hearing.voice_ends(self._acting, listen, began_ms, open_ms, deadline_ms),
                hearing.noise_sensed(self._acting, open_ms, deadline_ms)
                if listen.until is not Until.CLEAR
                else hearing.clear_sensed(self._acting, open_ms, deadline_ms),
            )
            if sensed is not None and sensed.what.value in listen.wanted
        ]
        if wanted:
            return min(wanted, key=lambda sensed: sensed.at_ms)
        clearing = listen.until is Until.CLEAR
        noisy = "noise" in listen.wanted and hearing.noisy_at_end(
            self._acting, open_ms, deadline_ms
        )
        what = Sound.NOISE if clearing or noisy else Sound.SILENCE
        level = hearing.noise_level(self._acting, deadline_ms)
        return Sensed(deadline_ms, what, open_ms, deadline_ms, level)

    def _keyed(self, listen: Listen, first_ms: int) -> Outcome:
        keys = listen.keys
        assert keys is not None  # noqa: S101 - a first key was only looked for with keys wanted
        digits, last_ms = "", first_ms
        for pressed in self._acting.keys(first_ms, first_ms + 3_600_000):
            if digits and pressed.at_ms - last_ms > keys.next_key_ms:
                break
            last_ms = pressed.at_ms
            self._keys_from_ms = last_ms + 1
            if pressed.key == keys.terminator:
                break
            digits += pressed.key
            if len(digits) >= keys.most:
                break
        else:
            last_ms += keys.next_key_ms
        if not self._pass(last_ms):
            return self._gone()
        self.call.record(KeyFact(digits=digits, at_ms=first_ms))
        return Keyed(digits=digits, at_ms=first_ms)

    def _heard(self, sensed: Sensed, listen: Listen) -> Heard:
        heard = Heard(
            what=sensed.what,
            from_ms=sensed.from_ms,
            to_ms=sensed.to_ms,
            level_dbov=round(sensed.level_dbov, 1),
            reason=f"persona {self._acting.persona.name}, turn {self._acting.turn}",
        )
        self.call.record(
            HeardFact(
                what=heard.what.value,
                from_ms=heard.from_ms,
                to_ms=heard.to_ms,
                level_dbov=heard.level_dbov,
                reason=heard.reason,
            )
        )
        return heard

    def _queue(self, queue: Queue) -> Outcome:
        began_ms = self._now
        plan = self._queue_plan
        self.call.record(Queued(queue=queue.name))
        self._acting.queued(began_ms)
        if not plan.agent or plan.answers_after_ms > queue.most_wait_ms:
            return self._left(queue, began_ms, None, began_ms + queue.most_wait_ms)
        self.call.record(AgentOffered(agent=plan.agent))
        answers_ms = began_ms + plan.answers_after_ms
        if self._leaves_by(answers_ms):
            return self._left(queue, began_ms, None, answers_ms)
        self._pass(answers_ms)
        self.call.record(AgentAnswered(agent=plan.agent, waited_ms=self._now - began_ms))
        return self._left(queue, began_ms, self._now, self._now + plan.talks_ms)

    def _transfer(self, transfer: Transfer) -> Outcome:
        """Nobody knows who answers there: the plan of the queue tells it for transfers too."""
        began_ms, plan = self._now, self._queue_plan
        self._acting.queued(began_ms)
        answered = bool(plan.agent) and plan.answers_after_ms <= transfer.most_wait_ms
        waits_ms = plan.answers_after_ms if answered else transfer.most_wait_ms
        stays = self._pass(began_ms + waits_ms)
        answered_ms = self._now
        if stays and answered:
            stays = self._pass(answered_ms + plan.talks_ms)
        talked_ms = self._now - answered_ms
        result = "answered" if answered and talked_ms else "no_answer" if stays else "abandoned"
        waited_ms = answered_ms - began_ms
        self.call.record(
            Transferred(to=transfer.to, result=result, waited_ms=waited_ms, talked_ms=talked_ms)
        )
        if not stays:
            return self._gone(talked_ms)
        return TransferLeft(name=result, waited_ms=waited_ms, talked_ms=talked_ms)

    def _leaves_by(self, at_ms: int) -> bool:
        return self._acting.leave_ms is not None and self._acting.leave_ms <= at_ms

    def _left(self, queue: Queue, began_ms: int, answered_ms: int | None, until_ms: int) -> Outcome:
        """Stay up to `until_ms`, or less when the caller leaves; the end of the stay."""
        leaves = self._leaves_by(until_ms)
        now_ms = max(self._acting.leave_ms or 0, self._now) if leaves else until_ms
        self._clock.advance_ms(now_ms - self._now)
        unanswered = "abandoned" if leaves else "no_answer"
        waited_ms = (now_ms if answered_ms is None else answered_ms) - began_ms
        talked_ms = 0 if answered_ms is None else now_ms - answered_ms
        result = unanswered if answered_ms is None else "answered"
        agent = "" if answered_ms is None else self._queue_plan.agent
        self.call.record(
            LeftQueue(
                queue=queue.name,
                result=result,
                waited_ms=waited_ms,
                talked_ms=talked_ms,
                agent=agent,
            )
        )
        if leaves:
            self._go_down("caller")
            return self._gone(talked_ms)
        self._agent_left = result == "answered"
        return QueueLeft(name=result, waited_ms=waited_ms, talked_ms=talked_ms, agent=agent)
