"""The SIP stack under the built-in phones: one in a process, with any number of phones on it."""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Callable
from typing import Any, Final

from softphone_panel.phone.ports import PhoneError
from softphone_panel.phone.settings import HEADLESS, PhoneSettings

_RTP_PORTS: Final = 160
_PORT_TRIES: Final = 8


class SipStack:
    """Started on one local address with one sound device for all its phones."""

    def __init__(self, address: str, audio: str = HEADLESS, most_calls: int = 64) -> None:
        self._address = address
        self._audio = audio
        self._most_calls = most_calls
        self._runtime: Any = None
        self.on_dead: list[Callable[[], None]] = []
        """Called when the stack ended by itself; the process needs to be started anew."""

    async def start(self) -> None:
        """Start it. Raises PhoneError: `no_audio` or `dead`."""
        # Without a handler Python writes warnings to stderr, on which the panel is drawn.
        logging.getLogger("baresip").addHandler(logging.NullHandler())
        for left in reversed(range(_PORT_TRIES)):
            if await self._started(last=not left):
                return

    async def _started(self, *, last: bool) -> bool:
        """False when somebody else took the port in the meantime."""
        from baresip import BaresipError, Runtime

        runtime = Runtime()
        runtime.on_dead = self._died
        try:
            await runtime.start(self._config())
        except (BaresipError, ValueError) as error:
            if "in use" in str(error) and not last:
                return False
            word = "no_audio" if "audio" in str(error) else "dead"
            raise PhoneError(word, f"the built-in phone cannot start: {error}") from error
        self._runtime = runtime
        return True

    def _config(self) -> Any:
        from baresip import Config

        first = 32_000 + 2 * secrets.randbelow(7_000)
        return Config(
            net_interface=self._address,
            # The microphone is ours (`microphone.py`): the stack's own cannot be muted.
            audio_source="aumem",
            audio_player="aumem" if self._audio == HEADLESS else self._audio,
            max_concurrent_calls=self._most_calls,
            expose_headers=("X-Call-Ref",),
            native_log_level="error",
            extra_config_text=(
                f"sip_listen {self._address}:{_free_port(self._address)}\n"
                f"rtp_ports {first}-{first + _RTP_PORTS + 4 * self._most_calls}\n"
            ),
        )

    async def agent(self, settings: PhoneSettings) -> Any:
        """A SIP identity on this stack, not yet registered. Raises PhoneError `dead`."""
        from baresip import Account, BaresipError, UserAgent

        try:
            account = Account(
                settings.number,
                settings.domain,
                settings.password,
                audio_codecs=settings.codecs,
                reg_interval=settings.register_s,
            )
            return await UserAgent.create(self._runtime, account, transfer_policy="reject")
        except (BaresipError, ValueError) as error:
            raise PhoneError("dead", f"the built-in phone cannot start: {error}") from error

    async def close(self) -> None:
        """End it with every call left on it; harmless twice."""
        from baresip import BaresipError

        runtime, self._runtime = self._runtime, None
        if runtime is None:
            return
        try:
            await runtime.close()
        except BaresipError:
            logging.getLogger("baresip").debug("the SIP stack was dead when closed")

    def _died(self) -> None:
        for tell in tuple(self.on_dead):
            tell()


def _free_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        trial.bind((address, 0))
        return int(trial.getsockname()[1])
