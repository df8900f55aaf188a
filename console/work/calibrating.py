"""Calibrations: several score the same call, blind to each other; how far they are apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.errors import AccountError, NotAllowedError, UnknownWorkError, WorkError
from calls.quality.events import (
    CalibrationCalledOff,
    CalibrationClosed,
    CalibrationOpened,
    EvaluationClaimed,
    EvaluationWithdrawn,
)
from calls.quality.states import EvaluationKind, EvaluationState, Role
from console.work.base import DeskBase, new_id
from ledger.quality.rows import Entry
from qa.calibrating import Calibrated, calibrate
from qa.work import SYSTEM, Actor, Evaluation, decide_open
from qa.work.deciding import refuse_unless
from qa.work.evaluation import Outcome
from qa.work.terms import SCORERS, iso

_SUPERVISORS = frozenset({Role.SUPERVISOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One calibration; what was scored in it shows once it is closed."""

    id: str
    call_id: str
    form: str
    form_digest: str
    expert: str
    evaluations: Mapping[str, str]
    """Evaluator -> id of the evaluation."""

    opened_by: str
    opened_at: datetime
    done: tuple[str, ...]
    """Evaluators who have submitted."""

    closed_at: datetime | None
    """When it was closed or called off."""

    called_off: str
    """Why it came to nothing; empty when it did not."""

    result: Calibrated | None
    """None until it is closed, and when it was called off."""

    scores: Mapping[str, float]
    """Evaluator -> score; empty until it is closed."""


