"""The pages, one module a subject; each has `routes(room) -> list[Route]` and maybe `MENU`."""

from __future__ import annotations

from types import ModuleType

from console.web.pages import (
    accounts,
    calibrations,
    call,
    calls,
    draws,
    evaluation,
    forms,
    oversight,
    reports,
    requests,
    second_factor,
    signing_in,
    sound,
    wallboard,
    work,
)

PAGES: tuple[ModuleType, ...] = (
    signing_in,
    calls,
    call,
    work,
    evaluation,
    sound,
    draws,
    calibrations,
    forms,
    reports,
    wallboard,
    accounts,
    second_factor,
    requests,
    oversight,
)
"""All pages; their entries of the menu stand in this order."""
