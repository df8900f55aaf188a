"""Text made fit for a voice: no controls, no markup, numbers written as they are read out.

Whatever a line carries (a caller's name, a pasted tag) reaches an engine as words only. Numbers
follow the house's way of reading: three digits and more are read one by one (agent, order and
telephone numbers), unless a unit follows in Chinese, and shorter ones as a number.
"""

from __future__ import annotations

import re
import unicodedata

from calls.masking import HIDDEN

MOST_CHARACTERS = 600
"""Longest text an engine is asked for; longer lines are the author's mistake."""

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
# Engines give brackets and the like a meaning of their own ("[[" begins phonemes in espeak-ng).
_MARKS = re.compile(r"[\[\]{}<>|\\^`~_*#=$@&\"“”‘]+")
_UNIT = "元块塊角分万萬亿億人户戶位天个個周週小月秒次件条條米点點度层層级級岁歲"
_ZH_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_ZH_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)")
_ZH_NUMBER = re.compile(rf"\d+(?:\.\d+)?(?=\s*[{_UNIT}])|\d+")
_ZH_SPACE = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_ZH_MARKS = str.maketrans(",!?:;", "，！？：；")
_SLASH = re.compile(r"(?<=\w)/(?=\w)")
_EN_DIGITS = re.compile(r"\d{3,}")
_EN_LETTERS = re.compile(r"\b[A-Z]{2,5}\b")


def is_mandarin(language: str) -> bool:
    """True for `zh-Hans`, `zh-Hant` and plain `zh`."""
    return language.split("-")[0] == "zh"


def spoken(text: str, language: str) -> str:
    """`text` as an engine shall read it in `language`; may come out empty."""
    plain = _MARKS.sub(" ", HIDDEN.sub(" ", unicodedata.normalize("NFKC", text)))
    said = _spoken_mandarin(plain, language) if is_mandarin(language) else _spoken_english(plain)
    return " ".join(said.split())


def cardinal(number: int) -> str:
    """A whole number below 10**16 in characters: 10 -> 十, 5000 -> 五千, 10050 -> 一万零五十."""
    if number == 0:
        return _DIGITS[0]
    groups: list[str] = []
    for unit in ("", "万", "亿", "万亿"):
        number, low = divmod(number, 10_000)
        if low:
            # A group with an empty thousands place is joined to what stands before it by one zero.
            joint = _DIGITS[0] if number and low < 1000 else ""
            groups.insert(0, joint + _four(low) + unit)
        if not number:
            break
    whole = "".join(groups)
    return whole[1:] if whole.startswith("一十") else whole


def _four(number: int) -> str:
    """1..9999 in characters, inner zeros once."""
    parts: list[str] = []
    skipped = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            parts.append((_DIGITS[0] if skipped and parts else "") + _DIGITS[digit])
            parts.append(_PLACES[place])
            skipped = False
        else:
            skipped = True
    return "".join(parts)


def _spoken_mandarin(text: str, language: str) -> str:
    # NFKC turned the full-width marks into ASCII; engines pause better on the Chinese ones.
    text = _ZH_CLOCK.sub(
        lambda m: (
            f"{cardinal(int(m[1]))}点"
            + ("整" if m[2] == "00" else f"{'零' if m[2][0] == '0' else ''}{cardinal(int(m[2]))}分")
        ),
        text,
    )
    text = _ZH_PERCENT.sub(lambda m: f"百分之{_decimal(m[1])}", text)
    one = "一" if language == "zh-Hant" else "幺"
    text = _ZH_NUMBER.sub(lambda m: _zh_number(m, one), text)
    text = _SLASH.sub("或", text).replace("/", " ").replace("+", "加")
    text = _ZH_SPACE.sub("", text)
    return text.translate(_ZH_MARKS)


def _zh_number(match: re.Match[str], one: str) -> str:
    digits = match[0]
    counted = match.end() < len(match.string) and match.string[match.end()].strip() in _UNIT
    if "." in digits or (counted and len(digits) <= 12 and digits[0] != "0"):
        return _decimal(digits)
    if len(digits) <= 2 and (digits[0] != "0" or digits == "0"):
        return cardinal(int(digits))
    read = "".join(_DIGITS[int(digit)] for digit in digits)
    return read.replace("一", one) if len(digits) >= 3 else read


def _decimal(digits: str) -> str:
    whole, _, part = digits.partition(".")
    read = cardinal(int(whole[-16:]))
    return read + ("点" + "".join(_DIGITS[int(digit)] for digit in part) if part else "")


def _spoken_english(text: str) -> str:
    text = _EN_DIGITS.sub(lambda m: " ".join(m[0]), text)
    text = _EN_LETTERS.sub(lambda m: " ".join(m[0]), text)
    text = _SLASH.sub(" or ", text).replace("/", " ")
    return text.replace("%", " percent").replace("+", " plus ")
