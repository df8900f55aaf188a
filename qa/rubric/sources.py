"""Measures and figures of one call that a question may be answered by, declared once.

The reader, the JSON Schema, the machine's answers and the documentation take them from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Unit(StrEnum):
    """What a figure counts."""

    TIME = "time"
    """Milliseconds; written with its unit in a form: `1s`."""

    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Source:
    """One figure: its name in a form, what it is, where it comes from."""

    name: str
    unit: Unit
    title: Mapping[str, str]
    about: str


def _known(*sources: Source) -> dict[str, Source]:
    return {source.name: source for source in sources}


MEASURES: Final[Mapping[str, Source]] = _known(
    Source(
        "talk_over",
        Unit.TIME,
        {"zh": "抢话时长", "en": "talk-over"},
        "how long the agent spoke into the caller's speech (A22), all parts together",
    ),
    Source(
        "longest_talk_over",
        Unit.TIME,
        {"zh": "最长一次抢话", "en": "longest talk-over"},
        "the longest single stretch of it",
    ),
    Source(
        "talk_overs",
        Unit.COUNT,
        {"zh": "抢话次数", "en": "talk-overs"},
        "how often; at most 50 a recording are kept",
    ),
    Source(
        "dead_air",
        Unit.TIME,
        {"zh": "最长冷场", "en": "longest dead air"},
        "the longest time in a talk in which nobody spoke, hold and music aside",
    ),
    Source(
        "silence",
        Unit.TIME,
        {"zh": "无人说话", "en": "silence"},
        "all time in which neither side spoke, all parts together",
    ),
    Source(
        "caller_talk",
        Unit.TIME,
        {"zh": "客户说话时长", "en": "caller's talk"},
        "how long the caller spoke",
    ),
    Source(
        "agent_talk",
        Unit.TIME,
        {"zh": "坐席说话时长", "en": "agent's talk"},
        "how long the house's leg spoke while an agent was on the line",
    ),
)
"""From `recording_measured`."""

FIGURES: Final[Mapping[str, Source]] = _known(
    Source(
        "rings",
        Unit.COUNT,
        {"zh": "接听铃声数", "en": "rings"},
        "which ring the call was answered on, from 1 (A01)",
    ),
    Source(
        "agent_rings",
        Unit.COUNT,
        {"zh": "坐席话机铃声数", "en": "rings of the agent's phone"},
        "which ring of the agent's own phone was answered, 5 s each; the most where several rang",
    ),
    Source(
        "waited",
        Unit.TIME,
        {"zh": "排队时长", "en": "wait in the queue"},
        "from joining a queue to an agent's answer, the longest where there were several",
    ),
    Source(
        "talked",
        Unit.TIME,
        {"zh": "通话时长", "en": "talk"},
        "with agents, hold included",
    ),
    Source(
        "held",
        Unit.TIME,
        {"zh": "保持总时长", "en": "hold"},
        "on hold, all together",
    ),
    Source(
        "longest_hold",
        Unit.TIME,
        {"zh": "最长一次保持", "en": "longest hold"},
        "the longest single hold",
    ),
    Source(
        "wrapped",
        Unit.TIME,
        {"zh": "话后处理时长", "en": "wrap-up"},
        "from the end of the call to the agent's closing the wrap-up",
    ),
    Source(
        "handled",
        Unit.TIME,
        {"zh": "处理时长", "en": "handle time"},
        "talk, hold and wrap-up together; known once the wrap-up is closed",
    ),
    Source(
        "transfers",
        Unit.COUNT,
        {"zh": "转接次数", "en": "transfers"},
        "how often the caller was passed on and somebody answered",
    ),
    Source(
        "faults",
        Unit.COUNT,
        {"zh": "系统故障数", "en": "faults"},
        "faults of ours while the call went on",
    ),
    Source(
        "agent_goodbye",
        Unit.COUNT,
        {"zh": "坐席以再见结束", "en": "the agent's goodbye"},
        "1 when the last line of an agent who ended the talk was a closing, else 0 (A05); `na` "
        "where the caller ended it or it was passed on",
    ),
    Source(
        "satisfaction",
        Unit.COUNT,
        {"zh": "客户评价", "en": "caller's verdict"},
        "1 (worst) to 5, by the caller (Q03); `na` where none was given",
    ),
)
"""From the other events of the call."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that is shown to whoever answers: its name in a form, and what it is."""

    name: str
    title: Mapping[str, str]
    about: str


POLITE_WORDS: Final = "polite_words"
SAID_LINES: Final = "said_lines"
EVIDENCE: Final[Mapping[str, Evidence]] = {
    one.name: one
    for one in (
        Evidence(
            POLITE_WORDS,
            {"zh": "礼貌用语", "en": "polite words"},
            "which of them (A04, A05) were heard from the house while an agent talked, and when",
        ),
        Evidence(
            SAID_LINES,
            {"zh": "话术相符", "en": "lines as written"},
            "the agent's lines that were not heard as the script has them, and when they were said",
        ),
    )
}
"""From `thirdring words`, speech recognition."""
