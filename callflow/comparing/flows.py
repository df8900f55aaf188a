"""Two versions of one flow: steps added, removed, renamed, moved, and each that stayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from callflow.comparing.change import Change, Kind
from callflow.comparing.steps import Version, changed, step_changes
from callflow.spelling import spell_act, spell_target
from callflow.steps import Flow, Step
from callflow.targets import CallFlow, GoTo, Target, with_routes

_HEAD: Final = (
    ("performer", "由谁执行", "performed by", Kind.FLOW),
    ("direction", "呼叫方向", "direction", Kind.FLOW),
    ("languages", "语言", "languages", Kind.LANGUAGES),
    ("returns", "可返回的结果", "can return", Kind.FLOW),
    ("rules", "执行的规章", "carries out rules", Kind.RULE),
    ("variables", "开始的变量", "begins with variables", Kind.FLOW),
    ("title", "标题", "title", Kind.FLOW),
)


def flow_changes(old: Flow, new: Flow) -> Iterator[Change]:
    """Everything that changed in a flow."""
    where = f"flow {new.name}"
    for name, zh, en, kind in _HEAD:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield changed(kind, where, (zh, en), _spelled(before), _spelled(after))
    renamed = renames(old, new)
    yield from _everywhere(where, old, new, renamed)
    yield from _steps(old, new, renamed)
    steps = {step.name: step for step in new.steps}
    for step in old.steps:
        now = steps.get(renamed.get(step.name, step.name))
        if now is not None:
            yield from step_changes(Version(old, step, renamed), Version(new, now, {}))


def _spelled(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {each}" for key, each in value.items())
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _everywhere(where: str, old: Flow, new: Flow, renamed: Mapping[str, str]) -> Iterator[Change]:
    both = (
        ("always", "每一步遇到", "in every step on", old.always, new.always),
        ("anytime", "坐席随时可选的", "the agent at any time,", old.anytime, new.anytime),
    )
    for _, zh, en, before, after in both:
        for word in dict.fromkeys((*before, *after)):
            was, now = _led(before.get(word), renamed), _led(after.get(word), {})
            if was != now:
                yield changed(Kind.BRANCH, where, (f"{zh} {word}", f"{en} {word}"), was, now)


def _led(target: Target | None, renamed: Mapping[str, str]) -> str:
    if isinstance(target, GoTo):
        return renamed.get(target.step, target.step)
    return spell_target(target) if target is not None else ""


def renames(old: Flow, new: Flow) -> dict[str, str]:
    """Steps that only got another name, old -> new; found by everything else being the same."""
    kept = set(old.index) & set(new.index)
    came = [step for step in new.steps if step.name not in kept]
    found: dict[str, str] = {}
    for step in old.steps:
        if step.name in kept:
            continue
        alike = [other for other in came if _alike(step, other, kept)]
        if alike:
            found[step.name] = alike[0].name
            came.remove(alike[0])
    return found


def _alike(old: Step, new: Step, kept: set[str]) -> bool:
    return _marks(old, kept) == _marks(new, kept)


def _marks(step: Step, kept: set[str]) -> tuple[object, ...]:
    """All of a step but its name; names of steps that are not in both flows do not count."""

    def known(target: Target) -> list[str]:
        return [_mark(each, kept) for each in with_routes(target)]

    routes = sorted((word, known(target)) for word, target in step.on.items())
    led = [(label, known(target)) for label, target in step.act.targets()]
    lines = (step.says, step.act.lines(), step.hint)
    return (lines, step.barge_in, step.repeat, spell_act(step.act), routes, led)


def _mark(target: Target, kept: set[str]) -> str:
    match target:
        case GoTo(step) if step not in kept:
            return "?"
        case CallFlow(flow, routes):
            return " ".join([flow, *routes])  # where they lead is told one by one
        case _:
            return spell_target(target)


def _steps(old: Flow, new: Flow, renamed: Mapping[str, str]) -> Iterator[Change]:
    names = [renamed.get(step.name, step.name) for step in old.steps]
    now = [step.name for step in new.steps]
    for before, after in renamed.items():
        yield Change(
            Kind.STEP,
            f"{new.name} / {after}",
            f"改了名字，原名 {before}，其余不变",
            f"renamed from {before}; nothing else",
        )
    for step in old.steps:
        if step.name not in renamed and step.name not in new.index:
            yield _whole(new.name, step, "删去了这一步", "step removed")
    for step in new.steps:
        if step.name not in names:
            yield _whole(new.name, step, "新增了这一步", "step added")
    for name in _moved([n for n in names if n in new.index], [n for n in now if n in names]):
        at = new.index[name]
        after = now[at - 1] if at else ""
        yield Change(
            Kind.STEP,
            f"{new.name} / {name}",
            f"换了位置，现在在 {after} 之后" if after else "换了位置，现在是第一步",
            f"moved, now after {after}" if after else "moved, now the first step",
        )


def _whole(flow: str, step: Step, zh: str, en: str) -> Change:
    does = ", ".join([*(f'say "{line}"' for line in step.says), spell_act(step.act)])
    return Change(Kind.STEP, f"{flow} / {step.name}", f"{zh}：{does}", f"{en}: {does}")


def _moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest names whose moving turns one order into the other, near enough."""
    stayed: set[str] = set()
    for at, _, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
        stayed.update(before[at : at + size])
    return [name for name in after if name not in stayed]
