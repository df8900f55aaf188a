"""Every outcome that a channel can give to an action, with its time and the facts it leaves.

The caller can do anything at any time. The house's own parts may fail (`error`), and so may the
network; not explored is a server that dies or is too slow for its lease: then the dialplan's
fallback has the call, and no flow. An agent is taken to follow the flow: says its lines, within
half a second, and takes the branches it offers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from callflow.acts.base import Act
from callflow.lines import LineWording
from callflow.proving.agents import transfer_ways
from callflow.proving.hearing import Speaking, listening_ways, said, saying
from callflow.proving.lengths import NO_TIME, Length, exactly, length_in_any, up_to
from callflow.proving.unknown import placeholder
from callflow.proving.waiting import queue_ways
from callflow.proving.ways import (
    CUT,
    FAULT,
    LEAVES,
    PAUSED,
    RECORDING,
    RUNNING,
    Standing,
    Telling,
    Way,
)
from calls.actions import (
    Action,
    Do,
    Fetch,
    Form,
    Line,
    Listen,
    Lookup,
    OfficeAction,
    Promise,
    Queue,
    Record,
    RecordCommand,
    Ring,
    Say,
    Transfer,
    Wait,
)
from calls.events import (
    AnsweredFact,
    BranchTaken,
    Fact,
    Fault,
    Fetched,
    FormFilled,
    LookedUp,
    PluginDone,
    Promised,
    RecordingPaused,
    RecordingResumed,
    TicketOpened,
)
from calls.outcomes import (
    Answered,
    Branched,
    Done,
    Failed,
    Got,
    HungUp,
    SaidEnd,
    Spoken,
)

RING_TONE_MS: Final = 1000
LONGEST_FORM_MS: Final = 30 * 60 * 1000
OFFICE_MOST_MS: Final = 500
"""A file or the ledger is asked at once; services and plug-ins have limits of their own."""

_AGENT_LAG: Final = Length(0, 200, 500)
_DUE: Final = "2026-01-06T09:00:00+00:00"


class Possible:
    """What can come of actions performed by one performer, told once for each action."""

    def __init__(
        self,
        performer: str,
        *,
        by_key: bool,
        lines: Mapping[str, LineWording] | None = None,
        languages: tuple[str, ...] = (),
    ) -> None:
        """With `by_key` every key of a menu is tried, else one for each target.

        A line may take as long as in any of `languages`, whose wordings are in `lines`.
        """
        self._lines = lines or {}
        self._languages = languages
        self._performer = performer
        self._lag = _AGENT_LAG if performer == "agent" else NO_TIME
        self._by_key = by_key
        self._speaking = Speaking(performer, self._lag, self._length)
        self._told: dict[object, list[Way]] = {}

    def ways(
        self, action: Action, act: Act, standing: Standing, branches: Iterable[str] = ()
    ) -> list[Way]:
        """All ways; the likeliest of each kind first."""
        try:
            asked = id(act) if isinstance(action, Listen) else 0
            key = (action, asked, standing, tuple(branches))
            found = self._told.get(key)
        except TypeError:  # a form's fields and what a service is given have no hash
            return self._ways(action, act, standing, branches)
        if found is None:
            found = self._told[key] = self._ways(action, act, standing, branches)
        return found

    def _ways(
        self, action: Action, act: Act, standing: Standing, branches: Iterable[str]
    ) -> list[Way]:
        if standing.down_by:
            if isinstance(action, OfficeAction):
                return list(_office(action, Telling(standing)))
            return [Telling(standing).ends(HungUp(by=standing.down_by))]
        ways = list(self._up(action, act, standing))
        if isinstance(action, Ring | Queue | Transfer | Wait):
            ways.append(_fails(action, standing))
        if isinstance(action, Say | Listen | Form):
            ways += [_branch(standing, name) for name in branches]
        return ways

    def _up(self, action: Action, act: Act, standing: Standing) -> Iterator[Way]:
        """The ways of a line that is up."""
        match action:
            case Say(line=line):
                yield from self._say(line, standing)
            case Listen():
                yield from listening_ways(
                    action, act, standing, self._speaking, by_key=self._by_key
                )
            case Ring():
                yield from _ring(action, standing)
            case Queue():
                yield from queue_ways(action, Telling(standing).answered(), self._speaking)
            case Transfer():
                yield from transfer_ways(action, Telling(standing).answered())
            case _:
                yield from self._silently(action, Telling(standing))

    def _silently(
        self, action: Record | Wait | Form | OfficeAction, telling: Telling
    ) -> Iterator[Way]:
        """The ways of what the caller has no part in."""
        match action:
            case Record(command=command):
                yield from _record(command, telling)
            case Wait(ms=ms):
                yield telling.fork().passes(exactly(ms)).ends(Done())
                yield from _gone(telling.passes(up_to(ms)))
            case Form():
                yield from _form(action, telling, self._performer)
            case _:
                yield from _office(action, telling)  # done whether the caller stays or not

    def _length(self, line: Line) -> Length:
        return length_in_any(line, self._lines.get(line.name), self._languages)

    def _say(self, line: Line, standing: Standing) -> Iterator[Way]:
        length = self._length(line)
        start = Telling(standing).answered()
        begun = start.fork().passes(self._lag).note(saying(line, self._performer))
        first = begun.now

        def over(ended: SaidEnd, lasts: Length) -> Telling:
            told = begun.fork().passes(lasts).now_is(agent_left=False)
            return told.tells(said(line, self._performer, first, first + 1, ended))

        whole = over(SaidEnd.COMPLETED, length)
        yield whole.ends(Spoken(start_ms=0, end_ms=0, ended=SaidEnd.COMPLETED))
        for by in LEAVES:
            cut = up_to(length.most_ms, min(600, length.usual_ms))
            yield over(SaidEnd.HANGUP, cut).hangs_up(by)
        yield start.fork().hangs_up("caller", odd=CUT)
        if self._performer == "agent":
            return
        unsaid = start.fork().note(Fault(where=f"prompt {line.name}", problem="no sound"))
        unsaid.tells(said(line, self._performer, 0, 0, SaidEnd.FAILED))
        yield unsaid.ends(Spoken(start_ms=0, end_ms=0, ended=SaidEnd.FAILED), odd=FAULT)


def _fails(action: Action, standing: Standing) -> Way:
    """Asterisk refuses a command: nothing comes of the act, and the line stays up."""
    word = type(action).__name__
    fault = Fault(where="asterisk", problem=f"{word}: refused")
    return Telling(standing).note(fault).ends(Failed(reason=word), odd=FAULT)


def _branch(standing: Standing, name: str) -> Way:
    told = Telling(standing).passes(up_to(10_000, 1000))
    return told.note(BranchTaken(branch=name)).ends(Branched(name=name))


def _gone(telling: Telling) -> Iterator[Way]:
    for by in LEAVES:
        yield telling.fork().hangs_up(by)


def _ring(ring: Ring, standing: Standing) -> Iterator[Way]:
    if standing.answered:
        yield Telling(standing).ends(Answered(rings=1, waited_ms=0))
        return
    rang_ms = (ring.rings - 1) * ring.cycle_ms + RING_TONE_MS if ring.rings > 0 else 0
    rings = rang_ms // ring.cycle_ms + 1
    told = Telling(standing).passes(exactly(rang_ms)).now_is(answered=True)
    told.note(AnsweredFact(rings=rings, waited_ms=rang_ms))
    yield told.ends(Answered(rings=rings, waited_ms=rang_ms))
    yield from _gone(Telling(standing).passes(up_to(rang_ms)))


def _record(command: RecordCommand, telling: Telling) -> Iterator[Way]:
    recording = telling.standing.recording
    broke = Fault(where="recording", problem="MixMonitor failed")
    match command:
        case RecordCommand.START if recording != RUNNING:
            telling.answered()
            yield telling.fork().starts_recording().ends(Done())
            failed = telling.fork().starts_recording().note(broke).stops_recording("failed")
            yield failed.ends(Failed(reason="recording"), odd=FAULT)
        case RecordCommand.RESUME if recording == PAUSED:
            resumed = telling.fork().starts_recording()
            yield resumed.note(RecordingResumed(recording=RECORDING)).ends(Done())
            failed = telling.fork().starts_recording().note(broke).stops_recording("failed")
            yield failed.ends(Failed(reason="recording"), odd=FAULT)
        case RecordCommand.STOP if recording == RUNNING:
            yield telling.fork().stops_recording("flow").ends(Done())
            yield telling.fork().note(broke).ends(Failed(reason="recording"), odd=FAULT)
        case RecordCommand.PAUSE if recording == RUNNING:
            paused = telling.fork().stops_recording("paused").now_is(recording=PAUSED)
            yield paused.note(RecordingPaused(recording=RECORDING)).ends(Done())
            yield telling.fork().note(broke).ends(Failed(reason="recording"), odd=FAULT)
        case _:
            yield telling.ends(Done())
            return
    yield from _gone(telling)


def _form(form: Form, telling: Telling, performer: str) -> Iterator[Way]:
    if performer != "agent":
        yield telling.fork().ends(Failed(reason="a form needs an agent's screen"))
        yield from _gone(telling)
        return
    filling = up_to(LONGEST_FORM_MS, 30_000)
    values = {field.name: placeholder(field.name) for field in form.fields}
    for result, given in (("ok", values), ("cancelled", {})):
        told = telling.fork().passes(filling)
        told.note(FormFilled(form=form.name, result=result, values=dict(given)))
        yield told.ends(Got(name=result, values=given))
    yield from _gone(telling.fork().passes(filling))


def _limit_ms(action: OfficeAction) -> int:
    return action.most_ms if isinstance(action, Fetch | Do) else OFFICE_MOST_MS


def _office(action: OfficeAction, telling: Telling) -> Iterator[Way]:
    """The back office's answers; the same for every channel, also when the line is down."""
    took = up_to(_limit_ms(action), 200)
    for name, fact, store in _answers(action):
        told = telling.fork().passes(took).note(fact)
        if name == "error":
            yield told.ends(Failed(reason="error"), odd=FAULT)
        else:
            values: Mapping[str, str] = {each: placeholder(each) for each in store}
            yield told.ends(Got(name=name, values=values))


