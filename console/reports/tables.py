"""Tables that day sheet and monthly brief share: by hour, queue, agent, rule; what is owed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from calls.floor.states import AgentState
from console.reports import telling
from console.reports.gathering import Gathered
from console.reports.paper import Cell, Pen, Table
from console.reports.sources import Owed
from ledger.floor_day import AgentDay
from qa.figures.agents_time import agent_rings, occupancy
from qa.figures.catalogue import CATALOGUE, VARIANTS
from qa.figures.figure import Unit
from qa.figures.folding import rule_rates
from qa.figures.judging import agreement_by_question, qa_score
from qa.figures.service_levels import service_levels
from qa.figures.sums import Sums
from qa.figures.terms import TARGETS_S

SHOWN = ("OFF.1", "SL.2", "AB.1", "ASA.1", "AHT.1", "ACW.1", "RULE.1", "TO.1", "CSAT.1")
"""Figures that the tables by hour and by queue show."""

CALL_IDS = 4
"""Calls named in a row; the rest are counted."""


def by_hour(gathered: Gathered, pen: Pen) -> Table:
    """Each hour that had a call."""
    rows = {f"{hour:02}:00": sums for hour, sums in gathered.folded.by_hour().items()}
    return _figures(rows, pen("小时", "Hour"), pen)


def by_queue(gathered: Gathered, pen: Pen) -> Table:
    """Each queue; calls that came to none are those the IVR served alone."""
    none = pen("未进队（自动应答）", "no queue (IVR alone)")
    rows = {queue or none: sums for queue, sums in gathered.folded.by_queue().items()}
    return _figures(rows, pen("队列", "Queue"), pen)


def by_tag(gathered: Gathered, pen: Pen) -> Table:
    """Calls kept apart (Q07)."""
    names = {
        "mystery": pen("神秘来电", "mystery calls"),
        "test": pen("测试", "tests"),
        "practice": pen("练习", "practice"),
        "outbound": pen("外呼", "placed by the house"),
    }
    apart = gathered.folded.apart
    return _figures(
        {names.get(tag, tag): sums for tag, sums in apart.items()}, pen("类别", "Kind"), pen
    )


def _figures(rows: Mapping[str, Sums], head: str, pen: Pen) -> Table:
    heads = [head, pen("全部来电", "All calls")]
    heads += [pen.title(CATALOGUE[name]) for name in SHOWN]
    return Table(
        heads=heads,
        rows=[
            [name, f"{sums.calls:,}", *(telling.amount(sums.value(one)) for one in SHOWN)]
            for name, sums in rows.items()
        ],
        empty=pen("这段时间没有来电。", "No calls in this time."),
    )


def service_level_table(gathered: Gathered, pen: Pen) -> Table:
    """All variants at all targets, side by side."""
    targets = sorted({*TARGETS_S, gathered.house.terms.target_s})
    levels = {target: service_levels(gathered.folded.waits, target) for target in targets}
    return Table(
        heads=[pen("算法", "Formula"), pen("算式", "In words"), *(f"{one} s" for one in targets)],
        rows=[
            [
                f"{name} {pen.title(CATALOGUE[name])}",
                CATALOGUE[name].words[pen.language].format(target="T"),
                *(telling.amount(levels[target][name]) for target in targets),
            ]
            for name in VARIANTS["SL"]
        ],
        left=2,
        note=pen(
            "三种算法都在使用，与同行比较前先问清是哪一种、T 是几秒。",
            "All three are in use: before comparing houses, ask which one, and what T is.",
        ),
    )


def by_agent(gathered: Gathered, pen: Pen) -> Table:
    """Each agent's calls, time and offers."""
    times = {day.agent: day for day in gathered.agents}
    heads = [
        pen("坐席", "Agent"),
        pen("接听", "Taken"),
        pen("处理时长", "Handle"),
        "P90",
        pen("话后", "Wrap-up"),
        pen("利用率", "Occupancy"),
        pen("空闲", "Ready"),
        pen("示忙", "Not ready"),
        pen("未接", "Missed"),
        pen("三声内", "3 rings"),
        pen("商量", "Consults"),
        pen("规章", "Rules"),
        pen("抢话", "Talk-over"),
        pen("满意", "Satisfied"),
        pen("质检", "QA"),
    ]
    rows = [_agent_row(agent, gathered, times.get(agent), pen) for agent in gathered.agents_seen()]
    return Table(
        heads=heads,
        rows=rows,
        wide=True,
        empty=pen("没有坐席签入或接听。", "No agent signed in or took a call."),
        note=pen(
            "坐席的时间不能按队列分开，看单个队列时不列出。",
            "Agents' time cannot be told apart by queue; for one queue it is left out.",
        )
        if gathered.queue
        else "",
    )


