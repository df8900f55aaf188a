"""Settings of the work of QA."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from launch.settings.section import Section

if TYPE_CHECKING:
    from qa.work import Terms


class QaSettings(Section):
    """Forms, and how long things may take."""

    forms: Path | None = None
    """Folder of the house's own forms; left out: those of the product, or made of the rules."""

    form: str = "q04"
    """For calls that an agent took."""

    form_ivr: str = "ivr"
    """For calls that no agent took."""

    claim_h: float = Field(default=2, gt=0, le=48)
    """A claim ends so many hours behind the last answer."""

    respond_days: float = Field(default=7, gt=0, le=90)
    """An agent may dispute a score so long."""

    resolve_days: float = Field(default=7, gt=0, le=90)
    """A dispute that is not resolved by then is shown as overdue."""

    calibrate_days: float = Field(default=14, gt=0, le=90)
    """The evaluators of a calibration have so long."""

    def terms(self) -> Terms:
        """The same for the rules of the work."""
        from qa.work import Terms

        return Terms(
            claim=timedelta(hours=self.claim_h),
            respond=timedelta(days=self.respond_days),
            resolve=timedelta(days=self.resolve_days),
            calibrate=timedelta(days=self.calibrate_days),
        )
