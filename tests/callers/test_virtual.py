"""Personas in virtual time: to the millisecond, with the facts of a real channel."""

from __future__ import annotations

import pytest

from callers import hearing
from callers.acting import Acting
from callers.flowtests.checks import faults_of, persona_checks
from callers.flowtests.trace import Trace
from callers.loader import find_persona, names, read_persona
from callers.persona import Persona
from callers.planned_office import PlannedOffice
from callers.queue_plan import QueuePlan
from callers.virtual import SimulatedCall, simulate
from callers.virtual_call import VirtualCall
from callers.virtual_channel import VirtualChannel
from calls.actions import (
    Action,
    Line,
    Listen,
    Queue,
    Record,
    RecordCommand,
    Ring,
    Say,
    Transfer,
    Until,
    Wait,
)
from calls.outcomes import Answered, Heard, HungUp, Sound
from tests.callers.house import flow, hotline

SPEECH_MS = 2000
LINE_MS = 2000

TEST_FLOW = """
flow: test
title: {{zh: 测试, en: Test}}
steps:
  ring:
    ring: 1
  ask:
    say: words
    listen: {listen}
    on: {{speech: done, silence: done, noise: done, faint: done, key: done}}
  done:
    end: over
"""


LINE = Line(name="words", text="words", language="en", tags=())


def persona(text: str) -> Persona:
    return read_persona("persona: somebody\nvoice: zh_m\n" + text, "some.yaml")


def one_window(who: str, listen: str = "4s") -> SimulatedCall:
    """Answered at 1000 ms, a line up to 3000 ms, then one window."""
    return simulate(
        flow(TEST_FLOW.format(listen=listen)),
        persona(who),
        utterance_ms=lambda _: SPEECH_MS,
        line_ms=lambda _: LINE_MS,
    )


def ringing(who: str) -> tuple[VirtualCall, VirtualChannel]:
    """A call that nobody has answered yet, and its channel."""
    call = VirtualCall()
    acting = Acting(persona(who), lambda _: SPEECH_MS)
    channel = VirtualChannel(call, acting, lambda _: LINE_MS, QueuePlan(), PlannedOffice())
    return call, channel


def heard(call: SimulatedCall) -> tuple[str, int, int, int]:
    """What, from, to and when it was known."""
    event = call.of("heard")[0]
    return event.data["what"], event.data["from_ms"], event.data["to_ms"], event.offset_ms


@pytest.mark.parametrize("name", names())
def test_each_shipped_persona_is_treated_as_its_file_expects(name: str) -> None:
    who = find_persona(name)

    call = simulate(hotline(), who)

    assert faults_of(persona_checks(who.expect), Trace(call.events)) == []


@pytest.mark.parametrize("name", names())
def test_the_same_persona_gives_the_same_facts_again(name: str) -> None:
    calls = [simulate(hotline(), find_persona(name), call_id="one") for _ in range(2)]

    assert calls[0].events == calls[1].events


@pytest.mark.parametrize("name", names())
def test_facts_are_numbered_without_a_gap_and_time_never_goes_back(name: str) -> None:
    call = simulate(hotline(), find_persona(name), queue=QueuePlan(agent="agent1"))

    assert [event.seq for event in call.events] == list(range(1, len(call.events) + 1))
    offsets = [event.offset_ms for event in call.events]
    assert offsets == sorted(offsets)
    assert call.events[0].kind == "offered"
    assert call.events[-1].kind == "ended"
    assert len(call.of("hung_up")) == 1


def test_speech_ends_the_window_a_pause_after_its_last_sound() -> None:
    call = one_window("answers: [{say: hello, after: 600ms}]\n")

    assert heard(call) == ("speech", 3600, 5600, 6300)


def test_speech_begun_just_before_the_window_ends_is_heard_out() -> None:
    call = one_window("answers: [{say: hello, after: 3900ms}]\n")

    assert heard(call) == ("speech", 6900, 8900, 9600)


def test_speech_begun_too_late_is_silence_and_given_up() -> None:
    call = one_window("answers: [{say: hello, after: 4100ms}]\n")

    assert heard(call) == ("silence", 3000, 7000, 7000)


