"""The monitors agree with a slow and obvious reading of the whole trace, at every moment of it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callflow.rules.loader import load_rules
from callflow.rules.monitor import Monitor, Rule
from callflow.rules.state import Status
from calls.events import CallEvent
from tests.callflow.rules.reference import judge
from tests.callflow.rules.tapes import KINDS, Tape, TapedCall, a_rule

RULES_FILE = Path(__file__).parents[3] / "scripts" / "house_rules.yaml"
SHIPPED = load_rules(RULES_FILE.read_text(encoding="utf-8"), str(RULES_FILE))
steady = settings(derandomize=True, deadline=None, database=None)


def agree(rule: Rule, events: list[CallEvent]) -> Status:
    """Every beginning of the trace is judged alike; gives the last verdict."""
    monitor = Monitor(rule)
    broken_at: int | None = None
    assert monitor.verdict().status is judge(rule, [])
    for n, event in enumerate(events, 1):
        monitor.feed(event)
        verdict, meant = monitor.verdict(), judge(rule, events[:n])
        assert verdict.status is meant, f"{rule.patterns} on {told(events[:n])}"
        assert broken_at is None or meant is Status.BROKEN, "broken stays broken"
        if meant is Status.BROKEN and broken_at is None:
            broken_at = event.seq
            assert verdict.why
        if broken_at is not None and not rule.performer:
            assert verdict.evidence[-1].seq == broken_at
        assert not verdict.due or meant is Status.PENDING
    return monitor.verdict().status


def told(events: list[CallEvent]) -> str:
    """A trace for reading."""
    return "\n".join(f"{event.offset_ms} {event.kind} {dict(event.data)}" for event in events)


@pytest.mark.parametrize("kind", KINDS)
def test_a_random_rule_of_each_kind_on_random_calls(kind: str) -> None:
    met: set[Status] = set()

    @settings(steady, max_examples=200)
    @given(st.binary(min_size=160, max_size=160))
    def read(data: bytes) -> None:
        tape = Tape(data)
        rule = a_rule(kind, tape)
        met.add(agree(rule, TapedCall(tape, rule).events(14)))

    read()
    assert met == set(Status), "calls of too few sorts were tried"


@pytest.mark.parametrize("rule", [rule for rule in SHIPPED if rule.decidable], ids=lambda r: r.id)
def test_every_shipped_rule_on_random_calls_of_what_it_speaks_of(rule: Rule) -> None:
    met: set[Status] = set()

    @settings(steady, max_examples=40)
    @given(st.binary(min_size=160, max_size=160))
    def read(data: bytes) -> None:
        met.add(agree(rule, TapedCall(Tape(data), rule).events(20)))

    read()
    assert len(met) > 1, "calls of too few sorts were tried"


def test_many_random_calls_from_one_seed() -> None:
    met: dict[tuple[str, Status], int] = {}
    for seed in range(1_600):
        kind = KINDS[seed % len(KINDS)]
        tape = Tape(Random(seed).randbytes(160))
        rule = a_rule(kind, tape)
        status = agree(rule, TapedCall(tape, rule).events(16))
        met[kind, status] = met.get((kind, status), 0) + 1

    assert all(met.get((kind, status), 0) >= 3 for kind in KINDS for status in Status), met
