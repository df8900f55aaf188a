"""House rules and what the monitors say of them, in Chinese.

Events are told from their English (`said (greeting)`), which is all that facts, findings and
verdicts keep of them; names of lines, tags and flows stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from callflow.rules.events import EventPattern
from callflow.rules.patterns import Between, Chain, Count, Every, Pattern, Precedence, Response
from callflow.rules.state import Times
from callflow.rules.verdict import Verdict

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "offered": ("来电", "流程 {} 来电"),
    "answered": ("接听", "接听 {}"),
    "stepped": ("走到步骤", "走到步骤 {}"),
    "said": ("说话", "说 {}"),
    "heard": ("得出听音结果", "听到{}"),
    "key": ("按键", "按键 {}"),
    "queued": ("进入队列", "进入队列 {}"),
    "left_queue": ("离开队列", "离开队列 {}"),
    "agent_offered": ("坐席振铃", "坐席 {} 振铃"),
    "agent_answered": ("坐席接听", "坐席 {} 接听"),
    "agent_transfer": ("坐席转接", "坐席转接 {}"),
    "held": ("保持或恢复", "保持 {}"),
    "disposed": ("整理完毕", "整理完毕 {}"),
    "transferring": ("转接", "转接到 {}"),
    "transferred": ("转接结束", "转接结束 {}"),
    "branched": ("进入分支", "进入分支 {}"),
    "form_filled": ("填写表单", "填写表单 {}"),
    "looked_up": ("查询", "查询 {}"),
    "fetched": ("取数据", "取数据 {}"),
    "plugin_done": ("插件执行", "插件 {} 执行"),
    "promised": ("登记承诺", "登记承诺 {}"),
    "ticket_opened": ("建立工单", "建立 {} 类工单"),
    "surveyed": ("客户评价", "客户评价 {}"),
    "fault": ("故障", "故障 {}"),
    "tagged": ("加标记", "标记为 {}"),
    "rules_judged": ("规章判定", "规章判定 {}"),
    "recording_started": ("开始录音", "开始录音 {}"),
    "recording_paused": ("暂停录音", "暂停录音 {}"),
    "recording_resumed": ("恢复录音", "恢复录音 {}"),
    "recording_stopped": ("停止录音", "停止录音 {}"),
    "recording_kept": ("录音入库", "录音入库 {}"),
    "recording_measured": ("测量录音", "测量录音 {}"),
    "recording_erased": ("销毁录音", "销毁录音 {}"),
    "hung_up": ("挂机", "{}挂机"),
    "ended": ("通话结束", "通话以 {} 结束"),
}
"""By kind of event: any of it, and one of which more is told."""

_OTHER_THAN: Final[Mapping[str, str]] = {"said": "说 {} 以外的话", "heard": "听到{}以外的情况"}
_HEARD: Final[Mapping[str, str]] = {
    "speech": "说话",
    "silence": "无声",
    "noise": "噪音",
    "faint": "声音太小",
    "clear": "清楚",
}
_BY: Final[Mapping[str, str]] = {
    "us": "我方",
    "caller": "来电者",
    "agent": "坐席",
    "network": "网络",
}
_RESULTS: Final[Mapping[str, str]] = {
    "answered": "已接听",
    "abandoned": "放弃等待",
    "no_answer": "无人接听",
    "timeout": "超时",
    "busy": "占线",
    "failed": "失败",
    "key": "按键离开",
    "found": "找到",
    "not_found": "没有找到",
    "ok": "成功",
    "cancelled": "放弃",
    "error": "出错",
}
_FIELDS: Final[Mapping[str, str]] = {
    "rings": "铃声数",
    "waited_ms": "等待毫秒数",
    "talked_ms": "通话毫秒数",
    "took_ms": "用时毫秒数",
    "score": "分数",
    "level_dbov": "音量 dBov",
}
_PERFORMERS: Final[Mapping[str, str]] = {"agent": "坐席", "ivr": "语音系统"}
_RANGE: Final = re.compile(r"(\w+) ((?:at (?:least|most) \d+)(?: and at most \d+)?)")
_EVENT: Final = re.compile(rf"({'|'.join(KINDS)})(?: (.*))?", re.DOTALL)
_GROUP: Final = re.compile(r"\([^()]*\)|[^\s()]+(?: or [^\s()]+)*|\S+")
_CHOICE: Final = re.compile(rf", or (?=(?:{'|'.join(KINDS)})\b)")
_GAPS: Final = (
    (re.compile(r"(?<=[\u4e00-\u9fff）]) (?=[\u4e00-\u9fff（])|(?<=\w) (?=（)"), ""),
    (re.compile(r"(?<=[A-Za-z0-9_])(?=[\u4e00-\u9fff])"), " "),
)
"""A name of Latin letters stands apart, Chinese words and brackets do not."""

_WHYS: Final = (
    (re.compile(r"a fault of ours cut the call off"), "我方故障中断了通话"),
    (re.compile(r"(?P<a>.+?) without (?P<b>.+) before it"), "{a}：此前没有{b}"),
    (re.compile(r"(?P<a>.+?) in place of (?P<b>.+)"), "{a}：应为{b}"),
    (
        re.compile(r"(?P<a>.+) after (?P<n>[0-9.]+) s, not before (?P<m>[0-9.]+) s"),
        "{a}：只过了 {n} 秒，至少 {m} 秒",
    ),
    (
        re.compile(r"(?P<a>.+) after (?P<n>[0-9.]+) s, due by (?P<m>[0-9.]+) s"),
        "{a}：过了 {n} 秒，至多 {m} 秒",
    ),
    (re.compile(r"(?P<a>.+) did not come within (?P<n>[0-9.]+) s"), "{n} 秒之内没有{a}"),
    (
        re.compile(r"(?P<a>.+) came (?P<n>once|\d+ times), (?P<m>once|\d+ times) wanted"),
        "{a}：出现 {n} 次，应有 {m} 次",
    ),
    (
        re.compile(r"(?P<a>.+) never came, (?P<m>once|\d+ times) wanted"),
        "没有{a}，应有 {m} 次",
    ),
    (re.compile(r"(?P<a>.+) more than (?P<n>once|\d+ times)"), "{a}：超过 {n} 次"),
    (re.compile(r"(?P<a>.+) never came"), "没有{a}"),
    (re.compile(r"(?P<a>.+?) is not (?P<b>.+)"), "{a}：应为{b}"),
    (re.compile(r"(?P<a>.+?), before (?P<b>.+)"), "{a}，要在{b}之前"),
)
"""The sentences of `callflow.rules.patterns`, in its order of making them; the last of what is due.
"""


def in_chinese(why: str) -> str:
    """Why a rule was broken or what is due, as the monitors say it; what is not known stays."""
    return _spaced("；".join(_one(part) for part in why.split("; ")))


def verdict_why(verdict: Verdict, language: str) -> str:
    """Why a verdict is as it is, in `zh` or `en`."""
    if language != "zh":
        return verdict.why
    if verdict.why and not verdict.rule.decidable:
        return verdict.rule.reason.get("zh", "")
    return in_chinese(verdict.why)


def event_in(said: str, language: str) -> str:
    """An event as `events.describe` tells it, in `zh` or `en`."""
    return event_in_chinese(said) if language == "zh" else said


def event_in_chinese(said: str) -> str:
    """An event, or several to choose from, as `events.describe` and a rule's patterns tell it."""
    return _spaced(_choices(said))


