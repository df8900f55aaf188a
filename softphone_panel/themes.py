"""The colours a screen can have, in the order in which a key goes through them."""

from __future__ import annotations

from typing import Final

THEMES: Final = ("textual-dark", "textual-light", "nord", "solarized-light")


def theme_after(theme: str) -> str:
    """The next colours; the first after any that are none of ours."""
    at = THEMES.index(theme) if theme in THEMES else -1
    return THEMES[(at + 1) % len(THEMES)]
