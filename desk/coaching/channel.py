"""An agent as a channel: lines are shown, windows run on the caller's tap, choices are keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import structlog

from calls.actions import (
    Action,
    Form,
    Line,
    Listen,
    OfficeAction,
    Ring,
    Say,
    Wait,
)
from calls.call import Call
from calls.events import BranchTaken, Fault, FormFilled
from calls.outcomes import (
    Answered,
    Branched,
    Done,
    Failed,
    Got,
    HungUp,
    Outcome,
    SaidEnd,
    Spoken,
)
from calls.values import Value
from desk.coaching.forms import FormOnShow
from desk.coaching.helpers import Helpers
from desk.coaching.lines import LineOnShow, shown
from desk.coaching.taps import Hearing
from desk.coaching.windows import Window

LATE: Final = "late"
"""The order is about what is on the screen no longer."""

NOTHING_OF_THE_KIND: Final = "not_now"
UNFIT: Final = "unfit"
"""The form has fields that cannot be taken; each says why."""

_log = structlog.get_logger("desk.coaching")


class AgentChannel:
    """What a `calls.ports.Channel` does, through an agent. Use on one event loop.

    `line`, `window`, `form` and `waits` say what is on the screen now; at most one is set.
    """

    def __init__(
        self,
        call: Call,
        hearing: Hearing,
        helpers: Helpers,
        changed: Callable[[], None],
    ) -> None:
        self.call = call
        self.hearing = hearing
        self.line: LineOnShow | None = None
        self.said: Line | None = None
        """The last one said."""

        self.window: Window | None = None
        self.form: FormOnShow | None = None
        self.waits: tuple[int, int] | None = None
        """Offset at which a wait began, and its length."""

        self.drafts: dict[str, Mapping[str, Value]] = {}
        """What stands in forms not yet done, by form."""

        self.again = False
        """The next line was on the screen before the desk was restarted."""

        self._helpers = helpers
        self._changed = changed
        self._open: asyncio.Future[Outcome] | None = None
        self._late_ms = 0
        """How long ago the agent finished the last line."""

        self._down: HungUp | None = None

    @property
    def can_branch(self) -> bool:
        """Whether a branch can be taken now: not while the house itself is at work."""
        return self._open is not None and not self._open.done()

    async def perform(self, action: Action) -> Outcome:
        """Carry out `action` to its outcome; whatever breaks is `Failed`, never raised."""
        late_ms, self._late_ms = self._late_ms, 0
        try:
            if self._down is not None and not isinstance(action, OfficeAction):
                return self._down
            return await self._perform(action, late_ms)
        except Exception as error:  # noqa: BLE001 - the agent's next sentence must come
            _log.error(
                "an act of a coached flow broke", act=type(action).__name__, error=repr(error)
            )
            self.call.record(Fault(where="coach", problem=f"{type(action).__name__}: {error!r}"))
            return Failed(reason=repr(error))
        finally:
            self.line = self.window = self.form = self.waits = self._open = None

    async def hang_up(self) -> None:
        """The flow is over; whoever hangs up is a person."""

    async def _perform(self, action: Action, late_ms: int) -> Outcome:
        match action:
            case Say(line=line):
                return await self._say(line)
            case Listen():
                return await self._listen(action, late_ms)
            case Form():
                return await self._form(action)
            case Ring():
                return Answered(rings=1, waited_ms=0)  # taking the call was the answer
            case Wait(ms=ms):
                return await self._wait(ms)
            case _:
                self._changed()
                return await self._helpers.perform(action)

    # What is shown, until somebody says what became of it.

    async def _say(self, line: Line) -> Outcome:
        show = LineOnShow(shown(line), self.hearing, self.call.elapsed_ms())
        self.line = show
        if not self.again:
            self.call.record(show.saying())
        self.again = False
        return await self._until_told()

    async def _listen(self, action: Listen, late_ms: int) -> Outcome:
        self.again = False
        if action.prompt is not None:
            outcome = await self._say(action.prompt)
            if not isinstance(outcome, Spoken):
                return outcome
            self.line = None
            late_ms, self._late_ms = self._late_ms, 0
        window = Window(self.call, action, self.hearing, self._changed)
        self.window = window
        window.opens()
        asking = asyncio.get_running_loop().create_task(window.ask(late_ms))
        asking.add_done_callback(self._window_over)
        try:
            return await self._until_told()
        finally:
            asking.cancel()
            # The tap takes the next question only when this one is withdrawn.
            await asyncio.wait([asking])

    async def _form(self, action: Form) -> Outcome:
        self.again = False
        self.form = FormOnShow(action, self.drafts.get(action.name, {}))
        return await self._until_told()

    async def _wait(self, ms: int) -> Outcome:
        self.waits = (self.call.elapsed_ms(), ms)
        timer = asyncio.get_running_loop().call_later(ms / 1000, self._tell, Done())
        try:
            return await self._until_told()
        finally:
            timer.cancel()

    async def _until_told(self) -> Outcome:
        self._open = asyncio.get_running_loop().create_future()
        self._changed()
        return await self._open

    def _tell(self, outcome: Outcome) -> None:
        if self._open is not None and not self._open.done():
            self._open.set_result(outcome)

    def _window_over(self, asking: asyncio.Task[Outcome]) -> None:
        if asking.cancelled():
            return
        error = asking.exception()
        if error is None:
            self._tell(asking.result())
        elif self._open is not None and not self._open.done():
            self._open.set_exception(error)

    # What the agent does. Each gives the problem's word, empty when it was done.

    def line_done(self, name: str, how: str) -> str:
        """The line shown was said (`confirmed`), `skipped`, or `changed`."""
        if self.line is None or self.line.line.name != name or not self.can_branch:
            return LATE
        ended = SaidEnd.SKIPPED if how == "skipped" else SaidEnd.COMPLETED
        self._line_over(self.line, ended, how)
        return ""

    def agent_voice(self, speaks: bool) -> None:
        """The agent began to speak, or fell silent."""
        line = self.line
        if line is None or not self.can_branch or self.hearing.stands_by("hold"):
            return
        if speaks:
            line.began()
        elif line.is_said:
            self._line_over(line, SaidEnd.COMPLETED, "heard")

    def held(self, *, on: bool) -> None:
        """The caller was put on hold or taken back: what was said meanwhile was no line."""
        if self.line is not None and not on:
            self.line.anew()

    def _line_over(self, line: LineOnShow, ended: SaidEnd, noted: str) -> None:
        said = self._record_said(line, ended, noted)
        self._late_ms = 0 if ended is SaidEnd.SKIPPED else line.quiet_ms()
        self._tell(Spoken(start_ms=said[0], end_ms=said[1], ended=ended))

    def _record_said(self, line: LineOnShow, ended: SaidEnd, noted: str) -> tuple[int, int]:
        fact = line.said(ended, noted, self.call.elapsed_ms())
        self.call.record(fact)
        if ended is not SaidEnd.SKIPPED:
            self.said = line.line
        return fact.start_ms, fact.end_ms

    def pick(self, keys: str) -> str:
        """A menu's key or the digits asked for; the caller knows that they fit."""
        if self.window is None or not self.can_branch:
            return LATE
        self._tell(self.window.keyed(keys))
        return ""

    def told(self, word: str) -> str:
        """What is to be heard in the window, where the ears have missed it."""
        if self.window is None or not self.can_branch:
            return LATE
        outcome = self.window.told(word)
        if outcome is None:
            return NOTHING_OF_THE_KIND
        self._tell(outcome)
        return ""

    def branch(self, name: str) -> str:
        """Leave what is on the screen for a branch; the caller knows that it is offered."""
        if not self.can_branch:
            return NOTHING_OF_THE_KIND
        self.call.record(BranchTaken(branch=name))
        if self.line is not None:
            # Half said is said: the caller has heard it. The line was the agent's to leave out.
            if self.line.is_said:
                self._record_said(self.line, SaidEnd.COMPLETED, "heard")
            else:
                self._record_said(self.line, SaidEnd.SKIPPED, "skipped")
        self._tell(Branched(name=name))
        return ""

    def form_draft(self, form: str, values: Mapping[str, Value]) -> str:
        """Keep what stands in the form."""
        if self.form is None or self.form.form.name != form:
            return LATE
        self.form.draft(values)
        self.drafts[form] = dict(self.form.values)
        return ""

    def form_done(self, form: str, values: Mapping[str, Value]) -> str:
        """Take the form, if all its fields can be taken."""
        if self.form is None or self.form.form.name != form or not self.can_branch:
            return LATE
        taken = self.form.fill(values)
        if taken is None:
            self.drafts[form] = dict(self.form.values)
            self._changed()
            return UNFIT
        self._form_over("ok", taken)
        return ""

    def form_left(self, form: str) -> str:
        """Leave it without an answer; what was typed stays for the next time."""
        if self.form is None or self.form.form.name != form or not self.can_branch:
            return LATE
        self.drafts[form] = dict(self.form.values)
        self._form_over("cancelled", {})
        return ""

    def _form_over(self, result: str, values: Mapping[str, Value]) -> None:
        assert self.form is not None  # noqa: S101 - both callers have looked
        name = self.form.form.name
        if result == "ok":
            self.drafts.pop(name, None)
        self.call.record(FormFilled(form=name, result=result, values=dict(values)))
        self._tell(Got(name=result, values=values))

    def goes_down(self, by: str, talked_ms: int) -> None:
        """The line is gone: what is on the screen is over, and nothing comes after it."""
        if self._down is not None:
            return
        self._down = HungUp(by=by, talked_ms=talked_ms)
        self._helpers.fallen.set()
        if self.line is not None and self.can_branch:
            self._record_said(self.line, SaidEnd.HANGUP, "")
        self._tell(self._down)
