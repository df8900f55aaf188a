"""Settings of speech recognition for QA."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from launch.settings.section import Section


class AsrSettings(Section):
    """The recogniser: the extra `asr`, and a model that the site brings."""

    model: Path | None = None
    """Folder of a Whisper model in CTranslate2's format; None: speech is not recognised."""

    threads: int = Field(default=1, ge=1, le=32)
    polite: tuple[str, ...] = ()
    """Polite words beside those of A04."""
