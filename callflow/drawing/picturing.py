"""A flow as a picture: which boxes there are, and which arrows between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from callflow.acts.base import Act
from callflow.acts.deciding import CallAct, ChooseAct, EndAct, LeaveAct, ReturnAct
from callflow.acts.doing import FormAct
from callflow.acts.talking import MenuAct, NoAct
from callflow.checks.moods import Following
from callflow.checks.ways import graphs_of
from callflow.drawing.picture import Arrow, Box, Note, Picture, Row, Shape, Tone
from callflow.drawing.wording import title_language, word
from callflow.house import House
from callflow.mentions import mentions
from callflow.spelling import spell_act, spell_target
from callflow.steps import Flow, Step
from callflow.targets import Again, CallFlow, End, GoTo, Next, Return, Target

_WRONG: Final = frozenset({"error", "hangup", "failed", "timeout"})
_DONE: Final = frozenset({"ok", "answered"})
_SHOWN_TAGS: Final = ("greeting", "closing")
_SHAPES: Final = {"ivr": Shape.IVR, "agent": Shape.AGENT, "either": Shape.EITHER}
ENTRY: Final = "@entry"
QUIET: Final = "~"
"""Before an outcome that goes on by itself, while arrows are collected."""


def picture_of(house: House, name: str, language: str = "zh-Hans") -> Picture:
    """The picture of the flow `name`, its wording in `language`. KeyError when there is none."""
    return _Picturing(house, house.flows[name], language).picture()


class _Picturing:
    """Collects boxes and arrows; ends and returns are boxes of their own, once each."""

    def __init__(self, house: House, flow: Flow, language: str) -> None:
        self._house = house
        self._flow = flow
        self._language = language if language in flow.languages else flow.languages[0]
        self._words = language
        moods = Following(graphs_of(house.flows, frozenset())).of[flow.name]
        self._ivr, self._agent = moods.by("ivr"), moods.by("agent")
        self._mentions = [(rule.id, mentions(rule)) for rule in house.rules]
        self._boxes: dict[str, Box] = {}
        self._arrows: dict[tuple[str, str], list[str]] = {}

    def picture(self) -> Picture:
        flow = self._flow
        self._boxes[ENTRY] = Box(ENTRY, Shape.ENTRY, word("entry", self._words))
        self._arrows[ENTRY, flow.steps[0].name] = []
        for step in flow.steps:
            self._boxes[step.name] = self._box(step)
        for at, step in enumerate(flow.steps):
            below = flow.steps[at + 1].name if at + 1 < len(flow.steps) else step.name
            for label, target in self._routes(step):
                self._lead(step, below, label, target)
        boxes = tuple(self._boxes.values())
        shapes = tuple(shape for shape in Shape if any(box.shape is shape for box in boxes))
        return Picture(
            title=_title(flow, self._words),
            subtitle=self._subtitle(),
            boxes=boxes,
            arrows=tuple(self._arrow(*ends, labels) for ends, labels in self._arrows.items()),
            notes=tuple(note for note in self._notes() if note.rows),
            shapes=shapes,
        )

    def _arrow(self, start: str, end: str, labels: list[str]) -> Arrow:
        if all(label.startswith(QUIET) for label in labels):
            return Arrow(start, end, ())
        labels = [label.removeprefix(QUIET) for label in labels]
        return Arrow(start, end, tuple(labels), faint=bool(labels) and _WRONG.issuperset(labels))

    def _routes(self, step: Step) -> Iterable[tuple[str, Target]]:
        """Outcomes to draw: what `always:` gives is told once, beside the graph."""
        for label, target in step.act.targets():
            if not isinstance(step.act, LeaveAct):
                yield self._label(step, label), target
        for outcome, target in step.on.items():
            if self._flow.always.get(outcome) is target:
                continue
            # What goes on by itself needs no word, unless something else leads there too.
            default = step.act.default.get(outcome)
            by_itself = default is target or (default and outcome in _DONE)
            yield (f"{QUIET}{outcome}" if by_itself else outcome), target

    def _label(self, step: Step, label: str) -> str:
        if isinstance(step.act, ChooseAct):
            return word("otherwise", self._words) if label == "else" else label
        labels = step.act.labels if isinstance(step.act, MenuAct) else {}
        meaning = labels.get(label, {}).get(title_language(self._words), "")
        return f"[{label}] {meaning}".strip()

    def _lead(self, step: Step, below: str, label: str, target: Target) -> None:
        match target:
            case Next() if step.repeat > 1:
                self._add(step.name, step.name, label)
                times = f"{label} ×{step.repeat}" if label else f"×{step.repeat}"
                self._add(step.name, below, times)
            case Next():
                self._add(step.name, below, label)
            case CallFlow(name, routes):
                self._sub_flow(step, below, label, name, routes)
            case _:
                self._add(step.name, self._place(step, target), label)

    def _place(self, step: Step, target: Target) -> str:
        """The box that `target` means, made when it is the first to lead there."""
        match target:
            case End(disposition):
                box = Box(f"@end {disposition}", Shape.END, disposition)
            case Return(outcome):
                box = Box(f"@return {outcome}", Shape.RETURN, outcome)
            case GoTo(name):
                return name
            case _:
                return step.name
        self._boxes.setdefault(box.id, box)
        return box.id

    def _sub_flow(
        self, step: Step, below: str, label: str, name: str, routes: Mapping[str, Target]
    ) -> None:
        spelled = spell_target(CallFlow(name, routes))
        relative = any(isinstance(to, Next | Again) for to in routes.values())
        box_id = f"@call {step.name if relative else ''} {spelled}"
        if box_id not in self._boxes:
            self._boxes[box_id] = Box(box_id, Shape.SUBFLOW, name, self._title_row(name))
            for word_, to in routes.items():
                end = below if isinstance(to, Next) else self._place(step, to)
                self._add(box_id, end, word_)
        self._add(step.name, box_id, label)

    def _title_row(self, name: str) -> tuple[Row, ...]:
        flow = self._house.flows.get(name)
        return (Row(_given_title(flow, self._words), Tone.HINT),) if flow else ()

    def _add(self, start: str, end: str, label: str) -> None:
        labels = self._arrows.setdefault((start, end), [])
        if label and label not in labels:
            labels.append(label)

    def _box(self, step: Step) -> Box:
        rows = [Row(self._text(line), Tone.WORDING) for line in step.says]
        if not isinstance(step.act, NoAct | ChooseAct):
            rows.append(Row(spell_act(_without_labels(step.act)), Tone.ACT))
        rows += [Row(f"↻ {self._text(line)}", Tone.HINT) for line in step.act.lines()]
        if isinstance(step.act, CallAct):
            rows += self._title_row(step.act.flow)
        rows += [Row(text, Tone.ACT) for text in self._figures(step)]
        if step.hint:
            hint = step.hint.get(title_language(self._words)) or next(iter(step.hint.values()))
            rows.append(Row(f"☞ {hint}", Tone.HINT))
        shape = self._shape(step)
        by_agent = step.says and self._performed(self._flow.index[step.name]) is Shape.AGENT
        marks = [word("agent", self._words)] if by_agent and shape is not Shape.AGENT else []
        return Box(step.name, shape, step.name, tuple(rows), (*marks, *self._marks(step)))

    def _figures(self, step: Step) -> Iterable[str]:
        if step.repeat > 1:
            yield word("repeat", self._words).format(n=step.repeat)
        if step.barge_in:
            yield word("barge_in", self._words)

    def _text(self, name: str) -> str:
        line = self._house.lines[name]
        wording = line.wordings.get(self._language) or next(iter(line.wordings.values()))
        return f"“{wording.text}”"

    def _shape(self, step: Step) -> Shape:
        match step.act:
            case EndAct():
                return Shape.END
            case ReturnAct():
                return Shape.RETURN
            case CallAct():
                return Shape.SUBFLOW
            case ChooseAct():
                return Shape.CHOICE
            case FormAct():
                return Shape.AGENT
            case _:
                return self._performed(self._flow.index[step.name])

    def _performed(self, at: int) -> Shape:
        """By whom a step can be performed, over all calls of the house that come to it."""
        if (at in self._ivr) == (at in self._agent):
            return _SHAPES[self._flow.performer]
        return Shape.IVR if at in self._ivr else Shape.AGENT

    def _marks(self, step: Step) -> Iterable[str]:
        lines = [self._house.lines[name] for name in step.lines]
        for tag in _SHOWN_TAGS:
            if any(tag in line.tags for line in lines):
                yield tag
        for rule, named in self._mentions:
            if any(named.speaks_of(line) for line in lines):
                yield rule

    def _subtitle(self) -> str:
        flow = self._flow
        parts = [word(flow.performer, self._words), word(flow.direction, self._words)]
        if flow.returns:
            parts.append(f"{word('returns', self._words)} {', '.join(flow.returns)}")
        parts.append(f"{word('languages', self._words)} {', '.join(flow.languages)}")
        if flow.variables:
            parts.append(f"{word('variables', self._words)} {', '.join(flow.variables)}")
        return " · ".join(parts)

    def _notes(self) -> Iterable[Note]:
        for key, routes in (("always", self._flow.always), ("anytime", self._flow.anytime)):
            rows = tuple(f"{name} → {self._told(to)}" for name, to in routes.items())
            yield Note(word(key, self._words), rows)
        yield Note(word("rules", self._words), tuple(self._rules()))

    def _rules(self) -> Iterable[str]:
        """Each rule with its title; those the house has no rule file for in one row."""
        tongue, rules, bare = title_language(self._words), self._house.rules, []
        for name in self._flow.rules:
            if name in rules:
                yield f"{name}  {rules[name].title[tongue]}"
            else:
                bare.append(name)
        if bare:
            yield ", ".join(bare)

    def _told(self, target: Target) -> str:
        """A target of a note: where an arrow would lead."""
        match target:
            case CallFlow(name, routes):
                further = "; ".join(
                    f"{outcome} → {self._told(to)}" for outcome, to in routes.items()
                )
                return f"[[{name}]]" + (f" ({further})" if further else "")
            case Again():
                return word("again", self._words)
            case _:
                return spell_target(target)


def _without_labels(act: Act) -> Act:
    """What a menu's keys mean stands on their arrows."""
    return replace(act, labels={}) if isinstance(act, MenuAct) else act


def _given_title(flow: Flow, language: str) -> str:
    return flow.title.get(title_language(language)) or next(iter(flow.title.values()), "")


def _title(flow: Flow, language: str) -> str:
    return f"{flow.name}  {_given_title(flow, language)}".strip()
