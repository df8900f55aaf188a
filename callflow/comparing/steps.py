"""Two versions of one step: what it says, does, waits, and where its outcomes lead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callflow.acts.base import Act
from callflow.acts.fields import Field
from callflow.acts.fields import Kind as ValueKind
from callflow.comparing.change import Change, Kind
from callflow.spelling import field_values, spell_act, spell_target, spell_value
from callflow.steps import Flow, Step
from callflow.targets import Again, CallFlow, End, GoTo, Next, Return, Target

FIELD_ZH: Final[Mapping[str, str]] = {
    "rings": "振铃声数",
    "for": "等待时长",
    "until": "听到什么为止",
    "end_pause": "说完后的停顿",
    "longest": "最长一次发言",
    "window": "等待时长",
    "attempts": "总次数",
    "reprompt": "再问的话",
    "labels": "按键的说法",
    "question": "所问",
    "answers": "回答",
    "store": "存入变量",
    "digits": "位数",
    "terminator": "结束键",
    "next_key": "按键间隔",
    "name": "名称",
    "command": "录音指令",
    "wait": "最长等候",
    "agent": "坐席流程",
    "tell": "等候时说的话",
    "every": "两次之间的间隔",
    "priority": "优先级",
    "to": "去向",
    "in": "名册",
    "by": "查找依据",
    "from": "数据来源",
    "with": "交出的内容",
    "limit": "时限",
    "plugin": "插件",
    "about": "事由",
    "within": "答复期限",
    "class": "工单类别",
    "keys": "按键",
    "due": "完成期限",
    "flow": "子流程",
    "disposition": "通话结果",
    "outcome": "返回结果",
    "": "内容",
}
"""What the keys of acts are called in Chinese."""

_SIMPLE: Final = (
    ("repeat", "遍数", "times it is done", Kind.TIMING),
    ("barge_in", "可打断", "barge-in", Kind.ACT),
    ("hint", "给坐席的提示", "the agent's hint", Kind.ACT),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A step in its flow; names of renamed steps are told as they are now."""

    flow: Flow
    step: Step
    renamed: Mapping[str, str]
    """Old name -> new name; empty for the new version."""

    @property
    def below(self) -> str:
        """The name of the step below, or of the step itself when it is the last."""
        at = self.flow.index[self.step.name]
        steps = self.flow.steps
        name = steps[min(at + 1, len(steps) - 1)].name
        return self.renamed.get(name, name)

    def leads(self, target: Target) -> Target:
        """The target with `next` resolved to the step below and steps by their new names."""
        match target:
            case GoTo(step):
                return GoTo(self.renamed.get(step, step))
            case Next():
                return GoTo(self.below)
            case CallFlow(flow, routes):
                return CallFlow(flow, {word: self.leads(to) for word, to in routes.items()})
            case _:
                return target


def step_changes(old: Version, new: Version) -> Iterator[Change]:
    """Everything that a caller or an agent would notice."""
    where = f"{new.flow.name} / {new.step.name}"
    yield from _says(where, old.step.says, new.step.says)
    yield from _act(where, old.step.act, new.step.act)
    for name, zh, en, kind in _SIMPLE:
        before, after = getattr(old.step, name), getattr(new.step, name)
        if before != after:
            yield changed(kind, where, (zh, en), _flag(before), _flag(after))
    yield from _branches(where, old, new)


def _flag(value: object) -> str:
    if isinstance(value, Mapping):
        return " / ".join(value.values())
    return str(value).lower() if isinstance(value, bool) else str(value)


def changed(kind: Kind, where: str, what: tuple[str, str], before: str, after: str) -> Change:
    """`what` (Chinese, English) was `before` and is `after`."""
    zh, en = what
    return Change(
        kind,
        where,
        f"{zh}：原为 {before or '（无）'}，现为 {after or '（无）'}",
        f"{en}: was {before or 'none'}, now {after or 'none'}",
    )


