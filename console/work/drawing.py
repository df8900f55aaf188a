"""Drawing calls for evaluation; how each came to be drawn is kept with the seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from calls.errors import ConflictError, UnknownWorkError, WorkError
from calls.quality.events import (
    CallsDrawn,
    EvaluationOpened,
    EvaluationWithdrawn,
    QualityEvent,
)
from calls.quality.states import EvaluationKind
from console.work.base import DeskBase, new_id
from console.work.cases import MYSTERY
from ledger.quality.rows import Entry
from qa.rubric import Form
from qa.sampling import Candidate, Draw, Picked, Plan, draw
from qa.work import Actor, decide_open
from qa.work.deciding import refuse_unless
from qa.work.terms import SCORERS, iso, when

_TRIES = 3
_COUNTED = (EvaluationKind.REVIEW, EvaluationKind.MYSTERY)
"""Purposes for which a call is drawn once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawOrder:
    """What to draw, and from which time."""

    plan: Plan
    since: datetime
    until: datetime
    form: str = ""
    """Empty: the usual ones, by whether an agent took the call."""

    seed: int | None = None
    """None: one is thrown, and kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a draw came to."""

    id: str
    draw: Draw
    evaluations: Mapping[str, str]
    """Call -> id of its evaluation; empty when nothing was drawn, and then nothing is kept."""


class Drawing(DeskBase):
    """Draws of calls."""

    def draw(self, actor: Actor, order: DrawOrder) -> Drawn:
        """Draw calls and open an evaluation for each, in one transaction."""
        refuse_unless(actor, SCORERS, "draw calls")
        if order.since >= order.until:
            raise WorkError("there is no time between these two; give --since before --until")
        # Kept to the second, so it is drawn to the second.
        since, until = (each.replace(microsecond=0) for each in (order.since, order.until))
        order = replace(order, since=since, until=until)
        seed = secrets.randbelow(2**31) if order.seed is None else order.seed
        for last in range(_TRIES, 0, -1):
            candidates = {
                each.call_id: each for each in self.cases.candidates(order.since, order.until)
            }
            drawn = draw(
                candidates.values(), order.plan, seed, drawn=self.book.drawn([*candidates])
            )
            if not drawn.picked:
                return Drawn(id="", draw=drawn, evaluations={})
            try:
                return self._keep(actor, order, drawn, candidates)
            except ConflictError:
                # Somebody drew the same calls meanwhile: they are out of the population now.
                if last == 1:
                    raise
        raise AssertionError

    def draws(self) -> list[QualityEvent]:
        """Every draw there was, oldest first: its stream is `draw/ID`."""
        return [*self.book.events_of((CallsDrawn.kind,))]

    def drawn_again(self, draw_id: str) -> tuple[Draw, bool]:
        """The draw made again from the ledger as it is now, and whether it gives the same calls.

        They differ when calls have been added to that time or facts to them since.
        """
        events = self.book.events(f"draw/{draw_id}")
        if not events:
            raise UnknownWorkError(f"no draw {draw_id!r}; `thirdring qa draws` shows them")
        event = events[0]
        settings = dict(event.data["settings"])
        since, until = when(settings["since"]), when(settings["until"])
        candidates = [*self.cases.candidates(since, until)]
        again = draw(
            candidates,
            Plan.of(settings["plan"]),
            event.data["seed"],
            drawn=self._drawn_before(draw_id),
        )
        same = [each["call_id"] for each in event.data["picked"]] == [
            each.call_id for each in again.picked
        ]
        return again, same and again.population_digest == event.data["population_digest"]

    def _drawn_before(self, draw_id: str) -> set[str]:
        """Calls that had an evaluation when this draw was written, by the order of the book."""
        having: dict[str, str] = {}
        kinds = (CallsDrawn.kind, EvaluationOpened.kind, EvaluationWithdrawn.kind)
        for event in self.book.events_of(kinds):
            if event.stream == f"draw/{draw_id}":
                break
            if event.kind == EvaluationWithdrawn.kind:
                having.pop(event.stream, None)
            elif event.data.get("purpose") in _COUNTED:
                having[event.stream] = event.data["call_id"]
        return set(having.values())

    def _keep(
        self, actor: Actor, order: DrawOrder, drawn: Draw, candidates: Mapping[str, Candidate]
    ) -> Drawn:
        draw_id = new_id()
        fact = CallsDrawn(
            method=order.plan.method.value,
            seed=drawn.seed,
            population=drawn.population,
            population_digest=drawn.population_digest,
            settings=_settings(order, drawn),
            picked=tuple(each.data() for each in drawn.picked),
        )
        entries, forms, fresh, opened = [Entry(f"draw/{draw_id}", fact, actor.name, 0)], [], [], {}
        for each in drawn.picked:
            form = self._form_for(order, each)
            purpose = _purpose(candidates[each.call_id])
            evaluation = opened[each.call_id] = new_id()
            decided = decide_open(
                each.call_id,
                each.agent,
                form,
                purpose,
                actor,
                why=each.data()["why"],
                drawn_by=draw_id,
            )
            entries += [Entry(f"evaluation/{evaluation}", one.fact, one.actor) for one in decided]
            forms.append(form)
            fresh.append((each.call_id, form.name))
        self._write_new(forms, entries, fresh)
        return Drawn(id=draw_id, draw=drawn, evaluations=opened)

    def _form_for(self, order: DrawOrder, picked: Picked) -> Form:
        return self.forms.current(order.form or self.usual_forms[not picked.agent])


def _purpose(call: Candidate) -> EvaluationKind:
    return EvaluationKind.MYSTERY if call.tag == MYSTERY else EvaluationKind.REVIEW


def _settings(order: DrawOrder, drawn: Draw) -> dict[str, Any]:
    return {
        "plan": dict(order.plan.data()),
        "since": iso(order.since),
        "until": iso(order.until),
        "form": order.form,
        "left_out": dict(drawn.left_out),
    }
