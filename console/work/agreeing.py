"""How often people leave the machine's answers as they are, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from calls.quality.events import DisputeResolved, EvaluationSubmitted
from calls.quality.states import EvaluationKind, EvaluationState
from console.work.base import DeskBase
from ledger.quality.rows import EvaluationFilter
from qa.agreeing import Agreement, Submitted, agreement
from qa.work import Actor
from qa.work.deciding import refuse_unless
from qa.work.terms import SCORERS

_COUNTED = (EvaluationKind.REVIEW.value,)


class Agreeing(DeskBase):
    """Agreement between the machine and people."""

    def agreement(
        self,
        actor: Actor,
        form: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Mapping[str, Agreement]:
        """By question, over evaluations by any version of a form submitted in [since, until).

        What a dispute changed counts as resolved; withdrawn ones do not count, nor do calibrations
        (one call, scored several times) and mystery calls, as in AGREE.1.
        """
        refuse_unless(actor, SCORERS, "see the agreement report")
        wanted = EvaluationFilter(
            form=form, purposes=_COUNTED, submitted_since=since, submitted_until=until
        )
        rows = {
            row.id for row in self.listed(actor, wanted) if row.state != EvaluationState.WITHDRAWN
        }
        found: dict[str, Submitted] = {}
        kinds = (EvaluationSubmitted.kind, DisputeResolved.kind)
        for event in self.book.events_of(kinds, since=since):
            name = event.stream.removeprefix("evaluation/")
            if name not in rows:
                continue
            machine = event.data.get("machine")
            if machine is None and name in found:
                machine = found[name].machine
            found[name] = Submitted(id=name, answers=event.data["answers"], machine=machine or {})
        return agreement(found.values())
