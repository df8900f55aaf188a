"""Every figure by its id, in the order people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qa.figures import agents_time, handling, judging, waiting
from qa.figures.figure import Figure

_ALL = (
    *waiting.FIGURES,
    *handling.FIGURES,
    *agents_time.FIGURES,
    agents_time.PROMISES,
    *judging.FIGURES,
    judging.QA,
    judging.QA_PASSED,
    judging.AGREEMENT,
)

CATALOGUE: Final[Mapping[str, Figure]] = {figure.id: figure for figure in _ALL}
"""Id -> figure."""

OF_CALLS: Final = tuple(figure for figure in _ALL if figure.of is not None)
"""Those that are sums over calls, in order; `qa.figures.folding` reckons them."""

VARIANTS: Final[Mapping[str, tuple[str, ...]]] = {
    "SL": ("SL.1", "SL.2", "SL.3"),
    "AB": ("AB.1", "AB.2"),
    "ASA": ("ASA.1", "ASA.2"),
    "RULE": ("RULE.1", "RULE.2"),
}
"""Ways of counting the same thing, to be shown beside one another."""


def figure(name: str) -> Figure | None:
    """The figure of this id, or None."""
    return CATALOGUE.get(name)
