"""Why the system refused, in Chinese, and hints at what was meant."""

from __future__ import annotations

import errno
import os
import re
from typing import Final

_BY_ERRNO: Final = {
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EEXIST: "已经存在",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "不是文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.EROFS: "文件系统是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EIO: "读写磁盘出错",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "系统打开的文件太多",
    errno.ENAMETOOLONG: "名字太长",
    errno.ENOMEM: "内存不够",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方断开",
    errno.EPIPE: "对方已断开",
    errno.ENETUNREACH: "网络不通",
    errno.EHOSTUNREACH: "到不了那台机器",
    errno.ETIMEDOUT: "超时",
}
_SYSTEM: Final = {os.strerror(number): zh for number, zh in _BY_ERRNO.items()}
_HINTS: Final = (
    (re.compile(r'did you mean "?(.+?)"?\?', re.DOTALL), "您要的是 {} 吗？"),
    (re.compile(r"write one of:? (.+)", re.DOTALL), "请写其中之一：{}"),
    (re.compile("there is none to choose from"), "一个也没有"),
)


def reason(said: str) -> str:
    """The system's few words in Chinese; others stay as they are."""
    return _SYSTEM.get(said, said)


def hint(said: str) -> str:
    """What `callflow.reading.nearest` says, in Chinese."""
    for pattern, zh in _HINTS:
        if found := pattern.fullmatch(said):
            return zh.format(*found.groups())
    return said
