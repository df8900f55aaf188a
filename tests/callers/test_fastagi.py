"""The FastAGI peer against servers written in the test: it behaves as Asterisk and the dialplan."""

from __future__ import annotations

import asyncio
import uuid
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from callers.fastagi import call_over_fastagi
from callers.loader import read_persona
from callers.noises import RATE, level_of
from callers.persona import Persona
from callers.queue_plan import QueuePlan
from callers.result import CallResult
from callers.tracks import write_wav
from callers.voicebank import VoiceBank, read_wav
from tests.support.fast_agi import Dialogue, FastAgi, Part, fast_agi
from tests.support.free_ports import free_port

TONE_MS = 400


def persona(text: str = "answers: [silent]\n") -> Persona:
    return read_persona("persona: somebody\nvoice: zh_m\n" + text, "some.yaml")


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """A prompt of 400 ms, named as the house names them, without its extension."""
    samples = 0.5 * np.sin(2 * np.pi * 800 * np.arange(TONE_MS * 8) / RATE)
    write_wav(tmp_path / "greeting-0123abcd.wav", samples.astype(np.float32))
    return tmp_path / "greeting-0123abcd"


@dataclass(slots=True)
class Peer:
    """What a test calls with, and the server it calls."""

    agi: FastAgi
    folder: Path

    async def call(self, who: Persona, **options: object) -> CallResult:
        return await call_over_fastagi(
            who,
            "127.0.0.1",
            self.agi.port,
            ani="13812345678",
            monitor=self.folder / "monitor",
            **options,  # type: ignore[arg-type]
        )


@asynccontextmanager
async def server(folder: Path, **parts: Part) -> AsyncIterator[Peer]:
    async with fast_agi(free_port(), **parts) as agi:
        yield Peer(agi, folder)


async def done(dialogue: Dialogue) -> None:
    """The last act of a flow."""
    await dialogue.command('SET VARIABLE "CC_DONE" "1"')
    await dialogue.command("HANGUP")


async def test_the_environment_and_replies_are_those_of_asterisk(tmp_path: Path) -> None:
    replies: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        for command in (
            "CHANNEL STATUS",
            "ANSWER",
            "CHANNEL STATUS",
            'SET VARIABLE "__CC_CALL" "x \\"y\\" \\\\z"',
            'GET VARIABLE "CC_CALL"',
            'GET VARIABLE "NONE"',
            'EXEC "MSet" "A=1,__B=two"',
            'GET VARIABLE "B"',
            'EXEC "NoSuchApp" ""',
            "SING A SONG",
            "NOOP",
        ):
            replies.append(await dialogue.command(command))
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        result = await peer.call(persona(), secret="word")  # noqa: S106 - a test's

    lines = peer.agi.sessions[0].lines
    assert lines[0] == "agi_network: yes"
    assert "agi_network_script: greetings" in lines
    assert "agi_callerid: 13812345678" in lines
    assert peer.agi.sessions[0].arguments() == ["1000", "1", "word", "10"]
    assert replies == [
        "200 result=4",
        "200 result=0",
        "200 result=6",
        "200 result=1",
        '200 result=1 (x "y" \\z)',
        "200 result=0",
        "200 result=0",
        "200 result=1 (two)",
        "200 result=-2",
        "510 Invalid or unknown command",
        "200 result=0",
    ]
    assert (result.hung_up_by, result.rings, result.fell_back) == ("house", 1, False)


async def test_a_prompt_takes_its_time_and_is_heard_by_its_name(tmp_path: Path, tone: Path) -> None:
    replies: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        replies.append(await dialogue.command(f'STREAM FILE "{tone}" ""'))
        replies.append(await dialogue.command('STREAM FILE "/no/such" ""'))
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        result = await peer.call(persona())

    assert replies == [f"200 result=0 endpos={TONE_MS * 8}", "200 result=-1 endpos=0"]
    heard = result.of("heard")[0]
    assert heard.detail == "greeting"
    assert heard.until_ms is not None
    assert heard.until_ms - heard.at_ms >= TONE_MS


