"""Settings of the agents and their desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints, model_validator

from launch.settings.section import Host, Section

AgentNumber = Annotated[str, StringConstraints(pattern="^[0-9]{2,8}$")]
QueueName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}$")]


class AgentSettings(Section):
    """One person at a phone of Asterisk's; the table's name is the phone's number."""

    name: str = Field(default="", max_length=60)
    queues: tuple[QueueName, ...] = ("support",)
    skills: tuple[str, ...] = ()
    supervisor: bool = False
    """May see the wallboard, listen in, and answer requests for help."""

    nailed_up: bool = False
    """The phone is called once, when the agent signs in; the desk answers on that line."""


class DestinationSettings(Section):
    """Where a call may be transferred to; what Asterisk dials alone may stand for it."""

    dial: str
    """`PJSIP/803`, or several with `&` between them."""

    zh: str = Field(default="", max_length=40)
    en: str = Field(default="", max_length=40)
    """What agents read; left out: the name."""

    @model_validator(mode="before")
    @classmethod
    def _dial_alone(cls, given: object) -> object:
        return {"dial": given} if isinstance(given, str) else given


def duty_phone() -> dict[str, DestinationSettings]:
    """The one place to transfer to of the Asterisk of `thirdring pbx up`."""
    return {"duty": DestinationSettings(dial="PJSIP/803", zh="值班", en="Duty desk")}


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

    record_supervisor: bool = True
    """Whether what a supervisor says into a call is recorded, in a file of its own. The house's
    notice to staff has to say so."""


class RingSettings(Section):
    """How an offered call rings."""

    cycle_s: float = Field(default=5.0, ge=1, le=20)
    """One ring and its pause; China: 1 s on, 4 s off."""

    most: int = Field(default=3, ge=1, le=20)
    """So many rings an agent has (A01), then the next one has the call."""


class WallSettings(Section):
    """What the wallboard calls good, and from when on a supervisor is wanted."""

    service_target_s: int = Field(default=20, ge=1, le=600)
    service_goal: float = Field(default=0.8, ge=0, le=1)
    strict: bool = False
    """True: who hangs up within the target counts against the service level too."""

    longest_wait_s: int = Field(default=60, ge=1)
    rush_waiting: int = Field(default=5, ge=1)
    wrap_up_s: int = Field(default=180, ge=0)
    """0: a wrap-up may last."""


DISPOSITIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "served": {"zh": "已办结", "en": "served"},
    "promised": {"zh": "已承诺回复", "en": "callback promised"},
    "unserved": {"zh": "未办成", "en": "not served"},
    "transferred": {"zh": "已转接", "en": "transferred"},
    "wrong_number": {"zh": "打错电话", "en": "wrong number"},
    "silent": {"zh": "无声电话", "en": "silent call"},
    "noise": {"zh": "噪音太大", "en": "too noisy"},
    "faint": {"zh": "声音太小", "en": "too faint"},
    "other": {"zh": "其他", "en": "other"},
}
"""What a call may have been; a site's `[dispositions]` go over them."""
