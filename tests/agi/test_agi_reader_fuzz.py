"""Seeded fuzz of everything that reads bytes from an AGI peer: no hang, no crash, no number."""

from __future__ import annotations

import os
import random
import time

import pytest

from agi.dialogue_log import shown
from agi.environment import EnvironmentReader, HostileEnvironmentError
from agi.replies import BrokenReplyError, Reply, ReplyReader
from tests.agi.fake_asterisk import environment_block

CASES = int(os.environ.get("THIRDRING_FUZZ", "100000"))
CANARY = "13912345678"

_PIECES = [
    b"200 result=0\n", b"200 result=1 (", b")", b" endpos=", b"520-", b"520 End of proper usage.\n",
    b"511 Command Not Permitted on a dead channel\n", b"HANGUP\n", b"HANGUP", b"\n", b"\r", b"\0",
    b"200 result=", b"(timeout)", b"agi_arg_1: x\n", b"agi_network: yes\n", b"\n\n", b"\xff\xfe",
    CANARY.encode(), b"100 Trying\n", b"200 result=-1 endpos=99999999999999999999\n", b" " * 40,
    b"agi_callerid: ", b"result", b"=", b"\xc4\xfa", b"999 x\n", b"\x1b[31m",
]  # fmt: skip


def mutated(rng: random.Random, data: bytes) -> bytes:
    """A block with a few bytes flipped, cut, doubled or put in."""
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at]
            case 2:
                data = data[:at] + rng.choice(_PIECES) + data[at:]
            case _:
                data = data[:at] + data[max(0, at - 40) :]
    return data


def pieces(rng: random.Random, data: bytes) -> list[bytes]:
    """The data as a network may deliver it."""
    if rng.random() < 0.5:
        return [data]
    at = rng.randrange(len(data) + 1)
    return [data[:at], data[at:]]


def read_greeting(rng: random.Random) -> None:
    reader = EnvironmentReader()
    data = mutated(rng, environment_block(callerid=CANARY))
    try:
        for piece in pieces(rng, data):
            if (whole := reader.feed(piece)) is not None:
                environment = whole[0]
                assert set(environment.ani) <= set("0123456789+*#")
                assert set(environment.dnis) <= set("0123456789+*#")
                assert environment.caller_name.isprintable()
                assert environment.channel.isprintable()
                return
    except HostileEnvironmentError as error:
        message = str(error)
    else:
        return
    assert CANARY not in message


def read_replies(rng: random.Random) -> None:
    reader = ReplyReader()
    data = b"".join(rng.choices(_PIECES, k=rng.randrange(1, 12)))
    try:
        for piece in pieces(rng, mutated(rng, data)):
            for reply in reader.feed(piece):
                assert isinstance(reply, Reply)
                assert 0 <= reply.code <= 999
                assert CANARY not in shown(reply.value + reply.data + reply.text)
    except BrokenReplyError as error:
        message = str(error)
    else:
        return
    assert CANARY not in message


@pytest.mark.timeout(120)
def test_a_hundred_thousand_broken_dialogues_neither_hang_nor_crash_nor_leak_a_number() -> None:
    rng = random.Random(20261122)
    slowest = 0.0
    for case in range(CASES):
        began = time.process_time()
        (read_greeting if case % 2 else read_replies)(rng)
        slowest = max(slowest, time.process_time() - began)

    assert slowest < 1.0
