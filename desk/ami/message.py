"""One block of the manager interface: headers in order, read when they are asked for."""

from __future__ import annotations

import re

# What no value may carry into a view or a ledger: controls, line separators, undecodable bytes.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ACTION_ID = "\r\nActionID: "
# Headers that an honest message may have more than once.
_REPEATED = ("chanvariable", "destchanvariable", "variable", "output")
_HEAD_LINES = 9


def safe(value: str) -> str:
    """The value with each control character and undecodable byte as U+FFFD."""
    return value if value.isprintable() else _UNSAFE.sub("\ufffd", value)


class Message:
    """An event or a response.

    What it is, is told by its first header alone: `OriginateResponse` is an event that has a
    `Response` header too. Most events interest nobody, so headers are taken apart on first use.
    """

    __slots__ = ("_doubled", "_index", "_pairs", "_text", "event", "response")

    def __init__(self, text: str) -> None:
        """A block without its empty line, decoded as UTF-8 with surrogateescape."""
        self._text = text
        self._pairs: list[tuple[str, str]] | None = None
        self._index: dict[str, str] | None = None
        self._doubled = False
        name, _, value = text.partition("\r\n")[0].partition(":")
        kind = name.strip().lower()
        self.event: str = safe(value.strip()) if kind == "event" else ""
        """Name of the event; empty for a response."""

        self.response: str = safe(value.strip()) if kind == "response" else ""
        """`Success`, `Error` and so on; empty for an event."""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every header in order, repeated ones too, values as they came.

        A line without a colon is kept under an empty name.
        """
        if self._pairs is None:
            self._pairs = [_pair(line) for line in self._text.split("\r\n")]
        return self._pairs

    @property
    def action_id(self) -> str:
        """The `ActionID` of the action that it belongs to; empty if it belongs to none.

        Asterisk writes it second or last; one in between is from a caller's number.
        """
        text = self._text
        at = text.find(_ACTION_ID) if self.headed_by_id else text.rfind(_ACTION_ID)
        if at < 0:
            return ""
        return text[at + len(_ACTION_ID) :].partition("\r\n")[0]

    @property
    def at(self) -> float | None:
        """Asterisk's own stamp: seconds since 1970 with fractions (`timestampevents=yes`)."""
        try:
            return float(self.get("Timestamp"))
        except ValueError:
            return None

    def get(self, name: str, default: str = "") -> str:
        """The first value of a header, whatever its case, made safe; `default` if it is missing."""
        found = self._indexed().get(name.lower())
        return default if found is None else safe(found.removeprefix(" "))

    def number(self, name: str, default: int = 0) -> int:
        """The value as a whole number; `default` where it is none."""
        value = self.get(name)
        return int(value) if re.fullmatch(r"-?[0-9]{1,18}", value) else default

    def all(self, name: str) -> list[str]:
        """All values of a header in order, made safe: `Output` of a command, `ChanVariable`."""
        wanted = name.lower()
        return [safe(value) for key, value in self.pairs if key.lower() == wanted]

    def raw(self, name: str) -> str:
        """The first value as it came, undecodable bytes as surrogates; to give back to Asterisk."""
        wanted = name.lower()
        return next((value for key, value in self.pairs if key.lower() == wanted), "")

    @property
    def doubled(self) -> bool:
        """A header is there twice that Asterisk writes once: part of it came from a caller.

        Asterisk 22 gives the number of a SIP caller on as it is, `%0d%0a` in it as line feeds.
        """
        self._indexed()
        return self._doubled

    def issued_by(self, system: str) -> bool:
        """An event that Asterisk itself began: with its class and its own `systemname`.

        A forged one (an empty line in a caller's number) would have to name that. An empty
        `system` leaves the class.
        """
        head = self._text.split("\r\n", _HEAD_LINES)[1:_HEAD_LINES]
        if not head or not head[0].startswith("Privilege: "):
            return False
        return not system or f"SystemName: {system}" in head

    @property
    def headed_by_id(self) -> bool:
        """Its ActionID is the second header: all before what anybody else can write."""
        named = self.event or self.response
        return bool(named) and self._text.partition("\r\n")[2].startswith("ActionID: ")

    def _indexed(self) -> dict[str, str]:
        """First values by lower-case name, the blank after the colon still before them."""
        if self._index is None:
            parts = [line.partition(":") for line in self._text.split("\r\n")]
            self._index = {name.lower(): value for name, _, value in parts}
            if len(self._index) < len(parts):
                names = [name.lower() for name, _, _ in parts]
                alone = [name for name in names if not name.startswith(_REPEATED)]
                self._doubled = len(set(alone)) < len(alone)
                self._index = {name.lower(): value for name, _, value in reversed(parts)}
        return self._index

    def __repr__(self) -> str:
        """Its name only: values hold callers' numbers."""
        name = self.event or self.response
        return f"<Message {name if name.isalpha() else '?'}>"


def _pair(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        return "", line
    # One blank belongs to the header, more of them to the value (the output of a command).
    return name, value.removeprefix(" ")
