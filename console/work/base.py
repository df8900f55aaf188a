"""Loading an evaluation, deciding, writing: what every part of the work does."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from calls.clock import Clock
from calls.errors import (
    AccountError,
    ConflictError,
    LedgerError,
    UnknownWorkError,
    WorkError,
)
from calls.quality.states import EvaluationKind, Role
from console.work.forms import FormShelf
from console.work.ports import Cases
from ledger.quality.book import QualityBook
from ledger.quality.rows import Entry, EvaluationFilter, EvaluationRow
from ledger.rows import CallRow
from qa.rubric import Form
from qa.work import Actor, Decided, Evaluation, Terms, decide_expiry, fold
from qa.work.seeing import may_see

_TRIES = 5
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_DUE = ("claimed", "submitted")
"""States that a deadline may end."""

_DATED = (EvaluationKind.REVIEW.value, EvaluationKind.MYSTERY.value)
"""Purposes that have deadlines; a calibration is closed by a person."""


_OVER = ("calibration_closed", "calibration_called_off")


class DeskBase:
    """The book, the forms and the calls; safe to use from any thread."""

    def __init__(
        self,
        book: QualityBook,
        forms: FormShelf,
        cases: Cases,
        *,
        terms: Terms | None = None,
        usual_forms: tuple[str, str] = ("q04", "ivr"),
    ) -> None:
        self.book = book
        self.forms = forms
        self.cases = cases
        self.terms = terms or Terms()
        self.usual_forms = usual_forms
        """For a call that an agent took, and for one that none did."""

    @property
    def clock(self) -> Clock:
        """The book's."""
        return self.book.clock

    def actor(self, name: str) -> Actor:
        """Who an account is. AccountError when there is none, or it is disabled."""
        account = self.book.account(name)
        if account is None:
            raise AccountError(f"there is no account {name!r}; `thirdring user list` shows them")
        if not account.enabled:
            raise AccountError(f"account {name!r} is disabled; an admin can enable it")
        return Actor(name=account.name, role=Role(account.role), agent=account.agent)

    def evaluation(self, evaluation_id: str, actor: Actor) -> Evaluation:
        """An evaluation by its id or the beginning of it, for somebody who may see it.

        UnknownWorkError when there is none, and also when there is but not for them.
        """
        row = self.book.evaluation(evaluation_id)
        if not may_see(row, actor, blind=row.drawn_by in self._going_on(row)):
            raise UnknownWorkError(
                f"no evaluation {evaluation_id!r}; `thirdring qa list` shows them"
            )
        return self._load(row.id)

    def listed(self, actor: Actor, wanted: EvaluationFilter | None = None) -> list[EvaluationRow]:
        """Evaluations that fit and that `actor` may see, by when they were opened."""
        wanted = wanted or EvaluationFilter()
        if actor.role is Role.AGENT:
            wanted = replace(wanted, agent=actor.agent)
        rows = self.book.evaluations(wanted)
        going_on = self._going_on(*rows)
        return [row for row in rows if may_see(row, actor, blind=row.drawn_by in going_on)]

    def form_of(self, evaluation: Evaluation | EvaluationRow) -> Form:
        """The version of the form that an evaluation is pinned to."""
        return self.forms.pinned(evaluation.form, evaluation.form_digest)

    def machine(self, evaluation: Evaluation, form: Form) -> dict[str, str]:
        """What the machine answers, by question."""
        found = self.cases.machine(form, evaluation.call_id)
        return {name: each.answer for name, each in found.items() if each.answer}

    def tidy(self) -> int:
        """Do what the deadlines do by themselves; how many evaluations that changed."""
        done, now = 0, self.clock.utc_now()
        for row in self.book.evaluations(EvaluationFilter(states=_DUE, purposes=_DATED)):
            late = row.claimed_until if row.state == "claimed" else row.respond_by
            if late is not None and late < now:
                done += self._act(row.id, lambda found: decide_expiry(found, now)).seq > row.seq
        return done

    def _act(self, evaluation_id: str, decide: Callable[[Evaluation], list[Decided]]) -> Evaluation:
        """Load, decide, write; when somebody was faster, look at what they did and decide again."""
        for _ in range(_TRIES):
            evaluation = self._load(evaluation_id)
            decided = decide(evaluation)
            if not decided:
                return evaluation
            try:
                self.book.append_all(self._entries(evaluation, decided))
            except ConflictError:
                continue
            return self._load(evaluation_id)
        raise ConflictError(f"{evaluation_id}: others are faster every time; try again")

    def _write_new(
        self, forms: Iterable[Form], entries: Sequence[Entry], fresh: Collection[tuple[str, str]]
    ) -> None:
        """Write new streams, and their forms with them on the first use of each.

        `fresh` as in `QualityBook.append_all`; then nothing is written.
        """
        actor, unlike = entries[0].actor, {form.digest: form for form in forms}.values()
        for _ in range(_TRIES):
            # In one transaction: no evaluation is pinned to a text the book does not have.
            frozen = [entry for form in unlike for entry in self.forms.freezing(form, actor)]
            try:
                self.book.append_all([*frozen, *entries], fresh=fresh)
            except ConflictError:
                if any(self.forms.freezing(form, actor) for form in unlike) or not frozen:
                    raise
                continue
            return
        raise ConflictError("others are faster every time; try again")

    def _entries(self, evaluation: Evaluation, decided: Iterable[Decided]) -> list[Entry]:
        stream = f"evaluation/{evaluation.id}"
        return [
            Entry(stream, fact, actor, evaluation.seq + number)
            for number, (fact, actor) in enumerate(decided)
        ]

    def _ended(self, call_id: str) -> CallRow:
        call = self.cases.call(call_id)
        if call.ended_at is None:
            raise WorkError(f"{call.id} is still on; it can be evaluated when it is over")
        return call

    def _load(self, evaluation_id: str) -> Evaluation:
        events = self.book.events(f"evaluation/{evaluation_id}")
        try:
            found = fold(evaluation_id, events)
        except (LookupError, TypeError, ValueError):
            raise LedgerError(
                f"evaluation {evaluation_id}: its facts were changed by another program;"
                " `thirdring verify` names them, restore the quality book from a backup"
            ) from None
        if found is None:
            raise UnknownWorkError(f"no evaluation {evaluation_id!r}")
        return found

    def _going_on(self, *rows: EvaluationRow) -> set[str]:
        """Those of the calibrations of these evaluations that are not closed."""
        asked = {row.drawn_by for row in rows if row.purpose == EvaluationKind.CALIBRATION}
        return {
            name
            for name in asked
            if not any(event.kind in _OVER for event in self.book.events(f"calibration/{name}"))
        }


def new_id() -> str:
    """Eight letters and digits that are not easily mistaken; three or four of them usually do."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))
