"""Sections that both reports have: the figures at a glance, the formulas, quality, mystery."""

from __future__ import annotations

from collections.abc import Sequence

from console.reports import tables, telling
from console.reports.gathering import Gathered
from console.reports.paper import Block, Note, Pen, Section, Table, Tiles
from console.reports.tables import owed
from qa.figures.catalogue import CATALOGUE
from qa.figures.figure import Unit
from qa.figures.judging import agreement, qa_passed, qa_score
from qa.figures.sums import Sums

GLANCE = (
    *("OFF.1", "SL.2", "AB.1", "ASA.1", "AHT.1", "ACW.1", "OCC.1", "RING.1", "RING.3", "RULE.1"),
    *("RULE.2", "QA.1", "AGREE.1", "CSAT.1", "CSAT.3", "TO.1", "DA.1", "REC.1", "CB.1", "FAULT.1"),
)


def glance(gathered: Gathered, pen: Pen) -> Section:
    """The tiles."""
    values = gathered.values()
    terms, days, queue = gathered.house.terms, gathered.days, gathered.queue
    tiles = [
        pen.tile(values[name], terms, days, queue, gathered.before.get(name))
        for name in GLANCE
        if name in values
    ]
    blocks: list[Block] = [Tiles(tiles)]
    if gathered.folded.open_calls:
        count = gathered.folded.open_calls
        text = pen(
            f"另有 {count} 通还没结束，结束后计入。",
            f"Still on the line, counted once they are over: {count}.",
        )
        blocks.append(Note(text))
    if gathered.before:
        first, last = gathered.days.before().first, gathered.days.before().last
        blocks.append(
            Note(
                pen(
                    f"变化：与 {first} 至 {last} 相比；比率为百分点（pp），其余为百分比。",
                    f"Change: against {first} to {last}; shares in percent points (pp).",
                )
            )
        )
    return Section(pen("一览", "At a glance"), blocks)


def service_level(gathered: Gathered, pen: Pen) -> Section:
    """All variants."""
    return Section(
        pen("接通率的三种算法", "Service level, three formulas"),
        [tables.service_level_table(gathered, pen)],
    )


def apart(gathered: Gathered, pen: Pen) -> list[Section]:
    """Calls kept apart, when there are any (Q07)."""
    if not gathered.folded.apart and not gathered.mystery:
        return []
    scores, passed = qa_score(gathered.mystery), qa_passed(gathered.mystery)
    text = pen(
        f"神秘来电的评分 {len(gathered.mystery)} 份，平均 {telling.amount(scores)}，"
        f"合格 {telling.amount(passed)}。以上数字都不含这些来电。",
        f"Mystery calls evaluated: {len(gathered.mystery)}, mean {telling.amount(scores)}, "
        f"passed {telling.amount(passed)}. None of these calls is in the figures above.",
    )
    title = pen("单列的来电（Q07）", "Calls kept apart (Q07)")
    return [Section(title, [tables.by_tag(gathered, pen), Note(text)])]


def promises_and_complaints(gathered: Gathered, pen: Pen) -> Section:
    """What callers were told would happen."""
    others = [one for one in gathered.owed if one.kind == "ticket_opened" and not one.is_complaint]
    nothing = pen("没有。", "None.")
    return Section(
        pen("投诉、承诺、工单", "Complaints, promises, tickets"),
        [
            _titled(pen("投诉", "Complaints"), owed(gathered.complaints, gathered, pen, nothing)),
            _titled(
                pen("承诺的回复（C09）", "Callbacks promised (C09)"),
                owed(gathered.promises, gathered, pen, nothing),
            ),
            _titled(pen("其他工单", "Other tickets"), owed(others, gathered, pen, nothing)),
            Note(
                pen(
                    "承诺是否兑现，由回复记录说明；这里写的是期限。",
                    "Whether a promise was kept is told by the callbacks' own records; here "
                    "stands when it is due.",
                )
            ),
        ],
    )


def quality(gathered: Gathered, pen: Pen) -> Section:
    """What QA did, and what it found."""
    reviews = gathered.reviews
    work = gathered.work
    states = {
        "open": pen("待领取", "to be claimed"),
        "claimed": pen("评分中", "in hand"),
        "submitted": pen("待坐席认可", "with the agent"),
        "disputed": pen("有异议", "disputed"),
    }
    waiting = "，" if pen.language == "zh" else ", "
    told = waiting.join(f"{name} {work.get(state, 0)}" for state, name in states.items())
    rows = [
        [
            gathered.house.agent(agent) if agent else "IVR",
            str(len(own)),
            telling.amount(qa_score(own)),
            telling.amount(qa_passed(own)),
            telling.amount(agreement(own)),
        ]
        for agent in sorted({one.agent for one in reviews})
        if (own := [one for one in reviews if one.agent == agent])
    ]
    heads = [
        pen("坐席", "Agent"),
        pen("评分", "Evaluations"),
        pen("平均分", "Mean score"),
        pen("合格", "Passed"),
        pen("人机一致", "Machine agrees"),
    ]
    none = pen("这段时间没有提交评分。", "No evaluation was submitted in this time. ")
    empty = none + pen.begin_scoring()
    return Section(
        pen("质检", "Quality"),
        [
            Table(heads=heads, rows=rows, empty=empty),
            Note(pen(f"现在：{told}。", f"Now: {told}.")),
        ],
    )


def formulas(gathered: Gathered, pen: Pen) -> Section:
    """What every figure means: a number without its formula is a rumour."""
    terms = gathered.house.terms
    shown = [one for one in CATALOGUE.values() if one.id in {*GLANCE, "SL.1", "SL.3"}]
    rows = [
        [
            one.id,
            pen.title(one),
            one.formula(pen.language, terms),
            " ".join(one.rules),
        ]
        for one in shown
    ]
    heads = [pen("编号", "Id"), pen("指标", "Figure"), pen("算式", "Formula"), pen("规章", "Rules")]
    return Section(
        pen("算式", "Formulas"),
        [
            Table(heads=heads, rows=rows, left=4),
            Note(
                pen(
                    "来电结束后计入，算在打进来的那一天；P90：十分之九的来电不超过它。",
                    "A call counts once it is over, on the day it came; P90: nine of ten are at "
                    "or below it.",
                )
            ),
        ],
        new_page=True,
    )


def amounts(sums: Sequence[Sums | None], name: str) -> list[float | None]:
    """A figure of each; None where there was nothing to count."""
    return [one.value(name).amount if one else None for one in sums]


def counts(sums: Sequence[Sums | None], name: str) -> list[float | None]:
    """The numerators."""
    return [one.value(name).total if one else 0.0 for one in sums]


def answered(sums: Sequence[Sums | None]) -> list[float | None]:
    """Calls an agent took."""
    return [one.value("ASA.1").over if one else 0.0 for one in sums]


def tell_count(value: float) -> str:
    """A number of calls."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def tell_percent(value: float) -> str:
    """A share without decimals, for axes."""
    return f"{value:.0%}"


def tell_ms(value: float) -> str:
    """A length, for axes."""
    return telling.told(value, Unit.MS)


def _titled(title: str, table: Table) -> Table:
    return Table(
        heads=table.heads, rows=table.rows, title=title, empty=table.empty, left=table.left
    )
