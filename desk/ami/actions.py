"""What the desk asks of Asterisk, one function an act; each names what it needs, never text.

All raise `AmiRefusedError` with Asterisk's reason and `AmiGoneError` when it is not known whether
the act was done. The class that manager.conf must grant stands at each in asterisk-conf.
"""

from __future__ import annotations

from typing import Protocol

from desk.ami.channels import LiveChannel, QueueState, channel_of, queues_of
from desk.ami.errors import AmiRefusedError
from desk.ami.message import Message


class Ami(Protocol):
    """As much of `AmiClient` as an act needs."""

    async def act(self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0) -> Message:
        """The reply to one action."""

    async def ask(
        self, action: str, *headers: tuple[str, str], timeout_s: float = 5.0
    ) -> list[Message]:
        """The events of a list."""

    async def follow(
        self, action: str, *headers: tuple[str, str], until: str, timeout_s: float = 30.0
    ) -> Message:
        """The event by which an action ends."""


# -- queues ----------------------------------------------------------------------------------------


async def queue_add(
    ami: Ami,
    queue: str,
    interface: str,
    *,
    name: str = "",
    paused: bool = False,
    reason: str = "",
    penalty: int = 0,
    device: str = "",
) -> bool:
    """Make a phone (`PJSIP/801`) a member; False if it is one already (nothing is changed then).

    `device`: whose state says whether it can be rung, if not its own.
    """
    headers = [
        ("Queue", queue),
        ("Interface", interface),
        ("StateInterface", device or interface),
        ("MemberName", name or interface),
        ("Penalty", str(penalty)),
        ("Paused", _word(paused)),
    ]
    if reason:
        headers.append(("Reason", reason))
    return await _unless("already there", ami, "QueueAdd", headers)


async def queue_pause(
    ami: Ami, interface: str, *, paused: bool, reason: str = "", queue: str = ""
) -> None:
    """Offer a member no calls, or again; in one queue, or in all of its queues."""
    headers = [("Interface", interface), ("Paused", _word(paused))]
    headers += [("Queue", queue)] if queue else []
    headers += [("Reason", reason)] if reason else []
    await ami.act("QueuePause", *headers)


async def queue_penalty(ami: Ami, interface: str, penalty: int, *, queue: str) -> None:
    """Who has less is offered a call first, in one queue."""
    headers = (("Interface", interface), ("Penalty", str(penalty)), ("Queue", queue))
    await ami.act("QueuePenalty", *headers)


async def queue_status(ami: Ami, queue: str = "") -> tuple[QueueState, ...]:
    """Every queue, or one, with its members and waiting callers."""
    headers = [("Queue", queue)] if queue else []
    return queues_of(await ami.ask("QueueStatus", *headers))


# -- channels --------------------------------------------------------------------------------------


async def core_show_channels(ami: Ami) -> tuple[LiveChannel, ...]:
    """Every channel that exists now, as `core show channels` lists them.

    By the action `Status`, which tells the same with the class `call`: `CoreShowChannels` needs
    `reporting`, and with it anybody could unregister a trunk or rotate the logs.
    """
    return tuple(channel_of(row) for row in await ami.ask("Status") if row.event == "Status")


async def hang_up(ami: Ami, channel: str, *, cause: int = 16) -> bool:
    """End a channel; False if it is gone already."""
    headers = [("Channel", channel), ("Cause", str(cause))]
    return await _unless("no such channel", ami, "Hangup", headers)


async def get_var(ami: Ami, channel: str, name: str) -> str:
    """A channel's variable or function, empty if unset. Values come from callers: hostile."""
    reply = await ami.act("Getvar", ("Channel", channel), ("Variable", name))
    return reply.get("Value")


async def global_value(ami: Ami, name: str) -> str:
    """A function that belongs to no channel, empty if it says nothing. `name` must be ours."""
    return (await ami.act("Getvar", ("Variable", name))).get("Value")


async def set_var(ami: Ami, channel: str, name: str, value: str) -> None:
    """Set a channel's variable or function. `value` must be ours: Asterisk may read it as code."""
    await ami.act("Setvar", ("Channel", channel), ("Variable", name), ("Value", value))


async def play_dtmf(
    ami: Ami, channel: str, digits: str, *, receive: bool = False, tone_ms: int = 100
) -> None:
    """Send keys out on a channel, or with `receive` as if its own phone had pressed them."""
    for digit in digits:
        await ami.act(
            "PlayDTMF",
            ("Channel", channel),
            ("Digit", digit),
            ("Duration", str(tone_ms)),
            ("Receive", _word(receive)),
        )


async def mute_audio(ami: Ami, channel: str, *, on: bool, direction: str = "in") -> None:
    """What this phone says (`in`), hears (`out`) or both (`all`) becomes silence.

    Through the channel's MUTEAUDIO function: the action of that name would need the class
    `system`, which allows far more than this.
    """
    await set_var(ami, channel, f"MUTEAUDIO({direction})", "on" if on else "off")


async def mix_monitor_mute(ami: Ami, channel: str, *, on: bool, direction: str = "both") -> None:
    """Write silence to every recording of this channel (`read`, `write` or `both`), or sound."""
    await ami.act(
        "MixMonitorMute", ("Channel", channel), ("Direction", direction), ("State", str(int(on)))
    )


async def redirect(
    ami: Ami, channel: str, context: str, exten: str, *, also: str = "", priority: int = 1
) -> None:
    """Send a channel, and the one it talks to (`also`), to a place in the dialplan."""
    place = [("Context", context), ("Exten", exten), ("Priority", str(priority))]
    headers = [("Channel", channel), *place]
    if also:
        headers += [("ExtraChannel", also), *((f"Extra{name}", value) for name, value in place)]
    await ami.act("Redirect", *headers)


# -- transfers: `channel` is the agent's, the transferor's ----------------------------------------


async def blind_transfer(ami: Ami, channel: str, context: str, exten: str) -> None:
    """Whom the agent talks to goes to a number; the agent is out at once."""
    await ami.act("BlindTransfer", ("Channel", channel), ("Context", context), ("Exten", exten))


async def attended_transfer(ami: Ami, channel: str, context: str, exten: str) -> None:
    """Hold music for the caller, the agent consults. The agent's hang-up completes it.

    Needs `atxfer` in features.conf and the right to transfer (`t` of Queue or Dial).
    """
    await ami.act("Atxfer", ("Channel", channel), ("Context", context), ("Exten", exten))


async def cancel_transfer(ami: Ami, channel: str) -> None:
    """Give up the consultation: back to the caller."""
    await ami.act("CancelAtxfer", ("Channel", channel))


THREE_WAY_KEYS = "*3"
"""`atxferthreeway` of features.conf."""


async def three_way(ami: Ami, channel: str) -> None:
    """Caller, agent and the one consulted all talk together."""
    await play_dtmf(ami, channel, THREE_WAY_KEYS, receive=True)


# -- small -----------------------------------------------------------------------------------------


async def _unless(harmless: str, ami: Ami, action: str, headers: list[tuple[str, str]]) -> bool:
    """Do it; False where the refusal only says that it is so already."""
    try:
        await ami.act(action, *headers)
    except AmiRefusedError as error:
        if harmless not in error.text.lower():
            raise
        return False
    return True


def _word(claim: bool) -> str:
    return "true" if claim else "false"
