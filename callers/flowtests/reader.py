"""A file of flow tests read into values; problems are collected, not raised."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from callers.flowtests.cases import FlowTest, Given
from callers.flowtests.checks import Check, Ending, Exactly, Facts, InOrder, Never, Rules, Wanted
from callers.loader import find_persona
from callers.loader import names as persona_names
from callers.persona import Persona
from callers.persona_reader import PersonaReader
from callers.queue_plan import QueuePlan
from callers.voicebank import VoiceBank
from callflow.house import House
from callflow.lines import LANGUAGES
from callflow.nodes import Mapping, Node, Place, Scalar
from callflow.reading import Reading, nearest
from callflow.rules.events import EventPattern
from callflow.rules.events_reader import EventReader
from calls.call import EndReason
from calls.outcomes import Sound

MOST_TESTS: Final = 500
_GIVEN: Final = ("flow", "caller", "language", "variables", "agent")
_EXPECT: Final = (
    "lines", "exactly", "never", "heard", "disposition", "end_reason", "kept", "broken", "facts",
)  # fmt: skip
_SAYS_NOTHING: Final = Persona(name="somebody", title={}, language="zh", voice="zh_m")


class TestsReader(Reading):
    """One pass over a file of tests of `house`'s flows."""

    __test__ = False

    def __init__(self, house: House, voices: VoiceBank) -> None:
        super().__init__()
        self._house = house
        self._voices = voices
        tags = {tag for line in house.lines.values() for tag in line.tags}
        self._events = EventReader(self, house.lines, tags)

    def tests(self, top: Mapping, source: str) -> list[FlowTest]:
        """Every test of the file."""
        self.keys(top, ("given", "tests"), "a file of flow tests")
        given = self.mapping(node, "given") if (node := top.get("given")) is not None else None
        if given is not None:
            self.keys(given, _GIVEN, "given")
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
        given = self.mapping(own, "given") if (own := body.get("given")) is not None else None
        if given is not None:
            self.keys(given, _GIVEN, "given")
        brought = self._given(given, common, name)
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

    # --- given ------------------------------------------------------------------------------

    def _given(self, own: Mapping | None, common: Mapping | None, name: Scalar) -> Given:
        def find(key: str) -> Node | None:
            found = own.get(key) if own is not None else None
            return found if found is not None or common is None else common.get(key)

        return Given(
            flow=self._flow(find("flow"), name.place),
            persona=self._caller(find("caller"), name),
            language=self.one_of(find("language"), "language", LANGUAGES, "zh-Hans"),
            variables=self._variables(find("variables")),
            queue=self._agent(find("agent")),
        )

    def _flow(self, node: Node | None, place: Place) -> str:
        if node is None:
            self.wrong(place, "no flow is given", "write given: {flow: greetings}")
            return ""
        name = self.text(node, "flow")
        if name not in self._house.flows:
            hint = nearest(name, self._house.flows)
            self.wrong(node.place, f'there is no flow "{name}"', hint)
        return name

    def _caller(self, node: Node | None, name: Scalar) -> Persona:
        if node is None:
            self.wrong(name.place, "no caller is given", "write given: {caller: polite}")
            return _SAYS_NOTHING
        if isinstance(node, Mapping):
            return self._inline(node)
        wanted = self.text(node, "caller").replace("-", "_")
        if wanted not in persona_names():
            hint = nearest(wanted, persona_names())
            self.wrong(node.place, f'there is no persona "{wanted}"', hint)
            return _SAYS_NOTHING
        return find_persona(wanted)

    def _inline(self, node: Mapping) -> Persona:
        """A persona written in the test; its name and voice may be left out."""
        left_out = {"persona": _SAYS_NOTHING.name, "voice": _SAYS_NOTHING.voice}
        added = tuple(
            (Scalar(node.place, key, False), Scalar(node.place, text, False))
            for key, text in left_out.items()
            if node.get(key) is None
        )
        reader = PersonaReader(self._voices)
        persona = reader.persona(Mapping(node.place, (*added, *node.items)))
        self.problems += reader.problems
        if node.get("expect") is not None:
            self.wrong(node.place, "a caller in a test expects nothing", "move it to the test's")
        return persona

    def _variables(self, node: Node | None) -> dict[str, object]:
        found = self.mapping(node, "variables") if node is not None else None
        items = found.items if found is not None else ()
        return {self.name(key, "a variable"): self._value(value) for key, value in items}

    def _value(self, node: Node) -> object:
        """Quoted is text; else a whole number, true or false where it looks like one."""
        text = self.text(node, "a variable's value")
        if isinstance(node, Scalar) and not node.quoted:
            if text in ("true", "false"):
                return text == "true"
            if text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 12:
                return int(text)
        return text

    def _agent(self, node: Node | None) -> QueuePlan:
        plan = QueuePlan()
        if node is None:
            return plan
        if isinstance(node, Scalar):
            return QueuePlan(agent="" if node.text == "nobody" else self.text(node, "agent"))
        found = self.mapping(node, "agent")
        if found is None:
            return plan
        self.keys(found, ("name", "answers_after", "talks"), "agent")
        return QueuePlan(
            agent=self.text(found.get("name"), "the agent's name", "agent1"),
            answers_after_ms=self.duration(
                found.get("answers_after"), "answers_after", plan.answers_after_ms, low_ms=0
            ),
            talks_ms=self.duration(found.get("talks"), "talks", plan.talks_ms, low_ms=0),
        )

    # --- expect -----------------------------------------------------------------------------

    def _checks(self, expect: Mapping, flow: str) -> tuple[Check, ...]:
        self.keys(expect, _EXPECT, "expect")
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

    def _rules(self, expect: Mapping, flow: str) -> Rules:
        """The rules named; a whole call may break no other, a sub-flow alone is half a call."""
        known = tuple(rule.id for rule in self._house.rules)
        entry = flow in self._house.flows and not self._house.flows[flow].returns
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
