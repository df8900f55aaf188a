"""A whole reception on real TCP with small prompts and scripted ears, and what callers meet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from agi.away import REQUESTS, BackDesk
from agi.channel import Equipment
from agi.limits import Limits
from agi.reception import Reception
from agi.recording import prepare_monitor_folder
from agi.server import FastAgiServer
from callflow.engine import FlowRun
from callflow.house import House
from calls import ports
from calls.actions import Line, Listen
from calls.clock import SystemClock
from calls.errors import CallCenterError, LedgerError, PromptError
from calls.events import CallEvent
from calls.outcomes import SaidEnd, Sound
from casework.directories import Directories
from casework.office import HouseOffice
from tests.agi.fake_asterisk import FakeAsterisk, Rule, environment_block, usual

LINES = """
greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}
menu: {zh-Hans: 请选择, zh-Hant: 請選擇, en: Please choose}
place: {zh-Hans: "第{place}位", zh-Hant: "第{place}位", en: "Number {place}"}
dumb: {zh-Hans: 无, zh-Hant: 無, en: None}
goodbye: {tags: [closing], zh-Hans: 再见, zh-Hant: 再見, en: Goodbye}
"""


@dataclass
class Sink:
    """Facts in memory; says when they were made durable."""

    events: list[CallEvent] = field(default_factory=list)
    durable_at: list[int] = field(default_factory=list)
    broken: bool = False

    def append(self, event: CallEvent) -> None:
        self.events.append(event)

    async def durable(self) -> None:
        if self.broken:
            raise LedgerError("disk full; make room")
        await asyncio.sleep(0)
        self.durable_at.append(len(self.events))

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    def of(self, kind: str) -> list[Mapping[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]


@dataclass(frozen=True)
class SmallPrompt:
    path: Path
    duration_ms: int = 1000

    def pcm(self) -> bytes:
        return bytes(16 * self.duration_ms)


class SmallPrompts:
    """Every line is a second long; `dumb` has no sound."""

    def find(self, line: Line) -> SmallPrompt | None:
        return None if line.name in ("dumb", "goodbye") else self._prompt(line)

    async def obtain(self, line: Line) -> SmallPrompt:
        await asyncio.sleep(0)
        if line.name == "dumb":
            raise PromptError("line dumb (en) has no sound; run `thirdring prompts build`")
        return self._prompt(line)

    def _prompt(self, line: Line) -> SmallPrompt:
        return SmallPrompt(Path(f"/prompts/{line.language}/{line.name}.wav"))


@dataclass(frozen=True, kw_only=True)
class Played:
    started_ms: int
    ended_ms: int
    ended: SaidEnd


@dataclass(frozen=True, kw_only=True)
class Answer:
    kind: str
    from_ms: int = 100
    to_ms: int = 500
    level_dbov: float | None = -30.0
    reason: str = "scripted"
    digits: str = ""
    prompt: Played | None = None


class ScriptedSession:
    """Answers as told once Asterisk has been asked for the audio."""

    def __init__(self, ears: ScriptedEars, number: int) -> None:
        self.address = f"00000000-0000-4000-8000-{number:012d},127.0.0.1:9"
        self.first_frame_at_ms: int | None = None
        self.lent = asyncio.Event()
        self.closed = asyncio.Event()
        self.released = asyncio.Event()
        """Asterisk's command ends, the session goes on."""

        self._ears = ears

    async def ask(
        self,
        question: Listen,
        /,
        *,
        prompt_pcm: bytes | None = None,
        on_prompt_end: Callable[[Any], None] | None = None,
        on_hearing: Callable[[Sound, float], None] | None = None,
    ) -> Answer:
        await self.lent.wait()
        self.first_frame_at_ms = SystemClock().monotonic_ms()
        answer = self._ears.answers.pop(0) if self._ears.answers else None
        if answer is None:
            await asyncio.Event().wait()
            raise AssertionError
        if isinstance(answer, Exception):
            raise answer
        for _ in range(self._ears.pieces - 1):
            await self.released.wait()
            self.lent.clear()
            await self.lent.wait()
        if answer.prompt is not None and answer.kind != "hangup" and on_prompt_end:
            assert prompt_pcm
            on_prompt_end(answer.prompt)
        if on_hearing is not None:
            on_hearing(Sound.SPEECH, -25.0)
        return answer

    def release_in_pause(self, left_s: float) -> bool:
        return False

    def release(self) -> bool:
        if not self.lent.is_set():
            return False
        self.released.set()
        return True

    def close(self) -> None:
        self.closed.set()
        self.released.set()
        self._ears.sessions.pop(self.address, None)


