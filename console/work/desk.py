"""All the work of QA in one place, for the web and for the terminal."""

from __future__ import annotations

from console.work.agreeing import Agreeing
from console.work.calibrating import Calibrating
from console.work.drawing import Drawing
from console.work.evaluating import Evaluating
from console.work.remarking import Remarking


class WorkDesk(Evaluating, Drawing, Calibrating, Agreeing, Remarking):
    """Draws, claims, scores, disputes, calibrations, remarks. Safe from any thread.

    What a person does takes the `Actor` who wants it and raises WorkError (NotAllowedError,
    UnknownWorkError, ConflictError) with a text for a person when it cannot be.
    """
