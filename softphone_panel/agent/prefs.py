"""What the panel remembers of a person: language and colours, in the same file as the keys."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from calls.errors import ConfigError
from softphone_panel.agent.keymap import read_toml
from softphone_panel.texts import Language

_TABLE = re.compile(r"^\s*\[", re.MULTILINE)


def prefs_path(environment: Mapping[str, str] = os.environ) -> Path:
    """`panel.toml` where the person's settings lie (XDG base directory specification)."""
    base = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "thirdring" / "panel.toml"


@dataclass(frozen=True, slots=True)
class Prefs:
    """Empty means: as the panel would by itself."""

    language: str = ""
    theme: str = ""


def load_prefs(path: Path) -> Prefs:
    """What was remembered; a file that is wrong or not there remembers nothing."""
    try:
        raw = read_toml(path)
    except ConfigError:
        return Prefs()
    language, theme = str(raw.get("language", "")), str(raw.get("theme", ""))
    return Prefs(language if language in tuple(Language) else "", theme)


def save_prefs(path: Path, prefs: Prefs) -> bool:
    """Remember them: two lines change, the person's own writing in the file stays.

    Written beside and moved into place. False when it cannot be, which harms nothing: a file that
    is no TOML is left as it is.
    """
    try:
        read_toml(path)
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for name, value in (("theme", prefs.theme), ("language", prefs.language)):
            text = _with(text, name, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path.resolve(), text)
    except (OSError, ConfigError):
        return False
    return True


def _with(text: str, name: str, value: str) -> str:
    """`text` with `name = "value"` before the first table."""
    table = _TABLE.search(text)
    at = table.start() if table else len(text)
    head, tail = text[:at], text[at:]
    line = f'{name} = "{value}"\n'
    own = re.compile(rf"^{name}\s*=.*\n?", re.MULTILINE)
    if own.search(head):
        return own.sub(lambda _: line, head, count=1) + tail
    return line + head + tail


def _replace(path: Path, text: str) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