async def test_a_caller_who_hangs_up_in_mid_prompt_ends_command_and_session(
    tmp_path: Path, tone: Path
) -> None:
    said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        dialogue.writer.write(f'STREAM FILE "{tone}" ""\n'.encode())
        said.set_result(await dialogue.reader.read())

    async with server(tmp_path, greetings=part) as peer:
        result = await peer.call(persona("hang_up: {line: 1, after: 100ms}\n"))
        reply, hangup, rest = (await said).split(b"\n")

    assert reply.startswith(b"200 result=-1 endpos=")
    assert 0 < int(reply.rpartition(b"=")[2]) < TONE_MS * 8
    assert (hangup, rest) == (b"HANGUP", b"")
    assert result.hung_up_by == "caller"


async def test_a_caller_who_hangs_up_while_it_rings_is_told_to_an_idle_server(
    tmp_path: Path,
) -> None:
    said: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command('EXEC "Ringing" ""')
        said.set_result(await dialogue.reader.read())

    async with server(tmp_path, greetings=part) as peer:
        result = await peer.call(persona("hang_up: {ring: 1, after: 150ms}\n"))
        told = await said

    assert told == b"HANGUP\n"
    assert (result.hung_up_by, result.rings, result.answered_ms) == ("caller", 0, None)


async def test_keys_are_pressed_in_turn_and_cut_prompts_that_may_be_cut(
    tmp_path: Path, tone: Path
) -> None:
    replies: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        replies.append(await dialogue.command("WAIT FOR DIGIT 3000"))
        replies.append(await dialogue.command(f'GET DATA "{tone}" 3000 3'))
        replies.append(await dialogue.command("WAIT FOR DIGIT 100"))
        await done(dialogue)

    who = persona(
        'answers: [{press: "7", after: 100ms}, {press: "42#", after: 100ms, gap: 100ms}]\n'
        "then: silent\n"
    )
    async with server(tmp_path, greetings=part) as peer:
        result = await peer.call(who)

    assert replies == [f"200 result={ord('7')}", "200 result=42", "200 result=0"]
    assert [moment.detail for moment in result.of("pressed")] == ["7", "4", "2", "#"]


async def test_a_key_that_barges_in_cuts_a_prompt_where_it_is_pressed(
    tmp_path: Path, tone: Path
) -> None:
    replies: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        replies.append(await dialogue.command(f'STREAM FILE "{tone}" "0123456789"'))
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        await peer.call(persona('barge_in: {after: 150ms, press: "5"}\n'))

    head, _, endpos = replies[0].partition(" endpos=")
    assert head == f"200 result={ord('5')}"
    assert 150 * 8 <= int(endpos) < TONE_MS * 8


@dataclass(slots=True)
class FakeEars:
    """An AudioSocket server: keeps what comes, plays a prompt, ends the session."""

    prompt: bytes = b""
    most_frames: int = 60
    until_key: bool = False
    silent_s: float = 0.0
    """Before the prompt."""

    identities: list[uuid.UUID] = field(default_factory=list)
    frames: list[bytes] = field(default_factory=list)
    keys: str = ""
    closed_by_peer: bool = False
    port: int = 0

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        playing = asyncio.create_task(self.play(writer))
        try:
            while len(self.frames) < self.most_frames and not (self.until_key and self.keys):
                header = await reader.readexactly(3)
                payload = await reader.readexactly(int.from_bytes(header[1:], "big"))
                if header[0] == 0x01:
                    self.identities.append(uuid.UUID(bytes=payload))
                elif header[0] == 0x03:
                    self.keys += payload.decode()
                else:
                    assert header[0] == 0x10
                    self.frames.append(payload)
            writer.write(b"\x00\x00\x00")
        except asyncio.IncompleteReadError:
            self.closed_by_peer = True
        finally:
            playing.cancel()
            await asyncio.gather(playing, return_exceptions=True)
            writer.close()

    async def play(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.silent_s)
        for start in range(0, len(self.prompt), 320):
            frame = self.prompt[start : start + 320]
            writer.write(b"\x10" + len(frame).to_bytes(2, "big") + frame)
            await asyncio.sleep(0.02)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """The arguments of EXEC AudioSocket while it listens."""
        attending = await asyncio.start_server(self.attend, "127.0.0.1", 0)
        self.port = attending.sockets[0].getsockname()[1]
        try:
            yield f"6e3f5a3e-0000-4000-8000-000000000001,127.0.0.1:{self.port}"
        finally:
            attending.close()
            await attending.wait_closed()

    def level(self, first: int, last: int) -> float:
        pcm = b"".join(self.frames[first:last])
        return level_of((np.frombuffer(pcm, "<i2") / 32768).astype(np.float32))


