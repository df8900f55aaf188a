"""Every timer of `docs/flow-format.md`, to the millisecond in virtual time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest

from callers import hearing
from callers.loader import read_persona
from callers.queue_plan import QueuePlan
from callers.virtual import SimulatedCall, simulate
from callflow.schema.timers import TIMERS, Timer
from tests.callers.house import flow

SPEECH_MS: Final = 2000
LINE_MS: Final = 2000
TAKEN_MS: Final = 1000
"""Answered in the first ring."""

OPEN_MS: Final = TAKEN_MS + LINE_MS
FLOW: Final = """
flow: test
steps:
  ring: {{ring: {ring}}}
  step: {step}
  done: {{end: over}}
{more}"""
HEARD: Final = "speech: done, silence: done, noise: done, faint: done"
NOBODY: Final = "answers: [silent]\n"


def _call(
    step: str, who: str = NOBODY, *, ring: int = 1, queue: QueuePlan | None = None
) -> SimulatedCall:
    more = "  other: {end: other}\n" if "other" in step else ""
    return simulate(
        flow(FLOW.format(step="{" + step + "}", ring=ring, more=more)),
        read_persona("persona: somebody\nvoice: zh_m\n" + who, "some.yaml"),
        utterance_ms=lambda _: SPEECH_MS,
        line_ms=lambda _: LINE_MS,
        queue=queue or QueuePlan(),
    )


def _listen(who: str, listen: str = "4s") -> SimulatedCall:
    return _call(f"say: words, listen: {listen}, on: {{{HEARD}, key: done}}", who)


def _clear(who: str) -> SimulatedCall:
    listen = "listen: {for: 10s, until: clear}"
    return _call(f"say: words, {listen}, on: {{clear: done, noise: other}}", who)


def _known(call: SimulatedCall) -> tuple[str, int]:
    """What the first window came to, and when, from its opening."""
    heard = next(event for event in call.events if event.kind in ("heard", "key"))
    opened = call.of("listening")[0].offset_ms
    return heard.data.get("what", "key"), heard.offset_ms - opened


def _ring() -> None:
    call = _call("say: words", ring=2)

    assert call.of("answered")[0].offset_ms == 5000 + 1000


def _listens() -> None:
    silent = _listen(NOBODY)
    finishing = _listen("answers: [{say: hello, after: 3900ms}]\n")
    noisy = _listen("background: {noise: hum, from: 4s}\nanswers: [silent]\n")

    assert silent.of("listening")[0].offset_ms == OPEN_MS
    assert _known(silent) == ("silence", 4000)
    assert _known(finishing) == ("speech", 3900 + SPEECH_MS + 700)
    assert _known(noisy) == ("noise", 4000)
    assert hearing.NOISE_AT_END_MS == 1500


def _end_pause() -> None:
    assert _known(_listen("answers: [{say: hello, after: 600ms}]\n")) == (
        "speech",
        600 + SPEECH_MS + 700,
    )
    longer = _listen("answers: [{say: hello, after: 600ms}]\n", "{for: 4s, end_pause: 1200ms}")
    assert _known(longer) == ("speech", 600 + SPEECH_MS + 1200)
    faint = _listen("level: faint\nanswers: [{say: hello, after: 600ms}]\n")
    assert _known(faint) == ("faint", 600 + SPEECH_MS + 700)


def _longest() -> None:
    call = _listen("answers: [{say: hello, after: 600ms}]\n", "{for: 4s, longest: 1500ms}")

    assert _known(call) == ("speech", 600 + 1500)


def _onset() -> None:
    call = _listen("answers: [{say: hello, after: 600ms}]\n", "{for: 4s, until: onset}")

    assert _known(call) == ("speech", 600 + 60)


def _until_clear() -> None:
    ends = "background: {noise: street, level_dbov: -22, from: 0s, until: 6s}\nanswers: [silent]\n"
    stays = "background: {noise: street, level_dbov: -22}\nanswers: [silent]\n"

    assert _known(_clear(NOBODY)) == ("clear", 1500)
    cleared = _clear(ends)
    assert cleared.of("heard")[0].data["from_ms"] + 1500 == cleared.of("heard")[0].offset_ms
    assert _known(cleared)[0] == "clear"
    assert _known(_clear(stays)) == ("noise", 10_000)


def _noise() -> None:
    street = "background: {noise: street, level_dbov: %d}\n"
    spoken = "answers: [{say: hello, after: 600ms}]\n"

    assert _known(_listen(street % -22 + NOBODY)) == ("noise", 3000)
    assert _known(_listen(street % -22 + spoken)) == ("noise", 600 + 1500)
    assert _known(_listen(street % -32 + spoken))[0] == "speech"


def _barge_in() -> None:
    step = f"say: words, barge_in: true, listen: 4s, on: {{{HEARD}, key: done}}"
    spoken = _call(step, "barge_in: {after: 900ms, say: hello}\nanswers: [silent]\n")

    said = spoken.of("said")[0].data
    assert (said["ended"], said["end_ms"] - said["start_ms"]) == ("barge_in", 900 + 200)
    assert spoken.of("listening")[0].offset_ms == TAKEN_MS + 1100
    assert _known(spoken) == ("speech", SPEECH_MS - 200 + 700)


def _window() -> None:
    keys = 'menu: {keys: {"1": done}, window: 6s, attempts: 2, reprompt: words}'
    step = f"say: words, {keys}, on: {{speech: done, noise: done, faint: done, exhausted: other}}"
    silent = _call(step)
    wrong = _call(step, "answers: [{press: '7', after: 1s}, {press: '1', after: 2s}]\n")

    opened = [event.offset_ms for event in silent.of("listening")]
    assert opened == [OPEN_MS, OPEN_MS + 6000 + LINE_MS]
    assert silent.of("heard")[-1].offset_ms == opened[1] + 6000
    assert silent.ended.disposition == "other"
    assert [key.offset_ms for key in wrong.of("key")] == [
        OPEN_MS + 1000,
        OPEN_MS + 1000 + LINE_MS + 2000,
    ]
    assert wrong.ended.disposition == "over"


def _next_key() -> None:
    ask = "ask: {store: room, digits: 3-4, window: 8s, next_key: 4s, attempts: 1}"
    step = f"say: words, {ask}, on: {{noise: done, faint: done, exhausted: other}}"
    enough = _call(step, "answers: [{press: '123', after: 1s}]\n")
    too_few = _call(step, "answers: [{press: '12', after: 1s}]\n")
    ended = _call(step, "answers: [{press: '123#', after: 1s}]\n")
    full = _call(step, "answers: [{press: '1234', after: 1s}]\n")
    slow = _call(step, "answers: [{press: '12', after: 1s, gap: 5s}]\n")
    last = [_keys_at(call)[-1] for call in (enough, too_few)]

    assert [call.of("key")[0].data["digits"] for call in (enough, ended, full)] == [
        "123", "123", "1234",
    ]  # fmt: skip
    assert enough.of("key")[0].offset_ms == last[0] + 4000
    assert too_few.of("key")[0].offset_ms == last[1] + 4000
    assert (enough.ended.disposition, too_few.ended.disposition) == ("over", "other")
    assert ended.of("key")[0].offset_ms < enough.of("key")[0].offset_ms
    assert full.of("key")[0].offset_ms - OPEN_MS < 4000
    late = slow.of("key")[0]
    assert (late.data["digits"], late.offset_ms - late.data["at_ms"]) == ("1", 4000)


def _keys_at(call: SimulatedCall) -> list[int]:
    """When the last key of the first answer was pressed: keys are 300 ms apart."""
    first = int(call.of("key")[0].data["at_ms"])
    return [first + 300 * at for at in range(len(call.of("key")[0].data["digits"]))]


def _wait() -> None:
    call = _call("say: words, wait: 500ms")

    assert call.of("ended")[0].offset_ms == OPEN_MS + 500


def _queue() -> None:
    step = (
        "queue: {name: support, wait: 30s}, on: {answered: done, no_answer: other, failed: other}"
    )
    nobody = _call(step)
    long = _call(step, queue=QueuePlan(agent="a", answers_after_ms=29_000, talks_ms=600_000))
    late = _call(step, queue=QueuePlan(agent="a", answers_after_ms=31_000))

    for call in (nobody, late):
        stay = call.of("left_queue")[0]
        assert (stay.data["result"], stay.data["waited_ms"]) == ("no_answer", 30_000)
        assert call.ended.disposition == "other"
    assert long.of("left_queue")[0].data["talked_ms"] == 600_000
    assert long.ended.disposition == "over"


def _told_every() -> None:
    step = (
        "queue: {name: support, wait: 60s, tell: words, every: 30s, keys: {'1': other}}, "
        "on: {answered: done, no_answer: done, failed: done}"
    )
    vainly = _call(step)
    taken = _call(step, queue=QueuePlan(agent="a", answers_after_ms=1500))
    pressed = _call(step, "answers: [{press: '1', after: 2s}]\n")

    queued_ms = vainly.of("queued")[0].offset_ms
    began = [event.offset_ms - queued_ms for event in vainly.of("saying")]
    assert began == [1000, 1000 + LINE_MS + 30_000]
    assert [event.data["ended"] for event in vainly.of("said")] == ["completed"] * 2
    assert taken.of("said")[0].data["ended"] == "wait_over"
    assert taken.of("said")[0].data["end_ms"] == taken.of("agent_answered")[0].offset_ms
    assert pressed.of("left_queue")[0].data["waited_ms"] == 1000 + LINE_MS + 2000
    assert pressed.ended.disposition == "other"


def _transfer() -> None:
    on = "answered: done, busy: other, no_answer: other, failed: other"
    step = f"transfer: {{to: technician, wait: 30s}}, on: {{{on}}}"
    nobody = _call(step)
    long = _call(step, queue=QueuePlan(agent="a", answers_after_ms=29_000, talks_ms=600_000))

    gone = nobody.of("transferred")[0].data
    assert (gone["result"], gone["waited_ms"]) == ("no_answer", 30_000)
    assert nobody.ended.disposition == "other"
    assert long.of("transferred")[0].data["talked_ms"] == 600_000


TESTS: Final[dict[str, Callable[[], None]]] = {
    "ring: 2": _ring,
    "listen: 4s": _listens,
    "end_pause: 700ms": _end_pause,
    "longest: 20s": _longest,
    "until: onset": _onset,
    "until: clear": _until_clear,
    "noise": _noise,
    "barge_in": _barge_in,
    "window: 6s": _window,
    "next_key: 4s": _next_key,
    "wait: 500ms": _wait,
    "queue wait: 30s": _queue,
    "queue every: 30s": _told_every,
    "transfer wait: 30s": _transfer,
}


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.name)
def test_the_timer_does_what_the_documentation_says(timer: Timer) -> None:
    TESTS[timer.name]()


def test_the_figures_of_the_documentation_are_those_of_the_ears() -> None:
    from agi.ears.classifier import NOISE_HOLD_MS, NOISE_HOLD_WITH_SPEECH_MS
    from agi.ears.clearing import CLEAR_AFTER_MS
    from agi.ears.question import NOISE_AT_END_MS

    told = {timer.name: f"{timer.ends} {timer.comes_to}" for timer in TIMERS}

    assert _seconds(told["noise"])[:2] == [NOISE_HOLD_MS, NOISE_HOLD_WITH_SPEECH_MS]
    assert _seconds(told["until: clear"])[0] == CLEAR_AFTER_MS
    assert _seconds(told["listen: 4s"])[-1] == NOISE_AT_END_MS
    assert _seconds(told["until: onset"])[0] == hearing.ONSET_MS
    assert _seconds(told["barge_in"])[0] == hearing.BARGE_IN_MS


def _seconds(text: str) -> list[int]:
    """Every time in a text, in milliseconds."""
    found = re.findall(r"(\d+(?:\.\d+)?) (ms|s)\b", text)
    return [round(float(figure) * (1000 if unit == "s" else 1)) for figure, unit in found]
