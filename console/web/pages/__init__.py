"""The pages, one module a subject; each has `routes(room) -> list[Route]` and maybe `MENU`."""

from __future__ import annotations

from types import ModuleType

from console.web.pages import call, signing_in, sound

PAGES: tuple[ModuleType, ...] = (signing_in, call, sound)
"""All pages; their entries of the menu stand in this order."""
