"""The roster on a fake Asterisk: what events, looks, losses and hostile words come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from calls.clock import ManualClock
from calls.events import Disposed
from calls.floor.events import FloorEvent, ShiftNote, StateEntered
from desk.roster.keeping import unkept_dispositions
from desk.roster.membership import AWAY, leave_to_the_queues
from desk.roster.roster import Roster
from desk.roster.status import RosterAgent
from tests.desk.roster.fake_switch import FakeSwitch, Leg, ListLedger, Member

AGENTS = (
    RosterAgent(number="801", name="王丽", queues=("support",)),
    RosterAgent(number="802", queues=("support",)),
)
House = Callable[..., AbstractAsyncContextManager[Roster]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def switch(clock: ManualClock) -> FakeSwitch:
    made = FakeSwitch(clock)
    for number in ("801", "802"):
        made.members[f"PJSIP/{number}"] = [Member("support")]
        made.phones[f"PJSIP/{number}"] = "NOT_INUSE"
    return made


@pytest.fixture
def ledger() -> ListLedger:
    return ListLedger()


@pytest.fixture
def house(switch: FakeSwitch, ledger: ListLedger, clock: ManualClock) -> House:
    @asynccontextmanager
    async def started(history: list[FloorEvent] | None = None) -> AsyncIterator[Roster]:
        roster = Roster(
            AGENTS, switch, ledger, clock, history=history or (), timezone=UTC, look_every_s=3600
        )
        await roster.start()
        await switch.connect()
        await roster.settled()
        try:
            yield roster
        finally:
            await roster.stop(release=False)

    return started


async def talking(roster: Roster, switch: FakeSwitch, call: str = "c1") -> Leg:
    roster.ready("801")
    await roster.settled()
    leg = switch.dial("801", call)
    switch.answer(leg)
    await roster.settled()
    return leg


async def test_at_the_start_everybody_is_paused_and_not_to_be_waited_for(
    house: House, switch: FakeSwitch
) -> None:
    async with house():
        member = switch.member_of("801")

    assert (member.paused, member.reason, member.penalty) == (True, "signed_out", AWAY)


async def test_who_becomes_ready_counts_first_and_is_offered_calls_then(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        switch.done.clear()
        roster.ready("801")
        await roster.settled()
        ready = list(switch.done)
        switch.done.clear()
        roster.not_ready("801", "lunch")
        await roster.settled()

    assert ready == ["penalty PJSIP/801 0", "unpause PJSIP/801"]
    assert switch.done == ["pause PJSIP/801 lunch", f"penalty PJSIP/801 {AWAY}"]


async def test_ready_agents_of_a_queue_are_counted(house: House, switch: FakeSwitch) -> None:
    async with house() as roster:
        counted = [roster.ready_in("support")]
        roster.ready("801")
        counted.append(roster.ready_in("support"))
        leg = switch.dial("801", "c1")
        counted.append(roster.ready_in("support"))
        switch.give_up(leg, "CANCEL")
        counted += [roster.ready_in("support"), roster.ready_in("nowhere")]

    assert counted == [0, 1, 0, 1, 0]


async def test_the_queues_own_penalty_is_kept_below_ours(house: House, switch: FakeSwitch) -> None:
    switch.member_of("801").penalty = 7
    async with house() as roster:
        away = switch.member_of("801").penalty
        roster.ready("801")
        await roster.settled()
        here = switch.member_of("801").penalty

    assert (away, here) == (AWAY + 7, 7)


async def test_an_agent_is_paused_from_the_first_ring_to_the_saved_disposition(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    seen = []
    async with house() as roster:
        roster.ready("801")
        await roster.settled()
        leg = switch.dial("801", "c1")
        await roster.settled()
        seen.append(switch.member_of("801").reason)
        switch.answer(leg)
        await roster.settled()
        seen.append(switch.member_of("801").reason)
        switch.hang_up(leg)
        await roster.settled()
        seen.append(switch.member_of("801").reason)
        waited_for = switch.member_of("801").penalty
        problem = await roster.wrap_up("801", "c1", "inquiry", "漏水")
        await roster.settled()

    assert seen == ["ringing", "on_call", "wrap_up"]
    assert (problem, waited_for, switch.member_of("801").paused) == ("", 0, False)
    disposed = Disposed(agent="801", disposition="inquiry", note="漏水")
    assert ledger.late == [("c1", disposed)]
    assert [event.data["call_id"] for event in ledger.of("801", "wrapped_up")] == ["c1"]


async def test_the_rings_are_counted_from_asterisks_stamps(
    house: House, switch: FakeSwitch, ledger: ListLedger, clock: ManualClock
) -> None:
    async with house() as roster:
        roster.ready("801")
        leg = switch.dial("801", "c1", ring=False)
        clock.advance_ms(700)
        switch._dial_event("DialState", leg, "RINGING")
        clock.advance_ms(5_430)
        offer = roster.offer("801")
        switch.answer(leg)

    (over,) = ledger.of("801", "offer")
    assert offer is not None
    assert (offer.rung_ms, offer.call_id) == (5_430, "c1")
    assert over.data == {
        "call_id": "c1",
        "rings": 2,
        "rung_ms": 5_430,
        "result": "answered",
        "late": False,
        "asked": False,
    }


@pytest.mark.parametrize(
    ("status", "cause", "result", "state", "reason"),
    [
        ("NOANSWER", 0, "missed", "not_ready", "missed"),
        ("NOANSWER", 17, "rejected", "not_ready", "missed"),
        ("CANCEL", 0, "caller_gone", "ready", ""),
        ("CHANUNAVAIL", 20, "unreachable", "not_ready", "unreachable"),
    ],
)
async def test_an_offer_nobody_answered_leaves_the_agent_where_it_should(
    house: House,
    switch: FakeSwitch,
    ledger: ListLedger,
    status: str,
    cause: int,
    result: str,
    state: str,
    reason: str,
) -> None:
    async with house() as roster:
        roster.ready("801")
        leg = switch.dial("801", "c1")
        switch.give_up(leg, status, cause)
        now = roster.status("801")

    (over,) = ledger.of("801", "offer")
    assert over.data["result"] == result
    assert (now.state, now.reason) == (state, reason)


@pytest.mark.parametrize(
    ("rings_ms", "result", "reason", "late"),
    [
        (4_000, "caller_gone", "", False),
        (13_000, "caller_gone", "", False),
        (14_980, "missed", "missed", True),
    ],
)
async def test_a_caller_taken_out_of_the_queue_while_a_phone_rings_is_no_missed_call(
    house: House,
    switch: FakeSwitch,
    ledger: ListLedger,
    clock: ManualClock,
    rings_ms: int,
    result: str,
    reason: str,
    late: bool,
) -> None:
    async with house() as roster:
        roster.ready("801")
        leg = switch.dial("801", "c1")
        clock.advance_ms(rings_ms)
        switch.give_up(leg, "NOANSWER")
        now = roster.status("801")

    (over,) = ledger.of("801", "offer")
    assert (over.data["result"], over.data["late"]) == (result, late)
    assert now.reason == reason


async def test_a_phone_that_is_slow_to_ring_has_missed_its_call_all_the_same(
    house: House, switch: FakeSwitch, ledger: ListLedger, clock: ManualClock
) -> None:
    async with house() as roster:
        roster.ready("801")
        leg = switch.dial("801", "c1", ring=False)
        clock.advance_ms(6_000)
        switch._dial_event("DialState", leg, "RINGING")
        clock.advance_ms(8_980)
        switch.give_up(leg, "NOANSWER")

    (over,) = ledger.of("801", "offer")
    assert (over.data["result"], over.data["rung_ms"]) == ("missed", 8_980)


async def test_a_channel_that_the_desk_begins_is_no_offer(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        roster.ready("801")
        for name, status in (("DialBegin", ""), ("DialState", "RINGING"), ("DialEnd", "ANSWER")):
            switch.emit(
                name,
                ("DestChannel", "PJSIP/801-0000002a"),
                ("DestUniqueid", "u-spy"),
                ("DestChanVariable", "CC_CALL=c9"),
                ("DialStatus", status),
            )
        state = roster.status("801").state

    assert state == "ready"
    assert ledger.of("801", "offer") == []


async def test_a_call_that_an_agent_makes_is_not_taken_for_one_that_was_offered(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        roster.ready("801")
        switch.legs["u"] = Leg("PJSIP/801-00000001", "u", "c1", "Up", "AGI")
        await roster.reconcile()

        assert roster.status("801").state == "ready"


async def test_a_look_that_is_overtaken_by_an_event_does_not_undo_it(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        leg = await talking(roster, switch)
        switch.while_looking = lambda: switch.hang_up(leg)
        await roster.reconcile()
        state = roster.status("801").state

    assert state == "wrap_up"
    assert ledger.states("801") == ["ready", "ringing", "on_call", "wrap_up"]


async def test_a_look_that_finds_all_as_known_leaves_no_fact_and_asks_for_nothing(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        leg = await talking(roster, switch)
        switch.hold(leg, on=True)
        await roster.settled()
        facts, done = len(ledger.floor), len(switch.done)
        for _ in range(3):
            await roster.reconcile()
            await roster.settled()

    assert (len(ledger.floor), len(switch.done)) == (facts, done)


async def test_a_call_taken_and_another_ended_while_we_were_away_are_both_known(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        leg = await talking(roster, switch)
        del switch.legs[leg.unique_id]
        switch.legs["u2"] = Leg("PJSIP/801-00000002", "u2", "c2", "Up", held=True)
        await switch.connect()
        now = roster.status("801")

    assert (now.state, now.call_id, now.to_wrap) == ("hold", "c2", ("c1",))
    assert (now.channel, now.caller_channel) == ("PJSIP/801-00000002", "PJSIP/anonymous-c2")


@pytest.mark.parametrize("exten", ["10", "11"], ids=["asks a colleague", "holds by the desk"])
async def test_a_caller_who_hears_the_desks_music_is_on_hold_at_every_look(
    house: House, switch: FakeSwitch, ledger: ListLedger, exten: str
) -> None:
    async with house() as roster:
        leg = await talking(roster, switch)
        leg.bridge = "b2"
        pair = f"Local/{exten}@cc-desk-consult-00000014"
        switch.legs["own"] = Leg(f"{pair};1", "own", "c1", "Up", application="", bridge="b2")
        switch.emit("Hold", ("Channel", leg.name), ("Uniqueid", leg.unique_id))
        for _ in range(2):
            await roster.reconcile()
        held = roster.status("801")
        leg.bridge = "b1"
        del switch.legs["own"]
        await roster.reconcile()
        again = roster.status("801")

    assert (held.state, held.asked) == ("hold", False)
    assert again.state == "on_call"
    assert ledger.states("801") == ["ready", "ringing", "on_call", "hold", "on_call"]


async def test_who_is_asked_by_a_colleague_has_nobody_on_hold(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        await roster.settled()
        found = Leg("PJSIP/801-00000002", "u2", "c2", "Up", bridge="b3")
        pair = "Local/10@cc-desk-consult-00000014"
        own = Leg(f"{pair};2", "own", "c2", "Up", application="Dial", bridge="b3")
        switch.legs |= {"u2": found, "own": own}
        await switch.connect()
        now = roster.status("801")

    assert (now.state, now.asked) == ("consult", True)


async def test_a_colleagues_question_is_no_call_of_ones_own_until_it_is_handed_over(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        roster.ready("801")
        for place in ("asked", "handed over"):
            leg = switch.consult("801", "c2")
            assert roster.status("801").state == "consult"
            if place == "handed over":
                roster.named(leg.name, "c2")
            switch.hang_up(leg)
        now = roster.status("801")

    offers = [one.data["asked"] for one in ledger.floor if one.kind == "offer"]
    assert offers == [True, True]
    assert ledger.states("801") == [
        *("ready", "ringing", "consult", "ready", "ringing", "consult", "on_call", "wrap_up"),
    ]
    assert now.to_wrap == ("c2",)


async def test_a_phone_that_stopped_ringing_while_we_were_away_rings_no_more(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        roster.ready("801")
        switch.dial("801", "c1")
        switch.legs.clear()
        await switch.connect()
        now = roster.status("801")

    assert (now.state, roster.offer("801")) == ("ready", None)
    assert ledger.of("801", "offer") == []


async def test_what_could_not_be_told_to_the_queues_is_told_after_the_next_connection(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        switch.gone = True
        roster.ready("801")
        await roster.settled()
        before = switch.member_of("801").paused
        await switch.connect()
        await roster.settled()

    assert (before, switch.member_of("801").paused) == (True, False)


async def test_a_pause_that_somebody_else_lifts_is_ours_again_at_once(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        switch.member_of("801").paused = False
        switch.emit(
            "QueueMemberPause", ("Queue", "support"), ("Interface", "PJSIP/801"), ("Paused", 0)
        )
        await roster.settled()

    assert switch.member_of("801").paused


async def test_an_agent_joins_the_queues_of_the_settings(house: House, switch: FakeSwitch) -> None:
    switch.members.clear()
    async with house() as roster:
        joined = switch.member_of("801")
        paused_at_first = joined.paused
        roster.ready("801")
        await roster.settled()

    assert "add PJSIP/801 to support" in switch.done
    assert (paused_at_first, joined.paused) == (True, False)


async def test_a_queue_that_does_not_exist_is_said_once_and_costs_nothing_else(
    switch: FakeSwitch, ledger: ListLedger, clock: ManualClock
) -> None:
    agent = RosterAgent(number="801", queues=("nowhere", "support"))
    roster = Roster([agent], switch, ledger, clock, look_every_s=3600)
    await roster.start()
    with capture_logs() as logs:
        for _ in range(3):
            await switch.connect()
            await roster.settled()
        roster.ready("801")
        await roster.settled()
    await roster.stop(release=False)

    assert [one["queue"] for one in logs if one["event"] == "roster.not_in_queue"] == ["nowhere"]
    assert not switch.member_of("801").paused


async def test_a_ledger_that_refuses_holds_up_no_agent(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        leg = await talking(roster, switch)
        ledger.refuses = True
        switch.hang_up(leg)
        problem = await roster.wrap_up("801", "c1", "inquiry", "")
        state = roster.status("801").state
        again = await roster.wrap_up("801", "c1", "inquiry", "")

    assert (problem, state, again) == ("ledger", "ready", "no_such_call")


async def test_wrap_up_returns_and_lifts_the_pause_only_when_the_disposition_is_on_disk(
    house: House, switch: FakeSwitch, ledger: ListLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = asyncio.Event()
    async with house() as roster:
        leg = await talking(roster, switch)
        switch.hang_up(leg)
        await roster.settled()

        async def durable() -> None:
            await written.wait()

        monkeypatch.setattr(ledger, "durable", durable)
        wrapping = asyncio.create_task(roster.wrap_up("801", "c1", "inquiry", ""))
        await asyncio.sleep(0)
        await roster.settled()
        before = wrapping.done(), switch.member_of("801").paused
        written.set()
        await wrapping
        await roster.settled()

    assert before == (False, True)
    assert not switch.member_of("801").paused


async def test_callers_who_wait_are_known_by_call_and_place(
    house: House, switch: FakeSwitch, clock: ManualClock
) -> None:
    def queue_event(name: str, channel: str, position: int) -> None:
        switch.emit(
            name,
            ("Queue", "support"),
            ("Channel", channel),
            ("Uniqueid", f"u-{channel}"),
            ("Position", position),
            ("CallerIDNum", "13800001234"),
            ("CallerIDName", "<unknown>"),
            ("ChanVariable", f"CC_CALL=call-{channel}"),
        )

    told: list[str] = []
    async with house() as roster:
        roster.changed.append(told.append)
        queue_event("QueueCallerJoin", "a", 1)
        clock.advance_ms(2_000)
        queue_event("QueueCallerJoin", "b", 2)
        queue_event("QueueCallerJoin", "vip", 1)
        three = [(one.call_id, one.position, waited) for one, waited in roster.waiting()]
        queue_event("QueueCallerAbandon", "a", 2)
        queue_event("QueueCallerLeave", "a", 2)
        two = [(one.channel, one.position, one.number, one.name) for one, _ in roster.waiting()]
        switch.entries = [("support", "b", 1), ("support", "x", 2)]
        await roster.reconcile()
        after = [(one.call_id, waited) for one, waited in roster.waiting()]

    assert three == [("call-vip", 1, 0), ("call-a", 2, 2_000), ("call-b", 3, 0)]
    assert two == [("vip", 1, "13800001234", ""), ("b", 2, "13800001234", "")]
    assert after == [("call-b", 0), ("", 12_000)]
    assert "" in told


async def test_the_state_of_before_a_restart_goes_on_and_a_stale_one_does_not(
    house: House, clock: ManualClock, ledger: ListLedger
) -> None:
    def ready(agent: str, hours_ago: int) -> FloorEvent:
        fact = StateEntered(state="ready", reason="", call_id="", before="", lasted_ms=0)
        at = clock.utc_now() - timedelta(hours=hours_ago)
        return FloorEvent(agent, at, fact.kind, fact.data())

    async with house([ready("802", 20), ready("801", 2)]) as roster:
        now, stale = roster.status("801"), roster.status("802")

    assert (now.state, now.for_ms) == ("ready", 2 * 3_600_000)
    assert stale.state == "signed_out"
    assert ledger.states("802") == ["signed_out"]
    assert ledger.states("801") == []


async def test_who_was_on_a_call_that_ended_while_no_desk_was_there_wraps_it_up(
    house: House, clock: ManualClock
) -> None:
    fact = StateEntered(state="on_call", reason="", call_id="c1", before="ringing", lasted_ms=5)
    event = FloorEvent("801", clock.utc_now(), fact.kind, fact.data())
    clock.advance_ms(30_000)

    async with house([event]) as roster:
        now = roster.status("801")

    assert (now.state, now.call_id, now.talked_ms) == ("wrap_up", "c1", 30_000)


async def test_todays_figures_begin_anew_at_midnight_in_the_state_that_lasts(
    house: House, clock: ManualClock
) -> None:
    clock.advance_ms(12 * 3_600_000)  # 21:00
    async with house() as roster:
        roster.ready("801")
        clock.advance_ms(2 * 3_600_000)
        evening = roster.today("801").state_ms
        clock.advance_ms(3 * 3_600_000)
        night = roster.today("801")
        roster.not_ready("801", "break")
        clock.advance_ms(60_000)
        later = roster.today("801")

    assert evening == {"signed_out": 21 * 3_600_000, "ready": 2 * 3_600_000}
    assert night.since == datetime(2026, 1, 6, tzinfo=UTC)
    assert night.state_ms == {"ready": 2 * 3_600_000}
    assert later.state_ms == {"ready": 2 * 3_600_000, "not_ready": 60_000}


async def test_a_wall_clock_that_is_set_in_a_shift_changes_no_agents_time(
    house: House, clock: ManualClock, ledger: ListLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house() as roster:
        roster.ready("801")
        began = clock.utc_now()
        clock.advance_ms(60_000)
        monkeypatch.setattr(clock, "utc_now", lambda: began - timedelta(hours=1))
        roster.not_ready("801", "break")

    first, second = ledger.of("801")
    assert second.at - first.at == timedelta(seconds=60)
    assert second.data["lasted_ms"] == 60_000


@pytest.mark.parametrize("stamp", ["", "soon", "-1", "9" * 400, "nan"])
async def test_an_event_without_a_usable_stamp_stops_nothing(
    house: House, switch: FakeSwitch, ledger: ListLedger, stamp: str
) -> None:
    async with house() as roster:
        roster.ready("801")
        switch.stamp = stamp
        switch.answer(switch.dial("801", "c1"))
        state = roster.status("801").state

    assert state == "on_call"
    assert [event.data["rung_ms"] for event in ledger.of("801", "offer")] == [0]


async def test_hostile_words_end_up_neither_in_an_action_nor_as_a_calls_name(
    house: House, switch: FakeSwitch
) -> None:
    async with house() as roster:
        roster.not_ready("801", "x\r\nAction: Originate " + "长" * 300)
        await roster.settled()
        switch.dial("802", "c1'; DROP TABLE\x1b[2J")
        named = roster.status("802").call_id

    assert switch.member_of("801").reason.replace("_", "").isalnum()
    assert len(switch.member_of("801").reason) <= 40
    assert named == ""


async def test_a_call_is_named_by_its_own_process_when_asterisk_did_not_tell(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        roster.ready("801")
        leg = switch.dial("801", "")
        unnamed = roster.status("801").call_id
        roster.named(leg.name, "c7")
        switch.answer(leg)
        switch.hang_up(leg)
        now = roster.status("801")

    assert unnamed == ""
    assert (now.state, now.call_id) == ("wrap_up", "c7")
    assert ledger.of("801", "offer")[0].data["call_id"] == "c7"


async def test_a_disposition_that_a_kill_kept_from_its_call_is_found_again(
    house: House, switch: FakeSwitch, ledger: ListLedger
) -> None:
    async with house() as roster:
        for call in ("c1", "c2", "c3"):
            leg = await talking(roster, switch, call)
            switch.hang_up(leg)
            await roster.wrap_up("801", call, "inquiry", "漏水")
    kinds = {"c1": {"offered", "ended"}, "c2": {"offered", "ended", "disposed"}}

    found = unkept_dispositions(ledger.floor, lambda call: kinds.get(call, set()))

    assert found == [("c1", Disposed(agent="801", disposition="inquiry", note="漏水"))]


async def test_a_house_that_gives_up_its_desk_has_its_phones_ring_again(
    house: House, switch: FakeSwitch
) -> None:
    switch.member_of("801").penalty = 3
    async with house() as roster:
        roster.not_ready("801", "lunch")
        await roster.settled()
    await leave_to_the_queues(switch, ["PJSIP/801", "PJSIP/802"])

    assert [(one.paused, one.penalty) for one in map(switch.member_of, ("801", "802"))] == [
        (False, 3),
        (False, 0),
    ]


async def test_a_phone_that_comes_or_goes_is_told_even_if_no_state_changes(
    house: House, switch: FakeSwitch
) -> None:
    told: list[str] = []
    async with house() as roster:
        roster.changed.append(told.append)
        switch.device("801", "UNAVAILABLE")
        away = roster.status("801").phone_here
        switch.device("801", "NOT_INUSE")
        switch.device("801", "INUSE")

    assert (away, told) == (False, ["801", "801"])


async def test_other_facts_of_an_agent_are_kept_with_the_same_clock(
    house: House, ledger: ListLedger
) -> None:
    async with house() as roster:
        roster.keep("801", ShiftNote(text="电梯停运"))

    assert [event.data for event in ledger.of("801", "shift_note")] == [{"text": "电梯停运"}]


async def test_a_desk_that_stops_leaves_those_on_duty_to_the_queue(
    switch: FakeSwitch, ledger: ListLedger, clock: ManualClock
) -> None:
    roster = Roster(AGENTS, switch, ledger, clock, look_every_s=3600)
    await roster.start()
    await switch.connect()
    roster.ready("801")
    await roster.settled()
    switch.answer(switch.dial("801", "c1"))
    await roster.stop()

    assert (switch.member_of("801").paused, switch.member_of("802").paused) == (False, True)
    assert switch.on_up == []
    assert switch.takers == []
