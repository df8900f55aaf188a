"""Which exchange, which number, which password, which sound device."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from calls.errors import ConfigError

PASSWORD_VARIABLE: Final = "THIRDRING_SIP_PASSWORD"  # noqa: S105 - the name of it
HEADLESS: Final = "none"

_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,32}")
_EXCHANGE = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}):(?P<port>\d{1,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSettings:
    """What a built-in phone needs to know."""

    host: str
    port: int
    number: str
    password: str = field(repr=False)
    audio: str = HEADLESS
    """`alsa,default`: a headset through ALSA's device of that name; `none`: sound in bytes only."""

    register_s: int = 60
    """Asterisk's own least is 60 as well."""

    probe_s: float = 3.0
    """How often the exchange is asked whether it is there; three without an answer: it is not."""

    codecs: tuple[str, ...] = ("pcma", "pcmu")

    @property
    def domain(self) -> str:
        """The exchange as SIP names it."""
        return f"{self.host}:{self.port}"


def phone_settings(
    number: str,
    *,
    exchange: str = "",
    state: Path | None = None,
    audio: str = "alsa,default",
    environment: Mapping[str, str] | None = None,
) -> PhoneSettings:
    """From a panel's command line, its state folder and its environment.

    `exchange` is HOST:PORT of SIP; without it, that of the Asterisk of this state folder. The
    password is the environment's `THIRDRING_SIP_PASSWORD`, else that of the state folder. Raises
    ConfigError that says what is missing and where to write it.
    """
    if not _NUMBER.fullmatch(number):
        raise ConfigError(f"{number!r} is no agent's number; give one like --agent 801")
    host, port = _exchange(exchange) if exchange else _of_state(state)
    environment = os.environ if environment is None else environment
    password = environment.get(PASSWORD_VARIABLE, "") or _kept_password(state, number)
    return PhoneSettings(host=host, port=port, number=number, password=password, audio=audio)


def _exchange(text: str) -> tuple[str, int]:
    found = _EXCHANGE.fullmatch(text)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ConfigError(f"--sip {text}: write HOST:PORT, for example 127.0.0.1:5160")
    return found["host"], int(found["port"])


def _of_state(state: Path | None) -> tuple[str, int]:
    path = None if state is None else state / "pbx" / "pbx.json"
    try:
        options = json.loads(path.read_text(encoding="utf-8"))["options"] if path else {}
        return str(options["bind"]), int(options["sip_port"])
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"no Asterisk is known here ({path or 'no state folder'}); name it with --sip "
            "HOST:PORT, or start one: thirdring pbx up"
        ) from error


def _kept_password(state: Path | None, number: str) -> str:
    path = None if state is None else state / "pbx" / "secrets.json"
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[number]) if path else _none()
    except KeyError:
        raise ConfigError(
            f"{path}: knows no phone {number}; use a number of asterisk-conf/pjsip.conf, or give "
            f"its password in {PASSWORD_VARIABLE}"
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path}: cannot be read ({error}); give the phone's password in {PASSWORD_VARIABLE}"
        ) from error


def _none() -> str:
    raise ConfigError(f"give the phone's password in the environment, {PASSWORD_VARIABLE}=...")


def local_address_towards(host: str) -> str:
    """Our own address from which `host` is reached; ConfigError if there is none."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            # Sends nothing: a datagram socket that is connected only has a route looked up.
            trial.connect((host, 9))
            return str(trial.getsockname()[0])
    except OSError as error:
        raise ConfigError(f"--sip {host}: no way there from this machine ({error})") from error
