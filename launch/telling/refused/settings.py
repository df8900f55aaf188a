"""What a settings file is refused for, in Chinese."""

from __future__ import annotations

from typing import Final

SETTINGS: Final[dict[str, str]] = {
    # In the order of `launch.settings.problems.WORDS`, then what the sections refuse themselves.
    "write a whole number": "请写整数",
    "write a number": "请写数字",
    "write true or false": "请写 true 或 false",
    "write a text in quotes": "请写带引号的文字",
    "write a path in quotes": "请写带引号的路径",
    'write a list, such as ["a", "b"]': '请写列表，例如 ["a", "b"]',
    "write a table": "请写成一个表",
    "is missing": "没有写",
    "write {most} or more": "不能小于 {most}",
    "write more than {most}": "要大于 {most}",
    "write {most} or less": "不能大于 {most}",
    "write less than {most}": "要小于 {most}",
    "write one of {known}": "请写其中之一：{known}",
    "does not have the form {pattern}": "格式不对，应符合 {pattern}",
    "write {most} characters or more": "至少 {most} 个字符",
    "write {most} characters or less": "最多 {most} 个字符",
    "write it as {example}": "请写成这样：{example}",
    "there is no such setting": "没有这个设置",
    "there is no such setting; did you mean {near}?": "没有这个设置；您要的是 {near} 吗？",
    "{zone} is no time zone; write one as Asia/Shanghai": (
        "{zone} 不是时区；请写成 Asia/Shanghai 这样"
    ),
    "give the company's name in {lacking} too": "公司名称还缺 {lacking}",
    "write the one address at which others reach this server": ("请写别人访问本机所用的那一个地址"),
    "{given} is no role; write some of {known}": "没有 {given} 这个角色；可选 {known}",
    "console.tls_cert and console.tls_key go together: give both or none": (
        "console.tls_cert 和 console.tls_key 要么都写，要么都不写"
    ),
    "console.host {host}: others reach it there, so passwords would cross the network in clear;"
    " give tls_cert and tls_key, or leave host at 127.0.0.1 and put a TLS proxy before it": (
        "console.host {host}：别的机器可以访问，密码会以明文经过网络；请写 tls_cert 和 tls_key，"
        "或把 host 留在 127.0.0.1，前面放一个 TLS 代理"
    ),
    "give keys or key_command, not both": "keys 和 key_command 只能写一个",
    'key_command needs {key}, e.g. ["vault-read", "{again}"]': (
        'key_command 里要有 {key}，例如 ["vault-read", "{again}"]'
    ),
    "survey.dial needs {number}, e.g. PJSIP/{again}@trunk": (
        "survey.dial 里要有 {number}，例如 PJSIP/{again}@trunk"
    ),
    "survey.opens has to be before survey.closes": "survey.opens 要早于 survey.closes",
    "the desk coaches the calls of one process: set agi.procs = 1, or desk.on = false": (
        "坐席台只能带一个进程的通话：请设 agi.procs = 1，或 desk.on = false"
    ),
}
"""What may stand behind the name of a setting."""

FILE: Final[dict[str, str]] = {
    **{
        f"{{file}}: {{setting}}: {said}": f"{{file}}：{{setting}}：{zh}"
        for said, zh in SETTINGS.items()
    },
    "{file}: the desk coaches the calls of one process: set agi.procs = 1, or desk.on = false": (
        "{file}：坐席台只能带一个进程的通话：请设 agi.procs = 1，或 desk.on = false"
    ),
    "see docs/settings.md for every setting": "全部设置见 docs/settings.md",
    "{file}: cannot be read ({reason}); check the path": "{file}：读不了（{reason}）；请检查路径",
    "{file}: is not TOML ({reason}); see docs/settings.md": (
        "{file}：不是 TOML（{reason}）；见 docs/settings.md"
    ),
}
"""Lines of an error."""