def _answers(action: OfficeAction) -> Iterator[tuple[str, Fact, tuple[str, ...]]]:
    """Each answer with its fact and the variables it brings."""
    if isinstance(action, Lookup | Fetch | Do):
        for name in _ANSWERS[type(action)]:
            store = action.store if name in ("ok", "found") else ()
            yield name, _asked(action, name), store
        return
    if isinstance(action, Promise):
        number, about = action.number, action.about
        fact: Fact = Promised(promise="promise-1", number=number, about=about, due_at=_DUE)
        yield "ok", fact, ()
    else:
        kind, about = action.ticket_class, action.about
        fact = TicketOpened(ticket="ticket-1", ticket_class=kind, about=about, due_at=_DUE)
        yield "ok", fact, (action.store,) if action.store else ()
    yield "error", Fault(where=type(action).__name__.lower(), problem="not durable"), ()


_ANSWERS: Final[Mapping[type, tuple[str, ...]]] = {
    Lookup: ("found", "not_found", "error"),
    Fetch: ("ok", "not_found", "timeout", "error"),
    Do: ("ok", "timeout", "error"),
}


def _asked(action: Lookup | Fetch | Do, result: str) -> Fact:
    match action:
        case Lookup(directory=directory, by=by):
            return LookedUp(directory=directory, by=by, result=result)
        case Fetch(source=source):
            return Fetched(source=source, result=result, took_ms=0)
        case Do(plugin=plugin):
            return PluginDone(plugin=plugin, result=result, took_ms=0)
