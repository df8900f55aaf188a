"""Judges mutants of a house: which tool notices each, or that nobody could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from callers.flowtests.accepted import accepted_of, with_accepted
from callers.flowtests.cases import FlowTest
from callers.flowtests.suite import FOLDER, play, read_tests, tests_of
from callflow.house import House, house_files
from callflow.mutants.mutant import Mutant
from callflow.proving.proof import entries, graph_of, prove_each
from callflow.proving.sameness import same
from callflow.steps import Flow
from calls.errors import FlowFileError
from launch.settings.site import HouseSettings


class By(StrEnum):
    """What came of a mutant."""

    CHECK = "check"
    TEST = "test"
    PROVE = "prove"
    SAME = "same"
    """Equivalent: no caller, agent or ledger could tell it from the good house."""

    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Judged:
    """One mutant and what came of it."""

    mutant: Mutant
    by: By
    why: str
    also: tuple[By, ...] = ()
    """Other tools that notice it too, where every one was asked."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A good house with its tests, against which mutants are judged."""

    texts: Mapping[str, str]
    tests: Mapping[str, str]
    accepted: Mapping[str, str]
    every: bool = False
    """Whether every tool is asked, not only the first that notices."""

    @classmethod
    def of(cls, scripts: Path, *, every: bool = False) -> Bench:
        """The files of a folder."""
        texts = {str(path): path.read_text(encoding="utf-8") for path in house_files(scripts)}
        return cls(texts, tests_of(scripts), accepted_of(scripts / FOLDER), every)


class Judge:
    """Judges one mutant after another; keeps what is known of the good house."""

    def __init__(self, bench: Bench) -> None:
        """Raises FlowFileError when the good house or its tests do not load."""
        self._bench = bench
        self._house = House.of_texts(bench.texts)
        self._variables = HouseSettings().all_variables()
        self._broken = {
            (result.rule.id, result.flow, result.performer)
            for proof in prove_each(self._house, variables=self._variables)
            for result in proof.results
            if result.status == "broken"
        }
        tests = self._tests(self._house)
        self._failing = {
            test.name for test in tests if not play(self._house, test, self._variables).passed
        }

    def judge(self, mutant: Mutant) -> Judged:
        """What notices it first, by what it costs: check, the tests, then a proof of its flows.

        With `every` the proof is asked of those that the tests notice, too.
        """
        texts = {**self._bench.texts, mutant.source: mutant.text}
        try:
            house = House.of_texts(texts)
        except FlowFileError as error:
            return Judged(mutant, By.CHECK, str(error.problems[0]))
        flows = _reaching(house, mutant.flow)
        why = self._tested(house, flows)
        if why:
            proved = self._bench.every and self._proof(house, flows)
            return Judged(mutant, By.TEST, why, (By.PROVE,) if proved else ())
        why = self._proof(house, flows)
        if why:
            return Judged(mutant, By.PROVE, why)
        if self._alike(house, flows):
            return Judged(mutant, By.SAME, "no call shows a difference")
        return Judged(mutant, By.SURVIVED, "")

    def _proof(self, house: House, flows: frozenset[str]) -> str:
        for proof in prove_each(house, flows=flows, variables=self._variables):
            for result in proof.results:
                key = (result.rule.id, result.flow, result.performer)
                if result.status == "broken" and key not in self._broken:
                    return f"{result.rule.id} broken in {result.flow} by {result.performer}"
        return ""

    def _tested(self, house: House, flows: frozenset[str]) -> str:
        try:
            tests = self._tests(house)
        except FlowFileError as error:
            return str(error.problems[0])
        for test in tests:
            if test.name not in self._failing and _touches(test, house, flows):
                played = play(house, test, self._variables)
                if not played.passed:
                    return f"{test}: {played.faults[0].what}"
        return ""

    def _tests(self, house: House) -> list[FlowTest]:
        return with_accepted(read_tests(house, self._bench.tests), self._bench.accepted)

    def _alike(self, house: House, flows: frozenset[str]) -> bool:
        return all(
            same(
                graph_of(self._house, self._house.flows[flow.name], performer, self._variables),
                graph_of(house, flow, performer, self._variables),
            )
            for flow, performer in entries(house, flows)
        )


def judge_all(bench: Bench, mutants: Iterable[Mutant], jobs: int) -> Iterator[Judged]:
    """Every mutant judged, in order, by `jobs` processes."""
    if jobs == 1:
        judge = Judge(bench)
        yield from map(judge.judge, mutants)
        return
    with ProcessPoolExecutor(jobs, initializer=_prepare, initargs=(bench,)) as pool:
        yield from pool.map(_judge, mutants, chunksize=4)


_judges: list[Judge] = []
"""This process's own, made once."""


def _prepare(bench: Bench) -> None:
    _judges.append(Judge(bench))


def _judge(mutant: Mutant) -> Judged:
    return _judges[0].judge(mutant)


def _reaching(house: House, flow: str) -> frozenset[str]:
    """Entry flows from which a call can get into `flow`; all of them for the lines."""
    found = {each.name for each in house.flows.values() if each.is_entry}
    if not flow:
        return frozenset(found)
    return frozenset(name for name in found if flow in _reached(house, house.flows[name], set()))


def _reached(house: House, flow: Flow, seen: set[str]) -> set[str]:
    if flow.name not in seen:
        seen.add(flow.name)
        for name in flow.called():
            if name in house.flows:
                _reached(house, house.flows[name], seen)
    return seen


def _touches(test: FlowTest, house: House, flows: frozenset[str]) -> bool:
    return test.given.flow in flows or not house.flows[test.given.flow].is_entry
