"""What every widget of the panel is shown: the desk's snapshot, carried on to this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from calls.floor.script_view import ClockView, ScriptView, Titles
from calls.floor.states import AgentState
from calls.floor.view import CallView, OfferView, PanelView
from softphone_panel.agent.link import DARK, Lamp
from softphone_panel.phone.ports import Phone
from softphone_panel.texts import Language, Texts


@dataclass(frozen=True, slots=True)
class Notice:
    """One row that says what became of something; never in the way."""

    text: str
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The panel at one moment."""

    texts: Texts
    view: PanelView | None = None
    lamp: Lamp = DARK
    now_ms: int = 0
    """By the panel's monotonic clock."""

    age_ms: int = 0
    """Since the snapshot came."""

    heard_age_ms: int = 0
    """The same, but standing still from the moment the desk went away: nobody listens then."""

    phone: Phone | None = None
    """The built-in one, if this panel has it."""

    timezone: tzinfo | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    """How each action's key is shown now, by the action's id."""

    branch_keys: Mapping[str, str] = field(default_factory=dict)
    """Key of each branch now, by the branch's name."""

    typing: bool = False
    """A field has the focus."""

    question: str = ""
    """What to ask the caller for the field that has the focus."""

    notice: Notice | None = None
    wide: bool = True
    """At least 100 cells: two columns."""

    tall: bool = True
    """At least 30 rows."""

    @property
    def live(self) -> bool:
        """The desk is there."""
        return self.lamp.state.is_live

    @property
    def state(self) -> AgentState:
        """What the agent is doing, as the desk last said."""
        return self.view.state.state if self.view else AgentState.SIGNED_OUT

    @property
    def state_ms(self) -> int:
        """How long it has been so."""
        return self.view.state.for_ms + self.age_ms if self.view else 0

    @property
    def offer(self) -> OfferView | None:
        """The call that rings."""
        return self.view.offer if self.view else None

    @property
    def call(self) -> CallView | None:
        """The call at the ear, or just over."""
        return self.view.call if self.view else None

    @property
    def talking(self) -> bool:
        """A call is at the ear."""
        return self.call is not None and not self.call.over

    @property
    def script(self) -> ScriptView | None:
        """Where the coached flow is, while the call lasts."""
        return self.call.script if self.call and not self.call.over else None

    @property
    def on_line(self) -> bool:
        """The agent's phone is to stand on a line, over which the calls come."""
        return self.view is not None and self.view.phone.nailed_up

    @property
    def call_phone(self) -> Phone | None:
        """The built-in phone while it has the call in hand: on a line that stands the desk has it,
        as long as there is one."""
        phone = self.phone
        if phone is None or not phone.on_call or (self.on_line and self.live):
            return None
        return phone

    @property
    def muted(self) -> bool:
        """The caller does not hear the agent."""
        if self.call_phone is not None:
            return self.call_phone.muted
        return bool(self.call and self.call.muted)

    @property
    def on_hold(self) -> bool:
        """The caller hears music."""
        if self.call_phone is not None:
            return self.call_phone.on_hold
        return bool(self.call and self.call.on_hold)

    def title(self, titles: Titles) -> str:
        """A title of the flows or the house in the panel's language."""
        return titles.get(self.texts.language) or next(iter(titles.values()), "")

    def whom(self, to: str) -> str:
        """A colleague or a destination by title and number, `to` itself where nobody knows it."""
        view = self.view
        known = (*view.colleagues, *view.destinations) if view else ()
        title = next((self.title(one.title) for one in known if one.name == to), "")
        return f"{title} {to}" if title and title != to else to

    def key(self, action: str) -> str:
        """How the key of `action` is shown."""
        return self.keys.get(action, "")

    def moment(self, iso: str) -> str:
        """`11-22 14:05` of an ISO 8601 text; the text itself when it is none."""
        try:
            return datetime.fromisoformat(iso).astimezone(self.timezone).strftime("%m-%d %H:%M")
        except ValueError:
            return iso


def ring_number(offer: OfferView, age_ms: int) -> int:
    """Which ring it is, from 1: floor(rung / cycle) + 1 (A01)."""
    return (offer.rung_ms + age_ms) // max(offer.ring_cycle_ms, 1) + 1


def clock_spent(clock: ClockView, scene: Scene) -> int:
    """Milliseconds spent by now, at most the whole."""
    went = scene.heard_age_ms if clock.runs else 0
    return min(max(clock.spent_ms + went, 0), max(clock.whole_ms, 0))


def held_word(clock: ClockView, scene: Scene) -> str:
    """Why the clock stands, as the catalogue names it; empty while it runs."""
    if not scene.live:
        return "no_desk"
    return clock.held_by if not clock.runs else ""


def titles(zh: str, en: str) -> Mapping[str, str]:
    """Both languages of a title of the panel's own."""
    return {Language.ZH: zh, Language.EN: en}
