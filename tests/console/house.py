"""Three calls in a real ledger, and their sound: tones that begin and end where the facts say."""

from __future__ import annotations

import asyncio
import io
import wave
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from calls.call import Call
from calls.clock import ManualClock
from calls.events import (
    AgentAnswered,
    AnsweredFact,
    EndedFact,
    HeardFact,
    HungUpFact,
    KeyFact,
    LeftQueue,
    Offered,
    Queued,
    RecordingStarted,
    Said,
    Stepped,
)
from console.ports import SoundFile, Waves
from ledger.writer import LedgerWriter

RATE = 8000
SCRIPT = "<script>alert(1)</script>"
"""The name of a caller who means ill."""


@cache
def _tones(seconds: float) -> bytes:
    at = np.arange(int(seconds * RATE)) / RATE
    tone = (np.sin(2 * np.pi * 440 * at) * 12000).astype("<i2")
    caller = np.where(at.astype(int) % 2 == 1, tone, 0)
    house = np.where(at.astype(int) % 2 == 0, tone, 0)
    out = io.BytesIO()
    with wave.open(out, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(np.column_stack([caller, house]).astype("<i2").tobytes())
    return out.getvalue()


@dataclass(slots=True)
class Shelf:
    """A `SoundShelf` over wavs in memory; left the caller, right the house."""

    sounds: dict[str, bytes] = field(default_factory=dict)
    problem: str = ""
    voices: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Recording of a supervisor's own voice -> its call and where it begins."""

    def put(self, call_id: str, seconds: float) -> None:
        """A tone of each leg in turn, a second each."""
        self.sounds[call_id] = _tones(seconds)

    def has(self, call_id: str) -> bool:
        return call_id in self.sounds

    def open(self, call_id: str) -> SoundFile | None:
        found = self.sounds.get(call_id)
        return SoundFile(io.BytesIO(found), len(found)) if found else None

    def asides(self, call_id: str) -> list[tuple[str, int]]:
        return [(name, at) for name, (call, at) in self.voices.items() if call == call_id]

    def open_aside(self, call_id: str, recording: str) -> SoundFile | None:
        found = self.sounds.get(recording)
        return SoundFile(io.BytesIO(found), len(found)) if found else None

    def waves(self, call_id: str) -> Waves | None:
        found = self.sounds.get(call_id)
        if found is None:
            return None
        frames = np.frombuffer(found[44:], "<i2").reshape(-1, 2)
        steps = len(frames) // 160
        peaks = np.abs(frames[: steps * 160].astype(float)).reshape(steps, 160, 2).max(axis=1)
        loud = (peaks / 32768).round(3)
        gaps = [(6000, 8000, "paused")]
        return Waves(loud[:, 0].tolist(), loud[:, 1].tolist(), len(frames) * 1000 // RATE, gaps)

    def proven(self, call_id: str) -> str:
        return self.problem


def write_calls(folder: Path) -> tuple[dict[str, str], Shelf]:
    """A silent call, one that agent 801 took, and one of a caller with a bad name."""
    shelf, calls = Shelf(), {}
    with LedgerWriter(folder / "ledger.sqlite") as writer:
        clock = ManualClock()
        calls["silent"] = _silent(clock, writer)
        clock.advance_ms(60_000)
        calls["queued"] = queued(clock, writer)
        clock.advance_ms(60_000)
        calls["script"] = _silent(clock, writer, name=SCRIPT)
        asyncio.run(writer.durable())
    shelf.put(calls["silent"], 12)
    shelf.put(calls["queued"], 20)
    return calls, shelf


def _begin(clock: ManualClock, writer: LedgerWriter, ani: str, name: str) -> Call:
    call = Call(clock, writer)
    call.record(
        Offered(
            uniqueid="1.1",
            ani=ani,
            dnis="4001",
            caller_name=name,
            direction="inbound",
            flow="greetings",
            channel="PJSIP/x-1",
        )
    )
    clock.advance_ms(400)
    call.record(AnsweredFact(rings=1, waited_ms=400))
    call.record(
        RecordingStarted(recording=f"{call.id}-r1", caller_file="monitor/a", house_file="monitor/b")
    )
    return call


def _say(call: Call, clock: ManualClock, line: str, text: str, ms: int) -> None:
    start_ms = call.elapsed_ms()
    clock.advance_ms(ms)
    call.record(
        Said(
            line=line,
            text=text,
            tags=(),
            language="zh-Hans",
            performer="ivr",
            start_ms=start_ms,
            end_ms=call.elapsed_ms(),
            ended="completed",
        )
    )


def _heard(call: Call, clock: ManualClock, what: str, ms: int) -> None:
    from_ms = call.elapsed_ms()
    clock.advance_ms(ms)
    call.record(
        HeardFact(
            what=what,
            from_ms=from_ms,
            to_ms=call.elapsed_ms(),
            level_dbov=None,
            reason="window over",
        )
    )


def _silent(clock: ManualClock, writer: LedgerWriter, name: str = "") -> str:
    call = _begin(clock, writer, "13800001234", name)
    call.record(Stepped(flow="silent_call", step="greet", digest="d1"))
    _say(call, clock, "greeting", "您好!三声服务热线为您服务,请问有什么可以帮到您?", 2000)
    _heard(call, clock, "silence", 2000)
    call.record(Stepped(flow="silent_call", step="call_out", digest="d1"))
    _say(call, clock, "hello", "您好", 800)
    _heard(call, clock, "silence", 2000)
    call.record(Stepped(flow="silent_call", step="no_voice", digest="d1"))
    _say(call, clock, "no_voice", "对不起,您的电话没有声音,请您换一个电话再打过来,再见!", 3000)
    call.record(HungUpFact(by="us"))
    call.record(EndedFact(end_reason="completed", disposition="silent"))
    return call.id


def queued(clock: ManualClock, writer: LedgerWriter, name: str = "王先生") -> str:
    """A call that agent 801 took; gives its id."""
    call = _begin(clock, writer, "13911112222", name)
    call.record(Stepped(flow="greetings", step="main_menu", digest="d1"))
    _say(call, clock, "welcome", "欢迎致电,人工服务请按 2。", 2000)
    call.record(KeyFact(digits="2", at_ms=call.elapsed_ms()))
    call.record(Queued(queue="support"))
    clock.advance_ms(3000)
    call.record(AgentAnswered(agent="801", waited_ms=3000))
    clock.advance_ms(12_000)
    call.record(
        LeftQueue(queue="support", result="answered", waited_ms=3000, talked_ms=12_000, agent="801")
    )
    call.record(HungUpFact(by="caller"))
    call.record(EndedFact(end_reason="completed", disposition="served"))
    return call.id
