"""Seeded fuzz of what reads a manager connection: no hang, no crash, no forged event, no number."""

from __future__ import annotations

import asyncio
import os
import random
import time

import pytest

from desk.ami.errors import AmiGoneError, AmiHeaderError, AmiLoginError, AmiRefusedError
from desk.ami.message import Message
from desk.ami.session import AmiSession
from desk.ami.wire import BlockReader, encode

BLOCKS = int(os.environ.get("THIRDRING_FUZZ", "20000"))
CANARY = "13912345678"
SYSTEM = "tr5060-9f2c"
BANNER = b"Asterisk Call Manager/11.0.0\r\n"

_NUMBERS = [
    CANARY, "138\r\nLinkedid: other", "1\r\n\r\nEvent: Forged\r\nPrivilege: call,all", "\n\n", "",
    "1\r\n\r\nResponse: Error\r\nMessage: x", "1\r\n\r\nEvent: Forged\r\nEventList: Complete",
    "1\r\n\r\n\r\n", "\x00\x1b[31m", "王", "\udcc4\udcfa", "ActionID: p-1", "a" * 500,
    "1\r\n\r\nResponse: Follows\r\nEvent: Forged", "--END COMMAND--\r\n\r\n",
    "1\r\n\r\nResponse: Follows\r\nPrivilege: Command\r\nActionID: 1-1\r\n",
]  # fmt: skip
_PIECES = [
    b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"\0", b":", b": ", b"Event: ", b"Response: ", b"Output: ",
    b"Response: Follows\r\n", b"--END COMMAND--\r\n\r\n", b"Response: Error\r\n", b"\xff\xfe",
    b"EventList: start\r\n", b"EventList: Complete\r\n", b"Event: \r\n\r\n", b"X" * 3000,
    b"Timestamp: nan\r\n", b"Privilege: call,all\r\n", b"ActionID: ", CANARY.encode(),
]  # fmt: skip


def event(rng: random.Random) -> bytes:
    """A genuine event with whatever a caller may have for a number."""
    pairs = [
        ("Event", rng.choice(("Newchannel", "Hangup", "QueueCallerJoin"))),
        ("Privilege", "call,all"),
        ("Timestamp", "1795337152.908582"),
        ("SystemName", SYSTEM),
        ("Channel", "PJSIP/carrier-00000001"),
        ("CallerIDNum", rng.choice(_NUMBERS)),
        ("Linkedid", "own"),
    ]
    text = "".join(f"{name}: {value}\r\n" for name, value in pairs) + "\r\n"
    return text.encode("utf-8", "surrogateescape")


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Flipped, cut, doubled, or with something put in."""
    at = rng.randrange(len(data) + 1)
    match rng.randrange(4):
        case 0:
            return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at]
        case 2:
            return data[:at] + rng.choice(_PIECES) + data[at:]
        case _:
            return data[:at] + data[max(0, at - 40) :]


def pieces(rng: random.Random, data: bytes) -> list[bytes]:
    """The data as a network may deliver it."""
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(3)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def read_everything(message: Message) -> None:
    """Nothing that is asked of a message raises, and what it gives can be kept and shown."""
    for name in list(dict(message.pairs))[:50]:
        message.get(name).encode("utf-8")
        assert all(not set(one) & set("\r\n\0\x1b") for one in message.all(name))
    message.number("Wait")
    assert message.at is None or isinstance(message.at, float)
    assert CANARY not in repr(message)


@pytest.mark.timeout(120)
def test_twenty_thousand_broken_blocks_neither_hang_nor_crash_nor_leak_a_number() -> None:
    rng = random.Random(20261122)
    slowest, read = 0.0, 0
    reader = BlockReader()
    reader.feed(BANNER)
    for _ in range(BLOCKS):
        data = event(rng)
        for _ in range(rng.randrange(4)):
            data = mutated(rng, data)
        began = time.process_time()
        for piece in pieces(rng, data + b"\r\n\r\n"):
            for message in reader.feed(piece):
                read_everything(message)
                read += 1
        slowest = max(slowest, time.process_time() - began)
        if rng.random() < 0.02:
            reader = BlockReader()
            reader.feed(BANNER)

    assert read >= BLOCKS // 2
    assert slowest < 1.0


class Wire(asyncio.Transport):
    """Where a session writes in this test."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = bytearray()
        self.over = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.over

    def abort(self) -> None:
        self.over = True


