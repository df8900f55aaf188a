"""What is wrong with a recording that was taken in, in Chinese."""

from __future__ import annotations

from typing import Final

from console.telling.refusals import in_chinese

FLAWS: Final[dict[str, str]] = {
    "missing: neither leg was written": "缺失：双方的声音都没有写下",
    "missing: nothing was written": "缺失：什么都没有写下",
    "caller leg missing, silence in its place": "来电者一方缺失，用静音代替",
    "house leg missing, silence in its place": "我方一方缺失，用静音代替",
    "caller leg {seconds} s shorter, filled up with silence": (
        "来电者一方短 {seconds} 秒，用静音补足"
    ),
    "house leg {seconds} s shorter, filled up with silence": "我方一方短 {seconds} 秒，用静音补足",
    "recovered: the files were never closed, up to 2.1 s of the end may be lost": (
        "已抢救：文件没有正常关闭，结尾最多可能少 2.1 秒"
    ),
    "cut: {written} s of {length} s were written": "不完整：{length} 秒只写下了 {written} 秒",
    "neither leg was written": "双方的声音都没有写下",
    "nothing was written": "什么都没有写下",
    "{written} s of {length} s were written": "{length} 秒只写下了 {written} 秒",
}
"""What `recorder.measure.problem_of` says, and each part of it alone."""


def flaws_in_chinese(told: str) -> str:
    """A whole problem; what nobody has put into Chinese stays as it is."""
    return "；".join(in_chinese(one, FLAWS) for one in told.split("; "))
