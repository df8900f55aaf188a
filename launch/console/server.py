"""Uvicorn around the console's pages."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable

import uvicorn

from calls.errors import ConfigError
from console.room import ConsoleRoom
from console.web.app import make_app
from launch.settings.console import ConsoleSettings

_STOPS_S = 3
"""How long answers under way may take when the console is told to stop."""


class ConsoleServer(uvicorn.Server):
    """A server that lets its caller look after signals."""

    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Uvicorn's own handlers would raise the signal again behind our back."""
        from contextlib import nullcontext

        return nullcontext()


def listen(settings: ConsoleSettings) -> socket.socket:
    """The bound socket. ConfigError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"console.host {settings.host}, console.port {settings.port}: cannot listen there"
            f" ({error.strerror}); take another port, or 0 for a free one"
        ) from error
    bound.listen(128)
    return bound


def address_of(bound: socket.socket, settings: ConsoleSettings) -> str:
    """What to type into a browser."""
    host, port = bound.getsockname()[:2]
    scheme = "https" if settings.tls_cert else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


async def serve_console(
    room: ConsoleRoom,
    settings: ConsoleSettings,
    bound: socket.socket,
    until: Callable[[], Awaitable[object]],
) -> None:
    """Serve on `bound` until `until` returns. ConfigError for a certificate that cannot be read."""
    import asyncio

    config = uvicorn.Config(
        make_app(room),
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        timeout_graceful_shutdown=_STOPS_S,
        h11_max_incomplete_event_size=64 * 1024,
    )
    try:
        config.load()
    except OSError as error:
        raise ConfigError(
            f"console.tls_cert {settings.tls_cert}: cannot be used with tls_key ({error})"
        ) from error
    server = ConsoleServer(config)
    serving = asyncio.ensure_future(server.serve(sockets=[bound]))
    told = asyncio.ensure_future(until())
    try:
        await asyncio.wait([serving, told], return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        server.should_exit = True
        await serving
