"""Calls through the whole of `agi`: reception, channel, session and server over real TCP."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agi.queueing import agent_name
from agi.recording import prepare_monitor_folder
from calls.errors import CallCenterError, ConfigError
from calls.outcomes import SaidEnd
from tests.agi.fake_asterisk import FakeAsterisk, environment_block, usual
from tests.agi.small_office import Answer, Office, Played, office

GREET = """
    flow: greetings
    title: {en: Greet}
    steps:
      greet:
        say: greeting
      bye:
        say: goodbye
        end: served
"""
LISTEN = """
    flow: greetings
    title: {en: Listen}
    always: {noise: end noise, faint: end faint}
    steps:
      ask:
        say: greeting
        listen: 4s
        on: {speech: bye, silence: end silent, error: end broken}
      bye:
        say: goodbye
        end: served
"""
MENU = """
    flow: greetings
    title: {en: Menu}
    always: {noise: end noise, faint: end faint}
    steps:
      ask:
        say: menu
        barge_in: true
        menu: {keys: {"1": bye}, window: 4s, attempts: 2, reprompt: menu}
        on: {speech: end spoke, exhausted: end tired}
      bye:
        say: goodbye
        end: served
"""
ASKED = """say: goodbye
        barge_in: true
        listen: 4s
        on:
          {speech: end served, silence: end quiet, noise: end quiet, faint: end quiet,
           error: end broken}"""
HOLD = """
    flow: greetings
    title: {en: Hold}
    steps:
      greet:
        say: greeting
      hold:
        queue: {name: support, wait: 30s}
        on: {answered: bye, no_answer: end unserved, failed: end closed}
      bye:
        say: goodbye
        end: served
