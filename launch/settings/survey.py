"""Settings of the survey of callers who hung up before they could be asked (Q03)."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from launch.settings.section import Section

LocalTime = Annotated[str, StringConstraints(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class SurveySettings(Section):
    """Calling back to ask; the survey in the call itself is the flow's."""

    call_back: bool = False
    """Whether callers who hung up first are called, once. The desk has to be on."""

    dial: str = Field(default="PJSIP/{number}", pattern=r"^[A-Za-z0-9_/@.{}+-]{3,120}$")
    """What Asterisk dials, `{number}` in it: `PJSIP/{number}@trunk`."""

    caller_id: str = Field(default="", pattern=r"^\+?[0-9]{0,20}$")
    """The number that is shown to them."""

    after_min: int = Field(default=10, ge=0, le=24 * 60)
    """So long after the call at least."""

    within_h: int = Field(default=24, ge=1, le=72)
    """Later nobody is asked any more; B04 has three days."""

    opens: LocalTime = "09:30"
    closes: LocalTime = "19:30"
    """Nobody is called outside of these hours (B01), in `house.timezone`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if "{number}" not in self.dial:
            raise ValueError("survey.dial needs {number}, e.g. PJSIP/{number}@trunk")
        if self.opens >= self.closes:
            raise ValueError("survey.opens has to be before survey.closes")
        return self
