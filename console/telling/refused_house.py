"""What accounts, walls, data requests and searches refuse, as a page says it."""

from __future__ import annotations

from typing import Final

HOUSE: Final[dict[str, tuple[str, str]]] = {
    # Data requests and holds.
    "say why the call is held": ("请写明保全的理由。", ""),
    "say why the hold is lifted": ("请写明解除保全的理由。", ""),
    "call {call} is held already": ("通话 {call} 已在保全中。", ""),
    "call {call} is not held": ("通话 {call} 不在保全中。", ""),
    "{book}: no call {call}; `thirdring calls list` shows them": (
        "没有通话 {call}，请核对编号。",
        "There is no call {call}; see that the id is right.",
    ),
    "nothing was erased: to confirm, type the last {count} characters of the number or of the"
    " call's id": (
        "没有销毁：请输入号码或通话编号的后 {count} 位以确认。",
        "",
    ),
    "there is nothing left to erase": ("没有可销毁的录音了。", ""),
    "give the whole number, or the id of a call": ("请写完整的号码，或通话编号。", ""),
    "say who asked for it, and on what ground; it is logged": (
        "请写明谁要求的、依据什么；会记入日志。",
        "",
    ),
    "another process is at work on the recordings of {state}; try again": (
        "另一个进程正在处理录音，请稍后再试。",
        "Another process is at work on the recordings; try again.",
    ),
    # The ledger that all nodes ship into.
    "{where}: {said}; see that PostgreSQL runs there and takes connections (each node keeps its"
    " facts and ships them then)": (
        "各节点共用的数据库 {where} 现在连不上：{said}。请确认那里的 PostgreSQL 在运行、可以连接。"
        "接听不受影响：各节点先把事实记在本机，恢复后补送。本页每 10 秒自动重试。",
        "The database that all nodes share, {where}, cannot be reached: {said}. See that PostgreSQL"
        " runs there and takes connections. Calls go on: each node keeps its facts and ships them"
        " then. This page tries again every 10 seconds.",
    ),
    "{where}: {said}; it took over a minute; ask for a shorter time, and have `VACUUM ANALYZE` run"
    " there if it was just filled or restored": (
        "各节点共用的数据库 {where} 查了一分钟还没有结果。请缩短时间范围；"
        "如果它刚导入或恢复过数据，请在那里执行 VACUUM ANALYZE。",
        "The database that all nodes share, {where}, took over a minute. Ask for a shorter time,"
        " and have VACUUM ANALYZE run there if it was just filled or restored.",
    ),
    # Accounts, passwords, second factors, walls.
    "there is no account {name}; `thirdring user list` shows them": (
        "没有账号 {name}。",
        "There is no account {name}.",
    ),
    "account {name} is disabled; an admin can enable it": (
        "账号 {name} 已停用，管理员可以重新启用。",
        "",
    ),
    "{name} is no account name; 2 to 32 small letters, digits, '.', '_' and '-', beginning with a"
    " letter": (
        "{name} 不能用作用户名：要 2 到 32 个小写字母、数字、“.”“_”“-”，以字母开头。",
        "",
    ),
    "there is an account {name} already; `thirdring user set` changes it": (
        "已经有账号 {name}，请在列表里改。",
        "There is an account {name} already; change it in the list.",
    ),
    "{name}: others change it at the same time; try again": (
        "别人正在改账号 {name}，请再试一次。",
        "",
    ),
    "{name} is the only admin; make another one first with `thirdring user add NAME --role"
    " admin`": (
        "{name} 是唯一的管理员，请先再设一位管理员。",
        "{name} is the only admin; make another one first.",
    ),
    "an agent's account needs the agent's number: --agent 1001": (
        "坐席的账号要有坐席号。",
        "An agent's account needs the agent's number.",
    ),
    "{agent} is no agent's number": ("{agent} 不是坐席号，只用数字和字母。", ""),
    "{role} is no role; give one of {known}": ("没有 {role} 这个角色。", ""),
    "a password has {least} to {most} characters, this has {count}; four words with spaces between"
    " them are easy to remember": (
        "密码要 {least} 到 {most} 个字符，这个有 {count} 个；几个词连成一句就好记。",
        "",
    ),
    "that is among the passwords everybody tries first; take another": (
        "这个密码太常见，别人一试就中，请换一个。",
        "",
    ),
    "that is little more than the account's own name; take another": (
        "密码和用户名或姓名太像，请换一个。",
        "",
    ),
    "wrong name or password": ("密码不对。", "The password is wrong."),
    "wrong name or password; try again in {seconds} s": (
        "密码不对，请在 {seconds} 秒后重试。",
        "The password is wrong; try again in {seconds} s.",
    ),
    "too many attempts; try again in {seconds} s": (
        "失败次数太多，请在 {seconds} 秒后重试。",
        "",
    ),
    "that took too long; begin again with a new secret": (
        "时间太长，密钥已失效；请重新打开本页，用新的密钥。",
        "",
    ),
    "that took too long; begin again with the password": ("时间太长，请从密码重新开始。", ""),
    "that is not the code of now": ("验证码不对，请输入下一个。", ""),
    "that is not the code of now; try again in {seconds} s": (
        "验证码不对，请在 {seconds} 秒后重试。",
        "",
    ),
    "that is not the code of now; see that the phone's clock is right, and type the next one": (
        "验证码不对。请看手机时间是否准确，再输入下一个。",
        "",
    ),
    "{name} has no second factor": ("{name} 没有开启两步验证。", ""),
    "say why the second factor is removed: a lost phone, who asked": (
        "请写明取消两步验证的理由，例如手机丢失、谁要求的。",
        "",
    ),
    "there is a second factor already; remove it first": (
        "两步验证已经开启，要换请先关闭。",
        "",
    ),
    "your role needs a second factor; an admin can reset a lost one": (
        "您的角色必须使用两步验证；手机丢失请管理员取消后重设。",
        "",
    ),
    "say where it hangs: a name such as 'second floor'": (
        "请写明挂在哪里，例如“二楼大厅”。",
        "",
    ),
    "there is no wall {wall}; it was taken down already": ("没有这块屏幕，它已经取下。", ""),
    # Searching, taking out.
    "the end of a number, {number}, is too short to look for; give at least its last {count}"
    " digits": ("号码太短，至少输入末 {count} 位。", ""),
    "{text} is no place in a list of calls; begin at its first page": (
        "列表的位置不对，请从第一页看起。",
        "This is no place in the list of calls; begin at its first page.",
    ),
    "Parquet needs pyarrow: install it with `pip install 'thirdring[parquet]'`, or write --format"
    " csv": (
        "这台服务器没有装 pyarrow，不能导出 Parquet；请导出 CSV。",
        "This server has no pyarrow, which Parquet needs; take CSV.",
    ),
}
"""As `console.telling.refused_work.WORK`."""

LEFT: Final[dict[str, tuple[str, str]]] = {
    "held: {reason}": ("保全中：{reason}", ""),
    "the call is still on": ("通话还没有结束", ""),
    "not taken in yet; order it again in a minute": ("录音还没有入库，请过一分钟再来", ""),
    "the ledger knows no such recording": ("台账里没有这段录音", ""),
}
"""Why a recording was left as it is when it was to be erased (`recorder.erasing`)."""
