"""Channels that the desk begins: taps for the ears, spoken cues, supervisors who listen in."""

from __future__ import annotations

import re
from uuid import UUID

from calls.floor.states import SpyMode
from desk.ami.actions import Ami, play_dtmf, redirect, set_var
from desk.ami.channels import Originated
from desk.ami.errors import AmiHeaderError, AmiRefusedError

# A channel's name becomes part of an application's arguments, where other signs mean something.
_NAME = re.compile(r"[A-Za-z0-9_.+/@;:=-]{1,150}")

# d: keys 4, 5, 6 switch while it runs. E: the spy ends with the call. S: never another channel in
# its place. q: no beep. u: this very channel, not all whose names begin like it.
_SPY = "qESdu"
_SPY_BEGINS = {SpyMode.LISTEN: "", SpyMode.WHISPER: "w", SpyMode.BARGE: "B"}
_SPY_KEYS = {SpyMode.LISTEN: "4", SpyMode.WHISPER: "5", SpyMode.BARGE: "6"}

_SPY_AT = ("cc-desk-spy", "s")
_RECORDING = re.compile(r"[a-z0-9-]{0,80}")

# AST_CONTROL numbers of an OriginateResponse.
_REASONS = {
    0: "no such phone, or it is not registered",
    1: "it hung up",
    3: "nobody picked up in time",
    5: "it is busy",
    8: "it could not be reached",
}


async def tap(
    ami: Ami, channel: str, host: str, port: int, identity: UUID, *, both: bool = False
) -> Originated:
    """Send what a channel's phone says to an AudioSocket server, until the channel ends.

    8 kHz s16 in frames of 20 ms, 50 a second, during silence and hold too; through transfers. With
    `both` what it hears is mixed in. A server that is gone ends the tap, never the call.
    AmiRefusedError when the server is not there, or there is no such channel.
    """
    options = "qESu" if both else "oqESu"
    return await _audio_socket(ami, channel, options, host, port, identity)


async def whisper_audio(ami: Ami, channel: str, host: str, port: int, identity: UUID) -> Originated:
    """Let an AudioSocket server speak to this channel's phone alone: a spoken cue to an agent."""
    return await _audio_socket(ami, channel, "wqESu", host, port, identity)


async def _audio_socket(
    ami: Ami, channel: str, options: str, host: str, port: int, identity: UUID
) -> Originated:
    return await _originate(
        ami,
        ("Channel", f"AudioSocket/{host}:{port}/{identity}/c(slin)"),
        ("Application", "ChanSpy"),
        ("Data", f"{_named(channel)},{options}"),
        wait_s=5.0,
    )


async def spy(
    ami: Ami,
    phone: str,
    channel: str,
    mode: SpyMode = SpyMode.LISTEN,
    *,
    caller_id: str = "",
    wait_s: float = 20.0,
) -> Originated:
    """Ring a supervisor's phone (`PJSIP/803`, or its line) and put it on an agent's channel.

    Returns when the supervisor has picked up, with the supervisor's channel. A whisper is not in
    the call's own recording; in a barge the caller hears the supervisor, and so it has it.
    """
    headers = [
        ("Channel", _named(phone)),
        ("Context", _SPY_AT[0]),
        ("Exten", _SPY_AT[1]),
        ("Priority", "1"),
        ("Variable", f"CC_SPIED={_named(channel)}"),
        ("Variable", f"CC_SPY={_SPY_BEGINS[mode]}{_SPY}"),
    ]
    if caller_id:
        headers.append(("CallerID", caller_id))
    return await _originate(ami, *headers, wait_s=wait_s)


async def switch_spy(ami: Ami, spy_channel: str, mode: SpyMode) -> None:
    """Listen, whisper or barge from now on, as if the supervisor had pressed the key."""
    await play_dtmf(ami, spy_channel, _SPY_KEYS[mode], receive=True)


async def spy_again(ami: Ami, spy_channel: str, mode: SpyMode, recording: str) -> None:
    """Begin anew on the same call in this mode, the supervisor's own voice recorded or not.

    `recording` names the file below `monitor/` (without `-out.wav`); empty: nothing is written from
    here on. The manager's user may start no recording itself: the dialplan does.
    """
    if not _RECORDING.fullmatch(recording):
        raise AmiHeaderError("a recording's name has letters, digits and - only")
    await set_var(ami, spy_channel, "CC_SPY", f"{_SPY_BEGINS[mode]}{_SPY}")
    await set_var(ami, spy_channel, "CC_ASIDE", recording)
    await redirect(ami, spy_channel, *_SPY_AT)


async def call_out(
    ami: Ami,
    phone: str,
    context: str,
    exten: str,
    *,
    caller_id: str = "",
    variables: tuple[tuple[str, str], ...] = (),
    wait_s: float = 20.0,
) -> Originated:
    """Ring an agent's phone and, once picked up, dial a number from it (click to call)."""
    headers = [
        ("Channel", _named(phone)),
        ("Context", context),
        ("Exten", exten),
        ("Priority", "1"),
        *(("Variable", f"{name}={value}") for name, value in variables),
    ]
    if caller_id:
        headers.append(("CallerID", caller_id))
    return await _originate(ami, *headers, wait_s=wait_s)


async def _originate(ami: Ami, *headers: tuple[str, str], wait_s: float) -> Originated:
    told = await ami.follow(
        "Originate",
        *headers,
        ("Async", "true"),
        ("Timeout", str(round(wait_s * 1000))),
        until="OriginateResponse",
        timeout_s=wait_s + 5.0,
    )
    if told.get("Response").lower() != "success":
        reason = told.number("Reason", -1)
        raise AmiRefusedError("Originate", _REASONS.get(reason, f"reason {reason}"))
    return Originated(channel=told.raw("Channel"), unique_id=told.get("Uniqueid"))


def _named(channel: str) -> str:
    if not _NAME.fullmatch(channel):
        raise AmiHeaderError("Originate: the name of a channel may not hold such signs")
    return channel
