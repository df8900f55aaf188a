"""One call as a vCon, the IETF's container for conversations.

Written from draft-ietf-vcon-vcon-core (03 and 04, syntax 0.4.0); `schemas/vcon.json` holds what of
it we write. Pure: rows and sound in, JSON-ready values out. The section numbers are the draft's.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from calls.events import CallEvent
from calls.masking import OUTBOUND
from launch.exporting.anonymous import anonymous
from ledger.rows import CallRow
from recorder.catalog import Recording

_CALLER, _HOUSE, _AGENT = 0, 1, 2
_VENDOR: Final = "Thirdring"
_NOT_MADE: Final = {"caller_hung_up": "hung-up"}
"""Why a call was never answered, in the draft's words; all else is `failed`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One recording of the call as it goes into the container."""

    recording: Recording
    wav: bytes
    url: str = ""
    """Where it will be found; empty: it goes into the container itself."""

    begins_ms: int = 0
    """Offset of its first sample on the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a vCon is told from."""

    call: CallRow
    events: Sequence[CallEvent]
    sounds: Sequence[Sound]
    house: str
    """Name of the house as callers hear it."""

    made_at: datetime
    host: str
    """Full name of this host; only its hash goes into the container's id (4.1.2)."""

    masked: bool


def vcon(telling: Telling) -> dict[str, Any]:
    """The container in its unsigned form (section 4)."""
    dialog = _dialog(telling)
    return {
        "vcon": "0.4.0",
        "uuid": str(_uuid(telling.made_at, telling.host)),
        "created_at": _date(telling.made_at),
        "subject": f"call {telling.call.id}",
        "parties": _parties(telling),
        "dialog": dialog,
        "analysis": [*_verdicts(telling, len(dialog)), *_transcript(telling, len(dialog))],
        "attachments": [_facts(telling)],
    }


def content_hash(content: bytes) -> str:
    """`sha512-` and the hash in base64url without padding (2.4)."""
    return f"sha512-{_base64url(hashlib.sha512(content).digest())}"


def _uuid(at: datetime, host: str) -> UUID:
    """Version 8: a version 7 whose last 62 bits are of the SHA-1 of the host's name (4.1.2)."""
    milliseconds = int(at.timestamp() * 1000) & (1 << 48) - 1
    named = int.from_bytes(hashlib.sha1(host.encode(), usedforsecurity=False).digest()[:8], "big")
    value = milliseconds << 80 | 8 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | named >> 2
    return UUID(int=value)


def _parties(telling: Telling) -> list[dict[str, str]]:
    call = telling.call
    # Of a call that the house placed the customer is the one called.
    number, own = (call.dnis, call.ani) if call.direction == OUTBOUND else (call.ani, call.dnis)
    caller = {"name": "anonymous"}
    if not telling.masked and number:
        caller = {"tel": f"tel:{number}", "validation": "none"}
        if call.caller_name:
            caller["name"] = call.caller_name
    house = {"name": telling.house, "type": "bot", "tel": f"tel:{own}"}
    if not own:
        del house["tel"]
    parties = [caller, house]
    if call.agent:
        parties.append({"name": f"agent {call.agent}", "type": "person", "validation": "none"})
    return parties


def _dialog(telling: Telling) -> list[dict[str, Any]]:
    call = telling.call
    if telling.sounds:
        return [_recording(telling, sound) for sound in telling.sounds]
    start = _date(call.offered_at or telling.made_at)
    if call.answered_ms is None:
        reason = _NOT_MADE.get(call.end_reason or "", "failed")
        parties = [_CALLER, _HOUSE]
        return [{"type": "incomplete", "start": start, "parties": parties, "disposition": reason}]
    # The call took place; what was said is not kept (any more).
    ended_ms = call.ended_ms or call.answered_ms
    everybody = list(range(len(_parties(telling))))
    return [
        {
            "type": "recording-set",
            "start": start,
            "duration": ended_ms / 1000,
            "parties": everybody,
        }
    ]


def _recording(telling: Telling, sound: Sound) -> dict[str, Any]:
    kept = sound.recording.kept
    begun = (telling.call.offered_at or telling.made_at) + timedelta(milliseconds=sound.begins_ms)
    house: int | list[int] = [_HOUSE, _AGENT] if telling.call.agent else _HOUSE
    told: dict[str, Any] = {
        "type": "recording",
        "start": _date(begun),
        "duration": (kept.duration_ms if kept else 0) / 1000,
        "parties": [_CALLER, house],
        "originator": _CALLER,
        "mediatype": "audio/x-wav",
        "filename": f"{sound.recording.id}.wav",
    }
    if sound.url:
        return {**told, "url": sound.url, "content_hash": content_hash(sound.wav)}
    return {**told, "body": _base64url(sound.wav), "encoding": "base64url"}


def _verdicts(telling: Telling, dialogs: int) -> list[dict[str, Any]]:
    judged = [event for event in telling.events if event.kind == "rules_judged"]
    if not judged:
        return []
    data = judged[-1].data
    body = {name: data[name] for name in ("rules", "kept", "broken") if name in data}
    return [_analysis("report", "thirdring-rules-judged", body, dialogs)]


def _transcript(telling: Telling, dialogs: int) -> list[dict[str, Any]]:
    """What the house said, by its lines; what the caller said stands in the sound alone."""
    said = [event.data for event in telling.events if event.kind == "said"]
    if not said or telling.masked:
        return []
    body = [
        {
            "party": _AGENT if one.get("performer") == "agent" else _HOUSE,
            "line": one.get("line"),
            "text": one.get("text"),
            "language": one.get("language"),
            "start_ms": one.get("start_ms"),
            "end_ms": one.get("end_ms"),
        }
        for one in said
    ]
    return [_analysis("transcript", "thirdring-lines", body, dialogs)]


def _analysis(kind: str, schema: str, body: object, dialogs: int) -> dict[str, Any]:
    return {
        "type": kind,
        "dialog": list(range(dialogs)),
        "mediatype": "application/json",
        "vendor": _VENDOR,
        "product": "thirdring",
        "schema": schema,
        "body": _json(body),
        "encoding": "json",
    }


def _facts(telling: Telling) -> dict[str, Any]:
    body = [_fact(event, telling.masked) for event in telling.events]
    return {
        "purpose": "facts of the call, in the ledger's order",
        "start": _date(telling.call.offered_at or telling.made_at),
        "party": _HOUSE,
        "dialog": 0,
        "mediatype": "application/json",
        "filename": f"{telling.call.id}.json",
        "body": _json(body),
        "encoding": "json",
    }


def _fact(event: CallEvent, masked: bool) -> Mapping[str, Any]:
    data = anonymous(event) if masked else dict(event.data)
    told = {"seq": event.seq, "at": _date(event.at), "offset_ms": event.offset_ms}
    return {**told, "kind": event.kind, "data": data}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _date(at: datetime) -> str:
    """RFC 3339 with milliseconds."""
    return at.isoformat(timespec="milliseconds")


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")
