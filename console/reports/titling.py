"""Heads of reports."""

from __future__ import annotations

from collections.abc import Sequence

from console.reports import telling
from console.reports.gathering import Gathered
from console.reports.paper import Paper, Pen, Section


def paper(
    kind: str, title: str, gathered: Gathered, pen: Pen, sections: Sequence[Section]
) -> Paper:
    """The report with its head: for which days, of which queue, made when."""
    first, last = gathered.days.first, gathered.days.last
    period = telling.day(first, pen.language)
    if last != first:
        to = pen("至", "to")
        period = f"{first} {to} {last}"
    made = telling.clock(gathered.made_at, gathered.house.zone)
    return Paper(
        kind=kind,
        title=title,
        period=period,
        about=pen("队列 ", "queue ") + gathered.queue
        if gathered.queue
        else pen("全部队列", "all queues"),
        made=pen(f"{made} 制表", f"made {made}"),
        company=gathered.house.company.get(pen.language, ""),
        language=pen.language,
        sections=sections,
    )
