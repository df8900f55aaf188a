"""A file of flow tests read into values; problems are collected, not raised."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from callers.flowtests.branches import anytime_branches, step_branches
from callers.flowtests.cases import FlowTest
from callers.flowtests.checks import (
    Check,
    Ending,
    Exactly,
    Facts,
    InOrder,
    Never,
    Outcomes,
    Rules,
    Wanted,
)
from callers.flowtests.given_reader import GivenReader
from callers.voicebank import VoiceBank
from callflow.house import House
from callflow.nodes import Mapping, Node, Place, Scalar
from callflow.reading import nearest
from callflow.rules.events import EventPattern
from callflow.rules.events_reader import EventReader
from calls.call import EndReason
from calls.outcomes import Sound

MOST_TESTS: Final = 500
EXPECT: Final = (
    "lines", "exactly", "never", "heard", "outcomes", "disposition", "end_reason", "kept", "broken",
    "facts",
)  # fmt: skip


class TestsReader(GivenReader):
    """One pass over a file of tests of `house`'s flows."""

    __test__ = False

    def __init__(self, house: House, voices: VoiceBank) -> None:
        super().__init__(house, voices)
        tags = {tag for line in house.lines.values() for tag in line.tags}
        self._events = EventReader(self, house.lines, tags)

    def tests(self, top: Mapping, source: str) -> list[FlowTest]:
        """Every test of the file."""
        self.keys(top, ("given", "tests"), "a file of flow tests")
        given = self.given_part(top.get("given"))
        node = top.get("tests")
        if node is None:
            self.wrong(top.place, "there are no tests", "write tests: and below it a sentence")
            return []
        listed = self.mapping(node, "tests")
        items = listed.items if listed is not None else ()
        if len(items) > MOST_TESTS:
            self.wrong(node.place, f"over {MOST_TESTS} tests", "split the file")
            return []
        return [self._test(name, body, given, source) for name, body in items]

    def _test(self, name: Scalar, node: Node, common: Mapping | None, source: str) -> FlowTest:
        body = self.mapping(node, f'the test "{name.text}"') or Mapping(node.place, ())
        self.keys(body, ("given", "expect"), "a test")
        brought = self.given(self.given_part(body.get("given")), common, name)
        expect = self.mapping(want, "expect") if (want := body.get("expect")) is not None else None
        if expect is None or not expect.items:
            self.wrong(name.place, "the test expects nothing", "add expect: with lines: or others")
            expect = Mapping(node.place, ())
        return FlowTest(
            name=name.text,
            source=source,
            place=name.place,
            given=brought,
            checks=self._checks(expect, brought.flow),
        )

    # --- expect -----------------------------------------------------------------------------

    def _checks(self, expect: Mapping, flow: str) -> tuple[Check, ...]:
        self.keys(expect, EXPECT, "expect")
        found: list[Check] = []
        lines = self._house.lines
        for key, node in expect.items:
            if key.text == "lines":
                found.append(InOrder("said", self._wanted(node, "line", lines)))
            elif key.text == "exactly":
                found.append(Exactly("said", self._wanted(node, "line", lines), key.place))
            elif key.text == "never":
                found.append(Never(self._wanted(node, "line", lines)))
            elif key.text == "heard":
                heard = (*Sound, "key")
                found.append(InOrder("heard", self._wanted(node, "outcome of the ears", heard)))
            elif key.text == "outcomes":
                found += self._outcomes(node, flow)
            elif key.text == "facts":
                found.append(Facts(self._facts(node)))
        found += self._endings(expect)
        found.append(self._rules(expect, flow))
        return tuple(found)

    def _endings(self, expect: Mapping) -> list[Check]:
        known = {"disposition": None, "end_reason": tuple(map(str, EndReason))}
        found: list[Check] = []
        for field, words in known.items():
            node = expect.get(field)
            if node is not None:
                word = self.one_of(node, field, words, "") if words else self.text(node, field)
                found.append(Ending(field, Wanted(word, node.place)))
        return found

    def _outcomes(self, node: Node, flow: str) -> list[Check]:
        """`{menu: [speech], closing.ask: [silence]}`: a step of the test's flow or of another."""
        body = self.mapping(node, "outcomes")
        found: list[Check] = []
        for key, words in body.items if body is not None else ():
            where, dot, name = key.text.rpartition(".")
            there = self._house.flows.get(where if dot else flow)
            steps = there.index if there is not None else {}
            if there is None or name not in steps:
                own = [f"{where}{dot}{step}" for step in steps]
                hint = nearest(key.text, own) if there else nearest(where, self._house.flows)
                self.wrong(key.place, f'there is no step "{key.text}"', hint)
                continue
            known = (*step_branches(there.steps[steps[name]]), *anytime_branches(there))
            items = self._wanted(words, f"outcome of {key.text}", known)
            found.append(Outcomes(there.name, name, items, key.place))
        return found

    def _rules(self, expect: Mapping, flow: str) -> Rules:
        """The rules named; a whole call may break no other, a sub-flow alone is half a call."""
        known = tuple(rule.id for rule in self._house.rules)
        entry = flow in self._house.flows and self._house.flows[flow].is_entry
        return Rules(
            kept=self._wanted(expect.get("kept"), "house rule", known),
            broken=self._wanted(expect.get("broken"), "house rule", known),
            strict=entry,
            place=expect.place,
        )

    def _facts(self, node: Node) -> tuple[tuple[EventPattern, Place], ...]:
        return self.list_of(node, "facts", lambda item: (self._events.event(item), item.place))

    def _wanted(self, node: Node | None, what: str, known: Collection[str]) -> tuple[Wanted, ...]:
        def one(item: Node) -> Wanted:
            word = self.text(item, f"a {what}")
            if word not in known:
                self.wrong(item.place, f'there is no {what} "{word}"', nearest(word, known))
            return Wanted(word, item.place)

        return self.list_of(node, f"the {what}s", one)
