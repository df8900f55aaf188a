"""Facts from other processes reach the one writer, or their loss is said."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path

import pytest

from calls.call import Call
from calls.clock import SystemClock
from calls.errors import LedgerError
from calls.events import CallEvent
from ledger.reader import LedgerReader
from ledger.relay import RelayServer, RelaySink, relay_address
from ledger.verify import verify
from ledger.writer import LedgerWriter
from tests.ledger.house import place, stored_numbers, usual_call


async def nobodys(calls: Collection[str]) -> None:
    """Takes no call: here none is left open."""
    raise AssertionError(calls)


WHOLE = list(range(1, len(usual_call()) + 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
async def server(path: Path) -> AsyncIterator[RelayServer]:
    with LedgerWriter(path) as writer:
        server = RelayServer(writer, relay_address(path.parent), nobodys)
        await server.start()
        yield server
        await server.stop()


async def _until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to hold")


async def test_durable_over_the_relay_means_on_disk(path: Path, server: RelayServer) -> None:
    async with await RelaySink.connect(server.address) as sink:
        with LedgerReader(path) as reader:
            call = Call(SystemClock(), sink)
            for number, fact in enumerate(usual_call(), start=1):
                call.record(fact)
                await sink.durable()

                assert len(reader.events(call.id)) == number


async def test_several_children_write_into_one_ledger(path: Path, server: RelayServer) -> None:
    sinks = [await RelaySink.connect(server.address) for _ in range(3)]
    ids = [place(sink).id for _ in range(100) for sink in sinks]
    await asyncio.gather(*(sink.close() for sink in sinks))

    assert dict(stored_numbers(path)) == dict.fromkeys(ids, WHOLE)
    assert not verify(path).findings


async def test_events_travel_without_anybody_waiting(path: Path, server: RelayServer) -> None:
    sink = await RelaySink.connect(server.address)
    call = place(sink)
    await _until(lambda: dict(stored_numbers(path)).get(call.id) == WHOLE)
    await sink.close()


async def test_a_parent_that_is_gone_breaks_the_relay_loudly(path: Path) -> None:
    broke: list[bool] = []
    with LedgerWriter(path) as writer:
        server = RelayServer(writer, relay_address(path.parent), nobodys)
        await server.start()
        sink = await RelaySink.connect(server.address, on_break=lambda: broke.append(True))
        kept_call = place(sink)
        await sink.durable()
        await server.stop()
        await _until(lambda: bool(broke))

        with pytest.raises(LedgerError, match="gone"):
            place(sink)
        with pytest.raises(LedgerError, match="gone"):
            await sink.durable()
        await sink.close()

    assert broke == [True]
    assert dict(stored_numbers(path)) == {kept_call.id: WHOLE}


async def test_a_wait_that_the_parent_cannot_answer_is_an_error(path: Path) -> None:
    writer = LedgerWriter(path)
    server = RelayServer(writer, relay_address(path.parent), nobodys)
    await server.start()
    sink = await RelaySink.connect(server.address)
    writer.close()

    with pytest.raises(LedgerError, match="closed"):
        await sink.durable()
    with pytest.raises(LedgerError, match="closed"):
        await sink.close()
    await server.stop()


async def test_nobody_there_is_a_clear_error(path: Path) -> None:
    with pytest.raises(LedgerError, match="not there"):
        await RelaySink.connect(path.with_name("ledger.sock"))


@pytest.mark.parametrize("junk", [b"\xff" * 8, b"\0\0\0\2[]", b"\0\0\0\4null", b"\0\0\0\3xxx"])
async def test_junk_ends_its_own_connection_only(
    path: Path, server: RelayServer, junk: bytes
) -> None:
    sink = await RelaySink.connect(server.address)
    reader, writer = await asyncio.open_unix_connection(str(server.address))
    writer.write(junk)
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    call = place(sink)
    await sink.close()

    assert dict(stored_numbers(path)) == {call.id: WHOLE}


async def test_an_event_that_cannot_be_stored_fails_the_wait_for_it(
    path: Path, server: RelayServer
) -> None:
    sink = await RelaySink.connect(server.address)
    at = SystemClock().utc_now()
    sink.append(CallEvent("", 1, at, 0, "key", {}))
    with pytest.raises(LedgerError, match="cannot be stored"):
        await sink.durable()
    call = place(sink)
    await sink.close()

    assert dict(stored_numbers(path)) == {call.id: WHOLE}


async def test_the_socket_is_for_this_user_alone(server: RelayServer) -> None:
    assert server.address.stat().st_mode & 0o777 == 0o600


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)

    address = relay_address(deep)

    assert len(str(address)) < 100
    assert address.parent.stat().st_mode & 0o777 == 0o700
    address.parent.rmdir()


async def test_the_calls_that_a_killed_child_left_open_are_told_of(path: Path) -> None:
    told: asyncio.Queue[list[str]] = asyncio.Queue()

    async def left(calls: Collection[str]) -> None:
        await writer.durable()
        with LedgerReader(path) as reader:
            assert [call.id for call in reader.calls(live=True)] == [*calls]
        told.put_nowait([*calls])

    with LedgerWriter(path) as writer:
        server = RelayServer(writer, relay_address(path.parent), left)
        await server.start()
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _CHILD, str(server.address), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        call_id = (await child.stdout.readline()).decode().strip()
        os.kill(child.pid, signal.SIGKILL)
        await child.wait()

        assert await asyncio.wait_for(told.get(), 10) == [call_id]
        await server.stop()


_CHILD = """
import asyncio, sys
from pathlib import Path
from calls.call import Call
from calls.clock import SystemClock
from ledger.relay import RelaySink
from tests.ledger.house import offered

async def main():
    sink = await RelaySink.connect(Path(sys.argv[1]))
    call = Call(SystemClock(), sink)
    call.record(offered())
    await sink.durable()
    print(call.id, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""
