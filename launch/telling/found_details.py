"""How a finding of a proof shows, in Chinese, as a terminal says it; and what was looked at."""

from __future__ import annotations

from typing import Final

from console.telling.recording_flaws import FLAWS

DETAILS: Final[dict[str, str]] = {
    # What was looked at, and with whom.
    "{calls} calls, {events} events, {facts} of the floor": (
        "{calls} 通通话，{events} 条事实，坐席大厅 {facts} 条"
    ),
    "{count} recordings": "{count} 段录音",
    "{count} streams, {facts} facts": "{count} 串，{facts} 条事实",
    "{count} versions of flows": "{count} 个流程版本",
    "{count} versions of forms": "{count} 个评分表版本",
    "no quality book yet": "还没有质检库",
    "nothing": "没有可看的",
    "call {id}": "通话 {id}",
    "agent {id}": "坐席 {id}",
    "head of {time}": "{time} 的校验头",
    "flow {flow}, version {digest}": "流程 {flow}，版本 {digest}",
    "flow {flow} ({file}), version {digest}": "流程 {flow}（{file}），版本 {digest}",
    # The ledger.
    "event {seq} is not there": "第 {seq} 条事实不在",
    "event {seq} to {last} is not there": "第 {seq} 至 {last} 条事实不在",
    "events {seq} to {last} are not there": "第 {seq} 至 {last} 条事实不在",
    "event {seq} was written before event {other}": "第 {seq} 条事实写在第 {other} 条之前",
    "event {seq} ({kind}) does not fit its hash": "第 {seq} 条事实（{kind}）与哈希不符",
    "all events of this call are gone": "这通电话的事实全都没了",
    "rows {seq} to {last} were written and are gone": "第 {seq} 至 {last} 行写过，现在没有了",
    "rows {seq} to {last} of the floor's facts were written and are gone": (
        "坐席大厅第 {seq} 至 {last} 行写过，现在没有了"
    ),
    "the row says otherwise than the events: {names}; `ledger rebuild`": (
        "表里的一行与事实不符：{names}；`thirdring ledger rebuild` 可重新生成"
    ),
    "the search index has {extra} rows of no call; `ledger rebuild`": (
        "搜索表里有 {extra} 行不属于任何通话；`thirdring ledger rebuild` 可重新生成"
    ),
    "the sums of an agent's hours say otherwise than the facts; `ledger rebuild`": (
        "坐席的工时合计与事实不符；`thirdring ledger rebuild` 可重新生成"
    ),
    "row {seq} ({kind}) does not fit its hash": "第 {seq} 行（{kind}）与哈希不符",
    "rows {seq} to {last} were there when the head was made and are gone": (
        "第 {seq} 至 {last} 行在做校验头时还在，现在没有了"
    ),
    "row {seq} ({owner}) differs from the head": "第 {seq} 行（{owner}）与校验头不符",
    "rows {seq} to {last} ({owner}) differ from the head": (
        "第 {seq} 至 {last} 行（{owner}）与校验头不符"
    ),
    "written by an earlier version (schema {schema}, this one has {own}): the facts are proved, the"
    " tables that are told from them were not compared; `thirdring ledger rebuild` brings it to"
    " this version, and so does the next `thirdring serve`": (
        "由较早的版本写成（{schema}，现在是 {own}）：事实已核验，由事实生成的表没有比对；"
        "运行 `thirdring ledger rebuild` 升级，下次 `thirdring serve` 启动时也会升级"
    ),
    # Recordings.
    "the key of {file} is there again; `thirdring recordings erase` removes it": (
        "{file} 的密钥又出现了；`thirdring recordings erase` 可再销毁"
    ),
    "{file} is there again (from a backup?); `thirdring recordings erase` removes it": (
        "{file} 又出现了（来自备份？）；`thirdring recordings erase` 可再销毁"
    ),
    "not taken in yet, raw files {files}; keep `thirdring serve` running": (
        "还没有入库，原始文件 {files}；请让 `thirdring serve` 继续运行"
    ),
    "no file": "没有文件",
    "{file} is not there; restore it from a backup": "{file} 不在；请用备份恢复",
    "{file} cannot be read ({reason}); put that right and try again": (
        "{file} 读不出来（{reason}）；请处理后再试"
    ),
    "the header does not fit {length} ms of sound": "文件头与 {length} 毫秒的声音不符",
    "holds recording {id}; put each file back in its place": ("里面是录音 {id}；请把文件各归原位"),
    "{left} of {whole} bytes are left; restore it from a backup": (
        "{whole} 字节只剩 {left} 字节；请用备份恢复"
    ),
    "not the bytes that were kept (SHA-256); restore it from a backup": (
        "不是入库时的内容（SHA-256）；请用备份恢复"
    ),
    "no call in the ledger names it; restore the ledger that did, or move the file away": (
        "台账里没有通话提到它；请恢复提到它的台账，或移走这个文件"
    ),
    "the key of a recording that no call in the ledger names": (
        "这个密钥所属的录音，台账里没有通话提到"
    ),
    **FLAWS,
    # Quality book, flows and forms.
    "rows {seq} to {last} are gone": "第 {seq} 至 {last} 行没有了",
    "fact {seq} ({kind}) does not fit its hash": "第 {seq} 条事实（{kind}）与哈希不符",
    "fact {seq} is not there": "第 {seq} 条事实不在",
    "fact {seq} was written before it was its turn": "第 {seq} 条事实写得过早",
    "a fact has {given} in place of its number": "有一条事实的编号成了 {given}",
    "all its facts are gone": "它的事实全都没了",
    "the head at row {seq} does not fit": "第 {seq} 行的校验头不符",
    "the head at row {seq} is not the one that was kept": "第 {seq} 行的校验头不是另存的那个",
    "the book's own note of its head is not that of its facts": "质检库自己记的校验头与事实不符",
    "the row says otherwise than the facts: {names}; `ledger rebuild`": (
        "表里的一行与事实不符：{names}；`thirdring ledger rebuild` 可重新生成"
    ),
    "it was there when the head was made": "做校验头时它还在",
    "its text is not kept, and call {call} went through it; restore {folder} from a backup": (
        "没有它的文字，而通话 {call} 用过它；请用备份恢复 {folder}"
    ),
    "not the text that was kept ({name}); restore it from a backup": (
        "不是当时留存的文字（{name}）；请用备份恢复"
    ),
    "cannot be read; restore it from a backup": "读不出来；请用备份恢复",
    "cannot be read: {reason}": "读不出来：{reason}",
    "a text of it is gone; restore it from a backup": "它的一份文字没了；请用备份恢复",
    "the kept texts are not this version; restore them from a backup": (
        "留存的文字不是这个版本；请用备份恢复"
    ),
    "the server read it last and it is gone": "服务上次读过它，现在没有了",
    "not as the server read it last; if you changed it, start `thirdring serve` once": (
        "与服务上次读到的不同；如果是您改的，请启动一次 `thirdring serve`"
    ),
    "its text is not the version that its name says": "它的文字与名称所写的版本不符",
    "the text of form {form} that it was scored by is not kept": (
        "评分时所用的评分表 {form} 的文字没有留存"
    ),
}
"""As `launch.telling.refused.work.WORK`: what is said in English, then in Chinese."""
