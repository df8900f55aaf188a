"""The monthly brief (Q08): trends, when callers come, rules, quality, consequences, staffing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from console.reports import parts, tables, telling
from console.reports.charts import Series, columns, heat, lines
from console.reports.gathering import Gathered
from console.reports.paper import Block, Note, Paper, Pen, Section
from console.reports.people import consequences, four_sames
from console.reports.staffing import staffing_section
from console.reports.titling import paper
from qa.figures.judging import qa_score
from qa.figures.slots import Slots
from qa.figures.sums import Sums

LONGEST_S = 120
"""Waits beyond this stand in one column of the picture."""


def month_brief(gathered: Gathered, pen: Pen) -> Paper:
    """The brief of the month (or of any days) that was gathered."""
    sections = [
        parts.glance(gathered, pen),
        Section(pen("每日走势", "Day by day"), trends(gathered, pen)),
        _when(gathered, pen),
        _waits(gathered, pen),
        Section(pen("队列", "Queues"), [tables.by_queue(gathered, pen)]),
        Section(pen("坐席", "Agents"), [tables.by_agent(gathered, pen)]),
        Section(pen("规章", "House rules"), [tables.rules(gathered, pen)]),
        _quality(gathered, pen),
        four_sames(gathered, pen),
        consequences(gathered, pen),
        staffing_section(gathered, pen),
        *parts.apart(gathered, pen),
        parts.formulas(gathered, pen),
    ]
    return paper("month", pen("月报", "Monthly brief"), gathered, pen, sections)


def trends(gathered: Gathered, pen: Pen) -> list[Block]:
    """Every day that is over or has begun, as lines."""
    found = gathered.folded.by_day()
    sums = [found.get(day) for day in gathered.done]
    labels = [f"{day.month}-{day.day:02}" for day in gathered.done]
    return [
        columns(
            labels,
            [
                Series(pen("接听", "answered"), parts.answered(sums), "s1"),
                Series(pen("放弃", "abandoned"), parts.counts(sums, "AB.1"), "s2"),
                Series(pen("其他离队", "left otherwise"), parts.counts(sums, "LEFT.1"), "s3"),
            ],
            title=pen("进队来电", "Calls offered to the queues"),
            tell=parts.tell_count,
        ),
        _levels(labels, sums, gathered, pen),
        _lengths(labels, sums, pen),
        lines(
            labels,
            [
                Series("RULE.1", parts.amounts(sums, "RULE.1"), "s4"),
                Series("CSAT.1", parts.amounts(sums, "CSAT.1"), "s3"),
                Series(pen("质检分 ÷ 100", "QA score ÷ 100"), _scores(gathered), "s1"),
            ],
            title=pen("规章、满意率、质检分", "Rules kept, satisfied, QA score"),
            tell=parts.tell_percent,
            top=1.0,
        ),
    ]


def _levels(
    labels: Sequence[str], sums: Sequence[Sums | None], gathered: Gathered, pen: Pen
) -> Markup:
    terms = gathered.house.terms
    return lines(
        labels,
        [
            Series(name, parts.amounts(sums, name), css)
            for name, css in (("SL.1", "s4"), ("SL.2", "s1"), ("SL.3", "s3"))
        ],
        title=pen(
            f"接通率（{terms.target_s} 秒，目标 {terms.goal:.0%}）",
            f"Service level ({terms.target_s} s, goal {terms.goal:.0%})",
        ),
        tell=parts.tell_percent,
        top=1.0,
        goal=terms.goal,
    )


def _lengths(labels: Sequence[str], sums: Sequence[Sums | None], pen: Pen) -> Markup:
    tails = [one.value("AHT.1").p90 if one else None for one in sums]
    return lines(
        labels,
        [
            Series(pen("平均处理时长", "handle time"), parts.amounts(sums, "AHT.1"), "s1"),
            Series("P90", tails, "s2"),
            Series(pen("平均应答速度", "speed of answer"), parts.amounts(sums, "ASA.1"), "s3"),
        ],
        title=pen("时长", "Lengths"),
        tell=parts.tell_ms,
    )


def _scores(gathered: Gathered) -> list[float | None]:
    """QA.1 by the day of the call, 0 to 1."""
    slots = Slots(gathered.house.zone)
    by_day = {day: qa_score([]) for day in gathered.done}
    for day in by_day:
        own = [
            placed.scored
            for placed in gathered.scores
            if placed.scored.kind == "review" and slots.of(placed.offered_at).day == day
        ]
        by_day[day] = qa_score(own)
    return [value.amount / 100 if value.amount is not None else None for value in by_day.values()]


def _when(gathered: Gathered, pen: Pen) -> Section:
    found = gathered.folded.by_weekday_hour()
    days = Counter(day.weekday() for day in gathered.done)
    calls = {
        place: sums.value("OFF.1").total / days[place[0]]
        for place, sums in found.items()
        if days[place[0]]
    }
    levels = {place: sums.value("SL.2").amount for place, sums in found.items()}
    missed = {place: None if one is None else 1 - one for place, one in levels.items()}
    rows = telling.WEEKDAYS[pen.language]
    heads = [f"{hour:02}" for hour in range(24)]
    return Section(
        pen("何时来电", "When callers come"),
        [
            heat(
                rows,
                heads,
                calls,
                title=pen("平均每天每小时的进队来电", "Calls an hour, mean day"),
                tell=_short,
            ),
            heat(
                rows,
                heads,
                missed,
                title=pen("未及时接通的比例（100% − SL.2）", "Not answered in time (100 % − SL.2)"),
                tell=parts.tell_percent,
                full=0.5,
            ),
        ],
    )


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"


def _waits(gathered: Gathered, pen: Pen) -> Section:
    bins = [*range(5, LONGEST_S + 1, 5), None]
    labels = [f"≤{top}" if top else f">{LONGEST_S}" for top in bins]
    kinds = (
        ("answered", pen("接听", "answered"), "s1"),
        ("abandoned", pen("放弃", "abandoned"), "s2"),
    )
    chart: Markup = columns(
        labels,
        [
            Series(title, _binned(gathered.folded.waits.get(kind, Counter())), css)
            for kind, title, css in kinds
        ],
        title=pen("等了几秒", "Seconds waited"),
        tell=parts.tell_count,
    )
    return Section(
        pen("接通率的三种算法", "Service level, three formulas"),
        [tables.service_level_table(gathered, pen), chart],
    )


def _binned(waits: Counter[int]) -> list[float | None]:
    counts = [0.0] * (LONGEST_S // 5 + 1)
    for seconds, calls in waits.items():
        counts[min(max(seconds - 1, 0) // 5, LONGEST_S // 5)] += calls
    return list(counts)


def _quality(gathered: Gathered, pen: Pen) -> Section:
    section = parts.quality(gathered, pen)
    by_question = tables.agreement(gathered, pen)
    values = gathered.values()
    note = Note(
        pen(
            f"满意率 {telling.amount(values['CSAT.1'])}，参评率 {telling.amount(values['CSAT.3'])}"
            f"，平均评分 {telling.amount(values['CSAT.2'])}。",
            f"Satisfied {telling.amount(values['CSAT.1'])}, response "
            f"{telling.amount(values['CSAT.3'])}, mean verdict "
            f"{telling.amount(values['CSAT.2'])}.",
        )
    )
    return Section(section.title, [*section.blocks, by_question, note])
