"""A cue's first word waits until Asterisk whispers: what comes earlier, nobody hears."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import cast

import pytest

from desk.ami import AmiClient, Message
from desk.supervision import cue
from desk.supervision.cue import FRAME_BYTES, Cues

CHANNEL = "PJSIP/801-00000001"
WORD = b"\x11\x22" * (FRAME_BYTES // 2) * 3


class HandAmi:
    """Connects as Asterisk does, and whispers when the test says so."""

    def __init__(self) -> None:
        self.takers: list[Callable[[Message], None]] = []
        self.session = ""
        self.frames: list[bytes] = []

    def on_event(
        self, names: Collection[str], take: Callable[[Message], None]
    ) -> Callable[[], None]:
        assert list(names) == ["ChanSpyStart"]
        self.takers.append(take)
        return lambda: self.takers.remove(take)

    async def follow(self, action: str, *headers: tuple[str, str], **_times: float) -> Message:
        _, where, self.session, _rest = dict(headers)["Channel"].split("/")
        host, _, port = where.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"\x01\x00\x10" + bytes.fromhex(self.session.replace("-", "")))
        self.reading = asyncio.create_task(self._read(reader, writer))
        return Message("Response: Success\r\nChannel: AudioSocket/x\r\nUniqueid: 1")

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (head := await reader.readexactly(3))[0] == 0x10:
            self.frames.append(await reader.readexactly(int.from_bytes(head[1:], "big")))
        writer.close()

    def whispers(self, session: str = "") -> None:
        """The event that tells it."""
        spyer = f"AudioSocket/127.0.0.1:1-{session or self.session}"
        for take in list(self.takers):
            take(
                Message(f"Event: ChanSpyStart\r\nSpyerChannel: {spyer}\r\nSpyeeChannel: {CHANNEL}")
            )

    async def came(self, frames: int) -> None:
        """Wait for so many more."""
        wanted = len(self.frames) + frames
        async with asyncio.timeout(20):
            while len(self.frames) < wanted:
                await asyncio.sleep(0.005)

    @property
    def words(self) -> int:
        """Frames with sound so far."""
        return sum(any(frame) for frame in self.frames)


async def test_no_word_is_sent_until_asterisk_whispers_in_this_very_session() -> None:
    ami = HandAmi()
    cues = Cues(cast("AmiClient", ami))
    await cues.start()
    saying = asyncio.create_task(cues.whisper(CHANNEL, WORD))
    try:
        await ami.came(30)
        ami.whispers("00000000-0000-4000-8000-000000000000")
        await ami.came(10)
        assert ami.words == 0
        ami.whispers()
        await saying
        await ami.reading
    finally:
        await cues.close()

    assert ami.words == 3
    assert b"".join(ami.frames).strip(b"\0") == WORD
    assert ami.takers == []


async def test_an_asterisk_that_does_not_tell_is_spoken_to_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cue, "_OPENS_FRAMES", 4)
    ami = HandAmi()
    cues = Cues(cast("AmiClient", ami))
    await cues.start()
    try:
        await cues.whisper(CHANNEL, WORD)
        await ami.reading
    finally:
        await cues.close()

    assert ami.words == 3
