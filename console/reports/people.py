"""Sections about people: the four sames (A07) and consequences (Q06)."""

from __future__ import annotations

from console.reports import telling
from console.reports.gathering import Gathered
from console.reports.paper import Note, Pen, Section, Table
from qa.figures.catalogue import CATALOGUE
from qa.figures.consequences import Flag, Proposal
from qa.figures.judging import QA
from qa.figures.sames import FIGURES, Service, by_hour, by_load


def four_sames(gathered: Gathered, pen: Pen) -> Section:
    """A07: the same service at every load and at every hour."""
    zone = gathered.house.zone
    loads = by_load(gathered.folded, gathered.scores, zone)
    hours = by_hour(gathered.folded, gathered.scores, zone)
    names = {
        "quiet": pen("清闲", "quiet"),
        "normal": pen("平常", "normal"),
        "busy": pen("繁忙", "busy"),
    }
    return Section(
        pen("四个一样（A07）", "Four sames (A07)"),
        [
            _services(loads, names, pen("忙闲", "Load"), pen),
            Note(
                pen(
                    "把有来电的小时按来电多少排队，分成三份。忙时的规章、质检分、抢话若明显差于闲时，"
                    "就没有做到一样。",
                    "Hours with calls, sorted by how many, cut in three. Where rules, scores and "
                    "talk-over are clearly worse when busy, service is not the same.",
                )
            ),
            _services(hours, {}, pen("小时", "Hour"), pen),
        ],
    )


def _services(services: list[Service], names: dict[str, str], head: str, pen: Pen) -> Table:
    heads = [head, pen("小时数", "Hours"), pen("最多来电", "Most calls")]
    heads += [pen.title(CATALOGUE[name]) for name in FIGURES]
    return Table(
        heads=[*heads, pen.title(QA)],
        rows=[
            [
                names.get(one.name, one.name),
                str(one.hours),
                str(one.most_calls),
                *(telling.amount(one.figures[name]) for name in FIGURES),
                telling.amount(one.score),
            ]
            for one in services
        ],
        empty=pen("这段时间没有来电。", "No calls in this time."),
    )


def consequences(gathered: Gathered, pen: Pen) -> Section:
    """Q06: whom to commend, whom to coach, three complaints."""
    limits = gathered.house.limits
    flags = {
        Flag.COMMEND: pen("表扬", "commend"),
        Flag.COACH: pen("辅导", "coach"),
        Flag.COMPLAINTS: pen(f"{limits.complaints} 次投诉", f"{limits.complaints} complaints"),
    }
    table = Table(
        heads=[
            pen("坐席", "Agent"),
            pen("建议", "Proposed"),
            pen("最常违反", "Broken most"),
            pen("投诉", "Complaints"),
            pen("质检分", "QA score"),
            pen("评分", "Evaluations"),
            pen("规章", "Rules kept"),
            pen("已判定来电", "Calls judged"),
        ],
        rows=[_proposal(one, flags, gathered, pen) for one in gathered.proposals()],
        left=4,
        empty=pen("没有坐席签入或接听。", "No agent signed in or took a call."),
    )
    note = pen(
        f"表扬：质检分不低于 {limits.good_score:.0f}、规章遵守率不低于 {limits.good_rules:.0%}，"
        "且没有投诉。"
        f"辅导：质检分低于 {limits.poor_score:.0f} 或规章低于 {limits.poor_rules:.0%}。"
        f"评分少于 {limits.least_scores} 份、来电少于 {limits.least_calls} 通的不作判断。"
        "由人决定。",
        f"Commend: score at least {limits.good_score:.0f}, rules at least "
        f"{limits.good_rules:.0%}, no complaint. Coach: score under {limits.poor_score:.0f} or "
        f"rules under {limits.poor_rules:.0%}. Fewer than {limits.least_scores} evaluations or "
        f"{limits.least_calls} calls are not judged by. A person decides.",
    )
    return Section(pen("奖惩（Q06）", "Consequences (Q06)"), [table, Note(note)])


def _proposal(one: Proposal, flags: dict[Flag, str], gathered: Gathered, pen: Pen) -> list[str]:
    standing = one.standing
    told = " ".join(flags[flag] for flag in one.flags)
    if not told and not one.enough:
        told = pen("数据太少", "too little known")
    return [
        gathered.house.agent(standing.agent),
        told or telling.NONE,
        " ".join(f"{rule}×{count}" for rule, count in standing.worst_rules) or telling.NONE,
        str(len(standing.complaints)),
        telling.amount(standing.score),
        f"{standing.score.over:.0f}",
        telling.amount(standing.rules),
        f"{standing.judged_calls:,}",
    ]