def _says(where: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    if old != new:
        yield changed(Kind.SAYS, where, ("说的话", "says"), ", ".join(old), ", ".join(new))


def _act(where: str, old: Act, new: Act) -> Iterator[Change]:
    if type(old) is not type(new):
        yield changed(Kind.ACT, where, ("做的事", "what it does"), spell_act(old), spell_act(new))
        return
    before, after = field_values(old), field_values(new)
    for field in new.fields:
        if field.kind in (ValueKind.KEYS, ValueKind.CASES) or field.name not in after:
            continue
        was, now = spell_value(before[field.name], field), spell_value(after[field.name], field)
        if was != now:
            kind = Kind.TIMING if field.kind is ValueKind.DURATION else Kind.ACT
            yield changed(kind, where, _named(new, field), was, now)


def _named(act: Act, field: Field) -> tuple[str, str]:
    key = f"{act.word} {field.name}".strip()
    return f"{FIELD_ZH.get(field.name, field.name)}（{key}）", f"{key} ({field.about})"


def _branches(where: str, old: Version, new: Version) -> Iterator[Change]:
    before, after = dict(_routes(old)), dict(_routes(new))
    cases = [[word for word in routes if word in before and word in after and _is_case(word)]
             for routes in (before, after)]  # fmt: skip
    if cases[0] != cases[1]:
        order = ("条件的先后", "order of the conditions")
        yield changed(Kind.BRANCH, where, order, *(", ".join(map(_bare, each)) for each in cases))
    for word in dict.fromkeys((*before, *after)):
        was, now = before.get(word), after.get(word)
        if _same_always(word, old, new) or _same(old, was, new, now):
            continue
        yield Change(
            Kind.BRANCH,
            where,
            f"{_when(word, 'zh')}：原来{_target(was, old, 'zh')}，现在{_target(now, new, 'zh')}",
            f"{_when(word, 'en')}: was {_target(was, old, 'en')}, now {_target(now, new, 'en')}",
            words=(word, *(end.disposition for end in (was, now) if isinstance(end, End))),
        )


def _is_case(word: str) -> bool:
    return word.startswith("choose ")


def _bare(word: str) -> str:
    return word.partition(" ")[2]


def _same(old: Version, was: Target | None, new: Version, now: Target | None) -> bool:
    if was is None or now is None:
        return was is now
    if isinstance(was, Next) and isinstance(now, Next) and _last(old) and _last(new):
        return True
    return old.leads(was) == new.leads(now)


def _last(version: Version) -> bool:
    return version.flow.steps[-1] is version.step


def _same_always(word: str, old: Version, new: Version) -> bool:
    """Both follow `always:`, whose change is told once for the flow."""
    was, now = old.step.on.get(word), new.step.on.get(word)
    if was is None or now is None:
        return False
    return was is old.flow.always.get(word) and now is new.flow.always.get(word)


def _routes(version: Version) -> Iterator[tuple[str, Target]]:
    """Every branch by what leads to it: an outcome, a key, a condition."""
    for label, target in version.step.act.targets():
        if label:
            yield f"{version.step.act.word} {label}", target
    yield from version.step.on.items()


def _when(word: str, language: str) -> str:
    kind, _, rest = word.partition(" ")
    if kind in ("menu", "queue", "verdict") and rest:
        return f"按 {rest} 键" if language == "zh" else f"on key {rest}"
    if kind == "choose" and rest == "else":
        return "其余情况" if language == "zh" else "otherwise"
    if kind == "choose":
        return f"当 {rest}" if language == "zh" else f"if {rest}"
    return f"遇到 {word}" if language == "zh" else f"on {word}"


def _target(target: Target | None, version: Version, language: str) -> str:
    """Where it leads, in words."""
    chinese = language == "zh"
    if target is None:
        return "没有去向" if chinese else "nowhere"
    match version.leads(target):
        case GoTo(step):
            return f"到 {step}" if chinese else f"to {step}"
        case Again():
            return "重来本步" if chinese else "this step again"
        case Return(outcome):
            return f"返回 {outcome}" if chinese else f"returns {outcome}"
        case End(disposition):
            return f"结束通话（{disposition}）" if chinese else f"ends the call ({disposition})"
        case led:
            return f"调用 {spell_target(led)}" if chinese else f"calls {spell_target(led)}"