def test_a_window_that_asks_for_the_onset_ends_there() -> None:
    call = one_window("answers: [{say: hello, after: 600ms}]\n", "{for: 4s, until: onset}")

    assert heard(call)[3] == 3600 + hearing.ONSET_MS


def test_who_speaks_without_end_is_stopped_at_the_longest_utterance() -> None:
    call = one_window("answers: [{say: hello, after: 600ms}]\n", "{for: 4s, longest: 1500ms}")

    assert heard(call) == ("speech", 3600, 5100, 5100)


def test_a_faint_voice_is_told_from_speech() -> None:
    call = one_window("level: faint\nanswers: [{say: hello, after: 600ms}]\n")

    assert heard(call) == ("faint", 3600, 5600, 6300)


def test_noise_is_known_after_three_seconds_and_less_on_a_voice_lost_in_it() -> None:
    alone = one_window("background: {noise: street, level_dbov: -22}\nanswers: [silent]\n")
    lost = one_window(
        "background: {noise: street, level_dbov: -22}\nanswers: [{say: hello, after: 600ms}]\n"
    )

    assert heard(alone) == ("noise", 3000, 6000, 6000)
    assert heard(lost) == ("noise", 3000, 5100, 5100)


def test_a_voice_well_above_the_noise_is_speech() -> None:
    call = one_window(
        "background: {noise: street, level_dbov: -32}\nanswers: [{say: hello, after: 600ms}]\n"
    )

    assert heard(call)[0] == "speech"


def test_noise_too_low_to_count_is_silence() -> None:
    call = one_window("background: {noise: street, level_dbov: -45}\nanswers: [silent]\n")

    assert heard(call)[0] == "silence"


def test_a_window_that_runs_out_on_a_line_long_noisy_was_noise() -> None:
    late = one_window("background: {noise: hum, from: 4s}\nanswers: [silent]\n")
    too_late = one_window("background: {noise: hum, from: 5s}\nanswers: [silent]\n")

    assert heard(late) == ("noise", 3000, 7000, 7000)
    assert heard(too_late) == ("silence", 3000, 7000, 7000)


def test_a_key_ends_the_window_when_it_is_pressed() -> None:
    call = one_window("answers: [{press: '5', after: 1200ms}]\n")

    key = call.of("key")[0]
    assert (key.data["digits"], key.data["at_ms"], key.offset_ms) == ("5", 4200, 4200)


def test_hold_of_ten_seconds_ends_when_the_line_has_been_clear() -> None:
    call = simulate(hotline(), find_persona("noisy_then_clear"))

    clear = next(event for event in call.of("heard") if event.data["what"] == "clear")
    opened = call.of("listening")[1]
    assert clear.offset_ms - opened.offset_ms == 1500 + hearing.CLEAR_MS


def test_hold_of_ten_seconds_is_ten_seconds_when_the_line_stays_noisy() -> None:
    call = simulate(hotline(), find_persona("noisy"))

    opened, ended = call.of("listening")[1], call.of("heard")[1]
    assert ended.offset_ms - opened.offset_ms == 10_000
    assert ended.data["what"] == "noise"


def test_a_window_that_waits_for_a_clear_line_heeds_no_voice() -> None:
    """As the ears do: who asks for speech there too does not hear it before the line is clear."""
    call, channel = ringing("answers: [{say: hello, after: 200ms}]\n")
    wanted = frozenset({"speech", "silence", "noise", "clear"})

    outcome = channel.perform(Listen(window_ms=6000, wanted=wanted, until=Until.CLEAR))

    assert isinstance(outcome, Heard)
    assert (outcome.what, call.elapsed_ms()) == (Sound.CLEAR, hearing.CLEAR_MS)


