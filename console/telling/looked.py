"""Looks (K04) in words: kept in English, shown in the language of page or terminal."""

from __future__ import annotations

import re
from typing import Final

ACTIONS: Final = {
    "signed_in": ("登录", "signed in"),
    "sign_in_refused": ("登录被拒", "sign-in refused"),
    "signed_out": ("退出", "signed out"),
    "listed": ("列表", "listed"),
    "searched": ("按号码查找", "searched"),
    "opened": ("打开", "opened"),
    "played": ("播放", "played"),
    "unmasked": ("显示号码", "unmasked"),
    "exported": ("导出", "exported"),
    "denied": ("被拒绝", "denied"),
    "erased": ("销毁", "erased"),
    "reported": ("报表", "reported"),
    "hung": ("挂墙", "hung on a wall"),
    "taken_down": ("从墙上取下", "taken down"),
    "recovery_used": ("用备用码登录", "recovery code used"),
}
"""Words of `Looked.action`, Chinese and English."""

_DETAILS: Final = {
    "too early": "重试太早",
    "wrong name or password": "用户名或密码不对",
    "wrong code": "验证码不对",
    "with all of the caller's data": "随来电者的全部资料",
    "as vCon, masked": "导出为 vCon，不含号码、姓名",
    "as vCon, unmasked": "导出为 vCon，含号码、姓名",
    "ordered": "已下令",
}
_COUNTED: Final = (
    (re.compile(r"(\d+) calls"), "{} 通来电"),
    (re.compile(r"(\d+) calls to the browser"), "{} 通来电，交给浏览器"),
    (re.compile(r"(\d+) left"), "还剩 {} 个"),
)


def detail_in_words(text: str, language: str) -> str:
    """A look's detail in `language` (`zh` or `en`); what is not known, as it is."""
    if language != "zh":
        return text
    for pattern, told in _COUNTED:
        found = pattern.fullmatch(text)
        if found is not None:
            return told.format(found[1])
    return _DETAILS.get(text, text)
