"""What services and commands refuse, in Chinese, as a terminal says it: with commands and UTC."""

from __future__ import annotations

from typing import Final

WORK: Final[dict[str, str]] = {
    "the screen ended by a fault of its own ({kinds}); calls go on without it: "
    "open it again, and report these lines": (
        "界面自身出错而退出（{kinds}）；通话不受影响：请重新打开，并把以下几行报给维护人员"
    ),
    "a screen needs a terminal for its keys and its picture: open it in one, by ssh -t from another"
    " machine, or in tmux": (
        "画面要有终端才能显示和按键：请在终端里打开；从别的机器请用 ssh -t，或在 tmux 里打开"
    ),
    # Who does it, and to what.
    "--lang {given}: write zh or en": "--lang {given}：请写 zh 或 en",
    "--lang {given}: write one of {known}": "--lang {given}：请写其中之一：{known}",
    "--format {given}: write one of {known}": "--format {given}：请写其中之一：{known}",
    "nobody has an account yet; `thirdring user add NAME --role supervisor` makes one": (
        "还没有账号；新建：`thirdring user add NAME --role supervisor`"
    ),
    "say who does it: --as NAME, one of {known}": "请写明由谁操作：--as NAME，可选 {known}",
    "say which one: {known}": "请写明是哪一个：{known}",
    "{person} has nothing that is {state}; `thirdring qa list --all` shows what there is": (
        "{person} 没有{state}的评分；全部：`thirdring qa list --all`"
    ),
    "{person} has nothing that is {state}; `thirdring qa list --all` shows what there is,"
    " `thirdring qa next` takes a call to score": (
        "{person} 没有{state}的评分；全部：`thirdring qa list --all`；"
        "领取一通来评：`thirdring qa next`"
    ),
    # What is typed.
    "{pair}: write QUESTION=ANSWER": "{pair}：请写成 QUESTION=ANSWER（题目=答案）",
    "{pair}: write QUESTION=TEXT": "{pair}：请写成 QUESTION=TEXT（题目=文字）",
    "{question}: at: {given} is no offset; write milliseconds of the call": (
        "{question}：at: {given} 不是位置；请写通话内的毫秒数"
    ),
    "{file}: is not UTF-8; save it as UTF-8": "{file}：不是 UTF-8 编码；请存成 UTF-8",
    "say where on the call: --at SECONDS": "请写明在通话的哪里：--at SECONDS（秒）",
    "{given} is no stretch; write FROM-TO in seconds: 12.5-20": (
        "{given} 不是一段；请用秒写成 FROM-TO，例如 12.5-20"
    ),
    "{given} is no place on a call; write seconds: 12.5": (
        "{given} 不是通话内的位置；请写秒数，例如 12.5"
    ),
    "say why this call is evaluated: --why TEXT": "请写明为什么评这通电话：--why TEXT",
    "say why it is withdrawn: --reason TEXT": "请写明作废的理由：--reason TEXT",
    "say what is not right: --reason TEXT": "请写明哪里不对：--reason TEXT",
    "say why it is decided so: --reason TEXT": "请写明复核的理由：--reason TEXT",
    "these answers are the ones that were given; leave them out to uphold them": (
        "改后的答案和原来一样；要维持原评分，请不写 --set。"
    ),
    "there is no time between these two; give --since before --until": (
        "--since 要早于 --until，请改时间。"
    ),
    # Evaluations.
    "{id}: {person} works on it until {at} UTC; take another (`thirdring qa next`)": (
        "{id} 由 {person} 在评，到 {at} UTC 为止；请评下一通：`thirdring qa next`"
    ),
    "{id} is {state}{holder}; `thirdring qa claim {again}` first": (
        "{id} {state}{holder}，不在您名下。先领取：`thirdring qa claim {again}`"
    ),
    "{id}: the time to answer ended {at} UTC": (
        "{id} 的答复期限已过（{at} UTC），不能再认可或提异议；有话要说请找主管。"
    ),
    "{stream}: somebody else was faster (fact {seq} is the last, not {after}); look again and"
    " repeat what still applies": "别人刚刚改过。请再看一遍，仍需要的再做一次。",
    "calibration {id} needs the expert's score and another's; not yet: {known} (one that cannot"
    " go on is called off: thirdring qa calibrate call-off {again} --reason ...)": (
        "校准 {id} 要等基准人和至少另一位交了才能结束；还没交：{known}。"
        "等不到的，请取消：thirdring qa calibrate call-off {again} --reason ..."
    ),
    "evaluation {id}: its facts were changed by another program; `thirdring verify` names them,"
    " restore the quality book from a backup": (
        "评分 {id} 的事实被别的程序改过；`thirdring verify` 会指出是哪些，请用备份恢复质检库"
    ),
    "call {call}: its recognised words were changed by another program; `thirdring verify` names"
    " them, `thirdring words` makes them anew": (
        "通话 {call} 的识别文字被别的程序改过；`thirdring verify` 会指出是哪些，"
        "`thirdring words` 可重新识别"
    ),
    # Calls and ledgers.
    "{book}: no call {call}; `thirdring calls list` shows them": (
        "{book}：没有通话 {call}；全部：`thirdring calls list`"
    ),
    "{book}: {call} begins several calls: {known}; give more of the id": (
        "{book}：以 {call} 开头的通话有几通：{known}；请多写几位"
    ),
    "call {call} is not over; start `thirdring serve`, which closes it": (
        "通话 {call} 还没有结束；请启动 `thirdring serve`，由它收尾"
    ),
    "{book}: no ledger here yet; `thirdring demo` places eight calls, `thirdring serve` takes real"
    " ones": (
        "{book}：这里还没有台账；`thirdring demo` 会打八通模拟电话，`thirdring serve` 接真实来电"
    ),
    "{book}: no ledger here yet; `thirdring serve` with this ledger.url, or `thirdring ledger ship"
    " --once`, brings one": (
        "{book}：这里还没有台账；请用这个 ledger.url 运行 `thirdring serve`，"
        "或 `thirdring ledger ship --once`"
    ),
    "{book}: process {pid} already writes to this ledger; stop it first, or give another state"
    " folder with --state": (
        "{book}：进程 {pid} 正在写这个台账；请先停掉它，或用 --state 换一个文件夹"
    ),
    "{book}: this database is no ledger; move it away or give another --state": (
        "{book}：这个数据库不是台账；请移走它，或换一个 --state"
    ),
    "{book}: written by a later version ({schemas}); update thirdring": (
        "{book}：由更新的版本写成（{schemas}）；请更新 thirdring"
    ),
    "{book}: written by an earlier version ({schemas}); `thirdring {command}` brings it to this"
    " one, and so does the next `thirdring serve`": (
        "{book}：由较早的版本写成（{schemas}）；运行 `thirdring {command}` 升级，"
        "下次 `thirdring serve` 启动时也会升级"
    ),
    "{where}: {said}; another program holds it; close that program (an sqlite3 shell?) and try"
    " again": "{where}：{said}；另一个程序占着它；请关掉那个程序（sqlite3？）后再试",
    "{where}: {said}; the file is damaged; move it away and restore a backup, then `ledger"
    " verify`": (
        "{where}：{said}；文件损坏了；请移走它，恢复备份，再运行 `thirdring ledger verify`"
    ),
    "{where}: {said}; the disk is full; make room": "{where}：{said}；磁盘满了；请腾出空间",
    "{where}: {said}; the disk is full; make room, nothing of this was kept": (
        "{where}：{said}；磁盘满了，这一步没有存下；请腾出空间"
    ),
    "{where}: {said}; see that the database server runs and can be reached": (
        "{where}：{said}；请确认数据库服务器在运行、可以连接"
    ),
    "{where}: {said}; the file may not be written; see to its owner and mode": (
        "{where}：{said}；文件不能写；请查看它的所有者和权限"
    ),
    "{where}: {said}; see that the folder exists, is on a healthy disk and may be written": (
        "{where}：{said}；请确认文件夹在、磁盘正常、可以写入"
    ),
    "{where}: {said}; see that PostgreSQL runs there and takes connections (each node keeps its"
    " facts and ships them then)": (
        "{where}：{said}；请确认那里的 PostgreSQL 在运行、可以连接"
        "（各节点先把事实记在本机，恢复后补送）"
    ),
    # Recordings.
    "no recording {id}; `thirdring recordings list` shows them": (
        "没有录音 {id}；全部：`thirdring recordings list`"
    ),
    "{id} means several recordings: {known}; give the whole id": (
        "{id} 对应几段录音：{known}；请写完整编号"
    ),
    "{id}: {path} is gone; `thirdring recordings verify` lists what else is": (
        "{id}：文件 {path} 不见了；还缺哪些：`thirdring recordings verify`"
    ),
    "{id}: it was erased, nobody can hear it again; the ledger keeps the call": (
        "{id}：已销毁，不能再听；通话本身仍在台账里"
    ),
    "{id}: not taken in yet; it is while `thirdring serve` runs": (
        "{id}：还没有入库；`thirdring serve` 运行时会入库"
    ),
    "{id}: the call is still on; play it afterwards": "{id}：通话还没有结束；结束后再听",
    "{file}: {player} could not play it ({reason}); {elsewhere}": (
        "{file}：{player} 放不出来（{reason}）；{elsewhere}"
    ),
    "call {call} is held already: {reason}": "通话 {call} 已在保全中：{reason}",
    "call {call} is not held; `recordings hold` holds one": (
        "通话 {call} 不在保全中；保全：`thirdring recordings hold`"
    ),
    "another process is at work on the recordings of {state_folder}; try again": (
        "另一个进程正在处理 {state_folder} 的录音，请稍后再试"
    ),
    # Reports.
    "report {name}: {wanted} is to come; at this site it is {today}, give --on {on} or an earlier"
    " day": ("报表 {name}：{wanted} 还没到；这里今天是 {today}，请写 --on {on} 或更早的日期"),
    "{file}: cannot be written ({reason}); give another file with --to": (
        "{file}：写不进去（{reason}）；请用 --to 换一个文件"
    ),
    "Parquet needs pyarrow: install it with `pip install 'thirdring[parquet]'`, or write --format"
    " csv": (
        "Parquet 需要 pyarrow：请用 `pip install 'thirdring[parquet]'` 安装，或改用 --format csv"
    ),
    # Flows, schemas, versions.
    '{folder} has no flow "{flow}"; did you mean "{near}"?': (
        "{folder} 里没有流程 {flow}；您要的是 {near} 吗？"
    ),
    '{folder} has no flow "{flow}"; write one of: {known}': (
        "{folder} 里没有流程 {flow}；请写其中之一：{known}"
    ),
    'there is no schema "{name}"; did you mean "{near}"?': "没有 {name}；您要的是 {near} 吗？",
    'there is no schema "{name}"; write one of: {known}': "没有 {name}；请写其中之一：{known}",
    "name one of {known}, or a folder with --out": ("请写其中之一：{known}；或用 --out 写明文件夹"),
    '--language "{given}": did you mean "{near}"?': "--language {given}：您要的是 {near} 吗？",
    '--language "{given}": write one of: {known}': "--language {given}：请写其中之一：{known}",
    "{file}: no table is called {name}; there are {known}": (
        "{file}：没有名为 {name} 的表格；现有 {known}"
    ),
    "{file}: no marks of {name}; write <!-- begin: {again} --> and its end": (
        "{file}：没有 {name} 的标记；请写 <!-- begin: {again} --> 和对应的结尾"
    ),
    "{name}: no file, folder or git revision; write a path, HEAD~1 or v1:scripts": (
        "{name}：不是文件、文件夹或 git 版本；请写路径、HEAD~1 或 v1:scripts"
    ),
    "{name}: no file, folder or git revision (git: {said}); write a path, HEAD~1 or v1:scripts": (
        "{name}：不是文件、文件夹或 git 版本（git：{said}）；请写路径、HEAD~1 或 v1:scripts"
    ),
    "{name}: {folder} holds no flow there; name its folder with --scripts": (
        "{name}：那里的 {folder} 没有流程；请用 --scripts 写明文件夹"
    ),
    "{name}: {file} is no text: {reason}": "{name}：{file} 不是文本：{reason}",
    "git cannot be asked: {said}; install it or name a folder": (
        "用不了 git：{said}；请安装 git，或改写文件夹"
    ),
    "{file}: no flow, lines or rules; name a .yaml file of a scripts folder": (
        "{file}：不是流程、话术或规章；请写流程文件夹里的 .yaml 文件"
    ),
    "{old} is the flow {flow}, {new} the flow {other}: compare two versions of one flow, or two"
    " folders": "{old} 是流程 {flow}，{new} 是流程 {other}：请比较同一流程的两个版本，或两个文件夹",
    "{old} is no flow, {new} the flow {other}: compare two versions of one flow, or two folders": (
        "{old} 不是流程，{new} 是流程 {other}：请比较同一流程的两个版本，或两个文件夹"
    ),
    "{old} is the flow {flow}, {new} no flow: compare two versions of one flow, or two folders": (
        "{old} 是流程 {flow}，{new} 不是流程：请比较同一流程的两个版本，或两个文件夹"
    ),
    "{where}: {said}; check the path and --state": "{where}：{said}；请检查路径和 --state",
}
"""As `console.telling.refused_work.WORK`, for those whose text of a page does not fit a terminal or
that no page shows."""
