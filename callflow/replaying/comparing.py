"""Two tellings of one call side by side: as it went then, and as it would go now."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from callflow.house import House
from callflow.replaying.again import Replayed, Stop, replay
from callflow.replaying.alternatives import Alternative, alternatives, asks
from callflow.replaying.reading import read_record
from callflow.replaying.record import NOWHERE, Record, Spot
from callflow.replaying.stage import LineLength
from callflow.rules.monitor import Verdict, score
from callflow.rules.state import Status
from calls.events import CallEvent

_UNSEEN: Final = frozenset(
    {"saying", "hearing", "stepped", "offered", "recording_kept", "recording_measured"}
    | {"recording_erased", "rules_judged", "tagged"}
)
"""Kinds of which nobody on the line notices anything."""

_BY_CHANCE: Final = frozenset(
    {"level_dbov", "reason", "problem", "recording", "caller_file", "house_file", "began_ms"}
    | {"promise", "ticket", "due_at", "performer", "tags"}
)
"""Fields that differ from call to call, or that nobody on the line notices."""


_DONE: Final = frozenset({"said", "listening", "queued", "transferring", "fault"})
"""What the house does, no outcome of it."""

_OF_A_CUT: Final = frozenset({"ended", "fault", "recording_stopped"})
"""What is left behind by a call that was cut off."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the telling; a side that has nothing there is None."""

    then: CallEvent | None
    now: CallEvent | None
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that would go differently."""

    spot: Spot
    """The step, of the flow of now."""

    place: str
    """Its file and line; empty when the call would not get into any step."""

    after: str
    """The last outcome before it, in words: `heard speech`; empty before the first."""

    then: CallEvent | None
    now: CallEvent | None


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What a rule of the house of now says of the call as it was, and as it would be."""

    then: Verdict
    now: Verdict

    @property
    def changed(self) -> bool:
        """Whether the verdicts differ."""
        return self.then.status is not self.now.status

    @property
    def newly_broken(self) -> bool:
        """Whether the flows of now break what the call kept."""
        return self.changed and self.now.status is Status.BROKEN


