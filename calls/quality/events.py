"""The facts of quality work, one class a kind; each belongs to a stream.

A stream is one evaluation (`evaluation/ID`), one draw of calls (`draw/ID`), one calibration
(`calibration/ID`), one version of a form (`form/NAME@DIGEST`), one account (`account/NAME`), one
call's notes and holds (`call/ID`), or one day's looks (`looks/YYYY-MM-DD`). Facts of a stream are
numbered from 1 and chained; `at` is wall time. Whoever acted stands in the event, not in the fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from calls.fact import Fact
from calls.values import value


class QualityEvent(NamedTuple):
    """One fact of one stream as the quality book keeps it."""

    stream: str
    seq: int
    """From 1 without a gap."""

    at: datetime
    actor: str
    """Name of the account, or `system`."""

    kind: str
    data: Mapping[str, Any]


# ---- an evaluation -----------------------------------------------------------------------------


@value
class EvaluationOpened(Fact):
    """A call is to be evaluated by a form."""

    kind: ClassVar[str] = "opened"
    call_id: str
    agent: str
    """Number of the agent it is about; empty for a call that no agent took."""

    form: str
    form_digest: str
    purpose: str
    """A word of `EvaluationKind`."""

    drawn_by: str
    """Id of the draw or the calibration; empty when a person chose the call."""

    why: str
    """How this call came to be chosen, in words a person reads."""


@value
class EvaluationClaimed(Fact):
    """The actor works on it; nobody else may until `until` (ISO time, UTC)."""

    kind: ClassVar[str] = "claimed"
    until: str


@value
class EvaluationReleased(Fact):
    """The actor gave it back; the draft stays."""

    kind: ClassVar[str] = "released"
    reason: str


@value
class QuestionAnswered(Fact):
    """A question of the form was answered, in the draft or in a resolution."""

    kind: ClassVar[str] = "answered"
    question: str
    answer: str
    """An answer's name, `na`, or empty: taken back."""

    comment: str
    machine: str
    """What the machine answered; empty when it had nothing to say."""

    reason: str
    """Why the machine is overruled; needed when the two differ."""

    at_ms: int | None
    """Where on the call, as offset; None: nowhere in particular."""


@value
class EvaluationSubmitted(Fact):
    """The draft is final. `answers` is question -> answer, the machine's unopposed ones too."""

    kind: ClassVar[str] = "submitted"
    answers: Mapping[str, str]
    machine: Mapping[str, str]
    score: float
    """0 to 100."""

    result: str
    """A word of `FormResult`."""

    sections: Mapping[str, float | None]
    """Score of each section; None where nothing applied."""

    respond_by: str
    """Until when the agent may dispute (ISO time, UTC)."""


@value
class EvaluationAcknowledged(Fact):
    """The agent has read it, or the deadline passed without a word (`actor` is `system`)."""

    kind: ClassVar[str] = "acknowledged"
    comment: str


@value
class EvaluationDisputed(Fact):
    """The agent disagrees."""

    kind: ClassVar[str] = "disputed"
    reason: str
    questions: tuple[str, ...]
    resolve_by: str


@value
class DisputeResolved(Fact):
    """A second reviewer, never the evaluator, decided; the figures of the evaluation are these."""

    kind: ClassVar[str] = "resolved"
    upheld: bool
    """Whether the score stands as submitted."""

    reason: str
    answers: Mapping[str, str]
    score: float
    result: str
    sections: Mapping[str, float | None]


@value
class EvaluationWithdrawn(Fact):
    """Opened in error."""

    kind: ClassVar[str] = "withdrawn"
    reason: str


@value
class Coached(Fact):
    """What the agent may do better, with places to listen to."""

    kind: ClassVar[str] = "coached"
    note: str
    clips: tuple[tuple[int, int], ...]
    """From and to, offsets on the call."""


# ---- draws, calibrations, forms ----------------------------------------------------------------


@value
class CallsDrawn(Fact):
    """Calls were drawn for evaluation; enough is kept to draw them again."""

    kind: ClassVar[str] = "drawn"
    method: str
    """`random`, `stratified` or `risk`."""

    seed: int
    population: int
    """Calls that could have been drawn."""

    population_digest: str
    """SHA-256 over their ids in order."""

    settings: Mapping[str, Any]
    picked: tuple[Mapping[str, Any], ...]
    """One a call, in the order drawn: `call_id`, `agent`, `stratum`, `why`."""


@value
class CalibrationOpened(Fact):
    """Several score the same call; the expert's is the one to compare with."""

    kind: ClassVar[str] = "calibration_opened"
    call_id: str
    form: str
    form_digest: str
    expert: str
    evaluators: tuple[str, ...]
    evaluations: Mapping[str, str]
    """Evaluator -> id of the evaluation."""


@value
class CalibrationClosed(Fact):
    """All have scored."""

    kind: ClassVar[str] = "calibration_closed"
    alpha: float | None
    """Krippendorff's alpha over all questions; None where it is not defined."""

    deviations: Mapping[str, float]
    """Evaluator -> mean absolute deviation from the expert's points, in percent points."""


@value
class CalibrationCalledOff(Fact):
    """It came to nothing: nobody waits for its scores any longer."""

    kind: ClassVar[str] = "calibration_called_off"
    reason: str


@value
class FormFrozen(Fact):
    """A version of a form was used for the first time: it never changes again."""

    kind: ClassVar[str] = "form_frozen"
    form: str
    digest: str
    text: str


# ---- a call ------------------------------------------------------------------------------------


@value
class Commented(Fact):
    """A remark at a place of a call."""

    kind: ClassVar[str] = "commented"
    note: str
    """Its id, to reply to or take back."""

    text: str
    from_ms: int
    to_ms: int | None
    question: str
    """Of the form, where it belongs to one; else empty."""


@value
class CommentWithdrawn(Fact):
    """The one who wrote a remark took it back."""

    kind: ClassVar[str] = "comment_withdrawn"
    note: str


@value
class LegalHoldSet(Fact):
    """Nothing of this call may be erased."""

    kind: ClassVar[str] = "hold_set"
    reason: str


@value
class LegalHoldLifted(Fact):
    """Retention goes on as for any call."""

    kind: ClassVar[str] = "hold_lifted"
    reason: str


# ---- accounts and looks ------------------------------------------------------------------------


@value
class AccountCreated(Fact):
    """Somebody may sign in. No password stands in any fact."""

    kind: ClassVar[str] = "account_created"
    role: str
    agent: str
    """Number of the agent the account belongs to; empty for others."""

    display_name: str


@value
class AccountChanged(Fact):
    """What an account may do, or whether it may sign in, is otherwise now."""

    kind: ClassVar[str] = "account_changed"
    role: str
    agent: str
    display_name: str
    enabled: bool


@value
class Looked(Fact):
    """Somebody saw or took out what is private (K04); also who tried to and was refused."""

    kind: ClassVar[str] = "looked"
    action: str
    """`signed_in sign_in_refused signed_out listed searched opened played unmasked exported
    denied erased reported hung taken_down recovery_used`."""

    subject: str
    """`call/ID`, `recording/ID`, `report/NAME`, `account/NAME`, `wall/ID`, `person/MASKED`."""

    detail: str
    reason: str
    """What a person gave as the reason, where one is asked for."""

    address: str
    """Where the request came from."""
