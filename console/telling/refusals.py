"""What a service refuses, as a page says it: in its language, by the house's clock, no commands.

Services speak the English of a terminal. A text that is not known here is shown as they say it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import PurePath
from typing import Final

from console.telling import system_words
from console.telling.refused_books import BOOKS
from console.telling.refused_house import HOUSE, LEFT
from console.telling.refused_work import WORK

PLACE: Final = re.compile(r"\{(\w+)\}")
"""A place in a text of `WORK`, `HOUSE`, `LEFT` and `BOOKS` that holds something."""

_MOST: Final = 2000
_COMMAND: Final = re.compile(r"`thirdring [^`]+`")
_SHAPES: Final = {"state": r"\w+", "holder": r"(?:, .+? has it)?", "at": r"[\d: -]+"}
"""What a place may hold, where not just anything."""

_STATES: Final = {
    "open": "待评",
    "claimed": "评分中",
    "submitted": "已提交",
    "acknowledged": "已认可",
    "disputed": "有异议",
    "resolved": "已复核",
    "withdrawn": "已作废",
}
_ROLES: Final = {"agent": "坐席", "qa": "质检", "supervisor": "主管", "admin": "管理员"}
_ACTS: Final = {
    "acknowledges": "认可评分",
    "disputes": "提出异议",
    "open an evaluation": "发起评分",
    "score": "评分",
    "withdraw an evaluation": "作废评分",
    "resolve a dispute": "复核异议",
    "coach": "写辅导",
    "open a calibration": "发起校准",
    "close a calibration": "结束校准",
    "call a calibration off": "取消校准",
    "draw calls": "抽样",
    "see the agreement report": "看一致率",
    "comment on calls": "写批注",
    "read remarks": "看批注",
    "closed": "已经结束",
    "called off": "已经取消",
}
_MISSING: Final = {
    "not answered": "题没有答",
    "without the comment they need": "题缺说明",
    "other than the machine says, without a reason": "题改了机器的答案，没写理由",
}


def in_words(text: str, language: str, zone: tzinfo | None = None) -> str:
    """`text` of an error of ours, for a page in `language` (`zh` or `en`); `zone`: the page's."""
    for pattern, zh, en in _known():
        found = pattern.fullmatch(text[:_MOST])
        if found is None:
            continue
        if language == "zh":
            return _filled(zh, {name: _chinese(name, value, zone) for name, value in _held(found)})
        wanted = {name: _english(name, value, zone) for name, value in _held(found)}
        return _filled(en, wanted) if en else text
    return text


def in_chinese(text: str, own: Mapping[str, str]) -> str:
    """`text` for a Chinese terminal: as `own` has it, else as a page says it, with the commands.

    Times stay as they were said: in UTC.
    """
    for said, zh in sorted(own.items(), key=lambda item: -len(PLACE.sub("", item[0]))):
        found = re.fullmatch(_pattern(said), text[:_MOST], re.DOTALL)
        if found is not None:
            held = _held(found)
            told = {
                name: value if name == "at" else _chinese(name, value, UTC) for name, value in held
            }
            return _filled(zh, told)
    zh = in_words(text, "zh", UTC)
    commands = [one for one in _COMMAND.findall(text) if one not in zh]
    return f"{zh}（{'，'.join(commands)}）" if commands else zh


@cache
def _known() -> list[tuple[re.Pattern[str], str, str]]:
    """Those with the most words of their own first: what is said shortly is part of more."""
    every = {**WORK, **HOUSE, **LEFT, **BOOKS}
    texts = sorted(every.items(), key=lambda item: -len(PLACE.sub("", item[0])))
    return [(re.compile(_pattern(said), re.DOTALL), zh, en) for said, (zh, en) in texts]


def _pattern(said: str) -> str:
    # Every other piece is the name of a place.
    pieces = PLACE.split(said)
    return "".join(
        f"(?P<{piece}>{_SHAPES.get(piece, '.+?')})" if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    )


def _held(found: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, value or "") for name, value in found.groupdict().items()]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda found: values[found[1]], text)


def _english(name: str, value: str, zone: tzinfo | None) -> str:
    if name == "store":
        return _STORES.get(PurePath(value).name, ("", "database"))[1]
    return _local(value, zone) if name == "at" else value


def _chinese(name: str, value: str, zone: tzinfo | None) -> str:
    told = _TOLD.get(name)
    if told is not None:
        return told(value)
    if name == "at":
        return _local(value, zone)
    return in_words(value, "zh", zone) if name == "why" else value.strip("'\"")


def _local(value: str, zone: tzinfo | None) -> str:
    """A time of UTC to the minute, by the clock of that zone (None: this machine's)."""
    try:
        read = datetime.strptime(value, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        return value
    return f"{read.astimezone(zone):%Y-%m-%d %H:%M}"


def _holder(value: str) -> str:
    who = value.removeprefix(", ").removesuffix(" has it")
    return f"，由 {who} 在评" if who else ""


def _missing(value: str) -> str:
    """How many are missing of what; which they are stands on the page before."""
    parts = (part.partition(": ") for part in value.split("; "))
    return "；".join(
        f"{len(names.split(', '))} {_MISSING.get(what, what)}" for what, _, names in parts
    )


def _roles(value: str) -> str:
    return "或".join(_ROLES.get(role, role) for role in value.split(" or "))


_STORES: Final = {"ledger.sqlite": ("台账", "ledger"), "quality.sqlite": ("质检库", "quality book")}
"""File -> what it holds."""

_TOLD: Final[Mapping[str, Callable[[str], str]]] = {
    "state": lambda value: _STATES.get(value, value),
    "role": _roles,
    "may": _roles,
    "what": lambda value: _ACTS.get(value, value),
    "does": lambda value: _ACTS.get(value, value),
    "over": lambda value: _ACTS.get(value, value),
    "holder": _holder,
    "missing": _missing,
    "reason": system_words.reason,
    "said": system_words.reason,
    "hint": system_words.hint,
    "store": lambda value: _STORES.get(PurePath(value).name, ("数据库", ""))[0],
}
"""Name of a place -> what it holds, in Chinese."""