@pytest.mark.timeout(120)
async def test_no_number_of_a_caller_forges_an_event_a_header_an_answer_or_a_row() -> None:
    rng = random.Random(7)
    heard: list[Message] = []
    session, wire = AmiSession(heard.append), Wire()
    session.connection_made(wire)
    session.data_received(BANNER)
    session._system = SYSTEM
    for _ in range(BLOCKS // 20):
        asking = asyncio.create_task(session.ask("Status", (), 5.0))
        await asyncio.sleep(0)
        own = wire.sent.decode().rpartition("ActionID: ")[2].partition("\r\n")[0]
        stream = b"".join(event(rng) for _ in range(10))
        stream += f"Response: Success\r\nActionID: {own}\r\nEventList: start\r\n\r\n".encode()
        numbers = [rng.choice(_NUMBERS) for _ in range(10)]
        for place, number in enumerate(numbers):
            row = (
                f"Event: Status\r\nPrivilege: Call\r\nChannel: C-{place}\r\n"
                f"CallerIDNum: {number}\r\nLinkedid: own\r\nSeconds: 1\r\nActionID: {own}\r\n\r\n"
            )
            stream += row.encode("utf-8", "surrogateescape")
        stream += (
            f"Event: StatusComplete\r\nActionID: {own}\r\nEventList: Complete\r\n\r\n".encode()
        )
        stream += b"".join(event(rng) for _ in range(10))
        for piece in pieces(rng, stream):
            session.data_received(piece)
        rows = await asking
        honest = [f"C-{at}" for at, number in enumerate(numbers) if "\r\n" not in number]
        assert [row.get("Channel") for row in rows] == honest, numbers
        assert {row.get("Linkedid") for row in rows} <= {"own"}
        assert {one.event for one in heard} <= {"Newchannel", "Hangup", "QueueCallerJoin"}
        assert {one.get("Channel") for one in heard} <= {"PJSIP/carrier-00000001"}
        assert all(one.doubled or one.get("Linkedid") in {"own", ""} for one in heard)
        heard.clear()
        wire.sent.clear()

    assert session.forged > BLOCKS // 100
    session.connection_lost(None)


def test_whatever_is_put_into_a_header_one_action_is_sent_or_none() -> None:
    rng = random.Random(11)
    signs = "ab:\r\n\0 \x1b王\udcff\ud800\u2028Action"
    sent = 0
    for _ in range(BLOCKS):
        name, value = (
            "".join(rng.choices(signs, k=rng.randrange(1, 6))) if rng.random() < 0.3 else "Reason",
            "".join(rng.choices(signs, k=rng.randrange(6))) * rng.choice((1, 1, 1, 400)),
        )
        try:
            block = encode("QueuePause", "p-1", [(name, value)])
        except AmiHeaderError:
            continue
        sent += 1
        assert block.count(b"\r\n") == block.count(b"\n") == block.count(b"\r") == 4
        assert block.endswith(b"\r\n\r\n")
        assert b"\0" not in block

    assert sent > BLOCKS // 20


async def test_any_bytes_at_all_end_in_an_answer_or_an_error_of_ours() -> None:
    rng = random.Random(13)
    for _ in range(BLOCKS // 20):
        session, wire = AmiSession(lambda _message: None), Wire()
        session.connection_made(wire)
        asking = asyncio.create_task(session.act("Ping", (), 5.0))
        await asyncio.sleep(0)
        noise = b"".join(rng.choices([*_PIECES, event(rng)], k=rng.randrange(1, 20)))
        session.data_received((BANNER if rng.random() < 0.9 else b"") + noise)
        session.connection_lost(None)
        with pytest.raises((AmiGoneError, AmiRefusedError, AmiLoginError)):
            await asking
        assert session.closed.done()
