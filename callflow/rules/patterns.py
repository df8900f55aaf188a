"""The specification patterns house rules are stated in, each a small automaton over events.

A step is pure and a state is a small hashable value, so the same code watches a live call, scores a
recorded one and can be explored over all paths; `advancing.advance` takes the steps. Patterns after
Dwyer, Avrunin, Corbett, "Patterns in Property Specifications for Finite-State Verification"
(1999): absence, existence, bounded existence, universality, precedence, response, chain; `between`
bounds the time from one event to another.
"""

from __future__ import annotations

from dataclasses import dataclass

from callflow.rules.events import NOTHING, EventPattern, describe, often, span
from callflow.rules.state import ANY_TIME, Due, State, Status, Times
from calls.events import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Absence, existence, bounded existence: how often `of` comes in a stretch of the call.

    A stretch runs from `after` (or the offer) to `until` (or the end); `unless` leaves it
    unjudged from there. What begins or ends a stretch is not counted in it, and what ends one
    may begin the next.
    """

    of: EventPattern
    at_least: int = 0
    at_most: int | None = None
    after: EventPattern = NOTHING
    until: EventPattern = NOTHING
    unless: EventPattern = NOTHING

    def start(self) -> State:
        """The state before the first event."""
        return State() if self.after else State(applies=True, mark_ms=0)

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        if state.mark_ms is not None:
            state = self._within(state, event)
        if state.mark_ms is None and state.status is Status.PENDING and self.after.fits(event):
            return state._replace(applies=True, place=0, mark_ms=0)
        return state

    def _within(self, state: State, event: CallEvent) -> State:
        if self.until.fits(event):
            return _at_rest(self.close(state))
        if self.unless.fits(event):
            return _at_rest(state)
        if not self.of.fits(event):
            return state
        if self.at_most is not None and state.place >= self.at_most:
            more = f" more than {often(self.at_most)}" if self.at_most else ""
            return state.broken(f"{describe(event)}{more}")
        return state._replace(place=min(state.place + 1, self._enough()))

    def close(self, state: State) -> State:
        """The state when the stretch or the call is over."""
        if state.mark_ms is not None and state.place < self.at_least:
            came = f"came {often(state.place)}" if state.place else "never came"
            wanted = f", {often(self.at_least)} wanted" if self.at_least > 1 else ""
            return state.broken(f"{self.of} {came}{wanted}")
        return state

    def due(self, state: State) -> Due | None:
        """What must still come."""
        waits = state.mark_ms is not None and state.place < self.at_least
        return Due(str(self.of), None, None) if waits else None

    def _enough(self) -> int:
        """Counting on from here changes nothing."""
        return self.at_least if self.at_most is None else self.at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """Universality: every event like `of` is also like `fulfils`."""

    of: EventPattern
    fulfils: EventPattern

    def start(self) -> State:
        """The state before the first event."""
        return State()

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        if not self.of.fits(event):
            return state
        if not self.fulfils.fits(event):
            return state.broken(f"{describe(event)} is not {self.fulfils}")
        return state._replace(applies=True)

    def close(self, state: State) -> State:
        """Nothing is left open by the end of the call."""
        return state

    def due(self, _state: State) -> Due | None:
        """Nothing is ever asked for."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Precedence:
    """`before` comes only after `expect`; `reset` makes an earlier `expect` count no more.

    An event of two of these kinds is first asked about, then resets, then is what was asked for.
    """

    before: EventPattern
    expect: EventPattern
    reset: EventPattern = NOTHING

    def start(self) -> State:
        """The state before the first event."""
        return State()

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        if self.before.fits(event):
            if not state.place:
                return state.broken(f"{describe(event)} without {self.expect} before it")
            state = state._replace(applies=True)
        if self.expect.fits(event):
            return state._replace(place=1)
        return state._replace(place=0) if self.reset.fits(event) else state

    def close(self, state: State) -> State:
        """Nothing is left open by the end of the call."""
        return state

    def due(self, state: State) -> Due | None:
        """What has to come before something else may."""
        return None if state.place else Due(f"{self.expect}, before {self.before}", None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """After `when`, `expect` comes within its times, unless `unless` comes first.

    A second `when` while one is open changes nothing: the first one's time runs. What answers one
    may ask the next. An `unless` that comes when the time is over excuses nothing.
    """

    when: EventPattern
    expect: EventPattern
    unless: EventPattern = NOTHING
    times: Times = ANY_TIME

    def start(self) -> State:
        """The state before the first event."""
        return State()

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        state = self._answer(state, event)
        if state.status is Status.BROKEN or state.mark_ms is not None:
            return state
        if self.when.fits(event):
            return state._replace(applies=True, mark_ms=span(event).end_ms)
        return state

    def close(self, state: State) -> State:
        """What is still open when the call is over is broken."""
        return state if state.mark_ms is None else state.broken(f"{self.expect} never came")

    def due(self, state: State) -> Due | None:
        """What must come, and when."""
        return None if state.mark_ms is None else self.times.due(str(self.expect), state.mark_ms)

    def _answer(self, state: State, event: CallEvent) -> State:
        if state.mark_ms is None:
            return state
        lapse_ms = span(event).start_ms - state.mark_ms
        if self.expect.fits(event):
            fault = self.times.fault(lapse_ms)
            return state.broken(f"{describe(event)} {fault}") if fault else _at_rest(state)
        if self.unless.fits(event) and not self.times.over(lapse_ms):
            return _at_rest(state)
        in_speech = state.speaking and event.kind != "said"
        if not in_speech and self.times.over(event.offset_ms - state.mark_ms):
            by_s = (self.times.at_most_ms or 0) / 1000
            return state.broken(f"{self.expect} did not come within {by_s:g} s")
        return state


@dataclass(frozen=True, slots=True)
class Link:
    """One event of a chain and the pause before it."""

    event: EventPattern
    pause: Times = ANY_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """After `when`, the links come in this order with nothing of their kinds in between.

    With `after`, `when` counts only if the last event of `after`'s kinds was like `after`.
    `unless` ends the chain in peace. A `when` inside a running chain starts no second one; what
    ends a chain may begin the next. A link is late when it comes late, or never came at the end.
    """

    when: EventPattern
    links: tuple[Link, ...]
    after: EventPattern = NOTHING
    unless: EventPattern = NOTHING

    def start(self) -> State:
        """The state before the first event."""
        return State()

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        new = self._follow(state, event) if state.place else state
        if not new.place and self.when.fits(event) and (state.armed or not self.after):
            new = new._replace(applies=True, place=1, mark_ms=span(event).end_ms)
        if self.after and event.kind in self.after.kinds:
            return new._replace(armed=self.after.fits(event))
        return new

    def close(self, state: State) -> State:
        """What is still open when the call is over is broken."""
        if not state.place:
            return state
        return state.broken(f"{self.links[state.place - 1].event} never came")

    def due(self, state: State) -> Due | None:
        """The next link, and when."""
        if not state.place or state.mark_ms is None:
            return None
        link = self.links[state.place - 1]
        return link.pause.due(str(link.event), state.mark_ms)

    def _follow(self, state: State, event: CallEvent) -> State:
        link = self.links[state.place - 1]
        start_ms, end_ms = span(event)
        if link.event.fits(event):
            fault = link.pause.fault(start_ms - (state.mark_ms or 0))
            if fault:
                return state.broken(f"{describe(event)} {fault}")
            if state.place == len(self.links):
                return _at_rest(state)
            return state._replace(place=state.place + 1, mark_ms=end_ms)
        if self.unless.fits(event):
            return _at_rest(state)
        if any(event.kind in one.event.kinds for one in self.links):
            return state.broken(f"{describe(event)} in place of {link.event}")
        return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """`then` comes only so long after the latest `first`, which serves one `then`.

    `unless` undoes a `first`. An event of both kinds is the end of one time and begins another.
    """

    first: EventPattern
    then: EventPattern
    times: Times
    unless: EventPattern = NOTHING

    def start(self) -> State:
        """The state before the first event."""
        return State()

    def step(self, state: State, event: CallEvent) -> State:
        """The state after one more event."""
        if self.then.fits(event):
            if state.mark_ms is None:
                return state.broken(f"{describe(event)} without {self.first} before it")
            fault = self.times.fault(span(event).start_ms - state.mark_ms)
            if fault:
                return state.broken(f"{describe(event)} {fault}")
            state = _at_rest(state)
        if self.first.fits(event):
            return state._replace(applies=True, mark_ms=span(event).end_ms)
        return _at_rest(state) if self.unless.fits(event) else state

    def close(self, state: State) -> State:
        """Nothing is left open by the end of the call."""
        return state

    def due(self, state: State) -> Due | None:
        """What may come, and when."""
        return None if state.mark_ms is None else self.times.due(str(self.then), state.mark_ms)


Pattern = Count | Every | Precedence | Response | Chain | Between


def _at_rest(state: State) -> State:
    """Nothing is open any more."""
    return state._replace(place=0, mark_ms=None)
