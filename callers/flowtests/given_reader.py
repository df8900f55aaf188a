"""What a flow test is given: the caller, the flow, and what the house's systems answer."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from typing import Final

from callers.agent_plan import AgentPlan, At, CancelForm, Deed, Fill, Pick, Take
from callers.flowtests.cases import ANI, DNIS, Given
from callers.loader import find_persona
from callers.loader import names as persona_names
from callers.persona import Persona
from callers.persona_reader import PersonaReader
from callers.planned_office import PlannedOffice, Values
from callers.queue_plan import QueuePlan
from callers.voicebank import VoiceBank
from callflow.house import House
from callflow.lines import LANGUAGES
from callflow.nodes import Mapping, Node, Place, Scalar
from callflow.reading import Reading, nearest
from calls.outcomes import Failed, Got

GIVEN: Final = (
    "flow", "caller", "language", "variables", "ani", "dnis", "agent", "performer", "does", "files",
    "answers", "takes", "fails",
)  # fmt: skip
_SAYS_NOTHING: Final = Persona(name="somebody", title={}, language="zh", voice="zh_m")
_MAY_FAIL: Final = ("record", "queue", "transfer", "lookup", "promise", "ticket")
"""Acts that a test can make fail."""

_DEEDS: Final = ("pick", "take", "fill", "cancel")
_NOBODY: Final[AnyMapping[str, QueuePlan]] = {
    "nobody": QueuePlan(),
    "off_duty": QueuePlan(off_duty=True),
    "failed": QueuePlan(refused="failed"),
    "busy": QueuePlan(refused="busy"),
}


class GivenReader(Reading):
    """Reads `given:`, each test's own over the file's."""

    def __init__(self, house: House, voices: VoiceBank) -> None:
        super().__init__()
        self._house = house
        self._voices = voices

    def given_part(self, node: Node | None) -> Mapping | None:
        """A `given:` as written, its keys checked."""
        found = self.mapping(node, "given") if node is not None else None
        if found is not None:
            self.keys(found, GIVEN, "given")
        return found

    def given(self, own: Mapping | None, common: Mapping | None, name: Scalar) -> Given:
        """What the test called `name` is given."""

        def find(key: str) -> Node | None:
            found = own.get(key) if own is not None else None
            return found if found is not None or common is None else common.get(key)

        return Given(
            flow=self._flow(find("flow"), name.place),
            persona=self._caller(find("caller"), name),
            language=self.one_of(find("language"), "language", LANGUAGES, "zh-Hans"),
            variables=self._values(find("variables"), "variables"),
            ani=self.text(find("ani"), "ani", ANI),
            dnis=self.text(find("dnis"), "dnis", DNIS),
            queue=self._agent(find("agent")),
            agent=self._performer(find("performer"), find("does")),
            office=PlannedOffice(
                directories=self._files(find("files")),
                answers=self._answers(find("answers")),
                takes_ms=self._takes(find("takes")),
            ),
            fails=self._fails(find("fails")),
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

    def _values(self, node: Node | None, what: str) -> dict[str, str | int | bool]:
        found = self.mapping(node, what) if node is not None else None
        items = found.items if found is not None else ()
        return {self.name(key, "a variable"): self._value(value) for key, value in items}

    def _value(self, node: Node) -> str | int | bool:
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
            return _NOBODY.get(node.text) or QueuePlan(agent=node.text)
        found = self.mapping(node, "agent")
        if found is None:
            return plan
        self.keys(found, ("name", "answers_after", "talks", "place"), "agent")
        name = self.text(found.get("name"), "the agent's name", "agent1")
        return replace(
            _NOBODY.get(name) or QueuePlan(agent=name),
            place=self.number(found.get("place"), "place", plan.place, 1, 999),
            answers_after_ms=self.duration(
                found.get("answers_after"), "answers_after", plan.answers_after_ms, low_ms=0
            ),
            talks_ms=self.duration(found.get("talks"), "talks", plan.talks_ms, low_ms=0),
        )

    def _performer(self, who: Node | None, does: Node | None) -> AgentPlan | None:
        """`performer: agent` and what the agent does at which steps, in order."""
        performer = self.one_of(who, "performer", ("ivr", "agent"), "ivr")
        if performer == "ivr":
            if does is not None:
                self.wrong(does.place, "nobody does this", "write performer: agent too")
            return None
        deeds = self.list_of(does, "does", self._deed)
        return AgentPlan(deeds=tuple(deed for deed in deeds if deed is not None))

    def _deed(self, node: Node) -> At | None:
        """`{at: menu, pick: "1"}`, `take: thanks`, `fill: {name: 王}` or `cancel: form`."""
        found = self.mapping(node, "what the agent does")
        if found is None:
            return None
        self.keys(found, ("at", *_DEEDS), "what the agent does")
        given = [key for key, _ in found.items if key.text in _DEEDS]
        step = self.text(found.get("at"), "at")
        if len(given) != 1 or not step:
            hint = 'write {at: a_step, pick: "1"}, or take, fill or cancel in place of pick'
            self.wrong(found.place, "a deed is one thing at one step", hint)
            return None
        if not any(step in flow.index for flow in self._house.flows.values()):
            known = {name for flow in self._house.flows.values() for name in flow.index}
            self.wrong(found.place, f'no flow has a step "{step}"', nearest(step, known))
        what = found.get(given[0].text) or found
        return At(step=step, deed=self._done(given[0].text, what))

    def _done(self, word: str, node: Node) -> Deed:
        if word == "fill":
            return Fill(values=self._values(node, "fill"))
        text = self.text(node, word)
        if word == "pick":
            return Pick(keys=text)
        return Take(branch=text) if word == "take" else CancelForm()

    def _files(self, node: Node | None) -> dict[str, AnyMapping[str, Values]]:
        """`{customers: {"13800001234": {name: 王}}}`: file, value looked up, row."""
        found = self.mapping(node, "files") if node is not None else None
        files: dict[str, AnyMapping[str, Values]] = {}
        for key, body in found.items if found is not None else ():
            rows = self.mapping(body, f'the file "{key.text}"')
            files[self.name(key, "a file")] = {
                value.text: self._values(row, "a row")
                for value, row in (rows.items if rows is not None else ())
            }
        return files

    def _answers(self, node: Node | None) -> dict[str, Got | Failed]:
        """`{orders: {status: sent}, check_account: timeout}`: service or plug-in, answer."""
        found = self.mapping(node, "answers") if node is not None else None
        items = found.items if found is not None else ()
        return {self.name(key, "a service"): self._answer(answer) for key, answer in items}

    def _takes(self, node: Node | None) -> dict[str, int]:
        """`{orders: 1500ms}`: service or plug-in, how long it takes."""
        found = self.mapping(node, "takes") if node is not None else None
        items = found.items if found is not None else ()
        return {
            self.name(key, "a service"): self.duration(time, "takes", 0, low_ms=0)
            for key, time in items
        }

    def _answer(self, node: Node) -> Got | Failed:
        if isinstance(node, Mapping):
            return Got(name="ok", values=self._values(node, "an answer"))
        words = ("ok", "not_found", "timeout", "error")
        word = self.one_of(node, "an answer", words, "ok")
        return Failed(reason="the test says so") if word == "error" else Got(name=word, values={})

    def _fails(self, node: Node | None) -> frozenset[str]:
        known = (*_MAY_FAIL, *self._house.lines)

        def one(item: Node) -> str:
            return self.one_of(item, "what fails", known, "")

        return frozenset(self.list_of(node, "fails", one)) - {""}
