"""Every version of the flows that calls were answered with, kept as text beside the ledger.

`STATE/flows/texts/SHA256.yaml` holds a file's text under its own hash, `STATE/flows/DIGEST.json`
says which texts made the flow version that the ledger's `stepped` facts name by this digest, and
`last.json` which files the server read last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from callflow.digests import flow_digest, words_digest
from callflow.house import House, is_form
from callflow.lines import LINES_FILE
from recorder.disk import make_folder, write_whole

_log = structlog.get_logger(__name__)

FOLDER: Final = "flows"
_LAST: Final = "last.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFlow:
    """One version of one flow: the hashes of the texts that made it."""

    flow: str
    digest: str
    source: str
    text: str
    lines: str
    """Empty where the house had no lines."""

    forms: tuple[str, ...]
    at: str
    """When it was first read (ISO, UTC)."""


class KeptFlows:
    """The flow versions of one state folder."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER
        self.texts = self.folder / "texts"

    def keep(self, texts: Mapping[str, str], house: House, at: datetime) -> None:
        """Keep what is new of a house that was just loaded; logged, never raised, when it fails."""
        try:
            self._keep(texts, house, at)
        except OSError as error:
            _log.error("the texts of the flows could not be kept", problem=str(error))

    def versions(self) -> dict[str, KeptFlow]:
        """Digest -> version; files that cannot be read are left out (`verify` names them)."""
        found = {}
        for path in sorted(self.folder.glob("*.json")):
            if path.name != _LAST and (kept := self.version(path)) is not None:
                found[path.stem] = kept
        return found

    def version(self, path: Path) -> KeptFlow | None:
        """One version file; None when it is damaged."""
        try:
            told: dict[str, Any] = json.loads(path.read_text("utf-8"))
            return KeptFlow(**{**told, "forms": tuple(told["forms"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def last(self) -> dict[str, str]:
        """File -> hash of its text, as the server read them last; empty when none did."""
        try:
            told = json.loads((self.folder / _LAST).read_text("utf-8"))
            return {str(name): str(digest) for name, digest in told.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def text(self, digest: str) -> str | None:
        """A kept text, edited or not; None when it is gone."""
        try:
            return (self.texts / f"{digest}.yaml").read_bytes().decode("utf-8", "surrogateescape")
        except OSError:
            return None

    def digest_of(self, kept: KeptFlow) -> str | None:
        """The digest that these kept texts make; None when one is gone."""
        words = [self.text(one) for one in kept.forms]
        lines = self.text(kept.lines) if kept.lines else ""
        text = self.text(kept.text)
        if text is None or lines is None or any(one is None for one in words):
            return None
        return flow_digest(text, words_digest(lines, [one for one in words if one is not None]))

    def _keep(self, texts: Mapping[str, str], house: House, at: datetime) -> None:
        make_folder(self.texts, 0o700)
        hashes = {name: text_digest(text) for name, text in texts.items()}
        for name, text in texts.items():
            path = self.texts / f"{hashes[name]}.yaml"
            if not path.exists():
                write_whole(path, _raw(text))
        lines = next((hashes[name] for name in texts if Path(name).name == LINES_FILE), "")
        forms = [hashes[name] for name in texts if is_form(name)]
        for flow in house.flows.values():
            path = self.folder / f"{flow.digest}.json"
            if path.exists():
                continue
            source = flow.place.source
            told = {"flow": flow.name, "digest": flow.digest, "source": Path(source).name}
            made = {"text": hashes[source], "lines": lines, "forms": forms}
            _write_json(path, {**told, **made, "at": at.isoformat()})
        last = {str(Path(name).resolve()): digest for name, digest in hashes.items()}
        if last != self.last():
            _write_json(self.folder / _LAST, last)


def text_digest(text: str) -> str:
    """SHA-256 of a text as it is kept; 64 hex digits."""
    return hashlib.sha256(_raw(text)).hexdigest()


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _write_json(path: Path, told: Mapping[str, object]) -> None:
    write_whole(path, (json.dumps(told, ensure_ascii=False) + "\n").encode())