"""


def ended(there: Office) -> tuple[str, str]:
    data = there.sink.of("ended")[0]
    return data["end_reason"], data["disposition"]


async def test_a_call_is_recorded_from_offer_to_end_and_tells_the_dialplan_it_is_done(
    tmp_path: Path,
) -> None:
    async with office(GREET, tmp_path) as there:
        commands = await there.visit(callerid="+86 138-0000-1234", calleridname="王\x1b[2J")

    call_id = there.sink.events[0].call_id
    assert [words[:2] for words in commands[:2]] == [["ANSWER"], ["STREAM", "FILE"]]
    assert commands[-1] == ["EXEC", "MSet", f"CC_CALL={call_id},CC_DONE=1"]
    assert there.sink.kinds == [
        "offered", "stepped", "answered", "stepped", "saying", "said",
        "stepped", "saying", "said", "hung_up", "ended",
    ]  # fmt: skip
    offered = there.sink.of("offered")[0]
    assert (offered["ani"], offered["dnis"]) == ("+8613800001234", "1000")
    assert offered["caller_name"] == "王[2J"
    assert there.sink.of("said")[0]["end_ms"] - there.sink.of("said")[0]["start_ms"] == 1000
    assert there.sink.of("hung_up") == [{"by": "us"}]
    assert ended(there) == ("completed", "served")


async def test_the_offer_is_durable_before_the_first_command(tmp_path: Path) -> None:
    async with office(GREET, tmp_path) as there:
        await there.visit()

    assert there.sink.durable_at[0] == 1


async def test_a_call_that_cannot_be_recorded_is_not_answered(tmp_path: Path) -> None:
    async with office(GREET, tmp_path) as there:
        there.sink.broken = True
        commands = await there.visit()

    assert commands == []


@pytest.mark.parametrize(("attempt", "rings"), [("1", 0), ("2", 1), ("", 1)])
async def test_it_lets_it_ring_before_it_answers_and_counts_the_ring(
    tmp_path: Path, attempt: str, rings: int
) -> None:
    async with office(GREET, tmp_path, ring_sound_ms=1000) as there:
        commands = await there.visit(arg_2=attempt)

    # The dialplan rings before its first server and not again for the next.
    assert [words[:2] for words in commands if "Ringing" in words] == rings * [["EXEC", "Ringing"]]
    assert commands.index(["ANSWER"]) >= rings
    answered = there.sink.of("answered")[0]
    assert answered["rings"] == 1
    assert 950 <= answered["waited_ms"] < 5000


async def test_a_caller_who_hangs_up_while_it_rings_is_known_at_once(tmp_path: Path) -> None:
    async with office(GREET, tmp_path, ring_sound_ms=1000) as there:
        fake = await FakeAsterisk.connect(there.address)
        while "stepped" not in there.sink.kinds:
            await asyncio.sleep(0.005)
        fake.send(b"HANGUP\n")
        assert await fake.closed_by_peer() == b""
        await fake.close()

    assert there.sink.kinds == ["offered", "stepped", "hung_up", "ended"]
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert ended(there) == ("caller_hung_up", "abandoned")


async def test_a_caller_who_hangs_up_before_the_first_command_leaves_a_whole_row(
    tmp_path: Path,
) -> None:
    async with office(GREET, tmp_path) as there:
        fake = await FakeAsterisk.connect(there.address, environment_block() + b"HANGUP\n")
        fake.writer.write_eof()
        await fake.closed_by_peer()
        await fake.close()

    assert there.sink.kinds == ["offered", "hung_up", "ended"]


async def test_a_caller_who_hangs_up_in_a_prompt_has_heard_what_was_played(tmp_path: Path) -> None:
    def rule(words: list[str]) -> bytes | None:
        if words[0] == "STREAM":
            return b"200 result=-1 endpos=3200\nHANGUP\n"
        return usual(words)

    async with office(GREET, tmp_path) as there:
        commands = await there.visit(rule)

    said = there.sink.of("said")[0]
    assert (said["ended"], said["end_ms"] - said["start_ms"]) == ("hangup", 400)
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert ["HANGUP"] not in commands
    assert ended(there)[0] == "caller_hung_up"


async def test_a_connection_that_breaks_is_the_network(tmp_path: Path) -> None:
    async with office(GREET, tmp_path) as there:
        await there.visit(lambda words: None if words[0] == "STREAM" else usual(words))

    assert there.sink.of("hung_up") == [{"by": "network"}]
    assert ended(there)[0] == "network"


async def test_a_line_without_a_sound_goes_to_the_fallback(tmp_path: Path) -> None:
    async with office(GREET.replace("say: greeting", "say: dumb"), tmp_path) as there:
        commands = await there.visit()

    assert ended(there) == ("failed", "fallback")
    assert there.sink.of("said")[0]["ended"] == "failed"
    assert "prompts build" in there.sink.of("fault")[0]["problem"]
    assert not any("CC_DONE" in words for words in commands)
    assert ["HANGUP"] not in commands


async def test_a_file_asterisk_cannot_play_is_a_failure_not_a_silence(tmp_path: Path) -> None:
    def rule(words: list[str]) -> bytes | None:
        return b"200 result=0 endpos=0\n" if words[0] == "STREAM" else usual(words)

    async with office(GREET, tmp_path) as there:
        await there.visit(rule)

    assert ended(there) == ("failed", "fallback")


async def test_what_is_heard_leads_the_flow_and_is_recorded_as_it_happens(tmp_path: Path) -> None:
    async with office(LISTEN, tmp_path, Answer(kind="speech", from_ms=200, to_ms=900)) as there:
        commands = await there.visit()

    heard = there.sink.of("heard")[0]
    at = there.sink.kinds.index("listening")
    assert there.sink.kinds[at : at + 3] == ["listening", "hearing", "heard"]
    assert heard["to_ms"] - heard["from_ms"] == 700
    assert heard["what"] == "speech"
    assert [words[1] for words in commands if words[0] == "EXEC"][:1] == ["AudioSocket"]
    assert ended(there) == ("completed", "served")


async def test_a_prompt_in_the_window_is_said_when_it_ends_and_a_key_chooses(
    tmp_path: Path,
) -> None:
    played = Played(started_ms=20, ended_ms=420, ended=SaidEnd.KEY)
    answer = Answer(kind="key", digits="1", to_ms=450, prompt=played)
    async with office(MENU, tmp_path, answer) as there:
        await there.visit()

    at = there.sink.kinds.index("saying")
    assert there.sink.kinds[at : at + 4] == ["saying", "said", "listening", "hearing"]
    assert there.sink.of("said")[0]["ended"] == "key"
    assert there.sink.of("key")[0]["digits"] == "1"
    assert ended(there) == ("completed", "served")


async def test_a_caller_who_hangs_up_in_a_window_leaves_the_cut_prompt(tmp_path: Path) -> None:
    played = Played(started_ms=20, ended_ms=220, ended=SaidEnd.HANGUP)

    def rule(words: list[str]) -> bytes | None:
        if words[1:2] == ["AudioSocket"]:
            return b"200 result=-1\nHANGUP\n"
        return usual(words)

    async with office(MENU, tmp_path, Answer(kind="hangup", prompt=played)) as there:
        await there.visit(rule)

    assert [said["ended"] for said in there.sink.of("said")] == ["hangup"]
    assert there.sink.of("heard") == []
    assert there.sink.of("hung_up") == [{"by": "caller"}]


async def test_a_hang_up_told_by_the_audio_first_is_looked_up(tmp_path: Path) -> None:
    def rule(words: list[str]) -> bytes | None:
        if words == ["CHANNEL", "STATUS"]:
            return b"511 Command Not Permitted on a dead channel\n"
        return usual(words)

    async with office(LISTEN, tmp_path, Answer(kind="hangup")) as there:
        await there.visit(rule)

    assert there.sink.of("hung_up") == [{"by": "caller"}]


@pytest.mark.parametrize(
    "broken",
    [
        Answer(kind="hangup"),
        CallCenterError("nobody connected in 5 s"),
    ],
    ids=["the audio ends", "the ears fail"],
)
async def test_ears_that_fail_are_an_error_the_flow_can_handle(
    tmp_path: Path, broken: Answer | CallCenterError
) -> None:
    async with office(LISTEN, tmp_path, broken) as there:
        commands = await there.visit()

    assert there.sink.of("fault")[0]["where"] == "ears"
    assert ended(there) == ("completed", "broken")
    assert commands[-1][1] == "MSet"
    assert commands[-1][2].endswith(",CC_DONE=1")


async def test_audio_that_asterisk_cannot_lend_is_an_error(tmp_path: Path) -> None:
    def rule(words: list[str]) -> bytes | None:
        return b"200 result=-2\n" if words[1:2] == ["AudioSocket"] else usual(words)

    async with office(LISTEN, tmp_path) as there:
        await there.visit(rule)

    assert ended(there) == ("completed", "broken")


async def test_a_recording_is_announced_on_disk_before_it_starts(tmp_path: Path) -> None:
    flow = GREET.replace("      bye:", "      rec:\n        record: start\n      bye:")
    async with office(flow, tmp_path) as there:
        commands = await there.visit()

    call_id = there.sink.events[0].call_id
    started = there.sink.of("recording_started")[0]
    files = f",r({tmp_path}/monitor/{call_id}-1-in.wav)t({tmp_path}/monitor/{call_id}-1-out.wav)"
    assert ["EXEC", "MixMonitor", files] in commands
    assert started["caller_file"] == f"monitor/{call_id}-1-in.wav"
    assert there.sink.kinds.index("recording_started") + 1 in there.sink.durable_at
    assert there.sink.kinds[-3:] == ["recording_stopped", "hung_up", "ended"]
    assert (tmp_path / "monitor").is_dir()


async def test_a_caller_who_hangs_up_as_the_recording_starts_is_no_failure_of_it(
    tmp_path: Path,
) -> None:
    def rule(words: list[str]) -> bytes | None:
        if words[1:2] == ["MixMonitor"]:
            return b"200 result=-1\nHANGUP\n"
        return usual(words)

    flow = GREET.replace("      bye:", "      rec:\n        record: start\n      bye:")
    async with office(flow, tmp_path) as there:
        await there.visit(rule)

    assert there.sink.of("fault") == []
    assert [data["reason"] for data in there.sink.of("recording_stopped")] == ["call_ended"]
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert there.sink.kinds[-3:] == ["recording_stopped", "hung_up", "ended"]


async def test_a_pause_stops_the_recording_and_a_resume_begins_the_next(tmp_path: Path) -> None:
    flow = """
        flow: greetings
        title: {en: Record}
        steps:
          a:
            record: start
          b:
            record: pause
          c:
            record: resume
          d:
            record: stop
          e:
            end: served
    """
    async with office(flow, tmp_path) as there:
        commands = await there.visit()

    applications = [words[1] for words in commands if words[0] == "EXEC"][:-1]
    assert applications == ["MixMonitor", "StopMixMonitor", "MixMonitor", "StopMixMonitor"]
    kinds = [kind for kind in there.sink.kinds if kind.startswith("recording")]
    assert kinds == [
        "recording_started", "recording_stopped", "recording_paused",
        "recording_started", "recording_resumed", "recording_stopped",
    ]  # fmt: skip
    first, second = (data["recording"] for data in there.sink.of("recording_started"))
    assert first != second


def test_a_state_folder_that_mixmonitor_would_misread_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="choose another --state"):
        prepare_monitor_folder(tmp_path / "a,b(c)")


async def queued(there: Office) -> asyncio.Task[list[list[str]]]:
    call = asyncio.create_task(there.visit())
    while "queued" not in there.sink.kinds:
        await asyncio.sleep(0.005)
    return call


async def test_a_caller_waits_and_talks_outside_agi_and_comes_back_to_the_same_flow(
    tmp_path: Path,
) -> None:
    async with office(HOLD, tmp_path) as there:
        commands = await (await queued(there))
        call_id = there.sink.events[0].call_id
        inherited = f"__CC_CALL={call_id},__CC_BACK={there.back[0]}:{there.back[1]}"
        queue = "CC_QUEUE=support,CC_QUEUE_WAIT=30,CC_QUEUE_PRIO=0,CC_QUEUE_KEYS=,CC_BESIDE=0"
        queue += ",CC_DONE=queue"
        assert commands[-1] == ["EXEC", "MSet", f"{inherited},{queue}"]
        assert there.public.live == 1
        assert await there.tell("_agent-offered", call_id, "PJSIP/agent1-0000002a") == b""
        assert await there.tell("_agent-answered", call_id, "PJSIP/agent1-0000002a") == b""
        after = await there.resume("CONTINUE", "PJSIP/agent1")
        await asyncio.sleep(0)

    assert after[-1] == ["EXEC", "MSet", f"CC_CALL={call_id},CC_DONE=1"]
    at = there.sink.kinds.index("queued")
    told = ["queued", "agent_offered", "agent_answered", "left_queue"]
    assert there.sink.kinds[at : at + 4] == told
    assert there.sink.of("agent_offered") == [{"agent": "agent1"}]
    left = there.sink.of("left_queue")[0]
    assert (left["result"], left["agent"]) == ("answered", "agent1")
    assert ended(there) == ("completed", "served")
    assert there.desk.waiting == 0


async def test_an_agent_who_left_the_talk_ended_the_call_unless_we_speak_again(
    tmp_path: Path,
) -> None:
    silently = HOLD.replace("answered: bye,", "answered: end served,").partition("      bye:")[0]
    played = Played(started_ms=20, ended_ms=420, ended=SaidEnd.COMPLETED)
    asked = HOLD.replace("say: goodbye\n        end: served", ASKED)
    async with office(silently, tmp_path / "silently") as there:
        await (await queued(there))
        await there.resume("CONTINUE", "PJSIP/agent1")
    async with office(asked, tmp_path / "asked", Answer(kind="speech", prompt=played)) as other:
        await (await queued(other))
        await other.resume("CONTINUE", "PJSIP/agent1")

    assert ended(there) == ("agent_hung_up", "served")
    assert there.sink.of("hung_up") == [{"by": "agent"}]
    assert ended(other) == ("completed", "served")
    assert other.sink.of("hung_up") == [{"by": "us"}]


@pytest.mark.parametrize(
    ("status", "disposition"),
    [
        ("TIMEOUT", "unserved"),
        ("LEAVEEMPTY", "unserved"),
        ("FULL", "closed"),
        ("UNKNOWN", "closed"),
    ],
)
async def test_a_queue_without_an_agent_is_an_outcome(
    tmp_path: Path, status: str, disposition: str
) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await queued(there))
        await there.resume(status)

    assert ended(there) == ("completed", disposition)


async def test_a_hang_up_in_the_queue_is_known_at_once(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await queued(there))
        await there.tell("_hung-up", there.sink.events[0].call_id, "16")

    assert there.sink.of("left_queue")[0]["result"] == "abandoned"
    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert ended(there)[0] == "caller_hung_up"


async def test_a_network_cause_in_the_queue_is_the_network(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await queued(there))
        call_id = there.sink.events[0].call_id
        await there.tell("_agent-answered", call_id, "PJSIP/agent1-0000002a")
        await there.tell("_hung-up", call_id, "38")

    assert there.sink.of("left_queue")[0]["result"] == "answered"
    assert ended(there)[0] == "network"


async def test_strangers_cannot_resume_a_call_of_another_channel(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path) as there:
        await (await queued(there))
        call_id = there.sink.events[0].call_id
        assert await there.tell("_resume", call_id, "TIMEOUT") == b""
        assert await there.tell("_resume", "20260101-000000-aaaaaaaa", "TIMEOUT") == b""
        assert there.desk.waiting == 1
        await there.tell("_hung-up", call_id, "16")


async def test_a_stop_marks_the_calls_it_cuts(tmp_path: Path) -> None:
    async with office(HOLD, tmp_path, grace_s=0) as there:
        await (await queued(there))

    assert there.sink.kinds[-2:] == ["fault", "ended"]
    assert ended(there)[0] == "interrupted"


async def test_the_caller_is_kept_by_a_lease_renewed_only_when_needed(tmp_path: Path) -> None:
    flow = GREET.replace("say: greeting", "say: greeting\n        wait: 10s")
    async with office(flow, tmp_path) as there:
        commands = await there.visit()

    leases = [float(words[3]) for words in commands if words[2:3] == ["TIMEOUT(absolute)"]]
    waits = [float(words[2]) for words in commands if words[:2] == ["EXEC", "Wait"]]
    # A wait is silence: in pieces that leave the lease its least, never under a longer lease.
    assert sum(waits) == pytest.approx(10)
    assert max(waits) <= 6
    assert all(lease <= 11 for lease in leases)


async def test_a_call_answered_after_its_first_ring_sends_no_command_for_its_lease(
    tmp_path: Path,
) -> None:
    async with office(GREET, tmp_path, ring_sound_ms=1000, lease_s=10.0) as there:
        commands = await there.visit(arg_2="1")

    assert [words[:2] for words in commands[:2]] == [["ANSWER"], ["STREAM", "FILE"]]


async def test_a_window_longer_than_the_lease_is_lent_in_pieces_so_silence_never_outlives_it(
    tmp_path: Path,
) -> None:
    async with office(LISTEN, tmp_path, Answer(kind="speech"), lease_s=0.8) as there:
        there.ears.pieces = 4
        commands = await there.visit()

    lent = [at for at, words in enumerate(commands) if words[1:2] == ["AudioSocket"]]
    assert len(lent) == 4
    assert len({commands[at][2] for at in lent}) == 1
    leases = {words[3] for words in commands[lent[0] : lent[-1]] if words[0] == "SET"}
    assert leases == {"1.8"}
    assert there.sink.kinds.count("listening") == 1
    assert ended(there) == ("completed", "served")


@pytest.mark.parametrize(
    "reply",
    [b"HANGUP\n200 result=0\n", b"200 result=0\nHANGUP\n", b"200 result=-1\nHANGUP\n"],
)
async def test_a_caller_who_hangs_up_as_the_flow_ends_hung_up_first(
    tmp_path: Path, reply: bytes
) -> None:
    def rule(words: list[str]) -> bytes | None:
        return reply if words[1:2] == ["MSet"] else usual(words)

    async with office(GREET, tmp_path) as there:
        await there.visit(rule)

    assert there.sink.of("hung_up") == [{"by": "caller"}]
    assert there.sink.of("fault") == []


async def test_a_line_that_cannot_be_given_back_as_done_is_hung_up_by_us(tmp_path: Path) -> None:
    def rule(words: list[str]) -> bytes | None:
        return b"200 result=-2\n" if words[1:2] == ["MSet"] else usual(words)

    async with office(GREET, tmp_path) as there:
        commands = await there.visit(rule)

    assert commands[-1] == ["HANGUP"]
    assert there.sink.of("fault") == [{"where": "asterisk", "problem": "CC_DONE: AGIAppError"}]
    assert there.sink.of("hung_up") == [{"by": "us"}]


@pytest.mark.parametrize(
    ("told", "granted_s"), [("4", 2.4), ("120", 10.0), ("", 4.2), ("0", 4.2), ("4s", 4.2)]
)
async def test_the_lease_is_the_dialplans_where_it_says_so(
    tmp_path: Path, told: str, granted_s: float
) -> None:
    flow = GREET.replace("say: greeting", "say: greeting\n        wait: 10s")
    async with office(flow, tmp_path, lease_s=7.0) as there:
        commands = await there.visit(arg_3="", arg_4=told)

    waits = [float(words[2]) for words in commands if words[:2] == ["EXEC", "Wait"]]
    # A silent command may take all of the lease but the 0.4 of it that must be left.
    assert waits[0] == pytest.approx(granted_s, rel=0.05)


async def test_a_lease_that_ran_out_is_our_fault_not_the_callers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rule(words: list[str]) -> bytes | None:
        if words[0] == "STREAM":
            return b"200 result=-1 endpos=800\nHANGUP\n"
        return usual(words)

    monkeypatch.setattr("agi.session.AgiSession.lease_has_run_out", True)
    async with office(GREET, tmp_path) as there:
        await there.visit(rule)

    assert there.sink.of("hung_up") == [{"by": "us"}]
    assert "lease" in there.sink.of("fault")[0]["problem"]
    assert ended(there) == ("failed", "fallback")


@pytest.mark.parametrize(
    ("channel", "agent"),
    [
        ("PJSIP/agent1-0000002a", "agent1"),
        ("Local/8001@agents-00000003;1", "8001@agents"),
        ("Local/801@cc-nailed-00000003;1", "801"),
        ("Local/801@cc-nailed/nm", "801"),
        ("PJSIP/<b>-0000002a", "b"),
        ("", ""),
    ],
)
def test_an_agents_name_comes_from_the_channel(channel: str, agent: str) -> None:
    assert agent_name(channel) == agent


async def test_no_clear_number_reaches_the_log(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with office(GREET, tmp_path) as there:
        await there.visit(callerid="13912345678", calleridname="13912345678")

    out, err = capfd.readouterr()
    assert "13912345678" not in out + err
    assert there.sink.of("offered")[0]["ani"] == "13912345678"


async def test_hostile_numbers_reach_the_ledger_as_one_field_of_digits(tmp_path: Path) -> None:
    async with office(GREET, tmp_path) as there:
        await there.visit(callerid="138\x1b[2J0000;rm -rf 1234", dnid="10\t00")

    assert there.sink.of("offered")[0]["ani"] == "138200001234"
