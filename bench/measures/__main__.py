"""Measure and draw a long recording: how many times faster than it was spoken, on one core.

A call of the shipped voices on a noisy line, as long as asked, read from an opened file like a kept
one. Prints processor time, and fails when the measures are under 500 times real time.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from callers.noises import noise_loop
from callers.persona import Noise
from callers.voicebank import VoiceBank
from calls.events import AgentAnswered, CallEvent, HungUpFact
from recorder.measuring import Measures, measure
from recorder.wav import RATE, header, look_in
from recorder.waves import peaks

_LEAST = 500.0
_TURN_S = 7
_AT = datetime(2026, 11, 22, tzinfo=UTC)


def main() -> None:
    """Run it; exit 1 under the limit."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--minutes", type=int, default=60, help="length of the recording")
    told.add_argument("--rounds", type=int, default=3)
    asked = told.parse_args()
    seconds = asked.minutes * 60
    file = _recording(seconds)
    events = _facts(seconds)
    found: list[Measures] = []
    wav = look_in(file, Path("bench.wav"))
    measuring = _best(asked.rounds, lambda: found.append(measure(file, wav, events, 0)))
    drawing = _best(asked.rounds, lambda: peaks(file))
    last = found[-1]
    print(f"one stereo recording of {asked.minutes} min, 8 kHz, best of {asked.rounds} rounds")
    print(f"caller talks {last.caller_talk_ms / 1000:.0f} s, {len(last.talk_overs)} talk-overs")
    print(f"measures {seconds / measuring:8.0f} x real time on one core (limit {_LEAST:.0f})")
    print(f"waves    {seconds / drawing:8.0f} x real time, {drawing * 1000:.0f} ms in all")
    if seconds / measuring < _LEAST:
        raise SystemExit(1)


def _best(rounds: int, act: Callable[[], object]) -> float:
    took = []
    for _ in range(rounds):
        begun = time.process_time()
        act()
        took.append(time.process_time() - begun)
    return min(took)


def _facts(seconds: int) -> list[CallEvent]:
    """An agent is on the line all the time."""
    facts = ((0, AgentAnswered(agent="801", waited_ms=0)), (seconds * 1000, HungUpFact(by="agent")))
    return [
        CallEvent("bench", seq, _AT + timedelta(milliseconds=at_ms), at_ms, fact.kind, fact.data())
        for seq, (at_ms, fact) in enumerate(facts, 1)
    ]


def _recording(seconds: int) -> io.BytesIO:
    voices = VoiceBank.load()
    turn = np.zeros((_TURN_S * RATE, 2), np.float32)
    for leg, voice, name, at in ((0, "zh_m", "complaint", 1), (1, "zh_f", "inquiry", 2)):
        said = voices.samples(voice, name, -22.0)
        turn[at * RATE : at * RATE + len(said), leg] += said
    both = np.tile(turn, (seconds // _TURN_S + 1, 1))[: seconds * RATE]
    for leg, level in ((0, -42.0), (1, -60.0)):
        both[:, leg] += np.resize(noise_loop(Noise.STREET, level, 7), len(both))
    samples = np.clip(both * 32768, -32768, 32767).astype("<i2")
    return io.BytesIO(header(RATE, 2, len(samples)) + samples.tobytes())


if __name__ == "__main__":
    main()
