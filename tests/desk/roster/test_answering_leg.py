"""A look at the channels in the moment after an answer, when the agent's runs our AGI."""

from __future__ import annotations

import pytest

from calls.clock import ManualClock
from desk.roster.roster import Roster
from desk.roster.status import RosterAgent
from tests.desk.roster.fake_switch import FakeSwitch, ListLedger, Member


@pytest.mark.parametrize("application", ["AGI", "Gosub", "MusicOnHold", ""])
async def test_an_agent_whose_channel_runs_something_else_for_a_moment_stays_on_the_call(
    application: str,
) -> None:
    clock = ManualClock()
    switch = FakeSwitch(clock)
    switch.members["PJSIP/801"] = [Member("support")]
    switch.phones["PJSIP/801"] = "NOT_INUSE"
    agent = RosterAgent(number="801", queues=("support",))
    roster = Roster([agent], switch, ListLedger(), clock, look_every_s=1e9)
    await roster.start()
    try:
        roster.ready("801")
        leg = switch.dial("801", "c1")
        switch.answer(leg)
        leg.application = application
        await roster.reconcile()
        during = roster.status("801").state
        leg.application = "AppQueue"
        await roster.reconcile()
        after = roster.status("801").state
        switch.hang_up(leg)
        over = roster.status("801").state
    finally:
        await roster.stop()

    assert (during, after, over) == ("on_call", "on_call", "wrap_up")
