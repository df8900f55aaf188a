"""What a practice call is worth by the house rules, and what to do better. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callflow.house import House
from callflow.rules.monitor import Rule, Verdict, score
from callflow.rules.state import Status
from calls.events import CallEvent
from calls.floor.script_view import Titles
from launch.practice.advice import Fault, fault_of
from qa.answering.rule_words import verdict_why

_NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing to do better."""

    rule: str
    """Id of the rule that was broken; empty for a sentence left out that broke none."""

    title: Titles
    why: Titles
    """What broke it."""

    at_ms: int | None
    """When in the call; None where no moment can be named."""

    do: Titles
    """What the house wants."""

    say: tuple[str, ...] = ()
    """The sentence to say, in the language of the call; empty where none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A call by its rules."""

    kept: tuple[Rule, ...]
    broken: tuple[Advice, ...]
    skipped: tuple[Advice, ...]
    """Sentences of the flow that the agent left out."""

    by_ear: tuple[Rule, ...]
    """Rules that no trace shows: a trainer who listens judges them."""

    @property
    def points(self) -> int | None:
        """Rules kept over rules that the call asked for, in percent; None where it asked none."""
        asked = len(self.kept) + len(self.broken)
        return round(100 * len(self.kept) / asked) if asked else None

    def data(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "points": self.points,
            "kept": [rule.id for rule in self.kept],
            "broken": [_advice_data(one) for one in self.broken],
            "skipped": [_advice_data(one) for one in self.skipped],
            "judged_by_ear": [rule.id for rule in self.by_ear],
        }


def score_call(
    events: Sequence[CallEvent],
    house: House,
    *,
    language: str = "zh-Hans",
    variables: Mapping[str, Any] = _NONE,
) -> Score:
    """The score of one whole call; `events` in order.

    `language` is the call's, `variables` the house's own, for sentences to say.
    """
    verdicts = score(events, house.rules)
    found = [one for one in verdicts if one.status is Status.BROKEN]
    broken = [
        _advice(one, fault_of(one.rule, events, house, language=language, variables=variables))
        for one in found
    ]
    told = {sentence for one in broken for sentence in one.say}
    return Score(
        kept=tuple(one.rule for one in verdicts if one.status is Status.KEPT),
        broken=tuple(sorted(broken, key=lambda one: one.at_ms or 0)),
        skipped=tuple(one for one in _skipped(events) if not told.issuperset(one.say)),
        by_ear=tuple(
            rule
            for rule in house.rules
            if rule.judged_by in ("person", "audio") and rule.id not in {one.rule for one in broken}
        ),
    )


def _advice(verdict: Verdict, fault: Fault | None) -> Advice:
    rule = verdict.rule
    return Advice(
        rule=rule.id,
        title=rule.title,
        why=fault.why if fault is not None else _why(verdict),
        at_ms=fault.at_ms if fault is not None else None,
        do=rule.text or rule.title,
        say=fault.say if fault is not None else (),
    )


def _why(verdict: Verdict) -> Titles:
    return {language: verdict_why(verdict, language) for language in ("zh", "en")}


def _skipped(events: Iterable[CallEvent]) -> Iterator[Advice]:
    for event in events:
        data: Mapping[str, Any] = event.data
        if event.kind == "said" and data.get("ended") == "skipped":
            yield Advice(
                rule="",
                title=dict.fromkeys(("zh", "en"), str(data.get("line"))),
                why={},
                at_ms=event.offset_ms,
                do={},
                say=(str(data.get("text", "")),),
            )


def _advice_data(one: Advice) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "title": dict(one.title),
        "why": dict(one.why),
        "at_ms": one.at_ms,
        "do": dict(one.do),
        "say": list(one.say),
    }
