"""The simulated caller as a real SIP call through a real Asterisk, with sound both ways."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from callers.loader import read_persona
from callers.noises import RATE, Samples, level_of
from callers.persona import Persona
from callers.sip import SipPhones, call_over_sip, limits_over_sip, sip_phones
from tests.callers.test_fastagi import FakeEars
from tests.support.fast_agi import Dialogue, fast_agi
from tests.support.pbx import HousePbx


def persona(text: str = "answers: [silent]\n") -> Persona:
    return read_persona("persona: somebody\nvoice: zh_m\n" + text, "some.yaml")


def sides(path: Path) -> tuple[Samples, Samples]:
    """What the caller sent and received."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, RATE)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2) / 32768
    return pcm[:, 0].astype(np.float32), pcm[:, 1].astype(np.float32)


def hotline(pbx: HousePbx) -> str:
    return f"sip:1000@127.0.0.1:{pbx.sip_port}"


def prompt(pbx: HousePbx) -> Path:
    """A sound inside Asterisk's reach, without its extension."""
    return (pbx.options.folder / "sounds/cc-sorry.wav").with_suffix("")


async def answer(dialogue: Dialogue) -> None:
    """Take the call, with a lease longer than the test."""
    await dialogue.command('SET VARIABLE "TIMEOUT(absolute)" "60"')
    await dialogue.command("ANSWER")


async def done(dialogue: Dialogue) -> None:
    await dialogue.command('SET VARIABLE "CC_DONE" "1"')
    await dialogue.command("HANGUP")


def test_what_cannot_be_done_over_sip_is_said() -> None:
    assert "queue" in limits_over_sip(persona("hang_up: {queued: 5s}\n"))
    assert limits_over_sip(persona("hang_up: {answered: 5s}\n")) == ""


@pytest.mark.asterisk
async def test_the_caller_hears_the_prompt_then_answers_with_a_key(
    pbx: HousePbx, tmp_path: Path
) -> None:
    keys: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        await answer(dialogue)
        await dialogue.command(f'STREAM FILE "{prompt(pbx)}" ""')
        keys.append(await dialogue.command("WAIT FOR DIGIT 6000"))
        await done(dialogue)

    async with fast_agi(pbx.agi_port, greetings=part):
        result = await call_over_sip(
            persona('answers: [{press: "5", after: 800ms}]\nthen: silent\n'),
            hotline(pbx),
            save=tmp_path / "both.wav",
        )

    assert keys == [f"200 result={ord('5')}"]
    assert (result.hung_up_by, result.rings, result.failure) == ("house", 1, "")
    heard, pressed = result.of("heard")[0], result.of("pressed")[0]
    assert heard.until_ms is not None
    assert 700 <= pressed.at_ms - heard.until_ms <= 900
    sent, received = sides(tmp_path / "both.wav")
    assert level_of(received) > -35
    assert level_of(sent) == pytest.approx(-65, abs=2)


@pytest.mark.asterisk
async def test_the_callers_voice_reaches_the_ears_at_its_level(
    pbx: HousePbx, tmp_path: Path
) -> None:
    ears = FakeEars(most_frames=250)
    async with ears.listening() as address:

        async def part(dialogue: Dialogue) -> None:
            await answer(dialogue)
            await dialogue.command(f'STREAM FILE "{prompt(pbx)}" ""')
            await dialogue.command(f'EXEC "AudioSocket" "{address}"')
            await done(dialogue)

        async with fast_agi(pbx.agi_port, greetings=part):
            result = await call_over_sip(
                persona("answers: [{say: inquiry, after: 1s}]\nthen: silent\n"), hotline(pbx)
            )

    spoken = result.of("said")[0]
    loud = [index for index in range(len(ears.frames)) if ears.level(index, index + 1) > -40]
    assert spoken.until_ms is not None
    assert (loud[-1] - loud[0]) * 20 == pytest.approx(spoken.until_ms - spoken.at_ms, abs=400)
    assert ears.level(loud[0], loud[-1]) == pytest.approx(-23, abs=3)
    assert ears.level(0, max(loud[0] - 5, 1)) < -50


@pytest.mark.asterisk
async def test_a_caller_who_gives_up_while_it_rings_cancels_the_call(pbx: HousePbx) -> None:
    told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def part(dialogue: Dialogue) -> None:
        told.set_result(await dialogue.reader.read())

    async with fast_agi(pbx.agi_port, greetings=part):
        result = await call_over_sip(persona("hang_up: {ring: 1, after: 700ms}\n"), hotline(pbx))
        said = await asyncio.wait_for(told, 5)

    assert b"HANGUP" in said
    assert (result.hung_up_by, result.rings, result.answered_ms) == ("caller", 0, None)
    assert result.of("ringing")


@pytest.mark.asterisk
async def test_a_caller_who_hangs_up_in_mid_prompt_is_gone_at_once(pbx: HousePbx) -> None:
    replies: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def part(dialogue: Dialogue) -> None:
        await answer(dialogue)
        replies.set_result(await dialogue.command(f'STREAM FILE "{prompt(pbx)}" ""'))

    async with fast_agi(pbx.agi_port, greetings=part):
        result = await call_over_sip(persona("hang_up: {line: 1, after: 1s}\n"), hotline(pbx))
        reply = await asyncio.wait_for(replies, 5)

    assert reply.startswith("200 result=-1 endpos=")
    endpos = int(reply.rpartition("=")[2])
    assert endpos / 8 == pytest.approx(1000, abs=300)
    assert result.hung_up_by == "caller"


@pytest.mark.asterisk
async def test_a_number_that_is_no_number_is_a_failure_with_its_reason(pbx: HousePbx) -> None:
    result = await call_over_sip(persona(), f"sip:10x0@127.0.0.1:{pbx.sip_port}")

    assert result.failure.startswith("not answered: ")
    assert result.answered_ms is None


@pytest.mark.asterisk
async def test_several_callers_share_one_stack(pbx: HousePbx) -> None:
    async def part(dialogue: Dialogue) -> None:
        await answer(dialogue)
        await dialogue.command(f'STREAM FILE "{prompt(pbx)}" ""')
        await done(dialogue)

    async def call(phones: SipPhones, seed: int) -> str:
        result = await call_over_sip(persona(), hotline(pbx), seed=seed, phones=phones)
        return f"{result.hung_up_by} {result.failure} {len(result.of('heard'))}"

    async with fast_agi(pbx.agi_port, greetings=part), sip_phones() as phones:
        results = await asyncio.gather(*(call(phones, seed) for seed in range(3)))

    assert results == ["house  1"] * 3
