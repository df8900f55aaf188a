"""Settings of the web console."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from launch.setting import Host, Section

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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
