"""The wallboard's words, `zh` and `en`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Titles = Mapping[str, str]

ALARMS: Final[Mapping[str, Titles]] = {
    "trouble": {"zh": "系统故障：{subject}", "en": "Trouble: {subject}"},
    "help": {"zh": "{subject} 求助", "en": "{subject} asks for help"},
    "nobody_ready": {
        "zh": "{subject} 有人等，无人接",
        "en": "{subject}: callers wait, nobody serves",
    },
    "longest_wait": {"zh": "{subject} 等待过久", "en": "{subject}: a wait is too long"},
    "rush": {"zh": "{subject} 来电高峰", "en": "{subject}: rush"},
    "late_answer": {"zh": "{subject} 三声未接", "en": "{subject}: not answered in three rings"},
    "rule_broken": {"zh": "{subject} 违反规章", "en": "{subject}: rule broken"},
    "service_level": {"zh": "{subject} 接通率低", "en": "{subject}: service level low"},
    "long_wrap_up": {"zh": "{subject} 话后过长", "en": "{subject}: wrap-up too long"},
}
URGENT: Final = frozenset({"trouble", "help", "nobody_ready", "longest_wait"})
TROUBLES: Final[Mapping[str, Titles]] = {
    "pbx": {"zh": "交换机连不上", "en": "no connection to Asterisk"},
    "ledger": {"zh": "台账写不进", "en": "the ledger cannot be written"},
    "ears": {"zh": "听不到来电者", "en": "callers cannot be heard"},
    "shipping": {
        "zh": "共享数据库连不上：请查看 PostgreSQL",
        "en": "shared database away: see to PostgreSQL",
    },
    "shipping_refused": {
        "zh": "共享数据库拒收事实：办法见日志",
        "en": "shared database refuses facts: see the log",
    },
    "clock": {"zh": "机器时钟可疑，见日志", "en": "the machine's clock is in doubt, see the log"},
}
STATES: Final[Mapping[str, Titles]] = {
    "hold": {"zh": "保持", "en": "hold"},
    "on_call": {"zh": "通话", "en": "on call"},
    "consult": {"zh": "商量", "en": "consult"},
    "ringing": {"zh": "振铃", "en": "ringing"},
    "wrap_up": {"zh": "话后", "en": "wrap-up"},
    "ready": {"zh": "空闲", "en": "ready"},
    "not_ready": {"zh": "示忙", "en": "not ready"},
    "signed_out": {"zh": "未签入", "en": "signed out"},
}
"""In the order in which agents stand on the wall: who has a caller first."""

NOT_READY: Final[Mapping[str, Titles]] = {
    "break": {"zh": "小休", "en": "break"},
    "lunch": {"zh": "用餐", "en": "lunch"},
    "training": {"zh": "培训", "en": "training"},
    "meeting": {"zh": "会议", "en": "meeting"},
    "system": {"zh": "系统", "en": "system"},
    "other": {"zh": "其他", "en": "other"},
    "missed": {"zh": "漏接", "en": "call missed"},
    "unreachable": {"zh": "话机不可达", "en": "phone unreachable"},
}
"""Why an agent takes no calls."""

REASONS: Final[Mapping[str, Titles]] = {
    "token": {"zh": "令牌不对", "en": "wrong token"},
    "version": {"zh": "版本不同", "en": "another version"},
    "full": {"zh": "连接太多", "en": "too many panels"},
    "no_supervisor": {"zh": "设置里没有班长坐席", "en": "no agent of the settings is a supervisor"},
    "no_connection": {"zh": "连不上坐席台", "en": "no connection to the desk"},
    "no_desk_there": {"zh": "那里没有坐席台", "en": "no desk there"},
    "silent": {"zh": "坐席台没有回答", "en": "the desk does not answer"},
}


def said(words: Mapping[str, Titles], key: str, language: str, **values: str) -> str:
    """The word of a key; the key itself where there is none."""
    titles = words.get(key)
    return titles[language].format(**values) if titles else key
