"""The pages, one module a subject; each has `routes(room) -> list[Route]` and maybe `MENU`."""

from __future__ import annotations

from types import ModuleType

from console.web.pages import call, calls, evaluation, signing_in, sound, work

PAGES: tuple[ModuleType, ...] = (signing_in, calls, call, evaluation, sound, work)
"""All pages; their entries of the menu stand in this order."""
