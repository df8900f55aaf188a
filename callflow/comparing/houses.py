"""Two houses compared: flows, lines, rules and forms; which house rules each change touches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from callflow.comparing.change import Change, Kind
from callflow.comparing.flows import flow_changes
from callflow.comparing.rules import rule_changes
from callflow.comparing.steps import changed
from callflow.comparing.words import words_changed
from callflow.forms import FormText
from callflow.house import House
from callflow.lines import LANGUAGES, LineWording
from callflow.mentions import Mentions, mentions
from callflow.steps import Flow

LANGUAGE_ZH: Final = {"zh-Hans": "简体", "zh-Hant": "繁體", "en": "英文"}
_FIELD: Final = (
    ("label", "名称", "label"),
    ("type", "类型", "type"),
    ("required", "必填", "required"),
    ("choices", "选项", "choices"),
    ("ask", "问的话", "asks"),
)


def compare(old: House, new: House, flow: str = "") -> list[Change]:
    """Everything that changed, flows first; with `flow` only that flow and the lines it speaks."""
    changes = [*_flows(old, new, flow), *_lines(old, new, flow)]
    if not flow:
        changes += [*rule_changes(old.rules, new.rules), *_forms(old, new)]
    touching = _Touching(old, new)
    return [change if change.rules else touching.with_rules(change) for change in changes]


def _flows(old: House, new: House, only: str) -> Iterator[Change]:
    gone = {name: flow for name, flow in old.flows.items() if name not in new.flows}
    came = {name: flow for name, flow in new.flows.items() if name not in old.flows}
    if not only:
        yield from _whole_flows(gone, came)
    for name, flow in new.flows.items():
        if name in old.flows and only in ("", name):
            yield from flow_changes(old.flows[name], flow)


def _whole_flows(gone: dict[str, Flow], came: dict[str, Flow]) -> Iterator[Change]:
    for name, flow in gone.items():
        same = next((other for other in came.values() if _renamed(flow, other)), None)
        if same is None:
            yield Change(Kind.FLOW, f"flow {name}", "删去了这个流程", "flow removed")
            continue
        del came[same.name]
        yield Change(
            Kind.FLOW,
            f"flow {same.name}",
            f"改了名字，原名 {name}，其余不变",
            f"renamed from {name}; nothing else",
        )
    for name, flow in came.items():
        count = len(flow.steps)
        yield Change(
            Kind.FLOW,
            f"flow {name}",
            f"新增了这个流程，共 {count} 步",
            f"flow added, {count} steps",
        )


def _renamed(old: Flow, new: Flow) -> bool:
    return not list(flow_changes(old, new))


def _lines(old: House, new: House, flow: str) -> Iterator[Change]:
    wanted = _spoken(old, flow) | _spoken(new, flow) if flow else None
    names = [n for n in dict.fromkeys((*old.lines, *new.lines)) if wanted is None or n in wanted]
    for name in names:
        was, now = old.lines.get(name), new.lines.get(name)
        where = f"line {name}"
        if was is None:
            yield Change(Kind.LINE, where, "新增了这句话", "line added")
        elif now is None:
            yield Change(Kind.LINE, where, "删去了这句话", "line removed")
        else:
            yield from _line(where, was, now)


def _spoken(house: House, flow: str) -> set[str]:
    found = house.flows.get(flow)
    return {line for step in found.steps for line in step.lines} if found else set()


def _line(where: str, old: LineWording, new: LineWording) -> Iterator[Change]:
    for language in LANGUAGES:
        was, now = old.wordings.get(language), new.wordings.get(language)
        before, after = was.text if was else "", now.text if now else ""
        if before == after:
            continue
        yield Change(
            Kind.WORDING,
            where,
            f"{LANGUAGE_ZH[language]}措辞：{words_changed(before, after)}",
            f"{language} wording: {words_changed(before, after)}",
        )
    if set(old.tags) != set(new.tags):
        tags = ("标签", "tags")
        yield changed(Kind.TAGS, where, tags, ", ".join(old.tags), ", ".join(new.tags))


def _forms(old: House, new: House) -> Iterator[Change]:
    for name in dict.fromkeys((*old.forms, *new.forms)):
        was, now = old.forms.get(name), new.forms.get(name)
        where = f"form {name}"
        if was is None:
            yield Change(Kind.FORM, where, "新增了这张表单", "form added")
        elif now is None:
            yield Change(Kind.FORM, where, "删去了这张表单", "form removed")
        else:
            yield from _form(where, was, now)


def _form(where: str, old: FormText, new: FormText) -> Iterator[Change]:
    before = {field.name: field for field in old.fields}
    after = {field.name: field for field in new.fields}
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change(Kind.FORM, where, f"删去了栏目 {name}", f"field {name} removed")
        elif name not in before:
            yield Change(Kind.FORM, where, f"新增了栏目 {name}", f"field {name} added")
        else:
            for key, zh, en in _FIELD:
                was, now = getattr(before[name], key), getattr(after[name], key)
                if was != now:
                    what = (f"栏目 {name} 的{zh}", f"field {name}, {en}")
                    yield changed(Kind.FORM, where, what, _told(was), _told(now))
    if [*before] != [*after] and set(before) == set(after):
        order = ("栏目次序", "order of fields")
        yield changed(Kind.FORM, where, order, ", ".join(before), ", ".join(after))


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_told(each)}" for key, each in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)


class _Touching:
    """Which rules speak of what a change is about: its lines, tags, outcomes, dispositions."""

    def __init__(self, old: House, new: House) -> None:
        self._houses = (old, new)
        self._mentions: list[tuple[str, House, Mentions]] = [
            (rule.id, house, mentions(rule)) for house in self._houses for rule in house.rules
        ]

    def with_rules(self, change: Change) -> Change:
        found = {
            name
            for name, house, named in self._mentions
            if named.words.intersection(change.words)
            or any(named.speaks_of(line) for line in self._lines(change, house))
        }
        return replace(change, rules=tuple(sorted(found)))

    def _lines(self, change: Change, house: House) -> list[LineWording]:
        kind, _, name = change.where.partition(" ")
        if kind == "line":
            return [house.lines[name]] if name in house.lines else []
        flow_name, _, step_name = change.where.partition(" / ")
        flow = house.flows.get(flow_name)
        if flow is None or step_name not in flow.index or change.kind is Kind.BRANCH:
            return []
        step = flow.steps[flow.index[step_name]]
        return [house.lines[line] for line in step.lines if line in house.lines]
