"""Damaged copies of the hotline beside the good one, so that one server can be called by all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from callflow.house import House
from callflow.mutants.making import mutants
from callflow.mutants.mutant import Mutant
from callflow.mutants.trees import changed, to_yaml, walk, word
from callflow.nodes import Mapping as Tree
from callflow.nodes import Scalar, parse

ENTRY = "greetings"
_SAYING = frozenset({"say", "reprompt"})


@dataclass(frozen=True, slots=True)
class Damage:
    """One mistake of an author, by what `thirdring mutate` says of it."""

    rule: str
    """What it makes some caller's call break."""

    file: str
    operator: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule} {self.file} {self.operator}"

    def mutant(self, made: Iterable[Mutant]) -> Mutant:
        """The mutant that is meant, among those made of the scripts."""
        found = [each for each in made if self._means(each)]
        assert len(found) == 1, f"{self.what}: {len(found)} mutants of {self.file} are called so"
        return found[0]

    def _means(self, mutant: Mutant) -> bool:
        file = PurePath(mutant.source).name
        return (file, mutant.operator, mutant.what) == (self.file, self.operator, self.what)


def mutants_of(texts: Mapping[str, str], damages: Iterable[Damage]) -> dict[Damage, Mutant]:
    """The mutant that each damage speaks of. AssertionError when the scripts have none."""
    made = list(mutants(texts))
    return {damage: damage.mutant(made) for damage in damages}


def copied_as(number: int) -> str:
    """The entry flow of one copy."""
    return f"{ENTRY}_m{number}"


def with_copies(texts: Mapping[str, str], damages: Sequence[Mutant]) -> dict[str, str]:
    """`texts` and a copy of the hotline for each mutant, in their order, with the damage in it.

    Copied is what leads to the damage, and no more; a damaged line is copied too.
    """
    house = House.of_texts(texts)
    whole = dict(texts)
    for number, mutant in enumerate(damages):
        mark = f"_m{number}"
        line = "" if mutant.flow else _line_of(texts[mutant.source], mutant)
        if line:
            whole[mutant.source] += _line_as(line + mark, mutant, line)
        struck = {mutant.flow} if mutant.flow else _saying(house, line)
        damaged = {**texts, mutant.source: mutant.text}
        copied = _leading_to(house, struck)
        names = {"flow": copied, "call": copied, **{key: {line} for key in _SAYING}}
        for name in copied:
            source = house.flows[name].place.source
            copy = _renamed(parse(damaged[source], source), names, mark)
            whole[str(PurePath(source).with_name(f"{name}{mark}.yaml"))] = to_yaml(copy)
    return whole


def _line_of(good: str, mutant: Mutant) -> str:
    """The line whose tags or words a damaged file of lines changes."""
    before, after = dict(_entries(good)), dict(_entries(mutant.text))
    return next(name for name in before if before[name] != after[name])


def _entries(text: str) -> Iterable[tuple[str, str]]:
    """Each line of a file of lines with its text."""
    items = parse(text, "lines").items
    return ((key.text, to_yaml(Tree(value.place, ((key, value),)))) for key, value in items)


def _line_as(name: str, mutant: Mutant, line: str) -> str:
    """A damaged line under another name, to stand at the end of the file of lines."""
    entry = parse(mutant.text, mutant.source).get(line)
    assert entry is not None
    return "\n" + to_yaml(Tree(entry.place, ((Scalar(entry.place, name, False), entry),)))


def _saying(house: House, line: str) -> set[str]:
    flows = house.flows.values()
    return {flow.name for flow in flows if any(line in step.lines for step in flow.steps)}


def _leading_to(house: House, struck: set[str]) -> set[str]:
    """The flows from the hotline's entry to those that are struck, both included."""
    reached, waiting = {ENTRY}, [ENTRY]
    while waiting:
        fresh = set(house.flows[waiting.pop()].called()) - reached
        reached |= fresh
        waiting += fresh
    leading = struck & reached
    while True:
        more = {name for name in reached if leading.intersection(house.flows[name].called())}
        if more <= leading:
            return leading
        leading |= more


def _renamed(top: Tree, names: Mapping[str, set[str]], mark: str) -> Tree:
    """The tree with `mark` on every name that stands under its key."""
    new = top
    for path, node in walk(top):
        key = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(node, Scalar) and node.text in names.get(key, ()):
            renamed = changed(new, path, word(node.text + mark, node))
            assert isinstance(renamed, Tree)
            new = renamed
    return new
