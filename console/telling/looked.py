"""The details of looks (K04) in Chinese: kept in English, shown in the page's language."""

from __future__ import annotations

import re
from typing import Final

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
    """A look's detail for a page in `language` (`zh` or `en`); what is not known, as it is."""
    if language != "zh":
        return text
    for pattern, told in _COUNTED:
        found = pattern.fullmatch(text)
        if found is not None:
            return told.format(found[1])
    return _DETAILS.get(text, text)
