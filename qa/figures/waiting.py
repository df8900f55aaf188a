"""Figures of callers who wait in a queue: offered, service level, abandonment, speed of answer.

Service level: formulas 3, 4 and 5 of ICMI ("Service Level Calculations", Queue Tips, 2002) with
the wallboard's words. Every call that came to a queue and is over counts, on the day it came.
"""

from __future__ import annotations

from typing import Final

from qa.figures.columns import Columns, Mask, known
from qa.figures.figure import Better, Figure, Parts, Unit
from qa.figures.terms import Terms

ICMI: Final = "ICMI, Service Level Calculations (Queue Tips, 2002)"


def in_time(calls: Columns, terms: Terms) -> Mask:
    """An agent answered within the target."""
    return calls.answered & (calls.waited <= terms.target_ms)


def gone_within(calls: Columns, within_ms: int) -> Mask:
    """The caller hung up within so long a wait."""
    return calls.abandoned & (calls.waited <= within_ms)


def _offered(calls: Columns, _terms: Terms) -> Parts:
    return calls.queued, calls.queued


def _strict(calls: Columns, terms: Terms) -> Parts:
    return in_time(calls, terms), calls.queued


def _short_out(calls: Columns, terms: Terms) -> Parts:
    return in_time(calls, terms), calls.queued & ~gone_within(calls, terms.target_ms)


def _short_met(calls: Columns, terms: Terms) -> Parts:
    return in_time(calls, terms) | gone_within(calls, terms.target_ms), calls.queued


def _abandoned(calls: Columns, _terms: Terms) -> Parts:
    return calls.abandoned, calls.queued


def _abandoned_late(calls: Columns, terms: Terms) -> Parts:
    return calls.abandoned, calls.queued & ~gone_within(calls, terms.short_s * 1000)


def _left(calls: Columns, _terms: Terms) -> Parts:
    return ~(calls.answered | calls.abandoned), calls.queued


def _speed(calls: Columns, _terms: Terms) -> Parts:
    return calls.waited, calls.queued & calls.answered & known(calls.waited)


def _wait(calls: Columns, _terms: Terms) -> Parts:
    return calls.waited, calls.queued & known(calls.waited)


