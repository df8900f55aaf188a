"""Calls made of the shipped voices and prompts, whose truth is known by construction."""

from __future__ import annotations

import json
import wave
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callers.audio import to_pcm
from callers.noises import comfort_loop, noise_loop
from callers.persona import Noise
from callers.voicebank import VoiceBank
from calls.events import (
    AgentAnswered,
    CallEvent,
    Fact,
    Held,
    HungUpFact,
    LeftQueue,
    Queued,
    Said,
)

RATE = 8000
FRAME = RATE // 50
PROMPTS = Path(__file__).parents[2] / "scripts" / "prompts"
OFFERED = datetime(2026, 11, 22, 2, 15, 30, tzinfo=UTC)

Floats = NDArray[np.float32]
Span = tuple[int, int]


@lru_cache(maxsize=1)
def _voices() -> VoiceBank:
    return VoiceBank.load()


def prompt_file(line: str, language: str = "zh-Hans") -> Path:
    """Where a line is shipped."""
    index = json.loads((PROMPTS / "index.json").read_text(encoding="utf-8"))
    wanted = (line, language)
    found = [one for one in index["renderings"] if (one["line"], one["language"]) == wanted]
    return PROMPTS / str(found[-1]["file"])


@lru_cache(maxsize=64)
def prompt(line: str) -> Floats:
    """A shipped line, full scale 1."""
    with wave.open(str(prompt_file(line)), "rb") as file:
        raw = file.readframes(file.getnframes())
    return (np.frombuffer(raw, "<i2") / 32768).astype(np.float32)


def sounding(samples: Floats) -> Span:
    """Where a clean utterance begins and ends, ms: 20 dB below its level (docs/recordings.md)."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    active = power > np.mean(power[power > power.max() / 100]) / 10**2.0
    at = np.flatnonzero(active)
    return int(at[0]) * 20, (int(at[-1]) + 1) * 20


@dataclass
class Scene:
    """A call of `seconds`, both legs on the call's clock, and its facts."""

    seconds: float
    noise: Noise | None = None
    noise_dbov: float = -65.0
    begins_ms: int = 0
    caller: Floats = field(init=False)
    house: Floats = field(init=False)
    caller_spans: list[Span] = field(default_factory=list)
    house_spans: list[Span] = field(default_factory=list)
    events: list[CallEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = round(self.seconds * RATE)
        self.caller = np.zeros(count, np.float32)
        self.house = np.zeros(count, np.float32)

    def caller_says(
        self, utterance: str, at_ms: int, *, voice: str = "zh_m", level_dbov: float = -22.0
    ) -> Span:
        """Where it sounds."""
        samples = _voices().samples(voice, utterance, level_dbov)
        return self._put(self.caller, self.caller_spans, samples, at_ms)

    def agent_says(
        self, utterance: str, at_ms: int, *, voice: str = "zh_f", level_dbov: float = -20.0
    ) -> Span:
        """Where it sounds."""
        samples = _voices().samples(voice, utterance, level_dbov)
        return self._put(self.house, self.house_spans, samples, at_ms)

    def line(self, name: str, at_ms: int) -> Span:
        """The IVR speaks a line."""
        samples = prompt(name)
        end_ms = at_ms + len(samples) // 8
        self.fact(
            end_ms,
            Said(
                line=name,
                text=name,
                tags=(),
                language="zh-Hans",
                performer="ivr",
                start_ms=at_ms,
                end_ms=end_ms,
                ended="completed",
            ),
        )
        return self._put(self.house, self.house_spans, samples, at_ms)

    def sound(self, leg: str, samples: Floats, at_ms: int) -> None:
        """Anything that is no talk: music, keys."""
        self._put(getattr(self, leg), [], samples, at_ms)

    def queued(self, at_ms: int) -> None:
        self.fact(at_ms, Queued(queue="support"))

    def answered(self, at_ms: int) -> None:
        self.fact(at_ms, AgentAnswered(agent="801", waited_ms=0))

    def held(self, at_ms: int, *, on: bool) -> None:
        self.fact(at_ms, Held(on=on))

    def over(self, at_ms: int) -> None:
        """The agent hangs up."""
        left = LeftQueue(queue="support", result="answered", waited_ms=0, talked_ms=0, agent="801")
        self.fact(at_ms, left)
        self.fact(at_ms, HungUpFact(by="agent"))

    def fact(self, at_ms: int, fact: Fact) -> None:
        when = OFFERED + timedelta(milliseconds=at_ms)
        seq = len(self.events) + 1
        self.events.append(CallEvent("call-1", seq, when, at_ms, fact.kind, fact.data()))

    def samples(self) -> NDArray[np.int16]:
        """As recorded from `begins_ms` on: noise or comfort noise below, 16 bit, shape (n, 2)."""
        caller = self.caller + self._below(self.noise, self.noise_dbov, 7)
        house = self.house + self._below(None, -65.0, 3)
        legs = [np.frombuffer(to_pcm(leg), "<i2") for leg in (caller, house)]
        return np.stack(legs, axis=1)[self.begins_ms * 8 :]

    def _below(self, noise: Noise | None, level_dbov: float, seed: int) -> Floats:
        loop = comfort_loop(seed) if noise is None else noise_loop(noise, level_dbov, seed)
        return np.resize(loop, len(self.caller))

    def _put(self, leg: Floats, spans: list[Span], samples: Floats, at_ms: int) -> Span:
        first = at_ms * 8
        leg[first : first + len(samples)] += samples
        begins, ends = sounding(samples)
        spans.append((at_ms + begins, at_ms + ends))
        return spans[-1]