def _choices(said: str) -> str:
    choices = _CHOICE.split(said)
    # `heard none` fits nothing: an event of the kind may not come in between.
    unwanted = [one.removesuffix(" none") for one in choices if one.endswith(" none")]
    told = "，或".join(_event(one) for one in choices if not one.endswith(" none"))
    if not unwanted:
        return told
    between = "、".join(f"没有{_event(one)}" for one in unwanted)
    return f"{told}（其间{between}）" if told else between


def pattern_in_chinese(pattern: Pattern) -> str:
    """A pattern of a rule in one clause, as `callflow.rules.telling.told` is the English."""
    return _spaced(_pattern(pattern))


def _pattern(pattern: Pattern) -> str:
    match pattern:
        case Count():
            return _count(pattern)
        case Every(of=of, fulfils=fulfils):
            return f"每次{_of(of)}都须为：{_of(fulfils)}"
        case Precedence(before=before, expect=expect, reset=reset):
            again = f"（每次{_of(reset)}之后须重新做到）" if reset else ""
            return f"{_of(before)}：此前须先{_of(expect)}{again}"
        case Response(when=when, expect=expect, unless=unless, times=times):
            return f"{_of(when)}之后：须{_span(times)}{_of(expect)}{_unless(unless)}"
        case Chain():
            return _chain(pattern)
        case Between(first=first, then=then, times=times, unless=unless):
            undone = f"，其间没有{_of(unless)}" if unless else ""
            return f"{_of(then)}：须在{_of(first)}之后{_span(times)}{undone}"


