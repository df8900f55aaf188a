"""Figures of the work on a call: talk, hold, wrap-up, rings, talk-over, dead air, recording."""

from __future__ import annotations

from typing import Final

import numpy as np

from qa.figures.columns import Columns, known
from qa.figures.figure import Better, Figure, Parts, Unit
from qa.figures.terms import Terms

COPC: Final = "COPC handle time; Amazon Connect metric definitions"


def _handled(calls: Columns, _terms: Terms) -> Parts:
    return calls.talked + np.nan_to_num(calls.wrapped), calls.talked > 0


def _talk(calls: Columns, _terms: Terms) -> Parts:
    return calls.talked - calls.held, calls.talked > 0


def _hold(calls: Columns, _terms: Terms) -> Parts:
    return calls.held, calls.talked > 0


def _wrap_up(calls: Columns, _terms: Terms) -> Parts:
    return calls.wrapped, (calls.talked > 0) & known(calls.wrapped)


def _three_rings(calls: Columns, terms: Terms) -> Parts:
    return calls.rings <= terms.most_rings, known(calls.rings)


def _rings(calls: Columns, _terms: Terms) -> Parts:
    return calls.rings, known(calls.rings)


def _talk_over(calls: Columns, _terms: Terms) -> Parts:
    measured = known(calls.talk_over) & (calls.agent_talk > 0)
    return calls.talk_over, np.where(measured, calls.agent_talk, 0.0)


def _dead_air(calls: Columns, terms: Terms) -> Parts:
    measured = known(calls.dead_air) & (calls.agent_talk > 0)
    return calls.dead_air >= terms.long_silence_s * 1000, measured


def _longest_silence(calls: Columns, _terms: Terms) -> Parts:
    return calls.dead_air, known(calls.dead_air) & (calls.agent_talk > 0)


def _recorded(calls: Columns, _terms: Terms) -> Parts:
    return calls.recorded, calls.picked_up


def _faults(calls: Columns, _terms: Terms) -> Parts:
    return calls.faults > 0, np.ones(len(calls.faults), dtype=np.bool_)


