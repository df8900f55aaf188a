"""What a practice call is worth by the house rules, and what to do better. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callflow.house import House
from callflow.rules.monitor import Rule, Verdict, score
from callflow.rules.state import Status
from calls.events import CallEvent
from calls.floor.view import Titles

SKIPPED_ZH, SKIPPED_EN = "这句没有说：{text}", "This sentence was left out: {text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing to do better."""

    rule: str
    """Id of the rule that was broken; empty for a sentence left out that broke none."""

    title: Titles
    why: str
    """What broke it, as the monitor says."""

    at_ms: int | None
    """When in the call; None where no moment can be named."""

    do: Titles
    """What to do, in words of the house."""


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


def score_call(events: Sequence[CallEvent], house: House) -> Score:
    """The score of one whole call; `events` in order."""
    verdicts = score(events, house.rules)
    broken = [one for one in verdicts if one.status is Status.BROKEN]
    return Score(
        kept=tuple(one.rule for one in verdicts if one.status is Status.KEPT),
        broken=tuple(_advice(one) for one in broken),
        skipped=tuple(_skipped(events)),
        by_ear=tuple(rule for rule in house.rules if rule.judged_by in ("person", "audio")),
    )


def _advice(verdict: Verdict) -> Advice:
    rule, evidence = verdict.rule, verdict.evidence
    return Advice(
        rule=rule.id,
        title=rule.title,
        why=verdict.why,
        at_ms=evidence[-1].offset_ms if evidence else None,
        do=rule.text or rule.title,
    )


def _skipped(events: Iterable[CallEvent]) -> Iterator[Advice]:
    for event in events:
        data: Mapping[str, Any] = event.data
        if event.kind == "said" and data.get("ended") == "skipped":
            text = str(data.get("text", ""))
            yield Advice(
                rule="",
                title={"zh": str(data.get("line")), "en": str(data.get("line"))},
                why="",
                at_ms=event.offset_ms,
                do={"zh": SKIPPED_ZH.format(text=text), "en": SKIPPED_EN.format(text=text)},
            )


def _advice_data(one: Advice) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "title": dict(one.title),
        "why": one.why,
        "at_ms": one.at_ms,
        "do": dict(one.do),
    }
