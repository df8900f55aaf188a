"""Settings of recordings: sealed or not, kept how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from launch.settings.floor import QueueName
from launch.settings.section import Section

Days = Annotated[int, Field(ge=0, le=36_500)]
TimeOfDay = Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class RecorderSettings(Section):
    """The recorder."""

    seal: bool = True
    """Encrypt what is kept; false: as plain wav files, for a disk that is encrypted already."""

    keys: Path | None = None
    """Folder of the master keys (another disk, a key stick); None: `keys` in the state folder."""

    key_command: tuple[str, ...] = ()
    """A program that prints a master key's line, `{key}` in it stands for the id; instead of
    `keys`."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.keys is not None and self.key_command:
            raise ValueError("give keys or key_command, not both")
        if self.key_command and not any("{key}" in part for part in self.key_command):
            raise ValueError('key_command needs {key}, e.g. ["vault-read", "{key}"]')
        return self


class RetentionSettings(Section):
    """How long recordings are kept; then they are erased, the ledger keeps the call."""

    days: Days = 180
    """0: for ever. What the law of the place wants comes first."""

    queues: dict[QueueName, Days] = Field(default={})
    """Other lengths for the calls of a queue: name -> days."""

    at: TimeOfDay = "03:30"
    """When it is looked after, UTC."""

    doubt_after_days: Days = 14
    """A clock that went on by more since it was looked after last is not erased by before somebody
    confirms it; 0: it always is."""