def _agent_row(agent: str, gathered: Gathered, time: AgentDay | None, pen: Pen) -> list[Cell]:
    sums = gathered.folded.agents.get(agent) or Sums()
    handle = sums.value("AHT.1")
    times = [time] if time else []
    return [
        gathered.house.agent(agent),
        telling.told(handle.over, Unit.COUNT),
        telling.amount(handle),
        telling.told(handle.p90, Unit.MS),
        telling.amount(sums.value("ACW.1")),
        telling.amount(occupancy(times)),
        _state(time, AgentState.READY),
        _state(time, AgentState.NOT_READY),
        str(time.missed) if time else telling.NONE,
        telling.amount(agent_rings(times)),
        str(time.consults) if time else telling.NONE,
        telling.amount(sums.value("RULE.1")),
        telling.amount(sums.value("TO.1")),
        telling.amount(sums.value("CSAT.1")),
        telling.amount(qa_score(one for one in gathered.reviews if one.agent == agent)),
    ]


def _state(time: AgentDay | None, state: AgentState) -> str:
    return telling.length(time.in_state(state)) if time else telling.NONE


def rules(gathered: Gathered, pen: Pen) -> Table:
    """Each rule that applied, the most broken first, with the calls."""
    rates = rule_rates(gathered.folded)
    order = sorted(rates, key=lambda rule: (rates[rule].total - rates[rule].over, rule))
    breaches = gathered.folded.breaches
    return Table(
        heads=[
            pen("规章", "Rule"),
            pen("违反的来电", "Calls that broke it"),
            pen("遵守", "Kept"),
            pen("违反", "Broken"),
            pen("适用", "Applied"),
        ],
        rows=[
            [
                f"{rule} {gathered.house.rule(rule, pen.language)}".strip(),
                pen.calls(breaches.get(rule, [])[:CALL_IDS], gathered.folded.broken[rule]),
                telling.amount(rates[rule]),
                str(gathered.folded.broken[rule]),
                f"{rates[rule].over:,.0f}",
            ]
            for rule in order
        ],
        left=2,
        empty=pen(
            "还没有判定过规章；来电结束后由服务自动判定。",
            "No call was judged yet; the service judges each call when it is over.",
        ),
    )


def owed(items: Sequence[Owed], gathered: Gathered, pen: Pen, empty: str) -> Table:
    """Callbacks promised or tickets opened, by when they are due."""
    zone, made_at = gathered.house.zone, gathered.made_at
    rows: list[list[Cell]] = []
    for one in sorted(items, key=lambda one: (one.due_at or one.at, one.id)):
        late = one.due_at is not None and one.due_at < made_at
        due = telling.clock(one.due_at, zone) if one.due_at else telling.NONE
        rows.append(
            [
                pen.call(one.call_id),
                pen.whole(gathered.house.agent(one.agent) if one.agent else "IVR"),
                pen.whole(one.number or one.ticket_class),
                one.about,
                f"{due} {pen('已到期', 'past')}" if late else due,
            ]
        )
    heads = [
        pen("来电", "Call"),
        pen("由谁", "By"),
        pen("号码或类别", "Number or class"),
        pen("事由", "About"),
        pen("期限", "Due"),
    ]
    return Table(heads=heads, rows=rows, left=5, empty=empty)


def dispositions(gathered: Gathered, pen: Pen) -> Table:
    """What the calls were."""
    whole = sum(gathered.folded.dispositions.values())
    # What a flow calls a caller who went is no disposition that a site gives a title.
    gone = {"hung_up": {"zh": "来电者挂机", "en": "caller hung up"}}
    titles = {**gone, **gathered.house.dispositions}
    return Table(
        heads=[pen("结果", "Disposition"), pen("来电", "Calls"), pen("占比", "Share")],
        rows=[
            [
                titles.get(name, {}).get(pen.language, name) or pen("没有写", "not told"),
                f"{count:,}",
                telling.share(count / whole),
            ]
            for name, count in gathered.folded.dispositions.most_common()
        ],
        empty=pen("这段时间没有来电。", "No calls in this time."),
    )


def agreement(gathered: Gathered, pen: Pen) -> Table:
    """Per question of the forms: did machine and human agree."""
    found = agreement_by_question(gathered.reviews)
    return Table(
        heads=[pen("问题", "Question"), pen("一致", "Agree"), pen("次数", "Asked")],
        rows=[
            [
                gathered.house.question(question, pen.language),
                telling.share(same / asked),
                str(asked),
            ]
            for question, (same, asked) in sorted(
                found.items(), key=lambda item: item[1][0] / item[1][1]
            )
        ],
        empty=pen("还没有提交过评分。", "No evaluation was submitted yet. ") + pen.begin_scoring(),
    )
