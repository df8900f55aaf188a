"""`SCRIPTS/mutants/survivors.yaml`: mutants that nothing notices, each with the reason why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from callflow.mutants.mutant import Mutant
from callflow.nodes import Mapping, NodeError, Sequence, parse
from callflow.reading import Reading
from calls.errors import FlowFileError

FILE: Final = PurePath("mutants") / "survivors.yaml"
_KEYS: Final = ("file", "operator", "what", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A survivor that somebody looked at."""

    file: str
    operator: str
    what: str
    """A part of what the damage says of itself."""

    why: str

    def speaks_of(self, mutant: Mutant) -> bool:
        """Whether it explains this mutant."""
        return (
            PurePath(mutant.source).name == self.file
            and mutant.operator == self.operator
            and self.what in mutant.what
        )


def read_known(scripts: Path) -> list[Known]:
    """What is explained; nothing without the file. Raises FlowFileError."""
    path = scripts / FILE
    if not path.exists():
        return []
    reading = Reading()
    try:
        top = parse(path.read_text(encoding="utf-8"), str(path))
    except NodeError as error:
        raise FlowFileError([error.problem]) from error
    reading.keys(top, ("survivors",), "the file")
    listed = top.get("survivors")
    items = listed.items if isinstance(listed, Sequence) else ()
    found = [_known(item, reading) for item in items if isinstance(item, Mapping)]
    if reading.problems:
        raise FlowFileError(reading.problems)
    return found


def _known(item: Mapping, reading: Reading) -> Known:
    reading.keys(item, _KEYS, "a survivor")
    return Known(**{key: reading.text(item.get(key), key) for key in _KEYS})