FIGURES: Final = (
    Figure(
        id="AHT.1",
        titles={"zh": "平均处理时长", "en": "Average handle time"},
        words={
            "zh": "（通话 + 保持 + 话后）÷ 坐席接听的来电",
            "en": "(talk + hold + wrap-up) ÷ calls an agent took",
        },
        tells={
            "zh": "一通来电占用坐席多久。旁边的 90% 线说明最长的十分之一有多长。",
            "en": "How long a call keeps an agent. The 90th percentile beside it tells how long "
            "the longest tenth is.",
        },
        unit=Unit.MS,
        rules=("Q04",),
        source=COPC,
        of=_handled,
        tail=True,
    ),
    Figure(
        id="TALK.1",
        titles={"zh": "平均通话时长", "en": "Average talk time"},
        words={
            "zh": "（坐席接听到挂断 − 保持）÷ 坐席接听的来电",
            "en": "(from the agent's answer to the end − hold) ÷ calls an agent took",
        },
        tells={"zh": "坐席与客户真正说话的时间。", "en": "The time agent and caller talked."},
        unit=Unit.MS,
        rules=("Q04",),
        source=COPC,
        of=_talk,
        tail=True,
    ),
    Figure(
        id="HOLD.1",
        titles={"zh": "平均保持时长", "en": "Average hold time"},
        words={"zh": "保持 ÷ 坐席接听的来电", "en": "hold ÷ calls an agent took"},
        tells={
            "zh": "客户听音乐的时间，没有保持过的来电按零计。",
            "en": "How long callers heard music; calls without a hold count as zero.",
        },
        unit=Unit.MS,
        rules=("A23", "Q04"),
        better=Better.LOW,
        of=_hold,
    ),
    Figure(
        id="ACW.1",
        titles={"zh": "平均话后时间", "en": "Average wrap-up"},
        words={
            "zh": "话后 ÷ 已关闭话后的来电",
            "en": "wrap-up ÷ calls whose wrap-up was closed",
        },
        tells={
            "zh": "挂断后登记用多久。中国呼叫中心常以 30 至 60 秒为宜。",
            "en": "How long the record takes after the call. Chinese lists call 30 to 60 s good.",
        },
        unit=Unit.MS,
        rules=("A24", "Q04"),
        source=COPC,
        of=_wrap_up,
        tail=True,
    ),
    Figure(
        id="RING.1",
        titles={"zh": "三声内接听率", "en": "Answered within three rings"},
        words={
            "zh": "第 {rings} 声或之前接听 ÷ 接听的来电",
            "en": "answered on ring {rings} or before ÷ answered calls",
        },
        tells={
            "zh": "电话进来到本中心接起，不管是自动应答还是坐席。坐席话机响铃见 RING.3。",
            "en": "From the first ring to the house's answer, IVR or agent. The agents' own "
            "phones: RING.3.",
        },
        unit=Unit.SHARE,
        rules=("A01",),
        source="A01; cadence 1 s on, 4 s off (China)",
        better=Better.HIGH,
        of=_three_rings,
    ),
    Figure(
        id="RING.2",
        titles={"zh": "平均振铃次数", "en": "Average ring count"},
        words={"zh": "接听前的振铃之和 ÷ 接听的来电", "en": "rings before the answer ÷ answered"},
        tells={"zh": "客户平均听到几声。", "en": "How many rings a caller heard."},
        unit=Unit.MEAN,
        rules=("A01",),
        better=Better.LOW,
        of=_rings,
        tail=True,
    ),
    Figure(
        id="TO.1",
        titles={"zh": "抢话比例", "en": "Talk-over"},
        words={
            "zh": "坐席与客户同时说话 ÷ 坐席说话时间",
            "en": "agent speaks into the caller's speech ÷ agent's talk",
        },
        tells={
            "zh": "从双声道录音量出。只有已测量录音的人工通话计入。",
            "en": "Measured on the two legs of the recording; calls without measures are not in "
            "it.",
        },
        unit=Unit.SHARE,
        of_time=True,
        rules=("A22",),
        better=Better.LOW,
        of=_talk_over,
    ),
    Figure(
        id="DA.1",
        titles={"zh": "长时间无声率", "en": "Calls with dead air"},
        words={
            "zh": "通话中无人说话达 {silence} 秒的来电 ÷ 已测量的人工通话",
            "en": "talks with {silence} s of nobody speaking ÷ measured talks",
        },
        tells={
            "zh": "保持和音乐不算。长时间无声常说明坐席在查询而没有告诉客户（A23）。",
            "en": "Hold and music do not count. Often an agent who looks something up and says "
            "nothing (A23).",
        },
        unit=Unit.SHARE,
        rules=("A23",),
        better=Better.LOW,
        of=_dead_air,
    ),
    Figure(
        id="DA.2",
        titles={"zh": "最长无声（平均）", "en": "Longest dead air, mean"},
        words={
            "zh": "每通最长无声之和 ÷ 已测量的人工通话",
            "en": "each talk's longest silence ÷ measured talks",
        },
        tells={"zh": "一通中最长的无声平均多久。", "en": "The longest silence of a talk."},
        unit=Unit.MS,
        rules=("A23",),
        better=Better.LOW,
        of=_longest_silence,
        tail=True,
    ),
    Figure(
        id="REC.1",
        titles={"zh": "录音率", "en": "Recording coverage"},
        words={"zh": "有录音 ÷ 接听的来电", "en": "recorded ÷ answered calls"},
        tells={
            "zh": "多少来电可以复听；没有录音的来电要有理由。",
            "en": "How many calls can be heard again; one without a recording wants a reason.",
        },
        unit=Unit.SHARE,
        rules=("A24",),
        better=Better.HIGH,
        of=_recorded,
    ),
    Figure(
        id="FAULT.1",
        titles={"zh": "系统故障率", "en": "Calls with a fault of ours"},
        words={"zh": "出过故障的来电 ÷ 全部来电", "en": "calls with a fault ÷ all calls"},
        tells={
            "zh": "来电中本系统出过错，客户也许没有察觉。",
            "en": "Something of ours failed on the call, noticed by the caller or not.",
        },
        unit=Unit.SHARE,
        rules=("A20", "O04"),
        better=Better.LOW,
        of=_faults,
    ),
)