@pytest.mark.parametrize(
    "first",
    [
        Say(line=LINE),
        Listen(window_ms=4000, wanted=frozenset({"speech", "silence"})),
        Queue(name="support", most_wait_ms=1000),
        Transfer(to="duty", most_wait_ms=1000),
        Record(command=RecordCommand.START),
    ],
)
def test_a_call_that_rings_yet_is_answered_by_what_needs_a_line(first: Action) -> None:
    call, channel = ringing("hang_up: {ring: 3}\n")
    channel.perform(Wait(ms=6000))

    channel.perform(first)
    channel.perform(Ring(rings=1))

    assert [(one.offset_ms, one.data) for one in call.events() if one.kind == "answered"] == [
        (6000, {"rings": 2, "waited_ms": 6000})
    ]
    assert call.answered_ms == 6000


def test_a_caller_may_leave_while_a_flow_waits_that_has_not_answered() -> None:
    call, channel = ringing("hang_up: {ring: 2}\n")

    assert isinstance(channel.perform(Wait(ms=6000)), HungUp)
    assert [(one.offset_ms, one.kind, one.data) for one in call.events()] == [
        (5000, "hung_up", {"by": "caller"})
    ]


def test_a_ring_counts_from_the_offer() -> None:
    call, channel = ringing("then: silent\n")
    channel.perform(Wait(ms=3000))

    assert channel.perform(Ring(rings=2)) == Answered(rings=2, waited_ms=6000)
    assert call.elapsed_ms() == 6000


def test_a_barge_in_cuts_the_menu_and_is_heard_out() -> None:
    call = simulate(hotline(), find_persona("impatient_barge_in"), utterance_ms=lambda _: 1700)

    menu = next(event for event in call.of("said") if event.data["line"] == "main_menu")
    assert menu.data["ended"] == "barge_in"
    assert menu.data["end_ms"] - menu.data["start_ms"] == 900 + hearing.BARGE_IN_MS
    starts = menu.data["start_ms"]
    spoken = next(event for event in call.of("heard") if event.data["from_ms"] > starts)
    assert spoken.data["to_ms"] - menu.data["start_ms"] == 900 + 1700
    assert spoken.offset_ms == spoken.data["to_ms"] + 700


def test_a_hang_up_is_to_the_millisecond_and_ends_line_and_recording() -> None:
    who = persona("hang_up: {line: 3, after: 700ms}\n")

    call = simulate(hotline(), who)

    cut = call.of("said")[-1].data
    assert (cut["ended"], cut["end_ms"] - cut["start_ms"]) == ("hangup", 700)
    kinds = [event.kind for event in call.events[-4:]]
    assert kinds == ["said", "recording_stopped", "hung_up", "ended"]
    assert call.events[-2].data["by"] == "caller"


def test_an_agent_who_answers_is_in_the_facts_and_so_is_a_caller_who_does_not_wait() -> None:
    keys = "answers: [{press: '1'}, {press: '0'}]\n"
    served = simulate(
        hotline(), persona(keys), queue=QueuePlan(agent="a1", answers_after_ms=4000, talks_ms=9000)
    )
    left = simulate(hotline(), persona(keys + "hang_up: {queued: 5s}\n"))

    assert served.of("agent_answered")[0].data == {"agent": "a1", "waited_ms": 4000}
    stay = served.of("left_queue")[0].data
    assert (stay["result"], stay["waited_ms"], stay["talked_ms"]) == ("answered", 4000, 9000)
    assert served.ended.disposition == "served"
    gone = left.of("left_queue")[0].data
    assert (gone["result"], gone["waited_ms"]) == ("abandoned", 5000)
    assert left.ended.reason.value == "caller_hung_up"


def test_every_step_of_the_hotline_can_be_hung_up_on() -> None:
    """At each half second of a whole call: one end, one hang-up, no recording left running."""
    whole = simulate(hotline(), find_persona("polite")).events[-1].offset_ms
    text = "answers: [{say: hello}, {press: '1'}, {say: hello}]\nhang_up: {answered: %dms}\n"

    for after_ms in range(0, whole, 500):
        call = simulate(hotline(), persona(text % after_ms), utterance_ms=lambda _: SPEECH_MS)

        assert len(call.of("hung_up")) == 1
        assert len(call.of("ended")) == 1
        assert len(call.of("recording_started")) == len(call.of("recording_stopped"))
