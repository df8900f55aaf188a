"""Asks the site's HTTP services: one pool of connections, hard limits on time and size."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable
from typing import Final

import httpx

from calls.actions import Fetch
from calls.outcomes import Failed, Got, Outcome
from casework.answers import got
from casework.service import Service, UnfitValueError

MOST_BYTES: Final = 64 * 1024
MOST_CONNECTIONS: Final = 32
_OK = range(200, 300)

# It logs whole addresses, and a caller's number may stand in them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Fetcher:
    """Asks services by name. `close` ends its connections."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.services = {service.name: service for service in services}
        # Reading the certificates takes long enough to be heard on a line.
        self._client = self._new() if self.services else None

    async def ask(self, action: Fetch) -> Outcome:
        """`ok`, `not_found`, `timeout`, or Failed with a reason that holds no caller's data."""
        service = self.services.get(action.source)
        if service is None:
            return Failed(reason="no such service in the settings")
        try:
            async with asyncio.timeout(action.most_ms / 1000):
                return await self._ask(service, action)
        except TimeoutError:
            return Got(name="timeout", values={})
        except UnfitValueError as error:
            return Failed(reason=str(error))
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # Their texts quote the address.
            return Failed(reason=type(error).__name__)

    async def _ask(self, service: Service, action: Fetch) -> Outcome:
        request = service.request(action.given)
        # What it sends, we read as it comes: something small packed large would pass the limit.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **service.headers}
        async with self._ready().stream(
            request.method, request.url, headers=headers, json=request.body
        ) as response:
            if response.status_code == httpx.codes.NOT_FOUND:
                return Got(name="not_found", values={})
            if response.status_code not in _OK:
                return Failed(reason=f"answered {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                return Failed(reason="the answer is packed")
            body = bytearray()
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MOST_BYTES:
                    return Failed(reason=f"the answer is over {MOST_BYTES >> 10} KiB")
        return _read(service, bytes(body), action.store)

    def _ready(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = self._new()
        return self._client

    def _new(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            follow_redirects=False,
            # The flow's own limit is over all of it.
            timeout=None,  # noqa: S113
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=8),
            trust_env=False,
        )

    async def close(self) -> None:
        """End its connections; harmless twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _read(service: Service, body: bytes, store: tuple[str, ...]) -> Outcome:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return Failed(reason="the answer is not JSON")
    if not isinstance(found, dict):
        return Failed(reason="the answer is no JSON object")
    return got(service.answer(found), store)
