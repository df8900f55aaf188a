"""What a figure is asked with: the site's own limits, never hidden in a formula."""

from __future__ import annotations

from calls.values import value


@value
class Terms:
    """The limits a figure is reckoned by; every page and export names them."""

    target_s: int = 20
    """Service level: answered within so many seconds of waiting in the queue."""

    goal: float = 0.8
    """What the service level is to be at least, 0 to 1."""

    short_s: int = 5
    """A caller gone within so many seconds hardly waited (AB.2)."""

    most_rings: int = 3
    """A01: the house answers on this ring or before."""

    satisfied: int = 4
    """A verdict of 1 to 5 from which on a caller was satisfied."""

    long_silence_s: int = 10
    """Nobody spoke for so long in a talk: dead air (DA.1)."""

    pass_mark: float = 80.0
    """QA score from which on an evaluation is good; a form's own pass mark decides `QA.2`."""

    @property
    def target_ms(self) -> int:
        return self.target_s * 1000


TARGETS_S = (15, 20, 30)
"""The three that Chinese indicator lists ask for beside one another."""
