"""What a site is refused, in Chinese: its ports, back office, desk, phones, ledgers."""

from __future__ import annotations

from typing import Final

SITE: Final[dict[str, str]] = {
    # Ports that are taken.
    "FastAGI cannot listen on {host}:{port} ({reason}); give another port, or stop what uses this"
    " one": "FastAGI 用不了 {host}:{port}（{reason}）；请换一个端口，或停掉占用它的程序",
    "the ears cannot listen on {host}:{port} ({reason}); set ears.port to another one, or stop what"
    " uses this one": (
        "听音服务用不了 {host}:{port}（{reason}）；请把 ears.port 换一个，或停掉占用它的程序"
    ),
    "the desk cannot listen on {host}:{port} ({reason}); set desk.port to another one, or stop what"
    " uses this one": (
        "坐席台用不了 {host}:{port}（{reason}）；请把 desk.port 换一个，或停掉占用它的程序"
    ),
    "console.host {host}, console.port {port}: cannot listen there ({reason}); take another port,"
    " or 0 for a free one": (
        "console.host {host}、console.port {port}：用不了（{reason}）；请换一个端口，写 0 自动选"
    ),
    "{host}:{port} cannot be used for spoken cues ({reason}); give another port, or 0 for any": (
        "语音提示用不了 {host}:{port}（{reason}）；请换一个端口，写 0 自动选"
    ),
    "{host}:{port} cannot be used ({reason}); give another {option}, or stop what uses it (ss -lnp"
    " shows it)": (
        "{host}:{port} 用不了（{reason}）；请换一个 {option}，或停掉占用它的程序（ss -lnp 可查）"
    ),
    "console.tls_cert {file}: cannot be used with tls_key ({reason})": (
        "console.tls_cert {file}：和 tls_key 配不上（{reason}）"
    ),
    "agi.procs: a further process did not start; its log above says why": (
        "agi.procs：有一个进程没有启动；原因见上面的日志"
    ),
    "state folder {folder}: MixMonitor cannot write to a path with any of , ( ) | & ; $ braces,"
    " quotes or backslash; choose another --state": (
        "状态文件夹 {folder}：路径里有逗号、括号、|、&、;、$、引号或反斜杠，"
        "MixMonitor 写不进去；请换一个 --state"
    ),
    "{folder}: {said}; give a writable folder with --state": (
        "{folder}：{said}；请用 --state 给一个可写的文件夹"
    ),
    # The back office.
    "fetch.{name}.headers.{header}: the environment variable {variable} is not set; set it for the"
    " server (the settings hold its name, not the secret)": (
        "fetch.{name}.headers.{header}：没有设置环境变量 {variable}；请为服务设置它"
        "（设置文件里写的是它的名字，不是密钥）"
    ),
    "{where}.url: write http://HOST/PATH or https://HOST/PATH": (
        "{where}.url：请写 http://HOST/PATH 或 https://HOST/PATH"
    ),
    "{where}.url: the host is fixed: no {places}, no user, no #": (
        "{where}.url：主机是固定的：不能有 {places}、用户名和 #"
    ),
    "{where}.url: a place is a name in braces, {number}": (
        "{where}.url：要填的值写成花括号里的名字，例如 {number}"
    ),
    "{where}.headers.{header}: is no header, or its value is none": (
        "{where}.headers.{header}：不是请求头，或值不对"
    ),
    '{where}: cannot be loaded ({kind}: {reason}); write "package.module:function" of something'
    " that can be imported here": (
        '{where}：加载不了（{kind}：{reason}）；请写能导入的 "package.module:function"'
    ),
    "{where}: is no function; it takes a mapping and gives one": (
        "{where}：不是函数；应当接收一个映射，返回一个映射"
    ),
    "{file}: cannot be read ({reason}); check it": "{file}：读不了（{reason}）；请检查",
    "{file}: over {most} MiB; split it or drop columns": "{file}：超过 {most} MiB；请拆分或减少列",
    "{file}: is not UTF-8, at or after line {line}; save it as CSV UTF-8": (
        "{file}：从第 {line} 行起不是 UTF-8；请存成 CSV UTF-8"
    ),
    "{file}:{line}: is not CSV ({reason}); mend it": "{file}:{line}：不是 CSV（{reason}）；请修正",
    "{file}:{line}: over {most} rows; split the file": "{file}:{line}：超过 {most} 行；请拆分文件",
    '{file}:{line}: has no column "{key}" (found: {names}); name the column so that rows are found'
    " by": '{file}:{line}：没有 "{key}" 列（现有：{names}）；请把用来查找的那一列叫这个名字',
    "{file}:{line}: a column twice: {names}; at most {most}, each once": (
        "{file}:{line}：有重复的列：{names}；最多 {most} 列，各写一次"
    ),
    "{file}:{line}: too many columns; at most {most}, each once": (
        "{file}:{line}：列太多；最多 {most} 列，各写一次"
    ),
    '{file}: is empty; give it a header row with "{key}"': (
        '{file}：是空的；请写一行表头，里面要有 "{key}"'
    ),
    "qa.form: there is no form {name}; there are {known}; see docs/settings.md": (
        "qa.form：没有评分表 {name}；现有 {known}；见 docs/settings.md"
    ),
    # Calls, desks, phones.
    "{option} {number}: write a telephone number": "{option} {number}：请写电话号码",
    "--via {given}: write HOST:PORT, such as {example}": (
        "--via {given}：请写 HOST:PORT，例如 {example}"
    ),
    "no Asterisk answers at {where} ({reason}); start one: thirdring pbx up, or name another: --via"
    " HOST:PORT": (
        "{where} 没有 Asterisk 应答（{reason}）；请启动：thirdring pbx up，"
        "或另指一个：--via HOST:PORT"
    ),
    "no server runs on {folder}; start one: thirdring serve --state {again}": (
        "{folder} 上没有服务在运行；请启动：thirdring serve --state {again}"
    ),
    "--callers {given}: from 1 to {most} callers may call": (
        "--callers {given}：可以有 1 到 {most} 个来电者"
    ),
    "panel: say which screen; `thirdring panel --agent 801` is an agent's, `thirdring panel"
    " --watch` shows the floor": (
        "panel：请写明要哪个画面：坐席的 `thirdring panel --agent 801`，"
        "看全场的 `thirdring panel --watch`"
    ),
    "wallboard: no agent of the settings is a supervisor; write `supervisor = true` in an"
    " [agents.NUMBER], or name one with --agent": (
        "wallboard：设置里没有班长；请在某个 [agents.NUMBER] 里写 `supervisor = true`，"
        "或用 --agent 指明"
    ),
    "the desk refuses: {reason}; see docs/panel.md": "坐席台拒绝了：{reason}；见 docs/panel.md",
    "no desk ({reason}); start `thirdring serve`, or name it with --desk and --token": (
        "没有坐席台（{reason}）；请启动 `thirdring serve`，或用 --desk 和 --token 指明"
    ),
    "--desk {given}: write HOST:PORT, as `thirdring serve` tells it": (
        "--desk {given}：请写 HOST:PORT，`thirdring serve` 启动时会显示"
    ),
    "{folder}: no desk runs on this state folder; start `thirdring serve --state {again}`, or name"
    " another desk with --desk HOST:PORT": (
        "{folder}：这个状态文件夹上没有坐席台；请启动 `thirdring serve --state {again}`，"
        "或用 --desk HOST:PORT 另指一个"
    ),
    "{file}: no token for agent {agent}; `thirdring serve` makes one for every agent of the"
    " settings; on another machine, copy it and give it with --token": (
        "{file}：没有坐席 {agent} 的令牌；`thirdring serve` 会给设置里的每个坐席生成；"
        "在别的机器上请拷贝过去，用 --token 给出"
    ),
    "{file}: cannot be read ({reason}); it holds the panels' tokens: remove it, and new ones are"
    " made": "{file}：读不了（{reason}）；里面是坐席台的令牌：删掉它会重新生成",
    "--agent {given}: write an agent's number, such as 801": "--agent {given}：请写工号，例如 801",
    "{given} is no agent's number; give one like --agent 801": (
        "{given} 不是工号；请写成 --agent 801 这样"
    ),
    "--sip {given}: write HOST:PORT, for example 127.0.0.1:5160": (
        "--sip {given}：请写 HOST:PORT，例如 127.0.0.1:5160"
    ),
    "--sip {given}: no way there from this machine ({reason})": (
        "--sip {given}：从这台机器到不了（{reason}）"
    ),
    "no Asterisk is known here ({where}); name it with --sip HOST:PORT, or start one: thirdring pbx"
    " up": (
        "这里不知道 Asterisk 在哪（{where}）；请用 --sip HOST:PORT 指明，或启动：thirdring pbx up"
    ),
    "{file}: knows no phone {number}; use a number of asterisk-conf/pjsip.conf, or give its"
    " password in {variable}": (
        "{file}：没有话机 {number}；请用 asterisk-conf/pjsip.conf 里的号码，"
        "或在 {variable} 里给出它的密码"
    ),
    "{file}: cannot be read ({reason}); give the phone's password in {variable}": (
        "{file}：读不了（{reason}）；请在 {variable} 里给出话机密码"
    ),
    "give the phone's password in the environment, {variable}=...": (
        "请用环境变量给出话机密码：{variable}=..."
    ),
    # Keys of the panel.
    "--keys {file}: there is no such file": "--keys {file}：没有这个文件",
    "{file}: cannot be read ({reason}); the usual keys stay": (
        "{file}：读不了（{reason}）；仍用原来的键"
    ),
    "{file}: is not TOML ({reason}); the usual keys stay": (
        "{file}：不是 TOML（{reason}）；仍用原来的键"
    ),
    '{file}: {name}: write a table of texts, such as hold = "h,f6"': (
        '{file}：{name}：请写成文字的表，例如 hold = "h,f6"'
    ),
    "{file}: keys.{action}: no such action; {hint}": "{file}：keys.{action}：没有这个操作；{hint}",
    "{file}: {key} means both {first} and {second}; give one another key": (
        "{file}：{key} 同时是 {first} 和 {second}；请给其中一个换键"
    ),
    "{file}: branches.{name}: write a single letter": "{file}：branches.{name}：请写一个字母",
    "{file}: {where}: {key} is no key; write such as h, f6 or ctrl+s": (
        "{file}：{where}：{key} 不是键；请写成 h、f6 或 ctrl+s 这样"
    ),
    "{file}: {where}: {key} always means the same; take another key": (
        "{file}：{where}：{key} 的作用是固定的；请换一个键"
    ),
    # Accounts.
    "nothing to change; give --role, --agent or --name": (
        "没有要改的；请写 --role、--agent 或 --name"
    ),
    "say why it is removed: --reason 'lost phone, asked in person'": (
        "请写明为什么去掉：--reason '手机丢了，本人当面提出'"
    ),
    "{name} has a second factor; `thirdring user totp {again} --off` first": (
        "{name} 已有两步验证；请先 `thirdring user totp {again} --off`"
    ),
    "standard input holds no password; give it as one line": "标准输入里没有密码；请写成一行",
    # Ledgers.
    "ledger.url is empty. The ledger is this node's own file alone. To ship it on, set ledger.url"
    " to postgresql://user@host/database in the file that --config names.": (
        "ledger.url 没有写。台账只是本机自己的文件。要送到别处，请在 --config 指定的文件里"
        "把 ledger.url 设为 postgresql://user@host/database。"
    ),
    "{where}: PostgreSQL's driver is not installed ({reason}); pip install thirdring[postgresql]": (
        "{where}：没有安装 PostgreSQL 的驱动（{reason}）；pip install thirdring[postgresql]"
    ),
    "ledger.url {where}: {reason}; write postgresql://user@host/database": (
        "ledger.url {where}：{reason}；请写成 postgresql://user@host/database"
    ),
    "{where}: {words}; PostgreSQL's log there says more": (
        "{where}：{words}；详情见那里的 PostgreSQL 日志"
    ),
    "{where} has event {cursor} of {node}, and {ledger} has another one or none; a restored or"
    " copied ledger ships under a new name: set ledger.node, or delete `node` in the state"
    " folder": (
        "{where} 里有 {node} 的第 {cursor} 条事实，{ledger} 里没有或不同；"
        "恢复或拷贝来的台账要用新名字补送：请设 ledger.node，或删掉状态文件夹里的 `node`"
    ),
    "{book}: this database is no quality book; move it away or give another --state": (
        "{book}：这个数据库不是质检库；请移走它，或换一个 --state"
    ),
    "{book}: this database is no quality book, or another program gave it a WAL; move it away or"
    " give another --state": (
        "{book}：这个数据库不是质检库，或被别的程序改成了 WAL；请移走它，或换一个 --state"
    ),
    "{book}: written by a later version (schema {schema}, this one knows {known}); update"
    " thirdring": (
        "{book}：由更新的版本写成（第 {schema} 版，这里只到第 {known} 版）；请更新 thirdring"
    ),
    "{where}: {words}; give postgresql://user@host/database and install thirdring[postgresql]": (
        "{where}：{words}；请给 postgresql://user@host/database，并安装 thirdring[postgresql]"
    ),
    "{head} is no head of a quality book; `thirdring ledger head --to FILE` writes one": (
        "{head} 不是质检库的链头；生成：`thirdring ledger head --to FILE`"
    ),
    "no admin would be left; `thirdring user add NAME --role admin`": (
        "这样就没有管理员了；请先 `thirdring user add NAME --role admin`"
    ),
}
"""As `launch.telling.refused.work.WORK`."""
