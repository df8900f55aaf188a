"""Live callers on one core: how late is a frame heard, and what does a caller cost.

`python -m bench.ears.load [--streams 100] [--seconds 20] [--core 0]`: the real `EarsService` in
this process, pinned to one core; a second process sends N AudioSocket streams of speech and
pauses over loopback, a frame every 20 ms each. Lag of a frame: from the moment its last byte was
handed to the socket to the moment its result is carried out on the service's loop.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import resource
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, thread_time
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from agi.ears.audiosocket import AUDIO_HEADER
from agi.ears.features import FRAME_BYTES
from agi.ears.listener import Report
from agi.ears.service import EarsService, _Batch
from agi.ears.session import HearingSession
from agi.ears.vad import SileroVad
from agi.ears.wav import read_wav
from calls.actions import Listen

VOICE = Path(__file__).parents[2] / "tests/agi/ears/data/order.wav"
WANTED = frozenset({"speech", "silence", "noise", "faint"})


class TimedEars(EarsService):
    """The real service; also notes when each session's frames have been heard."""

    def __init__(self) -> None:
        super().__init__(SileroVad())
        self.heard_at: dict[str, list[float]] = {}
        self.worker_cpu_s = 0.0
        self.batches = 0

    def _work(self, batch: _Batch, loop: asyncio.AbstractEventLoop) -> None:
        began = thread_time()
        super()._work(batch, loop)
        self.worker_cpu_s += thread_time() - began
        self.batches += 1

    def _carry_out(self, batch: _Batch, reports: Sequence[Sequence[Report]]) -> None:
        super()._carry_out(batch, reports)
        now = monotonic()
        for session, inbox in batch:
            frames = sum(isinstance(message, bytes) for message in inbox)
            self.heard_at.setdefault(session.uuid, []).extend([now] * frames)


def audio(frames: int, seed: int) -> bytes:
    """Faint hiss with the voice in it every few seconds."""
    rng = np.random.default_rng(seed)
    out = 10 * rng.standard_normal(frames * 160)
    voice = read_wav(VOICE) * 32768
    place = int(rng.uniform(0, 4) * 8000)
    while place + len(voice) < len(out):
        out[place : place + len(voice)] += voice
        place += len(voice) + int(rng.uniform(1, 6) * 8000)
    return out.astype("<i2").tobytes()


async def speak(port: int, identity: str, seed: int, frames: int, sent: list[float]) -> None:
    """One caller: its frames at their times, as `asyncio` can."""
    loop = asyncio.get_running_loop()
    pcm = audio(frames, seed)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x01\x00\x10" + UUID(identity).bytes)
    began = loop.time() + 1 + np.random.default_rng(seed).uniform(0, 0.02)
    for number in range(frames):
        await asyncio.sleep(max(0.0, began + number * 0.02 - loop.time()))
        part = pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        if writer.is_closing():
            return
        sent.append(monotonic())
        writer.write(AUDIO_HEADER + part)
    await asyncio.sleep(1)
    writer.close()


def generate(port: int, identities: list[str], frames: int, core: int, result: Connection) -> None:
    """The second process."""
    os.sched_setaffinity(0, {core})
    sent: list[list[float]] = [[] for _ in identities]

    async def all_callers() -> None:
        await asyncio.gather(
            *(speak(port, u, seed, frames, sent[seed]) for seed, u in enumerate(identities))
        )

    asyncio.run(all_callers())
    result.send(sent)


async def listen(session: HearingSession) -> dict[str, int]:
    """Put one question after another; counts the answers."""
    counts: dict[str, int] = {}
    while True:
        answer = await session.ask(Listen(window_ms=4000, wanted=WANTED))
        counts[answer.kind] = counts.get(answer.kind, 0) + 1
        if answer.kind == "hangup":
            return counts


async def measure(streams: int, seconds: int, core: int) -> None:
    """Run it and print the figures."""
    cores = sorted(os.sched_getaffinity(0))
    others = [one for one in cores if one != core] or cores
    os.sched_setaffinity(0, {core})
    ears = TimedEars()
    _, port = await ears.start("127.0.0.1", 0)
    sessions = [ears.expect(max_wait_s=30) for _ in range(streams)]
    receiving, sending = multiprocessing.get_context("spawn").Pipe(duplex=False)
    names = [session.uuid for session in sessions]
    peer = multiprocessing.get_context("spawn").Process(
        target=generate, args=(port, names, seconds * 50, others[0], sending), daemon=True
    )
    peer.start()
    before, began = resource.getrusage(resource.RUSAGE_SELF), monotonic()
    counts = await asyncio.gather(*(listen(session) for session in sessions))
    after, ended = resource.getrusage(resource.RUSAGE_SELF), monotonic()
    sent: list[list[float]] = receiving.recv()
    peer.join()
    lags = lag_ms(sent, [ears.heard_at[name] for name in names])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    p50, p99 = np.percentile(lags, [50, 99])
    total: dict[str, int] = {}
    for one in counts:
        for kind, number in one.items():
            total[kind] = total.get(kind, 0) + number
    print(f"{streams} streams, {seconds} s, {len(lags)} frames, one core; answers {total}")
    print(f"frame lag p50 {p50:.1f} ms  p99 {p99:.1f} ms  most {lags.max():.1f} ms")
    per_second = cpu / seconds
    system = (after.ru_stime - before.ru_stime) / seconds
    signal = ears.worker_cpu_s / seconds
    print(f"CPU {per_second:.2f} of the core, {per_second / streams:.2%} per stream")
    print(f"of it {signal:.2f} signal work, {system:.2f} in the kernel")
    print(f"{ears.batches} batches, wall {ended - began:.1f} s, load {os.getloadavg()[0]:.1f}")
    for session in sessions:
        session.close()
    await ears.stop()


def lag_ms(sent: list[list[float]], heard: list[list[float]]) -> NDArray[np.float64]:
    """Lag of each frame, in ms; the first second is warming up."""
    found = [
        np.array(done[50 : len(out)]) - np.array(out[50 : len(done)])
        for out, done in zip(sent, heard, strict=True)
    ]
    return np.concatenate(found) * 1000


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    if options.uvloop:
        import uvloop

        uvloop.install()
    asyncio.run(measure(options.streams, options.seconds, options.core))


if __name__ == "__main__":
    main()
