"""The few words of a drawing that are not the flow's own, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "always": ("每一步都适用", "每一步都適用", "In every step"),
    "anytime": ("坐席随时可选", "坐席隨時可選", "The agent at any time"),
    "rules": ("规章", "規章", "House rules"),
    "legend": ("图例", "圖例", "Legend"),
    "entry": ("入口", "入口", "entry"),
    "ivr": ("语音", "語音", "IVR"),
    "agent": ("坐席", "坐席", "agent"),
    "either": ("语音或坐席", "語音或坐席", "IVR or agent"),
    "subflow": ("子流程", "子流程", "sub-flow"),
    "choice": ("按条件选择", "按條件選擇", "choice by condition"),
    "end": ("通话结束", "通話結束", "end of the call"),
    "return": ("返回上级流程", "返回上級流程", "back to the caller's flow"),
    "inbound": ("呼入", "呼入", "inbound"),
    "outbound": ("呼出", "呼出", "outbound"),
    "overview": ("全部流程", "全部流程", "All flows"),
    "returns": ("可返回", "可返回", "can return"),
    "languages": ("语言", "語言", "languages"),
    "repeat": ("共说 {n} 遍", "共說 {n} 遍", "{n} times in all"),
    "again": ("重来本步", "重來本步", "this step again"),
    "otherwise": ("否则", "否則", "else"),
    "barge_in": ("可打断", "可打斷", "barge-in"),
    "variables": ("变量", "變量", "variables"),
    "flows": ("个流程", "個流程", "flows"),
    "steps": ("步", "步", "steps"),
}
_COLUMN: Final = {"zh-Hans": 0, "zh-Hant": 1, "en": 2}


def word(key: str, language: str) -> str:
    """The word for `key` in `zh-Hans`, `zh-Hant` or `en`."""
    return _WORDS[key][_COLUMN[language]]


def title_language(language: str) -> str:
    """The key of a title in that language: `zh` or `en`."""
    return "en" if language == "en" else "zh"
