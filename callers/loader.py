"""Personas from YAML, with every problem as `file:line:column: what; what to write instead`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from callers.persona import Persona
from callers.persona_reader import PersonaReader
from callers.voicebank import VoiceBank
from callflow.nodes import NodeError, parse
from callflow.reading import nearest
from calls.errors import PersonaError

FOLDER: Final = Path(__file__).parent / "personas"
PRACTISING: Final = Path(__file__).parent / "practising"
"""Callers made for people who practise; every one of `FOLDER` can be practised on too."""


def load_persona(path: Path, voices: VoiceBank | None = None) -> Persona:
    """Read one persona file; with `voices`, its voice and utterances must exist there.

    Raises PersonaError with every problem found.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PersonaError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError as error:
        raise PersonaError(f"{path}: is not UTF-8 ({error.reason}); save it as UTF-8") from None
    return read_persona(text, str(path), voices)


def read_persona(text: str, source: str, voices: VoiceBank | None = None) -> Persona:
    """Read a persona from `text`; `source` names it in errors. Raises PersonaError."""
    try:
        top = parse(text, source)
    except NodeError as error:
        raise PersonaError(str(error.problem)) from None
    reader = PersonaReader(voices)
    persona = reader.persona(top)
    if reader.problems:
        raise PersonaError("\n".join(str(problem) for problem in sorted(reader.problems)))
    return persona


def names(folder: Path = FOLDER) -> list[str]:
    """Names of the personas in `folder`, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def find_practice(name: str, voices: VoiceBank | None = None) -> Persona:
    """As `find_persona`, among those made for practice first."""
    if name.replace("-", "_") in names(PRACTISING):
        return find_persona(name, PRACTISING, voices)
    try:
        return find_persona(name, FOLDER, voices)
    except PersonaError as error:
        if name.endswith((".yaml", ".yml")):
            raise
        known = [*names(PRACTISING), *names()]
        hint = nearest(name.replace("-", "_"), known)
        raise PersonaError(
            f'there is no persona "{name}"; {hint} `thirdring practice --list` shows them'
        ) from error


def find_persona(name: str, folder: Path = FOLDER, voices: VoiceBank | None = None) -> Persona:
    """The persona called `name` (hyphens count as underscores) or the file at that path.

    Raises PersonaError naming the nearest when there is none.
    """
    if name.endswith((".yaml", ".yml")):
        return load_persona(Path(name), voices)
    wanted = name.replace("-", "_")
    known = names(folder)
    if wanted not in known:
        raise PersonaError(
            f'there is no persona "{name}"; {nearest(wanted, known)} '
            "`thirdring call --list` shows them"
        )
    return load_persona(folder / f"{wanted}.yaml", voices)
