"""Figures of agents' time and offers, from the facts of the floor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from calls.floor.states import TALKING, AgentState
from qa.figures.figure import Better, Figure, Unit, Value
from qa.figures.rows import AgentTime

BUSY: Final = TALKING | {AgentState.WRAP_UP}
READY: Final = (AgentState.READY, AgentState.RINGING)

OCCUPANCY: Final = Figure(
    id="OCC.1",
    titles={"zh": "工时利用率", "en": "Occupancy"},
    words={
        "zh": "（通话 + 保持 + 话后 + 商量）÷（前四项 + 空闲 + 振铃）",
        "en": "(talk + hold + wrap-up + consult) ÷ (that + ready + ringing)",
    },
    tells={
        "zh": "签入且可接的时间里有多少在服务客户。长期高于 85% 坐席会疲劳。"
        "与上班时间之比是另一回事。",
        "en": "Of the time an agent could serve, how much was served. Not utilisation, which is "
        "of paid time.",
    },
    unit=Unit.SHARE,
    of_time=True,
    rules=("Q02",),
    source="WFM Labs glossary; COPC",
)
NOT_READY: Final = Figure(
    id="NR.1",
    titles={"zh": "示忙比例", "en": "Not ready"},
    words={"zh": "示忙 ÷ 签入时间", "en": "not ready ÷ time signed in"},
    tells={
        "zh": "签入的时间里有多少不接来电：休息、培训、会议。排班的损耗率从这里来。",
        "en": "How much of the signed-in time took no calls: breaks, training. What shrinkage in "
        "staffing comes from.",
    },
    unit=Unit.SHARE,
    of_time=True,
    rules=("Q02",),
)
AGENT_RINGS: Final = Figure(
    id="RING.3",
    titles={"zh": "坐席三声内接起", "en": "Agents within three rings"},
    words={
        "zh": "三声内接起的派单 ÷（接起 + 未接）",
        "en": "offers taken within three rings ÷ (taken + missed)",
    },
    tells={
        "zh": "坐席自己的话机响了几声；客户先挂断的不算，同事来商量的也不算。",
        "en": "How soon agents pick up their own phones; an offer whose caller left is not in it, "
        "nor is a colleague's question.",
    },
    unit=Unit.SHARE,
    rules=("A01",),
    source="A01; floor(rung / cycle) + 1",
    better=Better.HIGH,
)
CONSULTS: Final = Figure(
    id="CONS.1",
    titles={"zh": "解答同事", "en": "Consults answered"},
    words={"zh": "接起的同事商量数", "en": "colleagues' questions answered"},
    tells={
        "zh": "同事带着来电来商量，坐席接起的次数。来电仍算同事的；转过来以后才算自己的。",
        "en": "How often agents answered a colleague who asked about a call. The call stays the "
        "colleague's until it is handed over.",
    },
    unit=Unit.COUNT,
    rules=("Q02",),
)
PROMISES: Final = Figure(
    id="CB.1",
    titles={"zh": "承诺回复", "en": "Callbacks promised"},
    words={"zh": "通话中承诺的回复数", "en": "callbacks promised on calls"},
    tells={
        "zh": "答应客户要回的电话。是否兑现要等回复记录。",
        "en": "What was promised; whether it was kept is told by the callbacks' own records.",
    },
    unit=Unit.COUNT,
    rules=("A09", "A19", "C09", "B04"),
)
FIGURES: Final = (OCCUPANCY, NOT_READY, AGENT_RINGS, CONSULTS)


def _spent(row: AgentTime, states: Iterable[AgentState]) -> int:
    return sum(row.state_ms.get(state.value, 0) for state in states)


def occupancy(rows: Iterable[AgentTime]) -> Value:
    """OCC.1 of these agents together."""
    busy = ready = 0
    for row in rows:
        busy += _spent(row, BUSY)
        ready += _spent(row, READY)
    return Value(OCCUPANCY, busy, busy + ready)


def not_ready(rows: Iterable[AgentTime]) -> Value:
    """NR.1 of these agents together."""
    away = signed_in = 0
    for row in rows:
        away += _spent(row, (AgentState.NOT_READY,))
        signed_in += sum(row.state_ms.values()) - _spent(row, (AgentState.SIGNED_OUT,))
    return Value(NOT_READY, away, signed_in)


def consults(rows: Iterable[AgentTime]) -> Value:
    """CONS.1 of these agents together."""
    return Value(CONSULTS, sum(row.consults for row in rows), 1)


def agent_rings(rows: Iterable[AgentTime]) -> Value:
    """RING.3 of these agents together."""
    within = over = 0
    for row in rows:
        within += row.within_three_rings
        over += row.answered + row.missed
    return Value(AGENT_RINGS, within, over)


def of_agents(rows: Sequence[AgentTime]) -> tuple[Value, ...]:
    """All of `FIGURES` of these agents together, in order."""
    return occupancy(rows), not_ready(rows), agent_rings(rows), consults(rows)