class Calibrating(DeskBase):
    """Calibrations."""

    def calibrate(
        self, actor: Actor, call_id: str, expert: str, evaluators: Sequence[str], *, form: str = ""
    ) -> Calibration:
        """Open a calibration; the expert scores too. Everybody's part waits in their own list."""
        refuse_unless(actor, _SUPERVISORS, "open a calibration")
        call = self._ended(call_id)
        names = [*dict.fromkeys([expert, *evaluators])]
        if len(names) < 2:
            raise WorkError("a calibration needs an expert and at least one other evaluator")
        for name in names:
            self._refuse_unfit(self.actor(name), call.agent)
        chosen = self.forms.current(form or self.usual_forms[not call.agent])
        found, until = new_id(), iso(self.clock.utc_now() + self.terms.calibrate)
        parts = {name: new_id() for name in names}
        opened = CalibrationOpened(
            call_id=call.id,
            form=chosen.name,
            form_digest=chosen.digest,
            expert=expert,
            evaluators=tuple(names),
            evaluations=parts,
        )
        entries = [Entry(f"calibration/{found}", opened, actor.name, 0)]
        for name, part in parts.items():
            decided = decide_open(
                call.id,
                call.agent,
                chosen,
                EvaluationKind.CALIBRATION,
                actor,
                why=f"校准 / calibration {found}",
                drawn_by=found,
            )
            stream = f"evaluation/{part}"
            entries += [Entry(stream, each.fact, each.actor) for each in decided]
            entries.append(Entry(stream, EvaluationClaimed(until=until), name))
        self._write_new([chosen], entries, ())
        return self.calibration(actor, found)

    def calibration(self, actor: Actor, calibration_id: str) -> Calibration:
        """One calibration, for its evaluators and for supervisors."""
        events = self.book.events(f"calibration/{calibration_id}")
        if not events or not _may_see(actor, events[0].data["evaluators"]):
            raise UnknownWorkError(
                f"no calibration {calibration_id!r}; `thirdring qa calibrate list` shows them"
            )
        opened = CalibrationOpened(**events[0].data)
        parts = {name: self._load(part) for name, part in opened.evaluations.items()}
        last = events[-1]
        closed = last if last.kind == CalibrationClosed.kind else None
        called_off = last.kind == CalibrationCalledOff.kind
        scored, result = _scored(parts), None
        if closed is not None:
            # Those it was closed with, whatever was withdrawn since.
            scored = _submitted(parts, {opened.expert, *closed.data["deviations"]})
            form = self.forms.pinned(opened.form, opened.form_digest)
            answers = {name: each.answers for name, each in scored.items()}
            result = calibrate(form, opened.expert, answers)
        return Calibration(
            id=calibration_id,
            call_id=opened.call_id,
            form=opened.form,
            form_digest=opened.form_digest,
            expert=opened.expert,
            evaluations=dict(opened.evaluations),
            opened_by=events[0].actor,
            opened_at=events[0].at,
            done=tuple(scored),
            closed_at=last.at if closed is not None or called_off else None,
            called_off=last.data["reason"] if called_off else "",
            result=result,
            scores={name: each.score for name, each in scored.items()} if closed else {},
        )

    def calibrations(self, actor: Actor) -> list[Calibration]:
        """All that `actor` may see, oldest first."""
        opened = self.book.events_of((CalibrationOpened.kind,))
        return [
            self.calibration(actor, event.stream.removeprefix("calibration/"))
            for event in opened
            if _may_see(actor, event.data["evaluators"])
        ]

    def close_calibration(self, actor: Actor, calibration_id: str) -> Calibration:
        """Compare what was scored and show it to all; parts not submitted are withdrawn."""
        refuse_unless(actor, _SUPERVISORS, "close a calibration")
        found = self.calibration(actor, calibration_id)
        _refuse_over(found)
        if found.expert not in found.done or len(found.done) < 2:
            waiting = ", ".join(name for name in found.evaluations if name not in found.done)
            raise WorkError(
                f"calibration {found.id} needs the expert's score and another's; not yet: {waiting}"
                " (one that cannot go on is called off:"
                f" thirdring qa calibrate call-off {found.id} --reason ...)"
            )
        parts = {name: self._load(part) for name, part in found.evaluations.items()}
        form = self.forms.pinned(found.form, found.form_digest)
        answers = {name: each.answers for name, each in _scored(parts).items()}
        result = calibrate(form, found.expert, answers)
        closed = CalibrationClosed(alpha=result.alpha, deviations=dict(result.deviations))
        entries = [Entry(f"calibration/{found.id}", closed, actor.name, 1)]
        for part in parts.values():
            entries += _given_up(part)
        self.book.append_all(entries)
        return self.calibration(actor, found.id)

    def call_off_calibration(self, actor: Actor, calibration_id: str, reason: str) -> Calibration:
        """End one that cannot come to a result: its parts are withdrawn, scored or not."""
        refuse_unless(actor, _SUPERVISORS, "call a calibration off")
        if not reason.strip():
            raise WorkError("say why the calibration is called off: it is kept with it")
        found = self.calibration(actor, calibration_id)
        _refuse_over(found)
        called_off = CalibrationCalledOff(reason=reason.strip())
        entries = [Entry(f"calibration/{found.id}", called_off, actor.name, 1)]
        for part in found.evaluations.values():
            entries += _withdrawn(self._load(part), "the calibration was called off")
        self.book.append_all(entries)
        return self.calibration(actor, found.id)

    def _refuse_unfit(self, evaluator: Actor, agent: str) -> None:
        if evaluator.role not in SCORERS:
            raise AccountError(f"{evaluator.name} ({evaluator.role}) scores no calls")
        if evaluator.agent and evaluator.agent == agent:
            raise NotAllowedError(f"{evaluator.name} took this call, and scores none of their own")


def _may_see(actor: Actor, evaluators: Sequence[str]) -> bool:
    return actor.role is Role.SUPERVISOR or actor.name in evaluators


def _scored(parts: Mapping[str, Evaluation]) -> dict[str, Outcome]:
    """What was submitted and not withdrawn, by evaluator."""
    counted = [name for name, each in parts.items() if each.state is not EvaluationState.WITHDRAWN]
    return _submitted(parts, counted)


def _submitted(parts: Mapping[str, Evaluation], names: Collection[str]) -> dict[str, Outcome]:
    return {
        name: each.submitted
        for name, each in parts.items()
        if each.submitted is not None and name in names
    }


def _refuse_over(found: Calibration) -> None:
    if found.closed_at is not None:
        over = "called off" if found.called_off else "closed"
        raise WorkError(f"calibration {found.id} is {over} already")


def _given_up(part: Evaluation) -> list[Entry]:
    if part.submitted is not None:
        return []
    return _withdrawn(part, "the calibration was closed without it")


def _withdrawn(part: Evaluation, reason: str) -> list[Entry]:
    if part.state is EvaluationState.WITHDRAWN:
        return []
    return [Entry(f"evaluation/{part.id}", EvaluationWithdrawn(reason=reason), SYSTEM, part.seq)]
