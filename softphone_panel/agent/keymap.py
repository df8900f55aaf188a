"""Which keys do what: the table's, changed by the person's own file.

# ~/.config/thirdring/panel.toml
[keys]
hold = "j,f6"        # by the action's id, `thirdring panel --help` and docs/panel.md list them
[branches]
upset = "u"          # by the branch's name in the flow
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from textual.keys import KEY_ALIASES, KEY_DISPLAY_ALIASES, Keys

from calls.errors import ConfigError
from softphone_panel.agent.actions import ACTS, BY_ID

PICK_KEYS: Final = {
    **{digit: digit for digit in string.digits},
    "asterisk": "*",
    "number_sign": "#",
}
"""Keys of a menu's choices; they cannot be bound to anything else."""

OWN_KEYS: Final = frozenset(
    {*PICK_KEYS, "escape", "enter", "up", "down", "left", "right", "backspace", "delete", "ctrl+c"}
)
"""Keys that always mean the same."""

BRANCH_KEYS: Final[Mapping[str, str]] = {
    "upset": "u",
    "dialect": "d",
    "wrong_number": "w",
    "thanks_first": "g",
    "beyond_me": "b",
    "line_fault": "f",
}
"""Of the branches that the house's flows have; others take the first free letter of their name."""

_SIGNS = {
    "?": "question_mark",
    ":": "colon",
    " ": "space",
    "/": "slash",
    ".": "full_stop",
    ",": "comma",
    "-": "minus",
    "+": "plus",
    ";": "semicolon",
    "=": "equals_sign",
}
_SHOWN = {"space": "␣", **{name: sign for sign, name in _SIGNS.items() if sign != " "}}
_NAMED = frozenset(key.value for key in Keys) | frozenset(_SIGNS.values())


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by action and by branch, all checked."""

    keys: Mapping[str, tuple[str, ...]]
    branches: Mapping[str, str]

    def letters(self, action: str) -> tuple[str, ...]:
        """Keys that a field would take for text."""
        return tuple(key for key in self.keys[action] if is_letter(key))

    def always(self, action: str) -> tuple[str, ...]:
        """Keys that work inside a field too; Alt with each letter among them."""
        others = [key for key in self.keys[action] if not is_letter(key)]
        return (*others, *(with_alt(key) for key in self.letters(action) if _is_plain(key)))

    def shown(self, *, typing: bool) -> dict[str, str]:
        """How each action's key is written in the footer."""
        return {act.id: self._shown(act.id, typing) for act in ACTS}

    def _shown(self, action: str, typing: bool) -> str:
        letters, always = self.letters(action), self.always(action)
        best = (*always, *letters) if typing else (*letters, *always)
        return display(best[0]) if best else ""

    def for_branches(self, names: Iterable[str]) -> dict[str, str]:
        """A free letter for every branch on the screen, the same one every time.

        Those that have a letter of their own get it first, then the others in their order.
        """
        names = list(names)
        taken = {key for keys in self.keys.values() for key in keys}
        given = {name: "" for name in names}
        for name in sorted(names, key=lambda name: name not in self.branches):
            letters = (*self.branches.get(name, ""), *name.lower(), *string.ascii_lowercase)
            free = (key for key in letters if key in string.ascii_lowercase and key not in taken)
            given[name] = next(free, "")
            taken.add(given[name])
        return given


DEFAULT: Final = Keymap({act.id: tuple(act.keys.split(",")) for act in ACTS}, BRANCH_KEYS)


def is_letter(key: str) -> bool:
    """Whether a field would take the key for text."""
    return len(key) == 1 or key in ("space", *_SIGNS.values())


def _is_plain(key: str) -> bool:
    return len(key) == 1 and key.isascii() and key.isalnum()


def with_alt(letter: str) -> str:
    """The key that Alt makes of a letter, as terminals tell it."""
    return f"alt+shift+{letter.lower()}" if letter.isupper() else f"alt+{letter}"


def display(key: str) -> str:
    """`F6`, `Ctrl+S`, `h`."""
    if key in _SHOWN:
        return _SHOWN[key]
    *modifiers, last = key.split("+")
    last = last if len(last) == 1 and not modifiers else last.upper()
    return "+".join((*(modifier.capitalize() for modifier in modifiers), last))


def load_keymap(path: Path) -> Keymap:
    """The table's keys with those of `path` over them; a file that is not there changes nothing.

    Raises ConfigError naming file, setting and remedy; nothing of a wrong file is taken.
    """
    raw = read_toml(path)
    return Keymap(
        _keys(path, _table(path, raw, "keys")), _branches(path, _table(path, raw, "branches"))
    )


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; empty when there is none. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); the usual keys stay") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML ({error}); the usual keys stay") from error


def _table(path: Path, raw: Mapping[str, Any], name: str) -> Mapping[str, str]:
    table = raw.get(name, {})
    if not isinstance(table, dict) or not all(isinstance(keys, str) for keys in table.values()):
        raise ConfigError(f'{path}: {name}: write a table of texts, such as hold = "h,f6"')
    return table


def _keys(path: Path, given: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    keys = dict(DEFAULT.keys)
    for action, text in given.items():
        if action not in BY_ID:
            near = get_close_matches(action, BY_ID, 1)
            hint = f"did you mean {near[0]}?" if near else f"write one of {', '.join(BY_ID)}"
            raise ConfigError(f"{path}: keys.{action}: no such action; {hint}")
        keys[action] = tuple(_key(path, f"keys.{action}", part) for part in text.split(",") if part)
    owners: dict[str, str] = {}
    for action, bound in keys.items():
        for key in bound:
            if key in owners:
                raise ConfigError(
                    f"{path}: {key} means both {owners[key]} and {action}; give one another key"
                )
            owners[key] = action
    return keys


def _branches(path: Path, given: Mapping[str, str]) -> Mapping[str, str]:
    branches = dict(BRANCH_KEYS)
    for name, text in given.items():
        key = _key(path, f"branches.{name}", text)
        if not _is_plain(key):
            raise ConfigError(f"{path}: branches.{name}: write a single letter")
        branches[name] = key
    return branches


def _key(path: Path, where: str, text: str) -> str:
    """One key in Textual's words."""
    text = _SIGNS.get(text, text.strip())
    key = text if len(text) == 1 else text.lower()
    *modifiers, last = key.split("+")
    known = len(last) == 1 or last in _NAMED or last in KEY_ALIASES or last in KEY_DISPLAY_ALIASES
    if not last or not known or not set(modifiers) <= {"ctrl", "alt", "shift"}:
        raise ConfigError(f"{path}: {where}: {text!r} is no key; write such as h, f6 or ctrl+s")
    if key in OWN_KEYS:
        raise ConfigError(f"{path}: {where}: {text} always means the same; take another key")
    return key
