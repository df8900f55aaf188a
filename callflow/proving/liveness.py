"""Which variables and questions can still matter from a point of the call on.

What no later condition reads before it is given anew makes no difference to the rest of a call, so
calls that differ only in it stand at the same point. The flow is explored once with every condition
going both ways; over that graph this is live-variable analysis, backward to a fixed point (Aho,
Lam, Sethi, Ullman, "Compilers", 2006, 9.2.5).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from callflow import performing
from callflow.acts.doing import FormAct
from callflow.forms import FormText
from callflow.steps import Step

ALWAYS: Final = frozenset({"language", "disposition", "performer"})
"""Variables the engine itself reads."""


class Question(NamedTuple):
    """A condition as asked: two with one text have one answer while their variables stay."""

    text: str
    names: frozenset[str]


class Live(NamedTuple):
    """What matters from a point on."""

    names: frozenset[str]
    questions: frozenset[Question]


class Deed(NamedTuple):
    """Something that a run does with its variables."""

    reads: frozenset[str] = frozenset()
    asks: frozenset[Question] = frozenset()
    gives: frozenset[str] = frozenset()
    """Variables that surely have a new value then."""

    renews: frozenset[str] = frozenset()
    """Variables about which nothing is taken for granted any more."""


NOTHING: Final = Live(frozenset(), frozenset())
Step_ = tuple[tuple[Deed, ...], Hashable | None]
"""What is done on the way from one point to the next; None for the end."""


def stored_by(step: Step, forms: Mapping[str, FormText]) -> frozenset[str]:
    """Variables that an outcome of the step's act may give a new value."""
    names = set(step.act.stores())
    if isinstance(step.act, FormAct):
        names |= set(forms[step.act.form].stores())
    if performing.hears(step.act):
        names.add("digits")
    return frozenset(names)


def live_at(ways: Mapping[Hashable, Sequence[Step_]]) -> dict[Hashable, Live]:
    """What is live at each point, by the ways on from it."""
    every = {deed for following in ways.values() for deeds, _ in following for deed in deeds}
    bits = _Bits(question for deed in every for question in deed.asks)
    numbers = {point: number for number, point in enumerate(ways)}
    before: list[set[int]] = [set() for _ in ways]
    after: list[list[tuple[int, int, int | None]]] = []
    for number, following in enumerate(ways.values()):
        after.append([])
        for deeds, target in dict.fromkeys(following):
            there = None if target is None else numbers[target]
            after[-1].append((*bits.through(deeds), there))
            if there is not None:
                before[there].add(number)
    live = [0] * len(after)
    waiting = dict.fromkeys(range(len(after)))
    while waiting:
        number, _ = waiting.popitem()
        found = 0
        for kept, added, there in after[number]:
            found |= (0 if there is None else live[there]) & kept | added
        if found != live[number]:
            live[number] = found
            waiting |= dict.fromkeys(before[number])
    return {point: bits.live(live[number]) for point, number in numbers.items()}


class _Bits:
    """Variables and questions as bits of a number: sets of them meet at the speed of numbers."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._of: dict[str | Question, int] = {}
        self._mask(questions)
        self._through: dict[tuple[Deed, ...], tuple[int, int]] = {}
        self._live: dict[int, Live] = {}

    def through(self, deeds: tuple[Deed, ...]) -> tuple[int, int]:
        """What stays live through some deeds, read backward, and what they make live."""
        found = self._through.get(deeds)
        if found is None:
            kept, added = -1, 0
            for deed in reversed(deeds):
                gone = self._gone(deed)
                new = self._mask(deed.reads) | self._mask(deed.asks)
                kept, added = kept & ~gone, added & ~gone | new
            found = self._through[deeds] = (kept, added)
        return found

    def live(self, bits: int) -> Live:
        """The variables and questions of a number."""
        found = self._live.get(bits)
        if found is None:
            each = [one for one, bit in self._of.items() if bits & bit]
            names = frozenset(one for one in each if isinstance(one, str))
            questions = frozenset(one for one in each if isinstance(one, Question))
            found = self._live[bits] = Live(names, questions)
        return found

    def _gone(self, deed: Deed) -> int:
        gone = self._mask(deed.gives)
        if deed.renews:
            for one, bit in self._of.items():
                if isinstance(one, Question) and not one.names.isdisjoint(deed.renews):
                    gone |= bit
        return gone

    def _mask(self, every: Iterable[str] | Iterable[Question]) -> int:
        mask = 0
        for one in every:
            mask |= self._of.setdefault(one, 1 << len(self._of))
        return mask
