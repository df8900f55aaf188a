"""SIP as text: just enough to call, be called back in a dialog, and to send what is hostile."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A request or response: start line, headers in order, body."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def status(self) -> int:
        """Status code of a response; 0 for a request."""
        found = re.match(r"SIP/2\.0 (\d{3})", self.start)
        return int(found[1]) if found else 0

    @property
    def method(self) -> str:
        """Method of a request, or what a response answers."""
        return self.header("CSeq").split()[-1]

    def header(self, name: str) -> str:
        """The first header of this name, or empty."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def every(self, name: str) -> list[tuple[str, str]]:
        """All headers of this name, in order."""
        return [(key, value) for key, value in self.headers if key.lower() == name.lower()]


def parse(datagram: bytes) -> Message:
    """One message from one datagram."""
    head, _, body = datagram.decode("utf-8", "surrogateescape").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Message(start, tuple((key.strip(), value.strip()) for key, _, value in pairs), body)


def compose(start: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    """A datagram; `headers` may hold anything, that is the point."""
    length = len(body.encode())
    content = [("Content-Type", "application/sdp")] if body else []
    lines = [
        start,
        *(f"{k}: {v}" for k, v in [*headers, *content, ("Content-Length", str(length))]),
    ]
    return ("\r\n".join([*lines, "", body])).encode("utf-8", "surrogateescape")


def answer_to(request: Message, status: str, extra: list[tuple[str, str]], body: str = "") -> bytes:
    """A response with the headers a response copies."""
    copied = [
        pair for name in ("Via", "From", "To", "Call-ID", "CSeq") for pair in request.every(name)
    ]
    return compose(f"SIP/2.0 {status}", [*copied, *extra], body)


def new_tag() -> str:
    """A tag, branch or Call-ID part."""
    return secrets.token_hex(8)


def sdp(address: str, port: int) -> str:
    """An offer (or answer) of A-law and telephone events."""
    return "\r\n".join(
        (
            "v=0",
            f"o=- 1 1 IN IP4 {address}",
            "s=-",
            f"c=IN IP4 {address}",
            "t=0 0",
            f"m=audio {port} RTP/AVP 8 101",
            "a=rtpmap:8 PCMA/8000",
            "a=rtpmap:101 telephone-event/8000",
            "a=fmtp:101 0-16",
            "a=ptime:20",
            "a=sendrecv",
            "",
        )
    )


def media_of(body: str) -> tuple[str, int]:
    """Address and port of the other side's audio."""
    address = re.search(r"^c=IN IP4 (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    assert address, body
    assert port, body
    return address[1], int(port[1])
