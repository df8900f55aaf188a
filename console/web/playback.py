"""Recordings to a browser: one opaque address a playback, one range a request, all looked after."""

from __future__ import annotations

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import BinaryIO, Final, NamedTuple

from anyio import to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from calls.clock import Clock

_BLOCK: Final = 64 * 1024
_LASTS_MS: Final = 12 * 3_600_000
_MOST: Final = 20_000
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
AT_ONCE: Final = 8
"""So many answers with sound may be under way for one account."""


class Playback(NamedTuple):
    """One opening of a call's player."""

    call_id: str
    account: str
    aside: str = ""
    """Recording of a supervisor's own voice; empty: the call's sound."""


class Playbacks:
    """Opaque ids of playbacks: each is one person's look at one call, and is logged once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, tuple[Playback, int]] = OrderedDict()
        self._heard: set[str] = set()
        self._under_way: dict[str, int] = {}
        self._lock = threading.Lock()

    def begin(self, call_id: str, account: str, aside: str = "") -> str:
        """A new id, good for 12 hours and for this account alone."""
        made = secrets.token_urlsafe(18)
        with self._lock:
            self._known[made] = (Playback(call_id, account, aside), self._clock.monotonic_ms())
            while len(self._known) > _MOST:
                old, _ = self._known.popitem(last=False)
                self._heard.discard(old)
        return made

    def find(self, made: str) -> Playback | None:
        """What an id stands for, None when for nothing any more."""
        with self._lock:
            found = self._known.get(made)
        if found is None or self._clock.monotonic_ms() - found[1] > _LASTS_MS:
            return None
        return found[0]

    def is_first(self, made: str) -> bool:
        """Whether nothing of it has been heard yet; from now on something has."""
        with self._lock:
            first = made not in self._heard
            self._heard.add(made)
        return first

    def enter(self, account: str) -> bool:
        """Whether one more answer may begin for this account; then `leave` must follow."""
        with self._lock:
            if self._under_way.get(account, 0) >= AT_ONCE:
                return False
            self._under_way[account] = self._under_way.get(account, 0) + 1
        return True

    def leave(self, account: str) -> None:
        """An answer is over."""
        with self._lock:
            left = self._under_way.get(account, 1) - 1
            if left:
                self._under_way[account] = left
            else:
                self._under_way.pop(account, None)


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """First and last byte asked for by a `Range` header (RFC 9110 14.1.2); None: the whole.

    Several ranges, other units and nonsense are no range. ValueError: it lies outside the file.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        length = min(int(last), size)
        if not length:
            raise ValueError("an empty range")
        return size - length, size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise ValueError("behind the end")
    return int(first), min(int(last), size - 1) if last else size - 1


class SoundAnswer(Response):
    """A file or one range of it, read in a thread; the file is closed whatever happens."""

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        part: tuple[int, int] | None,
        *,
        over: Callable[[], None],
        name: str,
    ) -> None:
        first, last = part or (0, size - 1)
        self._file, self._first, self._length, self._over = file, first, last - first + 1, over
        headers = {
            "accept-ranges": "bytes",
            "content-length": str(self._length),
            "content-disposition": f'inline; filename="{name}.wav"',
        }
        if part is not None:
            headers["content-range"] = f"bytes {first}-{last}/{size}"
        super().__init__(status_code=206 if part else 200, headers=headers, media_type="audio/wav")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; a browser that has gone ends it."""
        try:
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            if scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b""})
                return
            await to_thread.run_sync(self._file.seek, self._first)
            left = self._length
            while left > 0:
                block = await to_thread.run_sync(self._file.read, min(_BLOCK, left))
                if not block:
                    return
                left -= len(block)
                await send({"type": "http.response.body", "body": block, "more_body": left > 0})
        except OSError:
            return
        finally:
            self._over()
            self._file.close()
