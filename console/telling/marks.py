"""What stands on the wave: marks of a call as JSON-ready values, and its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from callflow.rules.monitor import RuleSet, score
from callflow.rules.state import Status
from calls.events import CallEvent
from console.telling.story import Told, shown
from console.web.showing import plain_text
from console.work.remarking import Remark
from qa.answering.rule_words import event_in, verdict_why

Say = Callable[[str, str], str]
_ON_THE_WAVE: Final = frozenset({"step", "line", "heard", "key", "agent", "fault"})


class Verdict(NamedTuple):
    """A house rule on this call, for a page."""

    id: str
    title: str
    status: str
    """`kept`, `broken`, `not_applicable`, or `undecided`: a person, not the trace, must say."""

    why: str
    evidence: tuple[tuple[int, int, str], ...]
    """Seq, offset in ms and words of each event that it rests on."""


def verdicts(events: Sequence[CallEvent], rules: RuleSet, language: str) -> list[Verdict]:
    """Every rule on the call as far as it went: broken ones first, then as in the rule file."""
    found = []
    for one in score(events, rules):
        title = one.rule.title.get(language) or one.rule.title.get("en") or one.rule.id
        decided = one.rule.decidable
        status = str(one.status) if decided else "undecided"
        why = verdict_why(one, language) if decided else one.rule.reason.get(language, "")
        evidence = tuple(
            (each.seq, each.offset_ms, shown(event_in(each.what, language)))
            for each in one.evidence
        )
        found.append(Verdict(one.rule.id, title, status, shown(why), evidence))
    order = {str(Status.BROKEN): 0, str(Status.KEPT): 1, str(Status.PENDING): 2}
    return sorted(found, key=lambda one: order.get(one.status, 3))


def marks(
    told: Iterable[Told],
    judged: Iterable[Verdict],
    comments: Iterable[Remark],
    say: Say,
) -> list[dict[str, Any]]:
    """The marks by time: `kind`, `from`, `to` (ms or None), `text`, `who`, `seq`."""
    told = [one for one in told if one.kind in _ON_THE_WAVE]
    ends = _step_ends(told)
    found = [
        _mark(
            one.kind,
            one.from_ms,
            ends.get(one.seq, one.to_ms),
            say(one.zh, one.en),
            one.who,
            one.seq,
        )
        for one in told
    ]
    for verdict in judged:
        if verdict.status in ("kept", "broken") and verdict.evidence:
            seq, at_ms, _what = verdict.evidence[-1]
            text = f"{verdict.id} {verdict.title}"
            found.append(_mark(f"rule {verdict.status}", at_ms, None, text, "", seq))
    for comment in comments:
        found.append(
            _mark("comment", comment.from_ms, comment.to_ms, plain_text(comment.text), "", 0)
        )
    return sorted(found, key=lambda one: (one["from"], one["seq"]))


def spans(events: Iterable[CallEvent], say: Say) -> list[dict[str, Any]]:
    """What the recorder measured as stretches of time: talk-over and the longest dead air."""
    found = []
    for event in events:
        if event.kind != "recording_measured":
            continue
        for from_ms, to_ms in event.data.get("talk_overs") or ():
            found.append(
                _mark("talk_over", from_ms, to_ms, say("抢话", "talk-over"), "", event.seq)
            )
        began, length = event.data.get("dead_air_from_ms"), event.data.get("dead_air_ms")
        if isinstance(began, int) and length:
            text = say("最长无声", "longest dead air")
            found.append(_mark("dead_air", began, began + length, text, "", event.seq))
    return found


def held(events: Iterable[CallEvent]) -> list[tuple[int, int | None]]:
    """Holds as from and to; None: to the end."""
    found: list[tuple[int, int | None]] = []
    began: int | None = None
    for event in events:
        if event.kind == "held" and event.data.get("on"):
            began = event.offset_ms if began is None else began
        elif event.kind == "held" and began is not None:
            found.append((began, event.offset_ms))
            began = None
    return [*found, (began, None)] if began is not None else found


def _step_ends(told: Sequence[Told]) -> dict[int, int]:
    """A step lasts until the next one; the last until the last thing that is told."""
    steps = [one for one in told if one.kind == "step"]
    last_ms = max((one.to_ms or one.from_ms for one in told), default=0)
    ends = [*(one.from_ms for one in steps[1:]), last_ms]
    return {one.seq: end for one, end in zip(steps, ends, strict=True)} if steps else {}


def _mark(
    kind: str, from_ms: int, to_ms: int | None, text: str, who: str, seq: int
) -> dict[str, Any]:
    return {"kind": kind, "from": from_ms, "to": to_ms, "text": text, "who": who, "seq": seq}
