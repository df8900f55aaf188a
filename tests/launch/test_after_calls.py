"""Calls are judged when they are over, by a running server or afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from callflow.house import House
from callflow.rules.monitor import RuleSet
from calls.call import Call
from calls.clock import ManualClock
from calls.errors import LedgerError
from calls.events import (
    AgentAnswered,
    AnsweredFact,
    CallEvent,
    CallTagged,
    Disposed,
    EndedFact,
    HungUpFact,
    LeftQueue,
    Queued,
    RulesJudged,
    Said,
)
from launch.quality.judging import judge_all
from launch.serving.after_calls import LOOK_BACK, AfterCalls
from ledger.opening import LEDGER_FILE
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from qa.judging import judged
from tests.ledger.house import offered
from tests.support.command_line import thirdring

SCRIPTS = Path(__file__).parents[2] / "scripts"
RULES = House.load(SCRIPTS).rules


class Office:
    """A ledger, a clock that stands still, and calls of a few facts."""

    def __init__(self, path: Path) -> None:
        self.clock = ManualClock()
        self.path = path
        self.writer = LedgerWriter(path, clock=self.clock)
        self.reader = LedgerReader(path)
        self.rules = RULES

    def watcher(self, **more: object) -> AfterCalls:
        return AfterCalls(self.reader, self.writer, lambda: self.rules, self.clock, **more)  # type: ignore[arg-type]

    def begin(self, call_id: str = "") -> Call:
        call = Call(self.clock, self.writer, id=call_id)
        call.record(offered())
        self.clock.advance_ms(3000)
        call.record(AnsweredFact(rings=1, waited_ms=3000))
        self._say(call, "greeting", ("greeting",))
        return call

    def _say(self, call: Call, line: str, tags: tuple[str, ...]) -> None:
        start_ms = call.elapsed_ms()
        self.clock.advance_ms(2000)
        call.record(
            Said(
                line=line, text=line, tags=tags, language="zh-Hans", performer="ivr",
                start_ms=start_ms, end_ms=start_ms + 2000, ended="completed",
            )
        )  # fmt: skip

    def end(self, call: Call, *, goodbye: bool = True) -> None:
        if goodbye:
            self._say(call, "anything_else", ())
            self._say(call, "closing", ("closing", "thanks"))
        call.record(HungUpFact(by="us"))
        call.record(EndedFact(end_reason="completed", disposition=""))

    def talk(self) -> Call:
        """A call that an agent took, and that is over."""
        call = self.begin()
        call.record(Queued(queue="support"))
        call.record(AgentAnswered(agent="1001", waited_ms=0))
        self.clock.advance_ms(60_000)
        call.record(
            LeftQueue(
                queue="support", result="answered", waited_ms=0, talked_ms=60_000, agent="1001"
            )
        )
        self.end(call)
        return call

    async def kinds(self, call: Call) -> list[str]:
        await self.writer.durable()
        return [event.kind for event in self.reader.events(call.id)]

    async def verdict(self, call: Call) -> dict[str, object]:
        await self.writer.durable()
        found = [one for one in self.reader.events(call.id) if one.kind == "rules_judged"]
        assert len(found) == 1
        return dict(found[0].data)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / LEDGER_FILE)
    yield made
    made.reader.close()
    made.writer.close()


async def test_a_call_that_is_over_is_judged_by_the_rules_of_the_house(office: Office) -> None:
    call = office.begin()
    office.end(call, goodbye=False)
    await office.writer.durable()

    assert office.watcher().judge_now() == 1

    verdict = await office.verdict(call)
    assert verdict["rules"] == RULES.digest
    assert "A05" in verdict["broken"]  # type: ignore[operator]
    assert "A02" in verdict["kept"]  # type: ignore[operator]
    row = office.reader.call(call.id)
    assert (row.judged, "A05" in row.broken) == (True, True)


async def test_many_calls_that_end_at_once_are_all_judged(office: Office) -> None:
    watcher = office.watcher()
    assert watcher.judge_now() == 0
    calls = [office.begin() for _ in range(40)]
    for number, call in enumerate(calls):
        office.end(call, goodbye=number % 2 == 0)
    await office.writer.durable()

    assert watcher.judge_now() == 40

    for number, call in enumerate(calls):
        verdict = await office.verdict(call)
        assert ("A05" in verdict["broken"]) == (number % 2 == 1)  # type: ignore[operator]


async def test_no_call_is_judged_twice(office: Office) -> None:
    watcher, call = office.watcher(), office.begin()
    office.end(call)
    await office.writer.durable()

    assert [watcher.judge_now(), watcher.judge_now()] == [1, 0]
    await office.writer.durable()
    assert office.watcher().judge_now() == 0  # another server, started again
    await office.verdict(call)


async def test_a_call_that_goes_on_is_left_alone(office: Office) -> None:
    watcher, call = office.watcher(), office.begin()
    await office.writer.durable()

    assert watcher.judge_now() == 0
    office.end(call)
    await office.writer.durable()
    assert watcher.judge_now() == 1


async def test_an_agents_call_waits_for_the_wrap_up(office: Office) -> None:
    watcher, call = office.watcher(), office.talk()
    await office.writer.durable()
    before = watcher.judge_now()
    office.clock.advance_ms(20_000)
    office.writer.append_late(call.id, Disposed(agent="1001", disposition="served", note=""))
    await office.writer.durable()

    assert (before, watcher.judge_now()) == (0, 1)
    assert (await office.kinds(call))[-2:] == ["disposed", "rules_judged"]


async def test_a_wrap_up_that_never_comes_is_not_waited_for_for_ever(office: Office) -> None:
    watcher, call = office.watcher(wrap_up=timedelta(minutes=5)), office.talk()
    await office.writer.durable()
    counts = [watcher.judge_now()]
    for _ in range(3):
        office.clock.advance_ms(2 * 60_000)
        counts.append(watcher.judge_now())

    assert counts == [0, 0, 0, 1]
    await office.verdict(call)


async def test_a_wrap_up_closed_before_the_end_is_enough(office: Office) -> None:
    call = office.begin()
    call.record(AgentAnswered(agent="1001", waited_ms=0))
    call.record(Disposed(agent="1001", disposition="served", note=""))
    await office.writer.durable()
    watcher = office.watcher()
    before = watcher.judge_now()
    office.end(call)
    await office.writer.durable()

    assert (before, watcher.judge_now()) == (0, 1)


async def test_a_server_that_stops_judges_what_is_over_without_waiting(office: Office) -> None:
    call = office.talk()
    await office.writer.durable()

    office.watcher().finish()

    await office.verdict(call)


async def test_a_ledger_that_cannot_be_read_stops_no_server(office: Office) -> None:
    office.path.write_bytes(b"no ledger" * 1000)

    office.watcher().finish()


async def test_a_server_that_starts_judges_what_the_last_one_left(office: Office) -> None:
    calls = [office.begin() for _ in range(3)]
    for call in calls:
        office.end(call)
    await office.writer.durable()

    assert office.watcher().judge_now() == 3


async def test_it_does_not_look_back_for_ever(office: Office) -> None:
    office.end(office.begin())
    office.clock.advance_ms(round(LOOK_BACK.total_seconds() * 1000) + 60_000)
    fresh = office.begin()
    office.end(fresh)
    await office.writer.durable()

    assert office.watcher().judge_now() == 1
    await office.verdict(fresh)


async def test_the_rules_of_the_moment_judge(office: Office) -> None:
    watcher = office.watcher()
    office.rules = RuleSet([RULES["A02"]], "another")
    call = office.begin()
    office.end(call, goodbye=False)
    await office.writer.durable()
    watcher.judge_now()

    assert await office.verdict(call) == {"rules": "another", "kept": ["A02"], "broken": []}


async def test_what_else_is_known_is_written_once_before_the_verdict(office: Office) -> None:
    call = office.begin()
    office.end(call)
    await office.writer.durable()
    watcher = office.watcher(also=lambda events: [CallTagged(tag="mystery", by="settings")])
    watcher.judge_now()
    watcher.judge_now()

    assert (await office.kinds(call))[-2:] == ["tagged", "rules_judged"]
    assert office.reader.call(call.id).tag == "mystery"


async def test_one_strange_call_stops_no_other(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    strange, good = office.begin(), office.begin()
    for call in (strange, good):
        office.end(call)
    await office.writer.durable()

    def judging(events: Sequence[CallEvent], rules: RuleSet) -> RulesJudged:
        if events[0].call_id == strange.id:
            raise KeyError("no such fact")
        return judged(events, rules)

    monkeypatch.setattr("launch.serving.after_calls.judged", judging)
    watcher = office.watcher()

    assert watcher.judge_now() == 1
    assert watcher.judge_now() == 0
    await office.writer.durable()
    assert "rules_judged" not in await office.kinds(strange)
    assert "rules_judged" in await office.kinds(good)


async def test_it_follows_on_a_thread_of_its_own(office: Office) -> None:
    watcher = office.watcher()
    watcher.start()
    try:
        calls = [office.begin() for _ in range(20)]
        for call in calls:
            office.end(call)
        await office.writer.durable()
        await _until(lambda: all(office.reader.call(call.id).judged for call in calls))
    finally:
        watcher.stop()

    for call in calls:
        await office.verdict(call)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.05)


# ---- the command -------------------------------------------------------------------------------


def _left_unjudged(state: Path) -> list[str]:
    office = Office(state / LEDGER_FILE)
    good, bad = office.begin(), office.begin()
    office.end(good)
    office.end(bad, goodbye=False)
    office.reader.close()
    office.writer.close()
    return [good.id, bad.id]


def _judge(state: Path, *more: str) -> dict[str, int]:
    args = ["rules", "judge", "--state", str(state), "--json", *more]
    result = thirdring(*args, catch_exceptions=False)
    assert result.exit_code == 0
    told: dict[str, int] = json.loads(result.stdout)
    return told


def test_rules_judge_judges_what_no_server_did(tmp_path: Path) -> None:
    ids = _left_unjudged(tmp_path)

    assert _judge(tmp_path) == {"looked_at": 2, "judged": 2, "broke": 1}
    assert _judge(tmp_path) == {"looked_at": 0, "judged": 0, "broke": 0}
    with LedgerReader(tmp_path / LEDGER_FILE) as reader:
        assert [reader.call(call_id).broken for call_id in ids] == [(), ("A05",)]


def test_rules_judge_again_judges_what_other_rules_judged(tmp_path: Path) -> None:
    ids = _left_unjudged(tmp_path)
    judge_all(tmp_path / LEDGER_FILE, RuleSet([RULES["A02"]], "older rules"))

    assert _judge(tmp_path)["judged"] == 0
    assert _judge(tmp_path, "--again") == {"looked_at": 2, "judged": 2, "broke": 1}
    assert _judge(tmp_path, "--again")["judged"] == 0
    with LedgerReader(tmp_path / LEDGER_FILE) as reader:
        assert reader.call(ids[1]).broken == ("A05",)


def test_rules_judge_says_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    _left_unjudged(tmp_path)
    _judge(tmp_path)

    args = ["rules", "judge", "--state", str(tmp_path)]
    told = thirdring(*args, catch_exceptions=False).stdout

    assert "every call that is over was judged by these rules already" in told


def test_rules_judge_beside_a_running_server_says_who_writes(office: Office) -> None:
    with pytest.raises(LedgerError, match=r"writ"):
        judge_all(office.path, RULES)


def test_rules_judge_without_a_ledger_makes_none(tmp_path: Path) -> None:
    with pytest.raises(LedgerError):
        judge_all(tmp_path / LEDGER_FILE, RULES)

    assert not (tmp_path / LEDGER_FILE).exists()


def test_the_digest_of_the_rules_is_that_of_their_file() -> None:
    text = (SCRIPTS / "house_rules.yaml").read_text(encoding="utf-8")

    assert hashlib.sha256(text.encode()).hexdigest() == RULES.digest
