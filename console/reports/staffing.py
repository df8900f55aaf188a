"""How many agents each half hour needs, as a report of its own and as a part of the brief."""

from __future__ import annotations

from console.reports import telling
from console.reports.charts import heat
from console.reports.gathering import Gathered
from console.reports.paper import Block, Note, Paper, Pen, Section, Table
from console.reports.titling import paper
from qa.figures.staffing import BURSTY, Goals, Need, staffing

PEAKS = 10


def needs_of(gathered: Gathered) -> list[Need]:
    """Needs from the days that were gathered; one still under way would look quiet."""
    whole = [day for day in gathered.done if day < gathered.today]
    return staffing(gathered.folded, whole or gathered.done, gathered.house.goals)


def staffing_paper(gathered: Gathered, pen: Pen) -> Paper:
    """All half hours of all weekdays."""
    needs = needs_of(gathered)
    sections = [
        Section(pen("每半小时需要多少坐席", "Agents each half hour needs"), _maps(needs, pen)),
        Section(pen("前提和局限", "What it rests on"), _limits(gathered.house.goals, needs, pen)),
        *(
            Section(
                telling.WEEKDAYS[pen.language][weekday],
                [_table([need for need in needs if need.weekday == weekday], pen)],
            )
            for weekday in sorted({need.weekday for need in needs})
        ),
    ]
    return paper("staffing", pen("排班测算", "Staffing"), gathered, pen, sections)


def staffing_section(gathered: Gathered, pen: Pen) -> Section:
    """The map, and the half hours that need most."""
    needs = needs_of(gathered)
    peaks = sorted(needs, key=lambda need: (-need.busy.agents, need.weekday, need.half))[:PEAKS]
    return Section(
        pen("排班测算（Erlang C）", "Staffing (Erlang C)"),
        [*_maps(needs, pen), _table(peaks, pen), *_limits(gathered.house.goals, needs, pen)],
    )


def _maps(needs: list[Need], pen: Pen) -> list[Block]:
    if not needs:
        return [Note(pen("这段时间没有进队来电。", "No call came to a queue in this time."))]
    first = min(need.half for need in needs)
    last = max(need.half for need in needs)
    heads = [
        telling.half_hour(half)[: 2 if half % 2 == 0 else 0] for half in range(first, last + 1)
    ]
    rows = telling.WEEKDAYS[pen.language]
    return [
        heat(
            rows,
            heads,
            {(need.weekday, need.half - first): float(need.mean.agents) for need in needs},
            title=pen("平均一天在线坐席", "Agents at the phone, mean day"),
            tell=lambda value: f"{value:.0f}",
        ),
        heat(
            rows,
            heads,
            {(need.weekday, need.half - first): float(need.busy_seats) for need in needs},
            title=pen("繁忙一天排班人数（含损耗）", "On the roster, busy day, with shrinkage"),
            tell=lambda value: f"{value:.0f}",
        ),
    ]


def _table(needs: list[Need], pen: Pen) -> Table:
    heads = [
        pen("半小时", "Half hour"),
        pen("天数", "Days"),
        pen("来电", "Calls"),
        pen("繁忙日", "Busy day"),
        pen("处理时长", "Handle"),
        pen("在线坐席", "Agents"),
        pen("接通率", "Service level"),
        "ASA",
        pen("利用率", "Occupancy"),
        pen("排班", "Roster"),
        pen("繁忙排班", "Busy roster"),
        pen("突发", "Bursts"),
    ]
    rows = [
        [
            f"{telling.WEEKDAYS[pen.language][need.weekday]} {telling.half_hour(need.half)}",
            str(need.days),
            f"{need.calls:.1f}",
            f"{need.busy_calls:.0f}",
            telling.length(need.handle_s * 1000),
            str(need.mean.agents),
            telling.share(need.mean.service_level),
            telling.length(need.mean.speed_s * 1000),
            telling.share(need.mean.occupancy),
            str(need.seats),
            str(need.busy_seats),
            telling.NONE if need.burstiness is None else f"{need.burstiness:.1f}",
        ]
        for need in needs
    ]
    return Table(heads=heads, rows=rows, wide=True, empty=pen("没有来电。", "No calls."))


def _limits(goals: Goals, needs: list[Need], pen: Pen) -> list[Block]:
    bursty = sum(need.bursty for need in needs)
    blocks: list[Block] = [
        Note(
            pen(
                f"目标：{goals.goal:.0%} 在 {goals.target_s} 秒内接听，利用率不超过 "
                f"{goals.most_occupancy:.0%}，损耗 {goals.shrinkage:.0%}；繁忙一天："
                f"同一半小时的来电不超过它的日子占 {goals.busy_share:.0%}。",
                f"Goals: {goals.goal:.0%} answered within {goals.target_s} s, occupancy at most "
                f"{goals.most_occupancy:.0%}, shrinkage {goals.shrinkage:.0%}; a busy day: "
                f"{goals.busy_share:.0%} of the days had no more calls in that half hour.",
            )
        ),
        Note(
            pen(
                "Erlang C 假定来电随机均匀、没有人放弃、人人能接每一通。有人放弃时它略偏多；"
                "来电成阵、技能分组时它偏少。",
                "Erlang C takes random steady arrivals, nobody who gives up, and agents who all "
                "take every call. Callers who give up make it ask for a little too many; bursts "
                "and skills make it ask for too few.",
            )
        ),
    ]
    if bursty:
        blocks.append(
            Note(
                pen(
                    f"{bursty} 个半小时的来电成阵（方差超过均值的 {BURSTY} 倍）：按繁忙日排班。",
                    f"{bursty} half hours are bursty (variance over {BURSTY} times the mean): "
                    "staff them for the busy day.",
                ),
                warns=True,
            )
        )
    return blocks
