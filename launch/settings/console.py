"""Settings of the web console."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    Field,
    StringConstraints,
    field_serializer,
    field_validator,
    model_validator,
)

from calls.quality.states import Role
from launch.settings.section import Host, Section

HostName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9.:-]{1,253}$")]


class ConsoleSettings(Section):
    """The web console."""

    on: bool = True
    """Whether `thirdring serve` starts one; `thirdring console` runs one alone."""

    host: Host = "127.0.0.1"
    port: int = Field(default=4576, ge=0, le=65535)
    names: tuple[HostName, ...] = ()
    """Host names that browsers reach it by, beside `host`."""

    tls_cert: Path | None = None
    """Certificate chain (PEM); needed where `host` is not this machine alone."""

    tls_key: Path | None = None

    second_factor: frozenset[Role] = frozenset()
    """Roles that must sign in with a code as well; the others may."""

    @field_validator("second_factor", mode="before")
    @classmethod
    def _roles(cls, value: object) -> object:
        return _known_roles(value) if isinstance(value, list | tuple) else value

    @field_serializer("second_factor")
    def _as_list(self, value: frozenset[Role]) -> list[str]:
        return sorted(role.value for role in value)

    @model_validator(mode="after")
    def _not_in_clear(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("console.tls_cert and console.tls_key go together: give both or none")
        if self.tls_cert is None and not _is_loopback(self.host):
            raise ValueError(
                f"console.host {self.host}: others reach it there, so passwords would cross the"
                " network in clear; give tls_cert and tls_key, or leave host at 127.0.0.1 and put a"
                " TLS proxy before it"
            )
        return self


def _known_roles(value: list[object] | tuple[object, ...]) -> frozenset[Role]:
    known = {role.value: role for role in Role}
    for one in value:
        if str(one) not in known:
            raise ValueError(f"{one!r} is no role; write some of {', '.join(known)}")
    return frozenset(known[str(one)] for one in value)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
