"""Settings of planned test calls (Q07)."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from launch.settings.section import Section

Number = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{3,20}$")]


class MysterySettings(Section):
    """Mystery callers: their calls are scored like others and kept apart in the figures."""

    numbers: tuple[Number, ...] = ()
    """Numbers that planned test callers call from; a country code may stand before them or not."""
