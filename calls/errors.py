"""Errors made to be shown: each says where, what is wrong and what to do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


class CallCenterError(Exception):
    """Base of every error this product raises on purpose; its text is fit for a user."""


class ConfigError(CallCenterError):
    """A setting is missing or wrong; the message names the setting and what to write."""


class LedgerError(CallCenterError):
    """The ledger cannot be read or written; the message says which file and what to do."""


class PromptError(CallCenterError):
    """A line cannot be turned into sound; the message names the line, language and remedy."""


class NoRoomError(PromptError):
    """A line's sound cannot be written: the disk is full, so no other one can be either."""


class RecordingError(CallCenterError):
    """A recording is missing, cut or damaged; the message names it and what was found."""


class SealBrokenError(RecordingError):
    """A sealed recording was cut, edited or swapped; the message names file and chunk."""

    def __init__(self, message: str, *, chunk: int | None = None) -> None:
        super().__init__(message)
        self.chunk = chunk
        """Number of the chunk, from 0; None where the whole file is meant."""


class LostKeyError(CallCenterError):
    """A key is missing or is another one; the message names it and where it should be."""


class PersonaError(CallCenterError):
    """A simulated caller's file is wrong; the message says where and what to change."""


class PbxError(CallCenterError):
    """Asterisk cannot be set up, started or reached; the message says what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file an author wrote.

    `line` and `column` count from 1, columns in characters; 0 means the file as a whole.
    """

    source: str
    line: int
    column: int
    what: str
    hint: str
    severity: str = "error"
    """`error` keeps the house from loading; `warning` does not."""

    rule: str = "unreadable"
    """The kind of mistake, by a name that stays."""

    word: str = ""
    """The word that is wrong, as it is written there; empty where no single one is."""

    trail: tuple[str, ...] = ()
    """Steps in order by which a call gets there, where that is not plain."""

    def __str__(self) -> str:
        where = self.source if not self.line else f"{self.source}:{self.line}:{self.column}"
        return f"{where}: {self.what}; {self.hint}" if self.hint else f"{where}: {self.what}"


class FlowFileError(CallCenterError):
    """Flow, line or rule files are wrong; carries every problem found in one reading."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ReportError(CallCenterError):
    """A report cannot be made so; the message says what to give or to install."""


class WorkError(CallCenterError):
    """A step of quality work cannot be taken now; the message says why and what can be done."""


class NotAllowedError(WorkError):
    """The role or the person may not do this; somebody else may."""


class UnknownWorkError(WorkError):
    """There is no evaluation, draw, calibration or remark of that name."""


class ConflictError(WorkError):
    """Somebody else was faster; what one saw is no longer so."""


class AccountError(CallCenterError):
    """An account cannot be made or changed so; the message says what to give."""


class FormFileError(FlowFileError):
    """A form of quality work is wrong; carries every problem as flow files do."""


def reason_of(error: OSError) -> str:
    """Why the system refused, in its own few words: asyncio puts the address into `strerror`."""
    return os.strerror(error.errno) if error.errno else str(error)
