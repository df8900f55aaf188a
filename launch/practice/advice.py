"""What broke a house rule on a call, in words for the person who broke it, and what to say.

A sentence is told as it would have been said on this call: the one that was left out where there
is one, else the plainest of the house's that the rule asks for. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callflow.house import House
from callflow.lines import LineWording
from callflow.rules import monitor
from callflow.rules.events import EventPattern, Happened, Within, describe, span
from callflow.rules.monitor import Rule
from callflow.rules.patterns import Between, Chain, Count, Every, Pattern, Precedence, Response
from callflow.rules.state import ANY_TIME, State, Status, Times
from callflow.templates import WordingError
from calls.events import CallEvent
from calls.floor.script_view import Titles

MOST_SENTENCES: Final = 1

_NOUNS: Final[Mapping[str, tuple[str, str]]] = {
    "hung_up": ("挂机", "the hang-up"),
    "ended": ("通话结束", "the end of the call"),
    "promised": ("回电承诺的登记", "the promise on record"),
    "form_filled": ("登记表", "the record"),
    "ticket_opened": ("工单", "the ticket"),
    "transferred": ("转接", "the transfer"),
    "left_queue": ("转给同事", "the hand-over"),
    "queued": ("转给同事", "the hand-over"),
    "branched": ("分支的选择", "the branch"),
    "looked_up": ("资料的查询", "the look-up"),
    "answered": ("接听", "the answer"),
    "agent_answered": ("接听", "the answer"),
    "heard": ("听客户说", "listening"),
    "said": ("一句", "a sentence"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a rule was broken."""

    at_ms: int
    why: Titles
    say: tuple[str, ...]
    """What should have been said, in the language of the call; may be empty."""


def fault_of(
    rule: Rule,
    events: Sequence[CallEvent],
    house: House,
    *,
    language: str,
    variables: Mapping[str, Any],
) -> Fault | None:
    """Where and how `rule` was broken; None when it was not."""
    progress = monitor.begin(rule)
    for event in events:
        before, progress = progress, monitor.step(rule, progress, event)
        broken = _broken(rule, before, progress)
        if broken is not None:
            pattern, state = broken
            wanted, times = _wanted(pattern, state)
            words = Sentences(house, events, language, variables)
            untimely = _untimely(wanted, times, state, event)
            say = () if untimely else tuple(words.of(wanted))[:MOST_SENTENCES]
            why = untimely or _why(pattern, wanted, event, say)
            return Fault(at_ms=event.offset_ms, why=why, say=say)
    return None


def _broken(
    rule: Rule, before: monitor.Progress, after: monitor.Progress
) -> tuple[Pattern, State] | None:
    for pattern, old, new in zip(rule.patterns, before, after, strict=True):
        if new.status is Status.BROKEN and old.status is not Status.BROKEN:
            return pattern, old
    return None


def _wanted(pattern: Pattern, state: State) -> tuple[EventPattern, Times]:
    """What the rule asked for when it was broken, and when."""
    match pattern:
        case Precedence(expect=expect):
            return expect, ANY_TIME
        case Response(expect=expect, times=times):
            return expect, times
        case Chain(links=links):
            link = links[max(state.place - 1, 0)]
            return link.event, link.pause
        case Between(then=then, times=times):
            return then, times
        case Every(fulfils=fulfils):
            return fulfils, ANY_TIME
        case Count(of=of):
            return of, ANY_TIME


def _untimely(wanted: EventPattern, times: Times, state: State, event: CallEvent) -> Titles:
    """What was wrong with the moment; empty where the deed itself was missing."""
    if not wanted.fits(event) or state.mark_ms is None:
        return {}
    lapse_ms = span(event).start_ms - state.mark_ms
    return _timed(times, lapse_ms) if times.fault(lapse_ms) else {}


def _why(pattern: Pattern, wanted: EventPattern, event: CallEvent, say: Sequence[str]) -> Titles:
    rings = event.data.get("rings")
    if isinstance(pattern, Every) and isinstance(rings, int):
        most = _most(pattern.fulfils)
        return {
            "zh": f"第 {rings} 声才接听，要在 {most} 声之内",
            "en": f"answered at ring {rings}; answer within {most}",
        }
    return _missing(wanted, event, say)


def _timed(times: Times, lapse_ms: int) -> Titles:
    lapse_s, low_s = lapse_ms / 1000, times.at_least_ms / 1000
    if lapse_ms < times.at_least_ms:
        return {
            "zh": f"只等了 {lapse_s:.1f} 秒，要等满 {low_s:g} 秒",
            "en": f"waited {lapse_s:.1f} s only; wait the full {low_s:g} s",
        }
    high_s = (times.at_most_ms or 0) / 1000
    return {
        "zh": f"过了 {lapse_s:.1f} 秒，要在 {high_s:g} 秒之内",
        "en": f"came after {lapse_s:.1f} s; be there within {high_s:g} s",
    }


def _missing(wanted: EventPattern, event: CallEvent, say: Sequence[str]) -> Titles:
    then_zh, then_en = _named(event)
    kinds = ["said"] if say else [choice.kind for choice in wanted.choices]
    found = [_NOUNS[kind] for kind in dict.fromkeys(kinds) if kind in _NOUNS]
    zh, en = found[0] if found else (str(wanted), str(wanted))
    return {"zh": f"{then_zh}之前少了{zh}", "en": f"{en} is missing before {then_en}"}


def _named(event: CallEvent) -> tuple[str, str]:
    if event.kind == "said":
        text = str(event.data.get("text", ""))
        return f"“{text}”", f"“{text}”"
    return _NOUNS.get(event.kind, (describe(event), describe(event)))


def _most(wanted: EventPattern) -> int:
    tests = (test for happened in wanted.choices for test in happened.tests)
    found = (test.at_most for test in tests if isinstance(test, Within))
    return next((most for most in found if most is not None), 0)


class Sentences:
    """The house's sentences as they would have been said on one call."""

    def __init__(
        self,
        house: House,
        events: Sequence[CallEvent],
        language: str,
        variables: Mapping[str, Any],
    ) -> None:
        self._house, self._events = house, events
        self._language, self._variables = language, variables

    def of(self, wanted: EventPattern) -> Iterator[str]:
        """Those that are wanted: first what was left out, then the plainest of the house."""
        said = [one for one in wanted.choices if one.kind == "said"]
        for event in self._events:
            skipped = event.kind == "said" and event.data.get("ended") == "skipped"
            if skipped and any(one.fits(event) for one in said):
                yield str(event.data.get("text", ""))
        lines = [
            line
            for name in agents_lines(self._house)
            if any(_means(one, line := self._house.lines[name]) for one in said)
        ]
        for line in sorted(lines, key=lambda line: len(line.tags)):
            text = self._text(line)
            if text:
                yield text

    def _text(self, line: LineWording) -> str:
        if not line.names <= self._variables.keys():
            return ""
        try:
            return line.speak(self._language, self._variables).text
        except (WordingError, KeyError):
            return ""


def agents_lines(house: House) -> list[str]:
    """Lines that an agent may say, in the order of the house."""
    performed = [flow for flow in house.flows.values() if flow.performer != "ivr"]
    said = {name for flow in performed for step in flow.steps for name in step.lines}
    return [name for name in house.lines if name in said]


def _means(happened: Happened, line: LineWording) -> bool:
    data = {"line": line.name, "tags": line.tags, "performer": "agent"}
    asked = all(test.fits(data) for test in happened.tests)
    return asked and not (happened.unless and all(test.fits(data) for test in happened.unless))
