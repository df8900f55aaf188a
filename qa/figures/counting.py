"""How often rules were broken, dispositions given and so long waited: counts of many calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from qa.figures.columns import Mask, known, where
from qa.figures.rows import CallFacts, Texts
from qa.figures.sums import Codes


def how_often(texts: Texts, counted: Mask) -> Iterator[tuple[str, int]]:
    """Each text of these calls and how many have it, in the order they come first."""
    for code, count in _in_order(texts.codes[counted]):
        yield texts.names[code], count


def broken_by(calls: CallFacts, counted: Mask) -> Iterator[tuple[str, str, int]]:
    """Agent, rules that were broken on one call of theirs, and on how many just those; in the
    order they come first."""
    broken, agent = calls.broken, calls.agent
    some = counted & where(broken, bool)
    pairs = agent.codes[some] * len(broken.names) + broken.codes[some]
    for pair, count in _in_order(pairs):
        who, rules = divmod(pair, len(broken.names))
        yield agent.names[who], broken.names[rules], count


def first_to_break(calls: CallFacts, counted: Mask, rule: str, most: int) -> list[str]:
    """Ids of the first calls that broke it."""
    broke = counted & where(calls.broken, lambda rules: rule in rules.split())
    return [calls.ids[place] for place in np.flatnonzero(broke)[:most]]


def waits(calls: CallFacts, counted: Mask) -> Iterator[tuple[str, Counter[int]]]:
    """How the wait in a queue ended, and whole seconds of it, rounded up -> calls."""
    some = counted & where(calls.queue, bool)
    waited_ms, codes = calls.queue_waited_ms[some], calls.queue_result.codes[some]
    told = known(waited_ms)
    yield "failed", Counter({0: int(np.count_nonzero(~told))} if not told.all() else {})
    for code in np.unique(codes[told]):
        ms = waited_ms[told & (codes == code)].astype(np.int64)
        seconds, counts = np.unique(-(-ms // 1000), return_counts=True)
        result = calls.queue_result.names[code] or "failed"
        yield result, Counter(dict(zip(seconds.tolist(), counts.tolist(), strict=True)))


def _in_order(codes: Codes) -> Iterator[tuple[int, int]]:
    """Each code and how often it is there, in the order they come first."""
    found, first, counts = np.unique(codes, return_index=True, return_counts=True)
    order = np.argsort(first)
    yield from zip(found[order].tolist(), counts[order].tolist(), strict=True)
