"""What was heard in a listening window of then, in a window of now."""

from __future__ import annotations

from dataclasses import dataclass

from callflow.replaying.record import Item
from callflow.replaying.trace import Trace
from calls.actions import Listen, Until
from calls.events import HeardFact
from calls.outcomes import Heard, HungUp, Keyed, Sound


@dataclass(frozen=True, slots=True)
class Unfit:
    """The window of then says nothing about the one of now."""

    why: str


@dataclass(frozen=True, slots=True)
class RunsOut:
    """The window of now is over before anything came."""

    what: Sound
    window_ms: int


def fit(item: Item, listen: Listen, trace: Trace) -> Unfit | RunsOut | None:
    """None when the window of now ends as that of then did.

    A sound or a key that began after the window of now would be over leaves it run out.
    """
    opened_ms = item.at("listening")
    then_ms = int(item.fact("listening").get("window_ms", listen.window_ms))
    outcome = item.outcome
    came_ms, word = _came(item, opened_ms)
    if word in ("", "error", "branch"):
        return None
    if outcome is not None and _ran_out(outcome, listen):
        return _silent(then_ms, listen, outcome)
    if came_ms > listen.window_ms and listen.window_ms < then_ms:
        return RunsOut(_at_the_end(listen), listen.window_ms)
    if word != "hangup" and word not in listen.wanted:
        return Unfit(f"the caller's {word} ended the window then; now nobody listens for it")
    if isinstance(outcome, Keyed) and listen.keys is None:
        return Unfit("the caller pressed keys then; now nobody listens for them")
    return None


def _came(item: Item, opened_ms: int) -> tuple[int, str]:
    """How long after the window opened it came, and its word; empty for what is no outcome."""
    match item.outcome:
        case Heard(what=what, from_ms=from_ms):
            return from_ms - opened_ms, what.value
        case Keyed(at_ms=at_ms):
            return at_ms - opened_ms, "key"
        case HungUp():
            return item.ended_ms - opened_ms, "hangup"
        case _:
            return 0, ""


def _at_the_end(listen: Listen) -> Sound:
    return Sound.NOISE if listen.until is Until.CLEAR else Sound.SILENCE


def _ran_out(outcome: object, listen: Listen) -> bool:
    return isinstance(outcome, Heard) and outcome.what is _at_the_end(listen)


def _silent(then_ms: int, listen: Listen, outcome: object) -> Unfit | RunsOut | None:
    if listen.window_ms == then_ms:
        return None
    what = _at_the_end(listen)
    if listen.window_ms < then_ms:
        return RunsOut(what, listen.window_ms)
    return Unfit(
        f"there was {what.value} for {then_ms / 1000:g} s then; the window is now "
        f"{listen.window_ms / 1000:g} s, and nobody knows what would have come"
    )


def runs_out(window: RunsOut, trace: Trace) -> Heard:
    """The window passes; its fact is recorded."""
    from_ms = trace.now_ms
    trace.now_ms += window.window_ms
    heard = Heard(
        what=window.what,
        from_ms=from_ms,
        to_ms=trace.now_ms,
        level_dbov=None,
        reason="nothing had come yet then",
    )
    trace.note(
        HeardFact(
            what=heard.what.value,
            from_ms=heard.from_ms,
            to_ms=heard.to_ms,
            level_dbov=None,
            reason=heard.reason,
        )
    )
    return heard
