"""The house rules over a whole call, once it is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callflow.rules.monitor import RuleSet, score
from callflow.rules.state import Status
from calls.events import CallEvent, RulesJudged


def judged(events: Iterable[CallEvent], rules: RuleSet) -> RulesJudged:
    """Which rules the call kept and broke; what is in neither list did not apply, or no trace of
    a call shows it. `events` are those of one call in order."""
    verdicts = score(events, rules)
    return RulesJudged(
        rules=rules.digest,
        kept=tuple(one.rule.id for one in verdicts if one.status is Status.KEPT),
        broken=tuple(one.rule.id for one in verdicts if one.status is Status.BROKEN),
    )


def judged_by(events: Sequence[CallEvent]) -> str | None:
    """The digest of the rules that judged a call last; None when nobody has."""
    digests = [str(event.data.get("rules")) for event in events if event.kind == "rules_judged"]
    return digests[-1] if digests else None