@dataclass(frozen=True, slots=True)
class Undecided:
    """Where the record no longer decides, and what could come."""

    spot: Spot
    place: str
    why: str
    asks: str
    """What the flow asks there, in words; empty when a condition stops it."""

    at_ms: int
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A call then and now."""

    call_id: str
    flow: str
    pairs: tuple[Pair, ...]
    first: Difference | None
    """None when nobody on the line would notice anything."""

    undecided: Undecided | None
    rules: tuple[RuleChange, ...]
    digests: Mapping[str, tuple[str, str]]
    """By flow: the version that played then, and that of now; empty where there is none."""

    cut: bool
    """The record stops before the call was over: a live call, a server that died."""

    other_steps: bool
    """Nobody would notice, but the call goes another way through the steps."""

    @property
    def same(self) -> bool:
        """Whether everybody on the line would hear and do the same, as far as the record goes."""
        return self.first is None


def compare(
    events: Sequence[CallEvent],
    house: House,
    variables: Mapping[str, Any],
    language: str,
    line_ms: LineLength,
) -> Comparison:
    """Replay a call's events against a house; see `again.replay`.

    Raises KeyError when the house has no flow of that name, ValueError for events without an offer.
    """
    record = read_record(events)
    now = replay(record, house, variables, language, line_ms)
    pairs = tuple(_aligned(record.events, now.events, open_end=record.cut))
    return Comparison(
        call_id=record.events[0].call_id,
        flow=record.flow,
        pairs=pairs,
        first=_first(pairs, now, house),
        undecided=None if now.stop is None else _undecided(now.stop),
        rules=_rules(record, now, house),
        digests=_digests(record, now, house),
        cut=record.cut,
        other_steps=now.steps != record.steps[: len(now.steps) if record.cut else None],
    )


def _key(event: CallEvent) -> Hashable:
    """All of a fact that somebody on the line notices, times aside."""
    fields = [
        (name, str(value))
        for name, value in sorted(event.data.items())
        if not name.endswith("_ms") or name == "window_ms"
        if name not in _BY_CHANCE
    ]
    if event.kind == "heard":
        fields = [(name, value) for name, value in fields if name == "what"]
    if event.kind == "listening":
        wanted = sorted(map(str, event.data.get("wanted", ())))
        fields = [*((n, v) for n, v in fields if n != "wanted"), ("wanted", str(wanted))]
    return (event.kind, tuple(fields))


def _aligned(
    then: Sequence[CallEvent], now: Sequence[CallEvent], *, open_end: bool
) -> Iterable[Pair]:
    """Rows in order; `open_end` when the record itself stops, so that nothing after it counts."""
    left = [event for event in then if event.kind not in _UNSEEN]
    right = [event for event in now if event.kind not in _UNSEEN]
    if open_end:
        left = [event for event in left if event.kind not in _OF_A_CUT]
        right = right[: max(len(left), _common(left, right))]
    matcher = difflib.SequenceMatcher(
        None, [_key(event) for event in left], [_key(event) for event in right], autojunk=False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        same = tag == "equal"
        for step in range(max(i2 - i1, j2 - j1)):
            yield Pair(
                left[i1 + step] if i1 + step < i2 else None,
                right[j1 + step] if j1 + step < j2 else None,
                same,
            )


def _common(left: Sequence[CallEvent], right: Sequence[CallEvent]) -> int:
    pairs = zip(left, right, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if _key(a) != _key(b)), len(left))


def _first(pairs: Sequence[Pair], now: Replayed, house: House) -> Difference | None:
    at = next((number for number, pair in enumerate(pairs) if not pair.same), None)
    if at is None:
        return None
    before = next((pair.now for pair in reversed(pairs[:at]) if _is_outcome(pair.now)), None)
    until = next((pair.now for pair in pairs[at:] if pair.now is not None), None)
    spot = _spot_at(now.events, until)
    return Difference(
        spot=spot,
        place=place_of(house, spot),
        after="" if before is None else describe(before),
        then=pairs[at].then,
        now=pairs[at].now,
    )


def _is_outcome(event: CallEvent | None) -> bool:
    return event is not None and event.kind not in _DONE


def _spot_at(events: Iterable[CallEvent], until: CallEvent | None) -> Spot:
    """The step in which a fact was recorded; the last one when it is None."""
    spot = NOWHERE
    for event in events:
        if event.kind == "stepped":
            spot = Spot(event.data["flow"], event.data["step"])
        if event is until:
            break
    return spot


def place_of(house: House, spot: Spot) -> str:
    """`greetings.yaml:12`, where a step stands; empty when the house has none of that name."""
    flow = house.flows.get(spot.flow)
    if flow is None or spot.step not in flow.index:
        return ""
    place = flow.steps[flow.index[spot.step]].place
    return f"{place.source}:{place.line}"


def describe(event: CallEvent) -> str:
    """A fact in a few words: `said hello`, `heard silence`, `key 1`."""
    data = event.data
    match event.kind:
        case "said":
            cut = "" if data["ended"] == "completed" else f", cut: {data['ended']}"
            return f"said {data['line']} ({data['language']}: {data['text']}){cut}"
        case "listening":
            return f"listened for {data['window_ms'] / 1000:g} s ({', '.join(data['wanted'])})"
        case "ended":
            return f"the call ended: {data['end_reason']}, {data['disposition']}"
        case "queued":
            return f"put the caller into queue {data['queue']}"
        case "transferring":
            return f"connected the caller to {data['to']}"
        case "hung_up":
            return f"{'the house' if data['by'] == 'us' else data['by']} hung up"
        case _:
            fields = ("what", "digits", "result", "branch", "form", "rings", "where", "about")
            told = [str(data[name]) for name in fields if name in data]
            return " ".join([event.kind.replace("_", " "), *told])


def _undecided(stop: Stop) -> Undecided:
    run = stop.run
    return Undecided(
        spot=run.spot,
        place=f"{run.step.place.source}:{run.step.place.line}",
        why=stop.why,
        asks="" if stop.action is None else asks(stop.action),
        at_ms=stop.at_ms,
        alternatives=() if stop.action is None else alternatives(run, stop.action),
    )


def _rules(record: Record, now: Replayed, house: House) -> tuple[RuleChange, ...]:
    before, after = score(record.events, house.rules), score(now.events, house.rules)
    return tuple(map(RuleChange, before, after))


def _digests(record: Record, now: Replayed, house: House) -> dict[str, tuple[str, str]]:
    return {
        name: (
            record.digests.get(name, ""),
            house.flows[name].digest if name in house.flows else "",
        )
        for name in dict.fromkeys([*record.digests, *(spot.flow for spot in now.steps)])
    }