async def lend(tmp_path: Path, ears: FakeEars, who: Persona) -> tuple[CallResult, list[str]]:
    """A call whose only act is to lend its audio to `ears`."""
    replies: list[str] = []
    async with ears.listening() as address:

        async def part(dialogue: Dialogue) -> None:
            await dialogue.command("ANSWER")
            replies.append(await dialogue.command(f'EXEC "AudioSocket" "{address}"'))
            await done(dialogue)

        async with server(tmp_path, greetings=part) as peer:
            result = await peer.call(who)
    return result, replies


async def test_the_ears_get_the_callers_sound_and_end_the_session(tmp_path: Path) -> None:
    ears = FakeEars()

    result, replies = await lend(
        tmp_path, ears, persona("answers: [{say: inquiry, after: 300ms}]\n")
    )

    assert replies == ["200 result=0"]
    assert ears.identities == [uuid.UUID("6e3f5a3e-0000-4000-8000-000000000001")]
    assert {len(frame) for frame in ears.frames} == {320}
    assert ears.level(0, 10) < -60
    assert ears.level(20, 60) > -30
    assert result.of("said")[0].detail == "inquiry"


async def test_keys_reach_the_ears_as_messages(tmp_path: Path) -> None:
    ears = FakeEars(most_frames=200, until_key=True)

    _, replies = await lend(tmp_path, ears, persona('answers: [{press: "8", after: 200ms}]\n'))

    assert ears.keys == "8"
    assert replies == ["200 result=0"]


async def test_a_prompt_inside_the_session_puts_off_the_turn_until_it_is_over(
    tmp_path: Path, tone: Path
) -> None:
    with wave.open(f"{tone}.wav") as file:
        prompt = file.readframes(file.getnframes())
    ears = FakeEars(prompt=prompt, most_frames=100, until_key=True)

    result, _ = await lend(tmp_path, ears, persona('answers: [{press: "8", after: 500ms}]\n'))

    heard, pressed = result.of("heard")[0], result.of("pressed")[0]
    assert heard.until_ms is not None
    assert heard.until_ms - heard.at_ms == pytest.approx(TONE_MS, abs=120)
    assert pressed.at_ms - heard.until_ms == 500


async def test_a_prompt_that_comes_late_is_a_line_that_a_caller_can_cut_into(
    tmp_path: Path, tone: Path
) -> None:
    """Later than a quick house would begin: the caller thought that it listened already."""
    with wave.open(f"{tone}.wav") as file:
        prompt = file.readframes(file.getnframes())
    ears = FakeEars(prompt=prompt, silent_s=0.3, most_frames=100, until_key=True)

    result, _ = await lend(
        tmp_path,
        ears,
        persona("answers: [silent]\nbarge_in: {line: 1, press: '8', after: 100ms}\n"),
    )

    heard, pressed = result.of("heard")[0], result.of("pressed")[0]
    assert ears.keys == "8"
    assert pressed.at_ms - heard.at_ms == 100


async def test_a_caller_who_hangs_up_closes_the_audio(tmp_path: Path) -> None:
    ears = FakeEars(most_frames=10_000)

    result, _ = await lend(tmp_path, ears, persona("hang_up: {answered: 300ms}\n"))

    assert ears.closed_by_peer
    assert result.hung_up_by == "caller"


async def test_ears_that_nobody_hears_with_are_an_error_of_the_application(tmp_path: Path) -> None:
    replies: list[str] = []

    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        address = f"{uuid.uuid4()},127.0.0.1:{free_port()}"
        replies.append(await dialogue.command(f'EXEC "AudioSocket" "{address}"'))
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        await peer.call(persona())

    assert replies == ["200 result=-1"]


async def test_a_recording_holds_caller_and_house_in_files_of_one_length(
    tmp_path: Path, tone: Path
) -> None:
    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        options = f",r({tmp_path}/a-in.wav)t({tmp_path}/a-out.wav)"
        await dialogue.command(f'EXEC "MixMonitor" "{options}"')
        await dialogue.command(f'STREAM FILE "{tone}" ""')
        await dialogue.command("WAIT FOR DIGIT 1000")
        await dialogue.command('EXEC "StopMixMonitor" ""')
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        await peer.call(
            persona("answers: [{say: hello, after: 100ms}]\n"), save=tmp_path / "all.wav"
        )

    caller, house = read_wav(tmp_path / "a-in.wav"), read_wav(tmp_path / "a-out.wav")
    assert len(caller) == len(house) >= 1400 * 8
    assert level_of(house[: TONE_MS * 8]) == pytest.approx(-9.0, abs=0.5)
    assert level_of(house[500 * 8 :]) == -100
    assert level_of(caller[: TONE_MS * 8]) < -60
    assert level_of(caller[700 * 8 : 1200 * 8]) > -30
    with wave.open(str(tmp_path / "all.wav")) as both:
        assert both.getnchannels() == 2


