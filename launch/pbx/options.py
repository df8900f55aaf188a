"""What one instance of Asterisk is told: addresses, ports, servers; checked at the start."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from calls.errors import PbxError

DEFAULT_AGI = "127.0.0.1:4573"
# What would end or split a value in a dialplan or a configuration line.
_UNSAFE_IN_PATH = re.compile(r"[\x00-\x1f\x7f,;&|\"'\\$\[\]{}()]")
_SERVER = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}):(?P<port>\d{1,5})")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,128}")
_DESTINATION = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NUMBER = re.compile(r"[0-9]{2,8}")
_QUEUE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ONE_DIALLED = r"[A-Za-z0-9]{1,16}/[A-Za-z0-9_.+@:/-]{1,80}"
_DIALLED = re.compile(f"{_ONE_DIALLED}(?:&{_ONE_DIALLED}){{0,7}}")
# asterisk.ctl is a Unix socket; its whole path must fit in 107 bytes.
_LONGEST_STATE = 107 - len("/pbx/run/asterisk.ctl")


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxOptions:
    """One instance: where it keeps its things, where it listens, whom it asks.

    Raises PbxError for a value that cannot work, naming the option.
    """

    state: Path
    """Absolute state folder; Asterisk's own part is `state/pbx`."""

    bind: str = "127.0.0.1"
    """The only address SIP, RTP and AMI listen on."""

    sip_port: int = 5160
    ami_port: int = 5138
    rtp: tuple[int, int] = (20000, 20400)
    """First and last UDP port of RTP."""

    agi: tuple[str, ...] = (DEFAULT_AGI,)
    """FastAGI servers in the order they are tried, HOST:PORT."""

    secret: str = ""
    """Third argument of every AGI request; empty for none."""

    lease_s: int = 10
    """Seconds a silent server is borne before the caller hears the fallback."""

    callers_from: tuple[str, ...] = ("127.0.0.0/8",)
    """Networks that may call the hotline without an account."""

    destinations: Mapping[str, str] = field(default_factory=dict)
    """Where flows may transfer to: name -> what Dial takes (`PJSIP/801`)."""

    agents: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(("801", "802", "803"), ("support",))
    )
    """Agents' phones: number -> the queues it rings for."""

    nailed_up: frozenset[str] = frozenset()
    """Those of the agents whose phones stand on a line of their own, on which the desk answers."""

    ring_s: int = 15
    """How long an offered agent's phone rings before the next one's: three rings of 5 s."""

    def __post_init__(self) -> None:
        self._check_state()
        self._check_agents()
        self._check_network()
        self._check_ports()
        self._check_servers()
        self._check_destinations()
        self._check_ring()

    def _check_ports(self) -> None:
        for name, port in (("--sip-port", self.sip_port), ("--ami-port", self.ami_port)):
            if not 1 <= port <= 65535:
                raise PbxError(f"{name} {port}: is no port; give one from 1 to 65535")
        first, last = self.rtp
        if first < 1024 or not first + 3 <= last <= 65535:
            raise PbxError(
                f"--rtp {first}-{last}: give FIRST-LAST within 1024-65535, 4 ports or more"
            )

    def _check_agents(self) -> None:
        for number, queues in self.agents.items():
            if not _NUMBER.fullmatch(number):
                raise PbxError(f"agents.{number}: an agent's number has 2 to 8 digits")
            for queue in queues:
                if not _QUEUE.fullmatch(queue) or queue in ("general", "cc-queue"):
                    raise PbxError(f"agents.{number}: {queue!r} can be no queue's name")
        for number in self.nailed_up - self.agents.keys():
            raise PbxError(f"agents.{number}: a nailed-up line needs an agent of that number")

    def _check_ring(self) -> None:
        if not 1 <= self.ring_s <= 400:
            raise PbxError(
                f"ring: cycle_s times most is {self.ring_s} s; an agent's phone rings 1 to 400 s"
            )

    def _check_servers(self) -> None:
        if not self.agi:
            raise PbxError("--agi: give at least one HOST:PORT of a FastAGI server")
        for server in self.agi:
            found = _SERVER.fullmatch(server)
            if not found or not 1 <= int(found["port"]) <= 65535:
                raise PbxError(f"--agi {server}: write HOST:PORT, such as {DEFAULT_AGI}")
        if not _SECRET.fullmatch(self.secret):
            raise PbxError("--secret: use letters, digits, - and _ only, at most 128")
        if not 2 <= self.lease_s <= 120:
            raise PbxError(f"--lease {self.lease_s}: give 2 to 120 seconds")

    def _check_destinations(self) -> None:
        for name, dial in self.destinations.items():
            if not _DESTINATION.fullmatch(name) or not _DIALLED.fullmatch(dial):
                raise PbxError(
                    f'destinations.{name} "{dial}": the name takes small letters, digits and _; '
                    "what is dialled is TECHNOLOGY/WHERE, such as PJSIP/801 or PJSIP/110@carrier"
                )

    def _check_state(self) -> None:
        text = str(self.state)
        if not self.state.is_absolute():
            raise PbxError(f"--state {text}: must be absolute here")
        if found := _UNSAFE_IN_PATH.search(text):
            raise PbxError(
                f"--state {text}: Asterisk takes no {found[0]!r} in a path; choose another"
            )
        if len(text.encode()) > _LONGEST_STATE:
            raise PbxError(
                f"--state {text}: longer than {_LONGEST_STATE} bytes, too long for Asterisk's "
                "control socket; choose a shorter path"
            )

    def _check_network(self) -> None:
        try:
            ipaddress.IPv4Address(self.bind)
        except ValueError:
            raise PbxError(f"--bind {self.bind}: give an IPv4 address of this machine") from None
        for network in self.callers_from:
            try:
                ipaddress.IPv4Network(network)
            except ValueError:
                raise PbxError(f"--callers-from {network}: give a network, 10.0.0.0/8") from None

    @property
    def folder(self) -> Path:
        """Asterisk's part of the state folder."""
        return self.state / "pbx"

    def as_json(self) -> dict[str, Any]:
        """What a running instance keeps to, as plain values; without the secret."""
        values = asdict(self)
        # A reload takes new agents, destinations and rings over.
        for taken_over in ("secret", "agents", "nailed_up", "destinations", "ring_s"):
            del values[taken_over]
        values["state"] = str(self.state)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()}


def parse_range(text: str) -> tuple[int, int]:
    """`A-B` as two ports. Raises PbxError."""
    found = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text)
    if not found:
        raise PbxError(f"--rtp {text}: write FIRST-LAST, such as 20000-20400")
    return int(found[1]), int(found[2])
