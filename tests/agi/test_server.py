"""The FastAGI server against peers that are silent, hostile, many, or gone."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket

import pytest

from agi.limits import Limits
from agi.server import FastAgiServer
from agi.session import AgiSession
from calls.errors import ConfigError
from tests.agi.fake_asterisk import FakeAsterisk, environment_block, usual


class Desk:
    """A server whose calls answer, then play a prompt for as long as `go_on` is set."""

    def __init__(self, limits: Limits | None = None, secret: str = "", sources: str = "") -> None:
        self.served: list[str] = []
        self.interrupted = 0
        self.hold = asyncio.Event()
        self.hold.set()
        self.server = FastAgiServer(
            self.answer,
            flow_known=lambda name: name == "greetings",
            limits=limits,
            secret=secret,
            sources={sources} if sources else {"127.0.0.1"},
        )

    async def answer(self, session: AgiSession) -> None:
        try:
            await session.run(session.agi.answer)
            await session.run(session.agi.stream_file, "greeting")
            await self.hold.wait()
            await session.run(session.agi.hangup)
        except asyncio.CancelledError:
            self.interrupted += 1
            raise
        self.served.append(session.environment.uniqueid)


@contextlib.asynccontextmanager
async def running(desk: Desk):  # type: ignore[no-untyped-def]
    address = await desk.server.start()
    try:
        yield address
    finally:
        await desk.server.stop(grace_s=0)


async def one_call(address: tuple[str, int], **changes: str) -> list[list[str]]:
    fake = await FakeAsterisk.connect(address, environment_block(**changes))
    return await fake.serve(usual)


async def test_a_call_is_served_and_leaves_nothing() -> None:
    desk = Desk()
    async with running(desk) as address:
        commands = await one_call(address)

        assert [words[0] for words in commands] == ["ANSWER", "STREAM", "HANGUP"]
        assert desk.server.live == 0
        assert desk.server.connections == 0


async def test_commands_leave_at_once() -> None:
    seen: list[int] = []

    async def answer(session: AgiSession) -> None:
        transport = session._wire._transport
        assert transport is not None
        sock = transport.get_extra_info("socket")
        seen.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    server = FastAgiServer(answer, flow_known=lambda _: True)
    fake = await FakeAsterisk.connect(await server.start())
    await fake.closed_by_peer()
    await fake.close()
    await server.stop(grace_s=0)

    assert seen
    assert seen[0] != 0


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (b"", ""),
        (environment_block()[:200], ""),
        (environment_block()[:-1], ""),
        (b"\x16\x03\x01" + bytes(range(256)) * 40, "does not begin with agi_network: yes"),
        (b"GET / HTTP/1.0\r\n\r\n", "does not begin with agi_network: yes"),
        (b"\n\n", "does not begin with agi_network: yes"),
        (environment_block(callerid="138\nagi_extension: pwn"), "a key given twice"),
        (environment_block(callerid="138\nagi_arg_9: x\nagi_arg_2: 9"), "a key given twice"),
        (
            environment_block(callerid="138\n\nHANGUP"),
            "without agi_extension",
        ),
        (
            environment_block() + b"200 result=1\n",
            "bytes after the environment before any command",
        ),
        (environment_block(callerid="138\nno key"), "a line that is not agi_<key>: <value>"),
        (environment_block(callerid="138\nAGI_X: 1"), "a line that is not agi_<key>: <value>"),
        (environment_block(callerid="1" * 1100), "a line over 1,024 bytes"),
        (b"agi_network: yes\n" + b"agi_a: " + b"x" * 2000, "a line over 1,024 bytes"),
        (b"agi_network: yes\n" + b"agi_a: x\n" * 100, "more than 64 lines"),
        (b"agi_network: yes\nagi_network_script: greetings\n\n", "without agi_channel"),
        (b"".join(b"agi_%d: %s\n" % (n, b"x" * 900) for n in range(30)), "more than 16 KiB"),
        (environment_block(network_script="../../x?y"), "an unknown flow"),
        (environment_block(network_script="Greetings"), "an unknown flow"),
        (environment_block(network_script="g" * 33), "an unknown flow"),
        (environment_block(network_script="_resume"), "an unknown flow"),
        (environment_block(network_script="nosuch"), "an unknown flow"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
async def test_a_peer_that_breaks_a_rule_is_closed_without_a_command(
    block: bytes, reason: str
) -> None:
    desk = Desk()
    async with running(desk) as address:
        fake = await FakeAsterisk.connect(address, block)
        fake.writer.write_eof()
        said = await fake.closed_by_peer()
        await fake.close()

        assert said == b""
        assert desk.served == []
        assert [known[: len(reason)] for known in desk.server.refusals] == (
            [reason] if reason else []
        )
        assert (await one_call(address))[0] == ["ANSWER"]


async def test_an_environment_in_pieces_is_whole() -> None:
    desk = Desk()
    async with running(desk) as address:
        fake = await FakeAsterisk.connect(address, b"")
        for byte in environment_block():
            fake.send(bytes([byte]))
            await fake.writer.drain()
        commands = await fake.serve(usual)

        assert commands[0] == ["ANSWER"]


async def test_a_slow_environment_has_two_seconds_in_all_not_per_line() -> None:
    desk = Desk(Limits(environment_s=0.3))
    async with running(desk) as address:
        fake = await FakeAsterisk.connect(address, b"")
        began = asyncio.get_running_loop().time()
        for line in environment_block().splitlines(keepends=True):
            fake.send(line)
            await asyncio.sleep(0.1)
            if fake.reader.at_eof():
                break
        assert await fake.closed_by_peer() == b""
        took = asyncio.get_running_loop().time() - began
        await fake.close()

        assert 0.3 <= took < 2.0
        assert desk.server.refusals == {"no whole environment in time": 1}


async def test_a_caller_over_the_cap_is_closed_at_once_and_the_others_go_on() -> None:
    desk = Desk(Limits(calls=3))
    desk.hold.clear()
    async with running(desk) as address:
        calls = [asyncio.create_task(one_call(address)) for _ in range(3)]
        while desk.server.live < 3:
            await asyncio.sleep(0.01)
        extra = await FakeAsterisk.connect(address)
        assert await extra.closed_by_peer() == b""
        await extra.close()
        desk.hold.set()
        await asyncio.gather(*calls)

        assert len(desk.served) == 3
        assert desk.server.refusals["the cap of calls"] == 1


async def test_one_source_cannot_take_every_place() -> None:
    desk = Desk(Limits(per_source=2))
    desk.hold.clear()
    async with running(desk) as address:
        calls = [asyncio.create_task(one_call(address)) for _ in range(2)]
        while desk.server.live < 2:
            await asyncio.sleep(0.01)
        extra = await FakeAsterisk.connect(address)
        assert await extra.closed_by_peer() == b""
        await extra.close()
        desk.hold.set()
        await asyncio.gather(*calls)

        assert desk.server.refusals["the cap of one source"] == 1


async def test_a_source_that_is_not_allowed_is_refused() -> None:
    desk = Desk(sources="192.0.2.1")
    async with running(desk) as address:
        fake = await FakeAsterisk.connect(address)
        assert await fake.closed_by_peer() == b""
        await fake.close()

        assert desk.server.refusals == {"a source that is not allowed": 1}


@pytest.mark.parametrize("given", ["", "wrong", "秘密"])
async def test_a_wrong_secret_is_refused(given: str) -> None:
    desk = Desk(secret="right")  # noqa: S106
    async with running(desk) as address:
        fake = await FakeAsterisk.connect(address, environment_block(arg_3=given))
        assert await fake.closed_by_peer() == b""
        await fake.close()
        commands = await one_call(address, arg_3="right")

        assert desk.server.refusals == {"a wrong secret": 1}
        assert commands[0] == ["ANSWER"]


async def test_health_is_a_real_dialogue() -> None:
    desk = Desk()
    async with running(desk) as address:
        commands = await one_call(address, network_script="_monitoring")

        assert commands == [["SET", "VARIABLE", "CC_HEALTH", "ok 0/512"]]


async def test_a_port_in_use_is_told_with_what_to_do() -> None:
    desk = Desk()
    async with running(desk) as (host, port):
        with pytest.raises(ConfigError, match=f"{port}.*give another port"):
            await Desk().server.start(host, port)


async def test_a_stop_lets_calls_finish() -> None:
    desk = Desk()
    desk.hold.clear()
    address = await desk.server.start()
    call = asyncio.create_task(one_call(address))
    while desk.server.live < 1:
        await asyncio.sleep(0.01)
    stopping = asyncio.create_task(desk.server.stop(grace_s=10))
    await asyncio.sleep(0.05)
    with pytest.raises(OSError):  # noqa: PT011  nobody listens any more
        await asyncio.open_connection(*address)
    desk.hold.set()
    await stopping

    assert (await call)[-1] == ["HANGUP"]
    assert desk.interrupted == 0


async def test_a_stop_ends_what_is_left_after_the_grace() -> None:
    desk = Desk()
    desk.hold.clear()
    address = await desk.server.start()
    call = asyncio.create_task(one_call(address))
    while desk.server.live < 1:
        await asyncio.sleep(0.01)
    await desk.server.stop(grace_s=0.05)

    assert (await call)[-1][0] == "STREAM"
    assert desk.interrupted == 1
    assert desk.server.live == 0


async def test_live_calls_go_on_among_silent_junk_and_half_peers() -> None:
    desk = Desk(Limits(environment_s=0.3))
    rng = random.Random(7)
    async with running(desk) as address:

        async def nuisance(number: int) -> None:
            kinds = [b"", environment_block()[:150], rng.randbytes(10_000), b"agi_network: yes\n"]
            with contextlib.suppress(ConnectionError):
                fake = await FakeAsterisk.connect(address, kinds[number % 4])
                if number % 3:
                    await fake.closed_by_peer()
                await fake.close()

        nuisances = [asyncio.create_task(nuisance(number)) for number in range(120)]
        commands = await asyncio.gather(*(one_call(address) for _ in range(40)))
        await asyncio.gather(*nuisances)

        assert all(words[-1] == ["HANGUP"] for words in commands)
        assert len(desk.served) == 40
        assert desk.server.connections == 0


async def test_five_thousand_connections_at_once_leave_live_calls_alone() -> None:
    desk = Desk(Limits(environment_s=1.0, greetings=256, per_source=4096))
    desk.hold.clear()
    async with running(desk) as address:
        calls = [asyncio.create_task(one_call(address)) for _ in range(10)]
        while desk.server.live < 10:
            await asyncio.sleep(0.01)
        flood = [_connecting(address) for _ in range(5000)]
        desk.hold.set()
        commands = await asyncio.wait_for(asyncio.gather(*calls), 20)
        for sock in flood:
            sock.close()

        assert all(words[-1] == ["HANGUP"] for words in commands)
        assert desk.server.refusals["the cap of unfinished greetings"] > 0
        while desk.server.connections:
            await asyncio.sleep(0.01)
        assert (await one_call(address))[-1] == ["HANGUP"]


def _connecting(address: tuple[str, int]) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        sock.connect(address)
    return sock


async def test_a_crash_in_one_call_is_logged_masked_and_the_next_is_served(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def answer(session: AgiSession) -> None:
        raise RuntimeError(f"no way for {session.environment.ani}")

    server = FastAgiServer(answer, flow_known=lambda _: True)
    address = await server.start()
    for _ in range(2):
        fake = await FakeAsterisk.connect(address)
        assert await fake.closed_by_peer() == b""
        await fake.close()
    await server.stop(grace_s=0)

    out, err = capfd.readouterr()
    assert out.count("a session failed") == 2
    assert "13800001234" not in out + err
