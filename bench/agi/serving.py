"""One FastAGI server in a process of its own: `python -m bench.agi.serving NAME`.

Prints its port, serves until its standard input ends. Every peer does the same call: answer, set a
variable, three prompts, collect digits, wait, hang up. Peers are as shipped, but that pyst2's
writes to stderr go nowhere, its SIGHUP handler (refused outside the main thread) is left out, and
all listen with the same backlog.
"""

from __future__ import annotations

import asyncio
import io
import socket
import socketserver
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

BACKLOG = 4096


def announce(port: int) -> None:
    """Tell the bench where we listen."""
    print(port, flush=True)


def serve_threads(server: socketserver.BaseServer) -> None:
    """Run a threaded server until the bench closes our standard input."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


class _Nowhere(io.TextIOBase):
    def write(self, text: str) -> int:
        return len(text)


def pyst2() -> None:
    """pyst2 0.5.1 on a thread per call."""
    from asterisk import agi

    agi.signal.signal = lambda *_: None
    nowhere = _Nowhere()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with (
                self.request.makefile("r", encoding="utf-8") as reading,
                self.request.makefile("w", encoding="utf-8") as writing,
            ):
                call = agi.AGI(reading, writing, nowhere)
                call.answer()
                call.set_variable("CC_DONE", "1")
                for _ in range(3):
                    call.stream_file("greeting")
                call.get_data("beep", 5000, 4)
                call.appexec("Wait", "1")
                call.hangup()

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = BACKLOG
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    announce(int(server.socket.getsockname()[1]))
    serve_threads(server)


def pystrix() -> None:
    """pystrix 1.3 and its own threaded FastAGI server."""
    from pystrix.agi import core
    from pystrix.agi.fastagi import FastAGIServer

    def handler(agi: Any, *unused: Any) -> None:
        agi.execute(core.Answer())
        agi.execute(core.SetVariable("CC_DONE", "1"))
        for _ in range(3):
            agi.execute(core.StreamFile("greeting"))
        agi.execute(core.GetData("beep", 5000, 4))
        agi.execute(core.Exec("Wait", ("1",)))
        agi.execute(core.Hangup())

    server = FastAGIServer(interface="127.0.0.1", port=0, daemon_threads=True)
    server.socket.listen(BACKLOG)
    server.register_script_handler(None, handler)
    announce(server.server_address[1])
    serve_threads(server)


async def _panoramisk() -> None:
    from panoramisk import fast_agi

    async def handler(request: Any) -> None:
        await request.send_command("ANSWER")
        await request.send_command('SET VARIABLE "CC_DONE" "1"')
        for _ in range(3):
            await request.send_command('STREAM FILE "greeting" ""')
        await request.send_command('GET DATA "beep" "5000" "4"')
        await request.send_command('EXEC "Wait" "1"')
        await request.send_command("HANGUP")

    application = fast_agi.Application()
    application.add_route("greetings", handler)
    server = await asyncio.start_server(application.handler, "127.0.0.1", 0, backlog=BACKLOG)
    announce(server.sockets[0].getsockname()[1])
    await asyncio.to_thread(sys.stdin.read)


def panoramisk() -> None:
    """panoramisk 1.4 as shipped."""
    asyncio.run(_panoramisk())


def panoramisk_uvloop() -> None:
    """panoramisk 1.4 on uvloop."""
    _on_uvloop(_panoramisk)


def thirdring_core() -> None:
    """Our server and pyst2's commands, without engine and ledger: the peers' very call."""
    from bench.agi.ours import serve_core

    _on_uvloop(lambda: serve_core(announce))


def thirdring() -> None:
    """The whole engine: YAML flow, pyst2's commands, every fact in the ledger on disk."""
    from bench.agi.ours import serve

    with tempfile.TemporaryDirectory() as folder:
        _on_uvloop(lambda: serve(Path(folder), announce))


def _on_uvloop(main: Callable[[], Awaitable[None]]) -> None:
    import uvloop

    async def run() -> None:
        await main()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


SERVERS: dict[str, Callable[[], None]] = {
    "pyst2": pyst2,
    "pystrix": pystrix,
    "panoramisk": panoramisk,
    "panoramisk_uvloop": panoramisk_uvloop,
    "thirdring_core": thirdring_core,
    "thirdring": thirdring,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()