FIGURES: Final = (
    Figure(
        id="OFF.1",
        titles={"zh": "进队来电", "en": "Calls offered"},
        words={"zh": "进入队列的来电数", "en": "calls that came to a queue"},
        tells={
            "zh": "有多少客户要找人工；只听自动应答的不算。",
            "en": "How many callers wanted an agent; those served by the IVR alone are not in it.",
        },
        unit=Unit.COUNT,
        rules=("A24",),
        of=_offered,
    ),
    Figure(
        id="SL.1",
        titles={"zh": "接通率（严格）", "en": "Service level, strict"},
        words={
            "zh": "{target} 秒内坐席接听 ÷ 进队",
            "en": "answered within {target} s ÷ offered",
        },
        tells={
            "zh": "所有进队的客户中有多少及时接通。很快挂断的也算未接通，所以数值最低。",
            "en": "Of all who came, how many were answered in time. Who hangs up at once counts "
            "against it: the lowest of the three.",
        },
        unit=Unit.SHARE,
        rules=("A01", "O03"),
        source=ICMI,
        better=Better.HIGH,
        of=_strict,
    ),
    Figure(
        id="SL.2",
        titles={"zh": "接通率", "en": "Service level"},
        words={
            "zh": "{target} 秒内坐席接听 ÷（进队 − {target} 秒内放弃）",
            "en": "answered within {target} s ÷ (offered − abandoned within {target} s)",
        },
        tells={
            "zh": "有机会及时接听的来电中接了多少。很快挂断的不计入；大厅屏幕默认用这一种。",
            "en": "Of the callers we could have answered in time, how many were. Short abandons "
            "are left out; the wallboard's usual form.",
        },
        unit=Unit.SHARE,
        rules=("A01", "O03"),
        source=ICMI,
        better=Better.HIGH,
        of=_short_out,
    ),
    Figure(
        id="SL.3",
        titles={"zh": "接通率（短放弃计为达标）", "en": "Service level, short abandons met"},
        words={
            "zh": "（{target} 秒内坐席接听 + {target} 秒内放弃）÷ 进队",
            "en": "(answered within {target} s + abandoned within {target} s) ÷ offered",
        },
        tells={
            "zh": "等待没有超过目标的客户占多少，不管是否接通。"
            "数值最高，对比同行时先问清是哪一种。",
            "en": "How many never waited longer than the target, answered or not: the highest of "
            "the three. Ask which one it is before you compare houses.",
        },
        unit=Unit.SHARE,
        rules=("A01", "O03"),
        source=ICMI,
        better=Better.HIGH,
        of=_short_met,
    ),
    Figure(
        id="AB.1",
        titles={"zh": "放弃率", "en": "Abandonment"},
        words={"zh": "接听前挂断 ÷ 进队", "en": "hung up before an answer ÷ offered"},
        tells={
            "zh": "多少客户没等到人工就挂断，包括刚进队就挂断的。",
            "en": "How many left before an agent came, those who hardly waited among them.",
        },
        unit=Unit.SHARE,
        rules=("O03",),
        better=Better.LOW,
        of=_abandoned,
    ),
    Figure(
        id="AB.2",
        titles={"zh": "放弃率（不计短放弃）", "en": "Abandonment without short ones"},
        words={
            "zh": "等待超过 {short} 秒后挂断 ÷（进队 − {short} 秒内挂断）",
            "en": "hung up after more than {short} s ÷ (offered − hung up within {short} s)",
        },
        tells={
            "zh": "真正等过的客户中有多少放弃。几秒算短是本中心定的，"
            "写在算式里，与同行比较时要说明。",
            "en": "Of those who really waited, how many gave up. What counts as short is the "
            "house's choice and stands in the formula.",
        },
        unit=Unit.SHARE,
        rules=("O03",),
        better=Better.LOW,
        of=_abandoned_late,
    ),
    Figure(
        id="LEFT.1",
        titles={"zh": "其他离队", "en": "Left otherwise"},
        words={
            "zh": "既未接听也未挂断而离队 ÷ 进队",
            "en": "left the queue neither answered nor by hanging up ÷ offered",
        },
        tells={
            "zh": "等待到时限、按键离开、无人值班或系统出错的来电。"
            "接听、放弃、其他三者合计等于进队。",
            "en": "The longest wait was over, a key, nobody on duty, or a failure of ours. "
            "Answered, abandoned and these add up to the offered.",
        },
        unit=Unit.SHARE,
        rules=("A20", "O04"),
        better=Better.LOW,
        of=_left,
    ),
    Figure(
        id="ASA.1",
        titles={"zh": "平均应答速度", "en": "Average speed of answer"},
        words={
            "zh": "已接来电的等待时间之和 ÷ 已接来电",
            "en": "waits of the answered ÷ answered",
        },
        tells={
            "zh": "接通的客户平均等了多久；没等到的不在内，所以要与放弃率同看。",
            "en": "How long those waited whom an agent answered; read it beside the abandonment.",
        },
        unit=Unit.MS,
        rules=("A01", "O03"),
        better=Better.LOW,
        of=_speed,
        tail=True,
    ),
    Figure(
        id="ASA.2",
        titles={"zh": "平均等待时间（全部）", "en": "Average wait of all"},
        words={
            "zh": "所有进队来电的等待时间之和 ÷ 进队",
            "en": "waits of all who came ÷ offered",
        },
        tells={
            "zh": "有些系统把它也叫平均应答速度；放弃者的等待也算在内。",
            "en": "What some systems call speed of answer: the waits of those who gave up count.",
        },
        unit=Unit.MS,
        rules=("O03",),
        better=Better.LOW,
        of=_wait,
        tail=True,
    ),
)