async def test_a_server_that_closes_without_having_finished_leaves_the_caller_to_the_fallback(
    tmp_path: Path, tone: Path
) -> None:
    async def dies(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        dialogue.writer.write(f'STREAM FILE "{tone}" ""\n'.encode())
        await asyncio.sleep(0.1)

    async with server(tmp_path, greetings=dies) as peer:
        result = await peer.call(persona())

    assert result.fell_back
    heard = result.of("heard")[0]
    assert heard.until_ms is not None
    assert heard.until_ms - heard.at_ms < TONE_MS


async def test_a_server_that_keeps_still_loses_its_lease(tmp_path: Path) -> None:
    async def still(dialogue: Dialogue) -> None:
        await dialogue.command('SET VARIABLE "TIMEOUT(absolute)" "0.3"')
        await dialogue.reader.read()

    async with server(tmp_path, greetings=still) as peer:
        result = await peer.call(persona(), lease_s=5.0)

    assert result.fell_back
    assert 250 < result.ended_ms < 4000


async def test_no_server_at_all_is_a_fallback_with_the_reason(tmp_path: Path) -> None:
    result = await call_over_fastagi(
        persona(), "127.0.0.1", free_port(), monitor=tmp_path, bank=VoiceBank.load()
    )

    assert result.fell_back
    assert result.failure.startswith("no FastAGI server at 127.0.0.1:")


async def queue_call(
    tmp_path: Path, who: Persona, plan: QueuePlan, more: str = "", beside: Part | None = None
) -> tuple[CallResult, FastAgi]:
    """A call whose server puts it into a queue, with `more` orders; `beside` speaks meanwhile."""

    async def queues(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        back = f"127.0.0.1:{peer.agi.port}"
        variables = f"__CC_CALL=call-1,__CC_BACK={back},CC_QUEUE=support,CC_QUEUE_WAIT=1{more}"
        await dialogue.command(f'EXEC "MSet" "{variables},CC_DONE=queue"')

    async def told(_: Dialogue) -> None:
        return

    parts: dict[str, Part] = {"greetings": queues, "_resume": done, "*": told}
    if beside is not None:
        parts["_beside"] = beside
    async with server(tmp_path, **parts) as peer:
        result = await peer.call(who, queue=plan)
    return result, peer.agi


def told_in_order(agi: FastAgi) -> list[tuple[str, list[str]]]:
    return [(session.script, session.arguments()) for session in agi.sessions[1:]]


async def test_a_queue_with_an_agent_is_told_step_by_step(tmp_path: Path) -> None:
    plan = QueuePlan(agent="agent1", answers_after_ms=200, talks_ms=200)

    result, agi = await queue_call(tmp_path, persona(), plan)

    assert told_in_order(agi) == [
        ("_agent-offered", ["call-1", "PJSIP/agent1-00000001", ""]),
        ("_agent-answered", ["call-1", "PJSIP/agent1-00000001", ""]),
        ("_resume", ["call-1", "CONTINUE", "PJSIP/agent1", "10"]),
    ]
    assert result.hung_up_by == "house"
    assert agi.sessions[-1].value("agi_uniqueid") == agi.sessions[0].value("agi_uniqueid")


async def test_a_queue_that_nobody_answers_goes_on_with_the_flow(tmp_path: Path) -> None:
    result, agi = await queue_call(tmp_path, persona(), QueuePlan())

    assert told_in_order(agi) == [("_resume", ["call-1", "TIMEOUT", "", "10"])]
    assert not result.fell_back


async def test_a_caller_who_leaves_the_queue_is_told_to_the_server(tmp_path: Path) -> None:
    result, agi = await queue_call(
        tmp_path, persona("hang_up: {queued: 200ms}\n"), QueuePlan(agent="agent1")
    )

    assert told_in_order(agi)[-1] == ("_hung-up", ["call-1", "16", ""])
    assert result.hung_up_by == "caller"


async def test_words_end_with_the_wait_and_the_server_is_told_at_once(
    tmp_path: Path, tone: Path
) -> None:
    ends: list[str] = []

    async def speaks(dialogue: Dialogue) -> None:
        try:
            await dialogue.command(f'STREAM FILE "{tone}" ""')
        except ConnectionError:
            ends.append("cut")

    plan = QueuePlan(agent="agent1", answers_after_ms=100, talks_ms=100)
    result, _ = await queue_call(tmp_path, persona(), plan, ",CC_BESIDE=1", speaks)

    heard = result.of("heard")[0]
    assert ends == ["cut"]
    assert heard.until_ms is not None
    assert heard.until_ms - heard.at_ms < TONE_MS


@pytest.mark.parametrize(
    ("keys", "status"), [("15", ["KEY", "5"]), ("1", ["TIMEOUT", ""])], ids=["known", "unknown"]
)
async def test_a_key_leaves_the_queue_only_where_it_is_named(
    tmp_path: Path, tone: Path, keys: str, status: list[str]
) -> None:
    async def speaks(dialogue: Dialogue) -> None:
        await dialogue.command(f'STREAM FILE "{tone}" ""')
        await dialogue.reader.read()

    orders = f",CC_QUEUE_KEYS={keys},CC_BESIDE=1,CC_QUEUE_WAIT=3"
    who = persona("answers: [{press: '5', after: 200ms}]\n")
    _, agi = await queue_call(tmp_path, who, QueuePlan(), orders, speaks)

    assert told_in_order(agi)[-1] == ("_resume", ["call-1", *status, "10"])


async def test_many_call_at_once(tmp_path: Path, tone: Path) -> None:
    async def part(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        await dialogue.command(f'STREAM FILE "{tone}" ""')
        await done(dialogue)

    async with server(tmp_path, greetings=part) as peer:
        results = await asyncio.gather(*(peer.call(persona(), seed=seed) for seed in range(50)))

    assert [result.lines for result in results] == [["greeting"]] * 50
    assert len({result.uniqueid for result in results}) == 50


async def transfer_call(
    tmp_path: Path, who: Persona, plan: QueuePlan
) -> tuple[CallResult, FastAgi]:
    async def transfers(dialogue: Dialogue) -> None:
        await dialogue.command("ANSWER")
        address = f"__CC_CALL=call-1,__CC_BACK=127.0.0.1:{peer.agi.port}"
        orders = "CC_TRANSFER=technician,CC_TRANSFER_WAIT=1,CC_DONE=transfer"
        await dialogue.command(f'EXEC "MSet" "{address},{orders}"')

    async def told(dialogue: Dialogue) -> None:
        return

    parts: dict[str, Part] = {"greetings": transfers, "_resume": done, "*": told}
    async with server(tmp_path, **parts) as peer:
        result = await peer.call(who, queue=plan)
        return result, peer.agi


@pytest.mark.parametrize(
    ("plan", "status", "talked"),
    [
        (QueuePlan(agent="803", answers_after_ms=100, talks_ms=200), "ANSWER", "200"),
        (QueuePlan(agent="803", answers_after_ms=5000), "NOANSWER", ""),
        (QueuePlan(refused="busy"), "BUSY", ""),
        (QueuePlan(refused="failed"), "CHANUNAVAIL", ""),
    ],
)
async def test_a_transfer_comes_back_with_what_dial_says(
    tmp_path: Path, plan: QueuePlan, status: str, talked: str
) -> None:
    result, agi = await transfer_call(tmp_path, persona(), plan)

    resumed = await agi.session("_resume")
    assert resumed.arguments() == ["call-1", status, talked, "10"]
    told = [one for one in agi.sessions if one.script == "_picked-up"]
    assert [one.arguments()[:2] for one in told] == (
        [["call-1", "PJSIP/803-00000001"]] if talked else []
    )
    assert result.hung_up_by == "house"


async def test_a_caller_who_leaves_a_transfer_is_told_to_the_server(tmp_path: Path) -> None:
    _, agi = await transfer_call(
        tmp_path, persona("hang_up: {queued: 200ms}\n"), QueuePlan(agent="803")
    )

    assert (await agi.session("_hung-up")).arguments()[:2] == ["call-1", "16"]
    assert "_resume" not in [one.script for one in agi.sessions]
