"""The facts of one call that a form is answered from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from callflow.rules.monitor import Rule, Verdict, score
from calls.events import CallEvent
from qa.answering.figures import Found, figures_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One call: its events, the verdicts of the house rules, its figures and measures."""

    events: tuple[CallEvent, ...]
    verdicts: Mapping[str, Verdict]
    """By rule id."""

    figures: Mapping[str, Found]
    """Every name of `qa.rubric.sources`, measures too."""

    @classmethod
    def of(cls, events: Sequence[CallEvent], rules: Iterable[Rule]) -> CaseFacts:
        """From the call's events in order, judged by these rules."""
        verdicts = {verdict.rule.id: verdict for verdict in score(events, rules)}
        return cls(events=tuple(events), verdicts=verdicts, figures=figures_of(events))

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return any(event.kind == "ended" for event in self.events)

    @property
    def length_ms(self) -> int:
        """Offset of the end of the call, or of what is known last while it goes on."""
        ended = [event.offset_ms for event in self.events if event.kind == "ended"]
        last = self.events[-1].offset_ms if self.events else 0
        return ended[0] if ended else last
