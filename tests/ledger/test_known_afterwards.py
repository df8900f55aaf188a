"""What a call's row tells of queues, agents, wrap-up, rules, survey and sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AgentOffered,
    CallEvent,
    CallTagged,
    Disposed,
    EndedFact,
    Fact,
    Held,
    HungUpFact,
    LeftQueue,
    Queued,
    RecordingErased,
    RecordingKept,
    RecordingMeasured,
    RecordingStarted,
    RulesJudged,
    Surveyed,
)
from ledger.reader import LedgerReader
from ledger.rows import CallRow, RecordingRow
from ledger.verify import verify
from ledger.writer import LedgerWriter
from tests.ledger.house import ListSink, offered
from tests.ledger.old_ledgers import old_ledger

Timed = list[tuple[int, Fact]]


def _events(facts: Timed) -> list[CallEvent]:
    sink, clock = ListSink(), ManualClock()
    call = Call(clock, sink)
    for at_ms, fact in facts:
        clock.advance_ms(at_ms - call.elapsed_ms())
        call.record(fact)
    return sink.events


def _told(path: Path, facts: Timed, late: list[Fact] | None = None) -> CallRow:
    events = _events(facts)
    with LedgerWriter(path) as writer:
        for event in events:
            writer.append(event)
        for fact in late or ():
            writer.append_late(events[0].call_id, fact)
    assert not verify(path).findings
    with LedgerReader(path) as reader:
        return reader.call(events[0].call_id)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


def _left(queue: str, result: str, waited_ms: int, talked_ms: int) -> LeftQueue:
    return LeftQueue(
        queue=queue, result=result, waited_ms=waited_ms, talked_ms=talked_ms, agent="801"
    )


ENDED = EndedFact(end_reason="caller_hung_up", disposition="served")
SERVED: Timed = [
    (0, offered()),
    (6000, Queued(queue="support")),
    (9000, AgentOffered(agent="802")),
    (20_000, AgentOffered(agent="801")),
    (24_000, AgentAnswered(agent="801", waited_ms=18_000)),
    (30_000, Held(on=True)),
    (45_000, Held(on=False)),
    (50_000, Held(on=True)),
    (84_002, _left("support", "answered", 18_000, 60_000)),
    (84_003, HungUpFact(by="caller")),
    (84_010, ENDED),
]


def _measured(recording: str, talk_over_ms: int, dead_air_ms: int) -> RecordingMeasured:
    return RecordingMeasured(
        recording=recording,
        version=1,
        caller_talk_ms=20_000,
        house_talk_ms=30_000,
        agent_talk_ms=25_000,
        silence_ms=9000,
        talk_over_ms=talk_over_ms,
        talk_overs=((25_000, 25_000 + talk_over_ms),),
        dead_air_ms=dead_air_ms,
        dead_air_from_ms=40_000,
        caller_level_dbov=-24.0,
        house_level_dbov=-20.5,
        caller_noise_dbov=None,
    )


def test_a_served_call_tells_wait_talk_hold_and_how_often_phones_rang(path: Path) -> None:
    call = _told(path, SERVED)

    assert (call.queue, call.queued_ms, call.agent_ms) == ("support", 6000, 24_000)
    assert (call.queue_result, call.queue_waited_ms, call.offers) == ("answered", 18_000, 2)
    assert (call.talked_ms, call.held_ms) == (60_000, 15_000 + 34_002)
    assert call.wrapped_ms is None


def test_wrap_up_is_measured_from_the_end_of_the_talk_though_it_comes_after_the_call(
    path: Path,
) -> None:
    facts = [*SERVED[:-1], (114_002, Disposed(agent="801", disposition="leak", note=""))]

    call = _told(path, [*facts, (114_002, ENDED)])

    assert (call.wrapped_ms, call.disposition) == (30_000, "leak")


def test_wrap_up_of_an_agent_who_handed_the_caller_on_is_not_the_calls(path: Path) -> None:
    facts = [*SERVED[:-1], (90_000, Disposed(agent="802", disposition="leak", note=""))]

    assert _told(path, [*facts, (90_001, ENDED)]).wrapped_ms is None


def test_a_call_in_two_queues_is_of_the_last_and_its_talks_add_up(path: Path) -> None:
    facts: Timed = [
        *SERVED[:-2],
        (90_000, Queued(queue="sales")),
        (99_000, AgentAnswered(agent="803", waited_ms=9000)),
        (100_000, _left("sales", "answered", 9000, 1000)),
        (100_001, ENDED),
    ]

    call = _told(path, facts)

    assert (call.queue, call.queued_ms, call.agent_ms, call.agent) == (
        "sales",
        90_000,
        24_000,
        "803",
    )
    assert (call.queue_result, call.queue_waited_ms, call.talked_ms) == ("answered", 9000, 61_000)


def test_a_talk_that_moves_to_another_queue_is_counted_once(path: Path) -> None:
    facts: Timed = [
        *SERVED[:5],
        (40_000, Queued(queue="sales")),
        (50_000, AgentAnswered(agent="803", waited_ms=10_000)),
        (70_000, _left("sales", "answered", 10_000, 20_000)),
        (70_000, _left("support", "answered", 18_000, 46_000)),
        (70_001, ENDED),
    ]

    assert _told(path, facts).talked_ms == 46_000


def test_a_queue_that_nobody_answered_leaves_the_talk_of_the_agent_who_sent_there(
    path: Path,
) -> None:
    facts: Timed = [
        *SERVED[:5],
        (40_000, Queued(queue="sales")),
        (50_000, _left("sales", "no_answer", 10_000, 0)),
        (70_000, _left("support", "answered", 18_000, 46_000)),
        (70_001, ENDED),
    ]

    call = _told(path, facts)

    assert (call.queue_result, call.talked_ms) == ("no_answer", 46_000)


@pytest.mark.parametrize(
    ("facts", "result", "talked_ms", "waited_ms"),
    [(SERVED[:5], "answered", 6000, 18_000), (SERVED[:3], "failed", None, 24_000)],
)
def test_a_server_that_died_leaves_no_stay_open(
    path: Path, facts: Timed, result: str, talked_ms: int | None, waited_ms: int
) -> None:
    call = _told(path, [*facts, (30_000, ENDED)])

    assert (call.queue_result, call.talked_ms, call.queue_waited_ms) == (
        result,
        talked_ms,
        waited_ms,
    )


def test_what_is_judged_afterwards_stands_in_the_row_and_the_last_word_counts(path: Path) -> None:
    late: list[Fact] = [
        RulesJudged(rules="ab", kept=("A01",), broken=("A02", "A05")),
        RulesJudged(rules="cd", kept=("A01", "A02"), broken=("A05",)),
        CallTagged(tag="mystery", by="qa"),
        Surveyed(question="satisfaction", answer="", score=None, by="ivr"),
        Surveyed(question="resolved", answer="yes", score=1, by="ivr"),
    ]

    call = _told(path, SERVED, late)

    assert (call.judged, call.kept, call.broken) == (True, ("A01", "A02"), ("A05",))
    assert (call.tag, call.survey_asked, call.survey) == ("mystery", True, None)

    with LedgerWriter(path) as writer:
        verdict = Surveyed(question="satisfaction", answer="satisfied", score=4, by="callback")
        writer.append_late(call.id, verdict)
    with LedgerReader(path) as reader:
        assert reader.call(call.id).survey == 4
    assert not verify(path).findings


def test_measures_of_a_calls_recordings_are_summed_and_the_longest_dead_air_is_kept(
    path: Path,
) -> None:
    started = [
        (5000 + number, RecordingStarted(recording=name, caller_file="a", house_file="b"))
        for number, name in enumerate(("rec-1", "rec-2"))
    ]
    late: list[Fact] = [
        RecordingKept(
            recording="rec-1",
            file="recordings/rec-1.wav",
            sha256="ab",
            bytes=1,
            duration_ms=1,
            problem="",
            begins_ms=6123,
            key="k1",
        ),
        _measured("rec-1", 1500, 4000),
        _measured("rec-2", 200, 9000),
        _measured("rec-1", 500, 4100),
        RecordingErased(recording="rec-2", why="retention", by="system"),
    ]

    call = _told(path, [SERVED[0], *started, *SERVED[1:]], late)

    assert (call.talk_over_ms, call.dead_air_ms) == (700, 9000)
    assert (call.caller_talk_ms, call.agent_talk_ms) == (40_000, 50_000)
    with LedgerReader(path) as reader:
        first, second = reader.recordings(call_id=call.id)
    assert (first.begins_ms, first.key, first.erased_at) == (6123, "k1", None)
    assert first.measures
    assert first.measures["talk_overs"] == [[25_000, 25_500]]
    assert second.erased_at is not None
    assert isinstance(second, RecordingRow)


@pytest.mark.parametrize("revision", ["r0001", "r0002"])
def test_calls_of_an_older_ledger_are_told_anew_when_it_is_opened(
    path: Path, revision: str
) -> None:
    judged = RulesJudged(rules="ab", kept=(), broken=("A05",))
    call_id = old_ledger(path, revision, _events([*SERVED, (90_000, judged)]))

    LedgerWriter(path).close()

    with LedgerReader(path) as reader:
        call = reader.call(call_id)
    assert (call.talked_ms, call.queue_waited_ms, call.broken) == (60_000, 18_000, ("A05",))
    assert not verify(path).findings
