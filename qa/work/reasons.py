"""Why a call is evaluated, in one language."""

from __future__ import annotations

from typing import Final

_BETWEEN: Final = " / "


def why_in(why: str, drawn_by: str, language: str) -> str:
    """`why` of an evaluation in `zh` or `en`.

    What a draw or a calibration (`drawn_by`) wrote is kept as `Chinese / English`; what a person
    wrote is given as it is.
    """
    pieces = why.split(_BETWEEN)
    if not drawn_by or len(pieces) % 2:
        return why
    # A stratum's name may hold the same sign: then it does so in both.
    half = len(pieces) // 2
    return _BETWEEN.join(pieces[:half] if language == "zh" else pieces[half:])
