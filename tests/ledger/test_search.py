"""Searching calls: what fits, page by page, and the ways the database goes to find it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import isnan
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    CallTagged,
    EndedFact,
    LeftQueue,
    Queued,
    RecordingMeasured,
    RecordingStarted,
    RulesJudged,
    Surveyed,
)
from ledger import search
from ledger.call_columns import FLAGS, NUMBERS, TEXTS, Texts
from ledger.encoding import at_us
from ledger.filters import BadSearchError, CallFilter, Cursor, NumberMatch
from ledger.opening import reader_engine
from ledger.reader import LedgerReader
from ledger.rows import CallRow
from ledger.writer import LedgerWriter
from tests.ledger.house import offered
from tests.support.examples import examples

_CALLS = 240
QUEUES, AGENTS, RULES = ("support", "sales", ""), ("801", "802", "803"), ("A01", "A05", "A12")


def _place(writer: LedgerWriter, clock: ManualClock, dice: Random, number: int) -> None:
    """One call; many fall into the same microsecond."""
    call = Call(clock, writer)
    call.record(offered(ani=f"138{dice.randrange(3)}000{dice.randrange(30):04}"))
    queue = dice.choice(QUEUES)
    if queue:
        agent = dice.choice(AGENTS)
        call.record(Queued(queue=queue))
        call.record(AgentAnswered(agent=agent, waited_ms=10))
        call.record(
            LeftQueue(queue=queue, result="answered", waited_ms=10, talked_ms=20, agent=agent)
        )
    if dice.random() < 0.7:
        call.record(RecordingStarted(recording=f"r{number}", caller_file="", house_file=""))
        call.record(_measured(f"r{number}", dice.randrange(0, 4000), dice.randrange(9000)))
    if dice.random() < 0.1:
        return
    ended = EndedFact(
        end_reason=dice.choice(("completed", "caller_hung_up")),
        disposition=dice.choice(("served", "leak", "")),
    )
    call.record(ended)
    broken = tuple(rule for rule in RULES if dice.random() < 0.2)
    writer.append_late(call.id, RulesJudged(rules="d", kept=(), broken=broken))
    if dice.random() < 0.4:
        score = dice.randrange(1, 6)
        writer.append_late(
            call.id, Surveyed(question="satisfaction", answer="x", score=score, by="ivr")
        )
    if dice.random() < 0.1:
        writer.append_late(call.id, CallTagged(tag="mystery", by="qa"))
    clock.advance_ms(dice.choice((0, 0, 700)))


def _measured(recording: str, talk_over_ms: int, dead_air_ms: int) -> RecordingMeasured:
    return RecordingMeasured(
        recording=recording,
        version=1,
        caller_talk_ms=1,
        house_talk_ms=1,
        agent_talk_ms=1,
        silence_ms=1,
        talk_over_ms=talk_over_ms,
        talk_overs=(),
        dead_air_ms=dead_air_ms,
        dead_air_from_ms=None,
        caller_level_dbov=None,
        house_level_dbov=None,
        caller_noise_dbov=None,
    )


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "ledger.sqlite"
    dice, clock = Random(7), ManualClock()
    with LedgerWriter(path) as writer:
        for number in range(_CALLS):
            _place(writer, clock, dice, number)
    return path


@pytest.fixture(scope="module")
def reader(ledger: Path) -> Iterator[LedgerReader]:
    with LedgerReader(ledger) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(reader: LedgerReader) -> list[CallRow]:
    return sorted(reader.calls(), key=lambda call: (_at(call), call.id), reverse=True)


def _at(call: CallRow) -> Any:
    return call.offered_at


def _fits(asked: CallFilter, call: CallRow) -> bool:  # noqa: C901  the plain sense of a filter
    words = ("queue", "agent", "disposition", "end_reason", "flow", "tag")
    if any(getattr(asked, word) not in ("", getattr(call, word)) for word in words):
        return False
    if asked.since is not None and not asked.since <= _at(call):
        return False
    if asked.until is not None and not _at(call) < asked.until:
        return False
    if asked.broken and asked.broken not in call.broken:
        return False
    matches = {
        NumberMatch.EXACT: call.ani == asked.ani,
        NumberMatch.PREFIX: call.ani.startswith(asked.ani),
        NumberMatch.SUFFIX: call.ani.endswith(asked.ani),
    }
    if (asked.ani and not matches[asked.ani_match]) or not call.id.startswith(asked.id_prefix):
        return False
    for least, told in (
        (asked.min_talk_over_ms, call.talk_over_ms),
        (asked.min_dead_air_ms, call.dead_air_ms),
    ):
        if least is not None and (told is None or told < least):
            return False
    most = asked.survey_at_most
    if most is not None and (call.survey is None or call.survey > most):
        return False
    if asked.recorded is not None and asked.recorded is not bool(call.recording):
        return False
    return asked.live is None or asked.live is (call.ended_at is None)


_BEGAN = ManualClock().utc_now()
_TIMES = st.one_of(
    st.none(), st.integers(0, 40_000).map(lambda ms: _BEGAN + timedelta(milliseconds=ms))
)


def _maybe(*values: Any) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(values[0]), st.sampled_from(values))


FILTERS = st.builds(
    CallFilter,
    since=_TIMES,
    until=_TIMES,
    queue=_maybe("", "support", "sales", "nowhere"),
    agent=_maybe("", *AGENTS),
    disposition=_maybe("", "served", "leak"),
    end_reason=_maybe("", "completed", "caller_hung_up"),
    broken=_maybe("", *RULES, "A0"),
    flow=_maybe("", "greetings"),
    ani=_maybe("", "13800000001", "1380", "0001", "000012", "13810000020"),
    ani_match=st.sampled_from(NumberMatch),
    id_prefix=_maybe("", "20260105", "20260105-0900", "2026%"),
    tag=_maybe("", "mystery"),
    min_talk_over_ms=_maybe(None, 0, 1, 250, 900, 3000),
    min_dead_air_ms=_maybe(None, 0, 700, 8000),
    survey_at_most=_maybe(None, 0, 1, 3, 5),
    recorded=_maybe(None, True, False),
    live=_maybe(None, True, False),
)


@settings(max_examples=examples(250), deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=FILTERS, limit=st.integers(1, 60), few=st.sampled_from([0, 3, 3000]))
def test_pages_give_what_fits_newest_first_and_each_call_once(
    reader: LedgerReader, rows: list[CallRow], asked: CallFilter, limit: int, few: int
) -> None:
    before = search.SORTED
    search.SORTED = few
    try:
        got: list[CallRow] = []
        cursor = None
        while True:
            page = reader.search(asked, before=cursor, limit=limit)
            got += page.rows
            if page.next is None:
                break
            assert len(page.rows) == limit
            cursor = Cursor.from_text(page.next.text())
        wanted = [call for call in rows if _fits(asked, call)]
        assert [call.id for call in got] == [call.id for call in wanted]
        assert reader.about(asked, most=20) == (min(len(wanted), 20), len(wanted) > 20)
    finally:
        search.SORTED = before


def test_calls_that_come_in_meanwhile_move_no_page(ledger: Path, reader: LedgerReader) -> None:
    first = reader.search(CallFilter(), limit=10)
    second = reader.search(CallFilter(), before=first.next, limit=10)
    clock = ManualClock()
    clock.advance_ms(3_600_000)
    with LedgerWriter(ledger) as writer:
        Call(clock, writer).record(offered())

    assert reader.search(CallFilter(), before=first.next, limit=10) == second
    assert reader.search(CallFilter(), limit=11).rows[1:] == first.rows


@pytest.mark.parametrize("text", ["", "x", "12", "12.", ".x", "1e5.x", "9" * 30 + ".x"])
def test_a_place_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadSearchError, match="first page"):
        Cursor.from_text(text)


def test_the_end_of_a_number_has_at_least_four_digits() -> None:
    with pytest.raises(BadSearchError, match="at least its last 4"):
        CallFilter(ani="001", ani_match=NumberMatch.SUFFIX)


_SINCE, _UNTIL = _BEGAN, _BEGAN + timedelta(days=1)
_MARKED = {
    "queue": "support",
    "agent": "801",
    "disposition": "leak",
    "end_reason": "completed",
    "broken": "A05",
    "flow": "greetings",
    "tag": "mystery",
    "min_talk_over_ms": 2000,
    "min_dead_air_ms": 2000,
    "survey_at_most": 2,
    "recorded": False,
}
_PLANS: list[tuple[CallFilter, tuple[str, ...]]] = [
    (CallFilter(), ("calls USING COVERING INDEX ix_calls_offered_at",)),
    (CallFilter(live=True), ("ix_calls_live",)),
    (CallFilter(ani="13800000001"), ("ix_calls_ani (ani=?",)),
    (CallFilter(ani="0001", ani_match=NumberMatch.SUFFIX), ("ix_calls_live", "call_marks")),
    *(
        (CallFilter(**{name: value}), ("ix_calls_live", "call_marks"))  # type: ignore[arg-type]
        for name, value in _MARKED.items()
    ),
    (CallFilter(queue="support", broken="A05"), ("ix_calls_live", "call_marks")),
    (CallFilter(agent="801", min_talk_over_ms=2000), ("ix_calls_live", "call_marks")),
    (CallFilter(survey_at_most=3, min_talk_over_ms=200), ("ix_calls_live", "call_marks")),
]


def _steps(ledger: Path, asked: CallFilter, before: Cursor | None) -> list[str]:
    with reader_engine(ledger).connect() as connection:
        query = search.newest(connection, search.key_queries(connection, asked, before), 51)
        text = query.compile(connection, compile_kwargs={"literal_binds": True})
        told = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    return [str(step[3]) for step in told]


@pytest.mark.parametrize(("asked", "ways"), _PLANS, ids=lambda one: str(one)[:60])
def test_every_search_goes_by_an_index_and_sorts_nothing(
    ledger: Path, asked: CallFilter, ways: tuple[str, ...]
) -> None:
    place = Cursor(1_800_000_000_000_000, "x")
    for bounded in (asked, replace(asked, since=_SINCE, until=_UNTIL)):
        for before in (None, place):
            steps = _steps(ledger, bounded, before)
            assert not any("TEMP B-TREE" in step or "SCAN" in step for step in steps)
            assert all(any(way in step for step in steps) for way in ways)


_TOLD_BY_MARKS = [
    *(CallFilter(**{name: value}) for name, value in _MARKED.items()),  # type: ignore[arg-type]
    CallFilter(ani="0001", ani_match=NumberMatch.SUFFIX),
    CallFilter(queue="support", broken="A05"),
    CallFilter(agent="801", survey_at_most=4, min_talk_over_ms=1),
    CallFilter(queue="support", id_prefix="2026"),
]
_NOT_SURE = [
    CallFilter(ani="10001", ani_match=NumberMatch.SUFFIX),
    CallFilter(queue="support", ani="138", ani_match=NumberMatch.PREFIX),
    CallFilter(agent="801", recorded=True),
    CallFilter(min_talk_over_ms=900),
    CallFilter(survey_at_most=5),
    CallFilter(survey_at_most=0),
]


@pytest.mark.parametrize("asked", [*_TOLD_BY_MARKS, *_NOT_SURE], ids=lambda one: str(one)[:90])
def test_no_row_is_looked_at_where_marks_tell(
    ledger: Path, asked: CallFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SORTED", 0)

    steps = _steps(ledger, replace(asked, live=False), None)

    by_rows = any(step.startswith("SEARCH calls ") for step in steps)
    assert by_rows is (asked in _NOT_SURE)


def test_what_figures_are_made_of_is_what_the_rows_say(
    reader: LedgerReader, rows: list[CallRow]
) -> None:
    since, until = _BEGAN + timedelta(seconds=2), _BEGAN + timedelta(seconds=9)

    (told,) = reader.call_columns(since, until, "support")

    wanted = [
        call for call in reversed(rows) if since <= _at(call) < until and call.queue == "support"
    ]
    assert len(wanted) > 3
    assert list(told.ids) == [call.id for call in wanted]
    for place, call in enumerate(wanted):
        assert told.offered_at_us[place] == at_us(_at(call))
        for name in TEXTS:
            texts: Texts = getattr(told, name)
            value = getattr(call, name) or ""
            wanted_text = value if isinstance(value, str) else " ".join(value)
            assert texts.names[texts.codes[place]] == wanted_text
        for name in NUMBERS:
            number = float(getattr(told, name)[place])
            assert (None if isnan(number) else number) == getattr(call, name)
        assert {name: bool(getattr(told, name)[place]) for name in FLAGS} == {
            "answered": call.answered_ms is not None,
            "ended": call.ended_ms is not None,
            "outbound": call.direction == "outbound",
            "survey_asked": call.survey_asked,
            "recorded": call.recording != "",
        }
