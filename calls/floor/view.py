"""What one agent's panel shows: one frozen snapshot, made anew by the desk on every change.

The first one of a connection is sent whole, so that a panel that lost its desk is right again with
it; those after it, in their order (`seq`), without the parts that stayed as they were. Lengths are
milliseconds at the moment of sending; a clock that `runs` goes on by itself at the panel until the
next snapshot. Texts of callers are plain already (`calls.masking`), numbers are masked; the panel
must still treat every text as text, never as markup.
"""

from __future__ import annotations

from collections.abc import Mapping

from calls.floor.script_view import Choice, HearingView, Part, ScriptView, Titles
from calls.floor.states import AgentState


class AgentCard(Part):
    """Who sits at the panel."""

    number: str
    name: str
    supervisor: bool = False
    queues: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


class StateView(Part):
    """What the agent is doing and for how long."""

    state: AgentState = AgentState.SIGNED_OUT
    for_ms: int = 0
    reason: str = ""
    after_call: str = ""
    """What comes when this call is over, if the agent asked for it meanwhile: a reason of
    `not_ready`; empty for ready."""


class PastCall(Part):
    """One earlier call of this caller."""

    call_id: str
    at: str
    """ISO 8601 in UTC."""

    disposition: str
    agent: str
    matter: str = ""


class OpenMatter(Part):
    """A promise or a ticket of this caller that is not done."""

    kind: str
    """`promise` or `ticket`."""

    about: str
    due: str
    """ISO 8601 in UTC."""


class CallerFile(Part):
    """Who calls, as far as the house knows."""

    number: str = ""
    """Masked; empty when withheld."""

    name: str = ""
    tier: str = ""
    fields: Mapping[str, str] = {}
    """More of the customer's file, by label."""

    history: tuple[PastCall, ...] = ()
    """Latest first, at most ten."""

    open_matters: tuple[OpenMatter, ...] = ()


class OfferView(Part):
    """A call that rings at the agent now."""

    call_id: str
    queue: str
    caller: CallerFile
    rung_ms: int = 0
    """Since the phone began to ring."""

    ring_cycle_ms: int = 5000
    rings: int = 3
    """So many rings the agent has (A01)."""

    waited_ms: int = 0
    """The caller's own wait before it rang here, in the queue or since they were sent on."""

    sent_by: str = ""
    """The number of the agent who has had the call, maybe this one; empty for a queue's."""

    asked: bool = False
    """That colleague only asks, and has the caller waiting."""

    cut_off: bool = False
    """That colleague's phone is gone: the caller was left in the middle of a talk."""


class RuleView(Part):
    """A house rule that is due, or was broken on this call."""

    id: str
    title: Titles
    what: str
    """What is expected, where it is one sentence to say (else empty: the title tells), or what
    broke it."""

    within_ms: int | None = None
    """Until when it is due, from now; None without a limit, and for a broken one."""


class ConsultView(Part):
    """A transfer under way."""

    to: str
    state: str
    """`dialling`, `talking`, `three_way` or `failed`."""

    for_ms: int


class CallView(Part):
    """The call at the agent's ear, or just over (wrap-up)."""

    call_id: str
    queue: str
    caller: CallerFile
    talked_ms: int = 0
    held_ms: int = 0
    on_hold: bool = False
    muted: bool = False
    recording: bool = False
    over: bool = False
    script: ScriptView | None = None
    asked_by: str = ""
    """The number of the colleague who asks about the call, and has the caller waiting."""

    joined: bool = False
    """That colleague has put all three together."""

    hearing: HearingView = HearingView()
    due: tuple[RuleView, ...] = ()
    broken: tuple[RuleView, ...] = ()
    consult: ConsultView | None = None
    listeners: tuple[str, ...] = ()
    """Supervisors on this call, when the house lets agents see that."""

    dispositions: tuple[Choice, ...] = ()
    disposition: str = ""
    """What the flow ended with; the agent may choose another."""


class QueueView(Part):
    """One queue of the agent's."""

    name: str
    waiting: int
    longest_ms: int
    ready: int


class DayView(Part):
    """The agent's own figures today."""

    answered: int = 0
    handled: int = 0
    """Callers the agent had: the answered, and those who came of a colleague's question."""

    consults: int = 0
    """Colleagues' questions answered."""

    missed: int = 0
    within_three_rings: int = 0
    talk_ms: int = 0
    consult_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    ready_ms: int = 0
    not_ready_ms: int = 0
    promises: int = 0
    rules_broken: int = 0


class NoteView(Part):
    """A shift note."""

    by: str
    at: str
    text: str


class PhoneView(Part):
    """The agent's phone as Asterisk sees it."""

    registered: bool = False
    controlled: bool = False
    """Whether the desk can answer for it (a nailed-up line)."""

    nailed_up: bool = False
    """It is to be on such a line; `controlled` while that stands."""


class PanelView(Part):
    """Everything one panel shows."""

    seq: int
    """Grows by one with every snapshot of one connection."""

    company: Titles
    agent: AgentCard
    state: StateView = StateView()
    phone: PhoneView = PhoneView()
    offer: OfferView | None = None
    call: CallView | None = None
    queues: tuple[QueueView, ...] = ()
    today: DayView = DayView()
    notes: tuple[NoteView, ...] = ()
    destinations: tuple[Choice, ...] = ()
    """Where a call can be transferred to, by name."""

    colleagues: tuple[Choice, ...] = ()
    """Agents a call can be transferred to, by number."""

    statement: str = ""
    """What all callers are told first while an incident is open (C08)."""

    help_asked: bool = False
    trouble: str = ""
    """What the desk cannot do just now (`pbx`, `ledger`, `ears`, `clock`, `shipping`,
    `shipping_refused`), the worst of it; empty if nothing."""
