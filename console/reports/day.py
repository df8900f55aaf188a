"""The day sheet (Q08): one day of the house, or of one queue, on a few pages."""

from __future__ import annotations

from console.reports import parts, tables
from console.reports.charts import Series, columns, lines
from console.reports.gathering import Gathered
from console.reports.paper import Paper, Pen, Section
from console.reports.titling import paper


def day_sheet(gathered: Gathered, pen: Pen) -> Paper:
    """The sheet of the day that was gathered."""
    sections = [
        parts.glance(gathered, pen),
        parts.service_level(gathered, pen),
        _hours(gathered, pen),
        Section(pen("队列", "Queues"), [tables.by_queue(gathered, pen)]),
        Section(pen("坐席", "Agents"), [tables.by_agent(gathered, pen)]),
        Section(pen("规章", "House rules"), [tables.rules(gathered, pen)]),
        parts.promises_and_complaints(gathered, pen),
        parts.quality(gathered, pen),
        Section(pen("来电结果", "Dispositions"), [tables.dispositions(gathered, pen)]),
        *parts.apart(gathered, pen),
        parts.formulas(gathered, pen),
    ]
    return paper("day", pen("日报", "Day sheet"), gathered, pen, sections)


def _hours(gathered: Gathered, pen: Pen) -> Section:
    found = gathered.folded.by_hour()
    if not found:
        return Section(pen("各小时", "By hour"), [tables.by_hour(gathered, pen)])
    hours = range(min(found), max(found) + 1)
    sums = [found.get(hour) for hour in hours]
    labels = [f"{hour:02}" for hour in hours]
    terms = gathered.house.terms
    return Section(
        pen("各小时", "By hour"),
        [
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
            lines(
                labels,
                [
                    Series("SL.2", parts.amounts(sums, "SL.2"), "s1"),
                    Series("RULE.1", parts.amounts(sums, "RULE.1"), "s4"),
                ],
                title=pen(
                    f"接通率（{terms.target_s} 秒）和规章遵守率",
                    f"Service level ({terms.target_s} s) and rules kept",
                ),
                tell=parts.tell_percent,
                top=1.0,
                goal=terms.goal,
            ),
            tables.by_hour(gathered, pen),
        ],
    )
