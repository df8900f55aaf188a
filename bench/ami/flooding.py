"""A manager interface that says yes to everything and sends as many events as it is asked for."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

USER, SECRET, CHANNEL, LAST = "bench", "no-secret", "PJSIP/carrier-", "BenchOver"
_CHUNK = 500


def event(number: int) -> bytes:
    """A Newstate as Asterisk 22 writes it: 18 headers, some 500 bytes."""
    pairs = (
        ("Event", "Newstate"),
        ("Privilege", "call,all"),
        ("Timestamp", f"{1_795_337_152 + number / 1000:.6f}"),
        ("SystemName", "tr5060"),
        ("Channel", f"{CHANNEL}{number:08x}"),
        ("ChannelState", "6"),
        ("ChannelStateDesc", "Up"),
        ("CallerIDNum", f"138{number % 10**8:08d}"),
        ("CallerIDName", "<unknown>"),
        ("ConnectedLineNum", "801"),
        ("ConnectedLineName", "Agent 801"),
        ("Language", "en"),
        ("AccountCode", ""),
        ("Context", "cc-queue"),
        ("Exten", "s"),
        ("Priority", "4"),
        ("Uniqueid", f"tr5060-1795337152.{number}"),
        ("Linkedid", f"tr5060-1795337152.{number - number % 2}"),
    )
    return block(*pairs)


def block(*pairs: tuple[str, str]) -> bytes:
    """One block."""
    return "".join(f"{name}: {value}\r\n" for name, value in pairs).encode() + b"\r\n"


def answer(connection: socket.socket) -> None:
    """One client from its banner to its end."""
    connection.sendall(b"Asterisk Call Manager/11.0.0\r\n")
    with connection, connection.makefile("rb") as lines:
        asked: dict[str, str] = {}
        for line in lines:
            if line.strip():
                key, _, value = line.decode().strip().partition(":")
                asked[key.lower()] = value.strip()
                continue
            own = ("ActionID", asked.get("actionid", ""))
            fixed = (("Challenge", "840415273"), ("Value", "tr5060"), ("Message", "done"))
            connection.sendall(block(("Response", "Success"), own, *fixed))
            if asked.get("action") == "Go":
                flood(connection, int(asked["count"]))
            asked.clear()


def flood(connection: socket.socket, count: int) -> None:
    """So many events, then the one that says that it is over."""
    chunk = b"".join(event(number) for number in range(_CHUNK))
    for _ in range(count // _CHUNK):
        connection.sendall(chunk)
    connection.sendall(block(("Event", LAST), ("Privilege", "x"), ("SystemName", "tr5060")))


@contextlib.contextmanager
def listening() -> Iterator[int]:
    """Serve on 127.0.0.1 until the end; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=_attend, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield int(server.getsockname()[1])


def _attend(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        answer(connection)
