"""What a coach has to know again after its process was killed: one small file a call.

The facts of the call are in the ledger; what they don't hold (the values of forms and of the back
office, drafts, what the call knew before) stands here, one JSON object a line. It is written
without waiting for the disk: a killed process loses nothing of it, a power cut ends the talk.
The file is for its owner only and goes with the call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

import structlog

from calls.outcomes import Outcome, SaidEnd, Sound
from calls.values import Value

FOLDER: Final = "coaching"
TALK: Final = frozenset(
    ("agent", "caller_channel", "agent_channel", "queue", "flow", "variables", "began_ms")
)
"""What is kept of a talk."""

_KINDS: Final = {kind.__name__: kind for kind in Outcome.__args__}
_WORDS: Final = {"what": Sound, "ended": SaidEnd}

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_@+-]")

_log = structlog.get_logger("desk.coaching")


@dataclass(frozen=True, slots=True)
class Given:
    """One outcome of the run and the step at which it came: `flow.step`."""

    at: str
    outcome: Outcome


@dataclass(slots=True)
class Kept:
    """What one file holds."""

    talk: Mapping[str, Any] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    drafts: dict[str, Mapping[str, Value]] = field(default_factory=dict)


class Journal:
    """The file of one talk. A disk that fails is told to the log, never to the call."""

    def __init__(self, folder: Path, call_id: str, agent: str) -> None:
        """`folder` is `<state>/coaching`. A call that goes from agent to agent has several."""
        self._path = folder / f"{call_id}.{_UNFIT.sub('_', agent)}.jsonl"
        self._failed = False

    @classmethod
    def latest(cls, folder: Path, call_id: str) -> Journal | None:
        """The talk that this call was last in, as far as it was kept."""
        found = sorted(folder.glob(f"{call_id}.*.jsonl"), key=_changed_at)
        if not found:
            return None
        return cls(folder, call_id, found[-1].name.removesuffix(".jsonl").partition(".")[2])

    def begin(self, talk: Mapping[str, Any]) -> None:
        """A new talk; an older one of the same call is forgotten."""
        self._write(lambda: self._make(), talk=talk)

    def given(self, at: str, outcome: Outcome) -> None:
        """The run got an outcome."""
        self._write(at=at, outcome=_plain(outcome))

    def drafted(self, form: str, values: Mapping[str, Value]) -> None:
        """This stands in a form now."""
        self._write(form=form, values=dict(values))

    def read(self) -> Kept | None:
        """What was kept; None when there is nothing to go on with."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return None
        kept = Kept()
        try:
            for record in _records(lines):
                _take(record, kept)
        except (KeyError, TypeError, ValueError, AttributeError):
            _log.error("a coached call is kept in part only", file=self._path.name)
        return kept if _is_talk(kept.talk) else None

    def forget(self) -> None:
        """The talk is over."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            # What stays is swept at the next start; the call's end has other things to keep.
            _log.error("a coached call cannot be forgotten", error=type(error).__name__)

    def _make(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._path.touch(mode=0o600)

    def _write(self, before: Any = None, **record: Any) -> None:
        try:
            if before is not None:
                before()
            text = json.dumps(record, ensure_ascii=False)
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(text + "\n")
        except (OSError, TypeError, ValueError) as error:
            if not self._failed:
                _log.error("a coached call cannot be kept", error=type(error).__name__)
            self._failed = True


def sweep(folder: Path, live: Collection[str]) -> int:
    """Forget calls that ended while no desk was there, all but the `live` ones; how many."""
    gone = [path for path in folder.glob("*.jsonl") if path.name.partition(".")[0] not in live]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime_ns if path.exists() else 0


def _is_talk(talk: Mapping[str, Any]) -> bool:
    if not talk.keys() >= TALK:
        return False
    return isinstance(talk["variables"], dict) and isinstance(talk["began_ms"], int)


def _records(lines: list[str]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            return  # the line that the kill cut off
        if isinstance(record, dict):
            yield record


def _take(record: Mapping[str, Any], kept: Kept) -> None:
    if "talk" in record:
        kept.talk = dict(record["talk"])
    elif "outcome" in record:
        kept.given.append(Given(str(record["at"]), _outcome(record["outcome"])))
    elif "form" in record:
        kept.drafts[str(record["form"])] = dict(record["values"])


def _plain(outcome: Outcome) -> dict[str, Any]:
    made = {each.name: getattr(outcome, each.name) for each in fields(outcome)}
    made = {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in made.items()
    }
    return {"kind": type(outcome).__name__, **made}


def _outcome(made: Mapping[str, Any]) -> Outcome:
    kind = _KINDS[made["kind"]]
    values = {
        name: _WORDS[name](value) if name in _WORDS else value
        for name, value in made.items()
        if name != "kind"
    }
    outcome: Outcome = kind(**values)
    return outcome
