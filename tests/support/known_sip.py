"""The same calls of known truth as real telephone calls: SIP and sound through a real Asterisk.

What the caller went through is told from the sound that came to its telephone: the house's lines
are looked for in it.
"""

from __future__ import annotations

import asyncio
import itertools
import socket
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from callers.flowtests.cases import FlowTest
from callers.result import CallResult
from callers.sip import SipPhones, call_over_sip, sip_phones
from callers.voicebank import VoiceBank
from callflow.house import House
from calls.errors import CallCenterError
from launch.authoring.flow_tests_live import destinations
from launch.authoring.flow_tests_sip import unplayable_over_sip
from launch.pbx.options import PbxOptions
from launch.pbx.process import down, up
from launch.serving.server import Running
from ledger.rows import CallRow
from tests.support.free_ports import free_port, rtp_range
from tests.support.g711 import Samples
from tests.support.heard import RATE, Heard
from tests.support.hotline import length_ms, line_sound
from tests.support.known_calls import COMPARED, Account, Lived, Tally, account_of, of_house, whole
from tests.support.known_truth import SCRIPTS, Known, plays_of

AT_ONCE: Final = 6
"""Callers on the line together: Asterisk and their telephones share the machine too."""

SAME_PLACE_MS: Final = 100
_NUMBERS: Final = """[cc-in](+)
exten => _88XXXX,1,Set(CC_FLOW=greetings)
 same => n,Goto(cc-number,${EXTEN},1)
"""


def over_sip_too(known: Known) -> bool:
    """Whether a caller on a telephone can make this call; nobody is there as agent, nor planned to
    be away: Asterisk's queue turns the caller back at once."""
    if not known.placed or "agent:" in known.given:
        return False
    house = _house()
    return not unplayable_over_sip(house, plays_of(house, [known])[known.name])


@lru_cache(maxsize=1)
def _house() -> House:
    return House.load(SCRIPTS)


@contextmanager
def asterisk(state: Path) -> Iterator[PbxOptions]:
    """A real Asterisk without agents; PbxError where none can be had."""
    site = state / "pbx" / "site"
    site.mkdir(parents=True)
    (site / "extensions.conf").write_text(_NUMBERS, encoding="utf-8")
    options = PbxOptions(
        state=state,
        sip_port=free_port(socket.SOCK_DGRAM),
        ami_port=free_port(),
        rtp=rtp_range(4 * AT_ONCE + 40),
        agi=(f"127.0.0.1:{free_port()}",),
        destinations=destinations(_house()),
    )
    up(options, lambda _: None)
    try:
        yield options
    finally:
        down(state)


@dataclass(frozen=True, slots=True)
class _TelephoneLine:
    """Callers on telephones."""

    options: PbxOptions
    phones: SipPhones
    bank: VoiceBank
    numbers: Iterator[int]
    folder: Path

    @property
    def state(self) -> Path:
        return self.options.state

    @property
    def agi_port(self) -> int:
        return int(self.options.agi[0].rpartition(":")[2])

    async def place(self, test: FlowTest, again: int, running: Running) -> Lived:
        """One call, found again by the number it dialled."""
        number = f"88{next(self.numbers):04}"
        target = f"sip:{number}@{self.options.bind}:{self.options.sip_port}"
        sound = self.folder / f"{number}.wav"
        try:
            result = await call_over_sip(
                test.given.persona,
                target,
                ani=test.given.ani,
                seed=again,
                bank=self.bank,
                phones=self.phones,
                save=sound,
            )
        except CallCenterError as error:  # one caller's trouble is one call's
            return Lived(number, CallResult(test.name, failure=str(error)), [])
        heard = await asyncio.to_thread(_heard_in, sound)
        return Lived(number, result, whole(result.rings, heard, result.hung_up_by))

    def key_of(self, row: CallRow) -> str:
        return row.dnis


def by_telephone(
    calls: Sequence[tuple[Known, int]],
    folder: Path,
    tally: Tally,
    over: Callable[[CallResult], None],
) -> None:
    """Place all these calls, house by house, and compare. PbxError where there is no Asterisk."""
    houses: dict[str, list[tuple[Known, int]]] = {}
    for known, again in calls:
        houses.setdefault(known.damage, []).append((known, again))
    with asterisk(folder) as options:
        asyncio.run(_all_houses(houses, options, folder, tally, over))


async def _all_houses(
    houses: Mapping[str, Sequence[tuple[Known, int]]],
    options: PbxOptions,
    folder: Path,
    tally: Tally,
    over: Callable[[CallResult], None],
) -> None:
    bank, numbers = VoiceBank.load(), itertools.count(1)
    room = asyncio.Semaphore(AT_ONCE)
    async with sip_phones(most_calls=AT_ONCE) as phones:
        for count, (damage, calls) in enumerate(houses.items()):
            own = folder / f"house{count}"
            own.mkdir()
            line = _TelephoneLine(options, phones, bank, numbers, own)
            await of_house(damage, calls, (line, own), room, tally, over)


def _heard_in(sound: Path) -> list[Account]:
    """The caller's account, from a file as `call_over_sip` saves it."""
    came = _right_side(sound)
    heard = Heard()
    heard.take(0.0, 0, came)
    found: list[tuple[int, float, str]] = []
    for line, samples in _sounds().items():
        for at_ms in heard.find(samples):
            found.append((at_ms, _likeness(came[at_ms * RATE // 1000 :], samples), line))
    return account_of(
        [
            (line, at_ms, at_ms + length_ms(_sounds()[line]))
            for at_ms, like, line in sorted(found)
            # Two lines may begin with the same words: the one that goes on like it was heard.
            if all(abs(at_ms - other) > SAME_PLACE_MS or like >= best for other, best, _ in found)
        ]
    )


def _likeness(came: Samples, line: Samples) -> float:
    count = min(len(came), len(line))
    one, other = came[:count].astype(np.float64), line[:count].astype(np.float64)
    return float(np.sum(one * other) / (np.sqrt(np.sum(one**2) * np.sum(other**2)) + 1.0))


def _right_side(sound: Path) -> Samples:
    with wave.open(str(sound), "rb") as file:
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, "<i2").reshape(-1, 2)[:, 1].copy()


@lru_cache(maxsize=1)
def _sounds() -> Mapping[str, Samples]:
    return {line: line_sound(line) for line in sorted(COMPARED)}