def _spaced(told: str) -> str:
    for gap, between in _GAPS:
        told = gap.sub(between, told)
    return told


def _one(why: str) -> str:
    for pattern, told in _WHYS:
        found = pattern.fullmatch(why)
        if found is not None:
            return told.format_map({name: _held(text) for name, text in found.groupdict().items()})
    return _choices(why)


def _held(text: str) -> str:
    if re.fullmatch(r"once|[0-9.]+(?: times)?", text):
        return "1" if text == "once" else text.removesuffix(" times")
    return _choices(text)


def _event(said: str) -> str:
    found = _EVENT.fullmatch(said)
    if found is None:
        return said
    kind, rest = found[1], found[2] or ""
    more, _, without = f" {rest}".partition(" not ")
    who, told = _told(kind, more.strip())
    but = _told(kind, without)[1] if without else ""
    if but and not told:
        told = _OTHER_THAN.get(kind, f"{KINDS[kind][0]}（不是 {{}}）").format(but)
    elif told or not who:
        told = KINDS[kind][1].format(told) if told else KINDS[kind][0]
        told += f"（不是 {but}）" if but else ""
    else:
        told = KINDS[kind][0]
    return f"{who}{told}"


def _told(kind: str, values: str) -> tuple[str, str]:
    """Who performs, and the values of an event's fields."""
    who = ""
    told: list[str] = []
    ranges = _RANGE.findall(values)
    for group in _GROUP.findall(_RANGE.sub("", values)):
        if kind == "said" and group in _PERFORMERS and not told:
            who = _PERFORMERS[group]
        else:
            told.append(_group(kind, group))
    told += [f"（{_FIELDS.get(field, field)} {_limits(limits)}）" for field, limits in ranges]
    return who, " ".join(told)


def _group(kind: str, group: str) -> str:
    if group.startswith("("):
        tags = group.strip("()").replace(" or ", " 或 ").replace(" and ", " 兼 ")
        return f"{tags} 类话术"
    words = group.split(" or ")
    known = {"heard": _HEARD, "hung_up": _BY}.get(kind, {})
    if all(word in known for word in words):
        return "或".join(known[word] for word in words)
    if kind in ("left_queue", "transferred", "form_filled", "looked_up", "fetched", "plugin_done"):
        known = _RESULTS
    if all(word in known for word in words):
        return f"（{'或'.join(known[word] for word in words)}）"
    return " 或 ".join(words)


def _limits(limits: str) -> str:
    said = limits.replace("at least", "至少").replace("at most", "至多")
    return said.replace(" and ", "、")


def _of(event: EventPattern) -> str:
    return _choices(str(event))


def _unless(event: EventPattern) -> str:
    return f"；除非{_of(event)}" if event else ""


def _count(pattern: Count) -> str:
    low, high = pattern.at_least, pattern.at_most
    if high == 0:
        often = "不得出现"
    elif high is None:
        often = f"至少 {low} 次"
    else:
        often = f"{low} 至 {high} 次" if low else f"至多 {high} 次"
    after = f"{_of(pattern.after)}之后，" if pattern.after else ""
    until = f"{_of(pattern.until)}之前，" if pattern.until else ""
    return f"{after}{until}{_of(pattern.of)}：{often}{_unless(pattern.unless)}"


def _chain(pattern: Chain) -> str:
    links = "，再".join(f"{_pause(link.pause)}{_of(link.event)}" for link in pattern.links)
    after = f"（前一件事是{_of(pattern.after)}）" if pattern.after else ""
    return f"{_of(pattern.when)}{after}之后：须{links}{_unless(pattern.unless)}"


def _pause(times: Times) -> str:
    return f"隔 {_span(times).strip().removesuffix('内')}" if times.at_least_ms else _span(times)


def _span(times: Times) -> str:
    low, high = times.at_least_ms / 1000, (times.at_most_ms or 0) / 1000
    if times.at_most_ms is None:
        return f" {low:g} 秒以上" if low else ""
    return f" {low:g} 至 {high:g} 秒内" if low else f" {high:g} 秒内"