@dataclass
class ScriptedEars:
    answers: list[Answer | CallCenterError] = field(default_factory=list)
    sessions: dict[str, ScriptedSession] = field(default_factory=dict)
    made: int = 0
    pieces: int = 1
    """In how many the audio is lent before an answer comes."""

    def expect(self) -> ScriptedSession:
        self.made += 1
        session = ScriptedSession(self, self.made)
        self.sessions[session.address] = session
        return session


@dataclass
class Office:
    """One serving process, as far as AGI goes."""

    sink: Sink
    ears: ScriptedEars
    desk: BackDesk
    public: FastAgiServer
    private: FastAgiServer
    reception: Reception
    address: tuple[str, int]
    back: tuple[str, int]

    async def visit(self, rule: Rule = usual, **environment: str) -> list[list[str]]:
        """One caller; the commands that came. EXEC AudioSocket lasts until the ears close."""
        fake = await FakeAsterisk.connect(self.address, environment_block(**environment))
        return await self.serve(fake, rule)

    async def serve(self, fake: FakeAsterisk, rule: Rule = usual) -> list[list[str]]:
        commands: list[list[str]] = []
        while (words := await fake.command()) is not None:
            commands.append(words)
            if words[:2] == ["EXEC", "AudioSocket"] and words[2] in self.ears.sessions:
                session = self.ears.sessions[words[2]]
                session.lent.set()
                answer = rule(words)
                if answer == b"200 result=0\n":
                    await session.released.wait()
                    if not session.closed.is_set():
                        session.released.clear()
            else:
                answer = rule(words)
            if answer is None:
                break
            fake.send(answer)
            if words == ["HANGUP"]:
                fake.send(b"HANGUP\n")
        await fake.close()
        return commands

    async def tell(self, what: str, *arguments: str) -> bytes:
        """A request of the dialplan to the private listener, on a channel of its own."""
        values = {f"arg_{number}": text for number, text in enumerate(arguments, 1)}
        block = environment_block(network_script=what, uniqueid="other.7", **values)
        fake = await FakeAsterisk.connect(self.back, block)
        said = await fake.closed_by_peer()
        await fake.close()
        return said

    async def resume(self, status: str, member: str = "", rule: Rule = usual) -> list[list[str]]:
        """The caller comes back from the queue."""
        call_id = self.sink.events[0].call_id
        block = environment_block(
            network_script="_resume", arg_1=call_id, arg_2=status, arg_3=member
        )
        return await self.serve(await FakeAsterisk.connect(self.back, block), rule)


def house(flow: str) -> House:
    """A house of this one flow; a first step that rings is put before it when it has none."""
    text = dedent(flow)
    if "ring:" not in text:
        text = text.replace("steps:\n", "steps:\n  ringing:\n    ring: 1\n")
    return House.of_texts({"lines.yaml": LINES, "greetings.yaml": text})


@contextlib.asynccontextmanager
async def office(
    flow: str,
    state: Path,
    *answers: Answer | CallCenterError,
    grace_s: float = 5.0,
    ring_sound_ms: int = 0,
    lease_s: float = 10.0,
    back_office: ports.Office | None = None,
    found_again: bool = False,
) -> AsyncIterator[Office]:
    """The house's one flow, open for callers; stopped with `grace_s` for those still there."""
    written = house(flow)
    sink, ears, desk = Sink(), ScriptedEars(list(answers)), BackDesk()
    equipment = Equipment(
        prompts=SmallPrompts(),
        ears=ears,
        desk=desk,
        office=back_office or HouseOffice(Directories(state / "directories")),
        state=prepare_monitor_folder(state),
        ring_sound_ms=ring_sound_ms,
        found_again=found_again,
    )
    private = FastAgiServer(desk.answer, flow_known=REQUESTS.__contains__)
    back = await private.start()

    def start(name: str, variables: Mapping[str, Any]) -> FlowRun:
        return written.start(name, variables, "zh-Hans")

    reception = Reception(
        start=start,
        sink=sink,
        clock=SystemClock(),
        equipment=equipment,
        back=f"{back[0]}:{back[1]}",
    )
    public = FastAgiServer(
        reception.answer,
        flow_known=written.flows.__contains__,
        limits=Limits(lease_s=lease_s),
        elsewhere=lambda: reception.elsewhere,
    )
    address = await public.start()
    try:
        yield Office(sink, ears, desk, public, private, reception, address, back)
    finally:
        await public.stop(grace_s=grace_s)
        await private.stop(grace_s=grace_s)
