"""Settings of the agents and their desk."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from launch.setting import Host, Section

AgentNumber = Annotated[str, StringConstraints(pattern="^[0-9]{2,8}$")]
QueueName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}$")]


class AgentSettings(Section):
    """One person at a phone of Asterisk's; the table's name is the phone's number."""

    name: str = Field(default="", max_length=60)
    queues: tuple[QueueName, ...] = ("support",)
    skills: tuple[str, ...] = ()
    supervisor: bool = False
    """May see the wallboard, listen in, and answer requests for help."""


def three_agents() -> dict[str, AgentSettings]:
    """The phones that `thirdring pbx up` sets up."""
    return {
        "801": AgentSettings(),
        "802": AgentSettings(),
        "803": AgentSettings(supervisor=True),
    }


class DeskSettings(Section):
    """The desk: agents' panels, coached calls, Asterisk's manager interface."""

    on: bool = True
    """False: agents' phones ring as Asterisk sees fit, without panels."""

    host: Host = "127.0.0.1"
    port: int = Field(default=4575, ge=0, le=65535)
    ami: str = Field(default="", pattern=r"^([A-Za-z0-9.-]+:[0-9]{1,5})?$")
    """HOST:PORT of the manager interface; empty: of the `thirdring pbx up` of this state folder."""

    ami_user: str = "thirdring"
    spies_shown: bool = True
    """Whether agents see that a supervisor listens."""


class RingSettings(Section):
    """How an offered call rings."""

    cycle_s: float = Field(default=5.0, ge=1, le=20)
    """One ring and its pause; China: 1 s on, 4 s off."""

    most: int = Field(default=3, ge=1, le=20)
    """So many rings an agent has (A01), then the next one has the call."""
