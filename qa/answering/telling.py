"""Verdicts and figures in the words of people, Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from callflow.spelling import spell_ms
from qa.rubric.form import Band, Fact, SourceKind
from qa.rubric.sources import FIGURES, MEASURES, Source, Unit

_EVENTS: Final[Mapping[str, str]] = {
    "said": "说",
    "heard": "听到",
    "key": "按键",
    "hung_up": "挂机",
    "ended": "结束",
    "queued": "排队",
    "left_queue": "离开队列",
    "transferring": "转接",
    "transferred": "转接结果",
    "branched": "进入分支",
    "form_filled": "填表",
    "looked_up": "查询",
    "fetched": "取数据",
    "plugin_done": "插件",
    "promised": "登记承诺",
    "ticket_opened": "开工单",
    "agent_offered": "坐席振铃",
    "agent_answered": "坐席接起",
    "answered": "接听",
    "offered": "来电",
    "fault": "故障",
    "surveyed": "评价",
}
_WORDS: Final[Mapping[str, str]] = {
    "speech": "说话",
    "silence": "无声",
    "noise": "噪音",
    "faint": "声音太小",
    "clear": "清楚",
    "us": "我方",
    "caller": "客户",
    "agent": "坐席",
    "network": "线路",
    "or": "或",
    "and": "和",
    "not": "不是",
    "at least": "至少",
    "at most": "至多",
}
_WHOLE: Final = re.compile(
    r"\b(" + "|".join(sorted((*_EVENTS, *_WORDS), key=len, reverse=True)) + r")\b"
)
_WHYS: Final = (
    (re.compile(r"^a fault of ours cut the call off$"), "我方故障中断了通话"),
    (re.compile(r"^(.*) without (.*) before it$"), r"\1：此前没有 \2"),
    (re.compile(r"^(.*) in place of (.*)$"), r"\1：应为 \2"),
    (
        re.compile(r"^(.*) after ([0-9.]+) s, not before ([0-9.]+) s$"),
        r"\1：只过了 \2 秒，至少 \3 秒",
    ),
    (re.compile(r"^(.*) after ([0-9.]+) s, due by ([0-9.]+) s$"), r"\1：过了 \2 秒，至多 \3 秒"),
    (re.compile(r"^(.*) did not come within ([0-9.]+) s$"), r"\2 秒之内没有 \1"),
    (re.compile(r"^(.*) came ([0-9]+) times, ([0-9]+) wanted$"), r"\1 出现 \2 次，应有 \3 次"),
    (re.compile(r"^(.*) more than ([0-9]+) times$"), r"\1 超过 \2 次"),
    (re.compile(r"^(.*) never came$"), r"没有 \1"),
    (re.compile(r"^(.*) is not (.*)$"), r"\1：不符合 \2"),
)
"""The sentences of `callflow.rules.patterns`, in its order of making them."""


def in_chinese(why: str) -> str:
    """Why a rule was broken, as the monitors say it, in Chinese; names of lines stay."""
    return "；".join(_one(part) for part in why.split("; "))


def _one(why: str) -> str:
    for pattern, told in _WHYS:
        if pattern.match(why):
            return _words(pattern.sub(told, why))
    return _words(why)


def _words(text: str) -> str:
    return _WHOLE.sub(lambda found: {**_EVENTS, **_WORDS}[found[1]], text)


def event_words(what: str) -> dict[str, str]:
    """An event in a few words, in both languages."""
    return {"zh": _words(what), "en": what}


def source_of(fact: Fact) -> Source:
    """What a figure's fact is taken from. KeyError for a rule."""
    return (MEASURES if fact.kind is SourceKind.MEASURE else FIGURES)[fact.name]


def told_value(source: Source, value: int) -> str:
    """A figure as people write it: `1.5 s`, `3`."""
    return spell_ms(value) if source.unit is Unit.TIME and value else str(value)


def told_figure(source: Source, value: int, band: Band | None) -> dict[str, str]:
    """A figure and the band it lies in, in both languages."""
    told = told_value(source, value)
    zh, en = _limits(source, band)
    return {"zh": f"{source.title['zh']} {told}{zh}", "en": f"{source.title['en']} {told}{en}"}


def _limits(source: Source, band: Band | None) -> tuple[str, str]:
    if band is None:
        return "，超出各档", ", beyond every band"
    zh, en = [], []
    if band.at_least is not None:
        zh.append(f"不少于 {told_value(source, band.at_least)}")
        en.append(f"at least {told_value(source, band.at_least)}")
    if band.at_most is not None:
        zh.append(f"不超过 {told_value(source, band.at_most)}")
        en.append(f"at most {told_value(source, band.at_most)}")
    return f"（{'，'.join(zh)}）", f" ({' and '.join(en)})"
