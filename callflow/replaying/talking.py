"""Ringing, speaking and listening once more, with what was heard then."""

from __future__ import annotations

import re
from typing import Final

from callflow.replaying import windows
from callflow.replaying.record import Item
from callflow.replaying.running import UndecidedError
from callflow.replaying.stage import Stage
from calls.actions import Line, Listen, Ring
from calls.events import AnsweredFact, Listening, Said, Saying
from calls.outcomes import Answered, Done, HungUp, Outcome, SaidEnd, Spoken

RING_SOUND_MS: Final = 1000
"""A call is answered when the sound of its last ring is over (docs/flow-format.md)."""

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")


def ring(stage: Stage, action: Ring) -> Outcome:
    """Let it ring, then answer, unless the caller had gone by then."""
    trace = stage.trace
    if trace.answered or stage.record.performer == "agent":
        return Answered(rings=1, waited_ms=0)
    due_ms = (action.rings - 1) * action.cycle_ms + RING_SOUND_MS
    item = stage.pool.other("ring", "", stage.run.spot)
    if item is not None and isinstance(item.outcome, Answered):
        if item.outcome.rings == action.rings:
            trace.play(item)
            return item.outcome
    elif stage.record.down_ms is not None and stage.record.down_ms <= due_ms:
        mishap = stage.mishap()
        trace.now_ms = max(trace.now_ms, stage.record.down_ms)
        return mishap or HungUp(by="caller")
    elif item is None and stage.record.cut:
        raise UndecidedError("the record ends while it rings")
    trace.now_ms = max(trace.now_ms, due_ms)
    stage.trace.note(AnsweredFact(rings=action.rings, waited_ms=trace.now_ms))
    return Answered(rings=action.rings, waited_ms=trace.now_ms)


def picked_up(stage: Stage) -> None:
    """A line, a window and a queue answer a call that rings yet."""
    if stage.trace.answered:
        return
    item = stage.pool.other("ring", "", stage.run.spot)
    if item is not None:
        stage.trace.play(item)


def say(stage: Stage, line: Line, *, whole: bool) -> Outcome:
    """Say a line; `whole` when no barge-in can cut it."""
    picked_up(stage)
    stage.agent_left, stage.after = False, line.name
    item = stage.pool.line(line.name, stage.run.spot, stage.run.step.lines)
    if item is not None and _said_so(stage, item, line) and not (whole and _cut(item)):
        stage.trace.play(item)
    else:
        _say_anew(stage, line, item, whole=whole)
    return Done() if item is None or item.outcome is None else item.outcome


def _cut(item: Item) -> bool:
    """Whether speech or a key cut the line."""
    return item.fact("said").get("ended") in (SaidEnd.BARGE_IN, SaidEnd.KEY)


def _said_so(stage: Stage, item: Item, line: Line) -> bool:
    """Whether the line was said then with the very words of now."""
    data = item.fact("said") or item.fact("saying")
    if data.get("line") != line.name or data.get("language") != line.language:
        return False
    said = str(data.get("text", ""))
    wording = stage.house.lines[line.name].wordings[line.language]
    if said == line.text:
        return True
    if not (wording.names & stage.own or stage.run.unknown(wording.names)):
        return False
    pattern = ".*".join(map(re.escape, _VARIABLE.split(wording.text)))
    return re.fullmatch(pattern, said, re.DOTALL) is not None


def _say_anew(stage: Stage, line: Line, item: Item | None, *, whole: bool) -> None:
    """A line that was not said then, or with other words: its length is a guess."""
    ended, lasts_ms = SaidEnd.COMPLETED, stage.line_ms(line)
    if item is not None and isinstance(item.outcome, Spoken):
        cut = item.outcome.ended in (SaidEnd.BARGE_IN, SaidEnd.KEY) and not whole
        ended = item.outcome.ended if cut or item.outcome.name != "ok" else ended
    if item is not None and isinstance(item.outcome, HungUp):
        ended = SaidEnd.HANGUP
    if item is not None and ended is not SaidEnd.COMPLETED:
        lasts_ms = min(lasts_ms, item.ended_ms - item.at("saying"))
    words = {"line": line.name, "text": line.text, "tags": line.tags}
    performer, start_ms = stage.record.performer, stage.trace.now_ms
    stage.trace.note(Saying(**words, language=line.language, performer=performer))  # type: ignore[arg-type]
    stage.trace.now_ms += lasts_ms
    stage.trace.note(
        Said(
            line=line.name,
            text=line.text,
            tags=line.tags,
            language=line.language,
            performer=performer,
            start_ms=start_ms,
            end_ms=stage.trace.now_ms,
            ended=ended.value,
        )
    )


def listen(stage: Stage, listen: Listen) -> Outcome:
    """A listening window, with the prompt that it may cut."""
    picked_up(stage)
    before = stage.after
    if listen.prompt is not None:
        outcome = say(stage, listen.prompt, whole=False)
        if outcome.name != "ok":
            return outcome
        before = listen.prompt.name
        mishap = stage.mishap_next()
        if mishap is not None:
            return mishap
    fact = Listening(
        until=listen.until.value,
        window_ms=listen.window_ms,
        wanted=tuple(sorted(listen.wanted)),
    )
    item = stage.pool.window(stage.run.spot, before)
    if item is None or item.outcome is None:
        return _open(stage, listen, fact)
    fitted = windows.fit(item, listen, stage.trace)
    if fitted is None:
        stage.trace.play(item, {"listening": fact.data()})
        return item.outcome
    stage.trace.note(fact)
    if isinstance(fitted, windows.Unfit):
        raise UndecidedError(fitted.why)
    return windows.runs_out(fitted, stage.trace)


def _open(stage: Stage, listen: Listen, fact: Listening) -> Outcome:
    outcome = stage.mishap()
    if outcome is not None:
        return outcome
    stage.trace.note(fact)
    return stage.or_stop(listen, "the caller was not listened to here then")


def wait(stage: Stage, ms: int) -> Outcome:
    """Let time pass."""
    mishap = stage.mishap()
    if mishap is not None:
        return mishap
    stage.trace.now_ms += ms
    return Done()
