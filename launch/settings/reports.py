"""Settings of the reports."""

from __future__ import annotations

from pydantic import Field

from launch.settings.section import Section


class ReportSettings(Section):
    """What day sheet, monthly brief and staffing are reckoned by."""

    short_s: int = Field(default=5, ge=0, le=120)
    """A caller gone within so many seconds hardly waited (AB.2)."""

    long_silence_s: int = Field(default=10, ge=1, le=600)
    """Nobody spoke for so long in a talk (DA.1)."""

    satisfied: int = Field(default=4, ge=1, le=5)
    """A verdict from which on a caller was satisfied."""

    most_occupancy: float = Field(default=0.85, gt=0, le=1)
    shrinkage: float = Field(default=0.3, ge=0, lt=1)
    good_score: float = Field(default=90.0, ge=0, le=100)
    good_rules: float = Field(default=0.97, ge=0, le=1)
    poor_score: float = Field(default=80.0, ge=0, le=100)
    poor_rules: float = Field(default=0.9, ge=0, le=1)
    complaints: int = Field(default=3, ge=1)
