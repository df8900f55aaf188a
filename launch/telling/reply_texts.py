"""What commands answer that start, stop, place, export and let in, in Chinese and English."""

from __future__ import annotations

from typing import Final

from launch.telling.wording import Wording

reply: Final = Wording(
    {
        # serve, console
        "answering": (
            "正在接听 agi://{host}:{port}，流程 {flows}；台账 {ledger}；Ctrl-C 结束",
            "answering on agi://{host}:{port} with {flows}; ledger {ledger}; ctrl-c ends",
        ),
        "stopping": (
            "{signal}：线路上的通话说完或被标记",
            "{signal}: live calls finish or are marked",
        ),
        "console_on": ("控制台 {address}", "console on {address}"),
        "console_alone": ("控制台 {address}；Ctrl-C 结束", "console on {address}; ctrl-c ends"),
        "nobody_yet": (
            "还没有账号：`thirdring user add NAME --role admin`",
            "no accounts yet: `thirdring user add NAME --role admin`",
        ),
        # pbx
        "pbx_up": (
            "Asterisk 已启动：热线 sip:1000@{bind}:{sip}（管理口 {bind}:{ami}）",
            "Asterisk is up: the hotline is sip:1000@{bind}:{sip} (manager {bind}:{ami})",
        ),
        "pbx_was_up": (
            "Asterisk 早已启动：热线 sip:1000@{bind}:{sip}（管理口 {bind}:{ami}）",
            "Asterisk was up already: the hotline is sip:1000@{bind}:{sip} (manager {bind}:{ami})",
        ),
        "pbx_files": (
            "坐席话机的密码：{secrets}；日志：{log}",
            "agents' passwords: {secrets}; log: {log}",
        ),
        "pbx_down": ("Asterisk 已停止", "Asterisk is down"),
        "pbx_was_down": ("这里没有 Asterisk 在运行", "no Asterisk was up here"),
        "pbx_none": (
            "{state} 里没有 Asterisk 在运行；启动：thirdring pbx up --state {state}",
            "no Asterisk is up in {state}; start one: thirdring pbx up --state {state}",
        ),
        # call
        "call_one": (
            "打一个：thirdring call polite --to 1000",
            "Call one: thirdring call polite --to 1000",
        ),
        "on_ring": ("第 {rings} 声接听", "ring {rings}"),
        "never_answered": ("没有接通", "never answered"),
        "call_over": (
            "{seconds} 秒后结束；{answered}；{by}挂机",
            "over after {seconds} s; {answered}; {by} hung up",
        ),
        "call_failed": ("失败：{why}", "failed: {why}"),
        "call_kept": ("已保存：{file}", "kept: {file}"),
        # export
        "no_call_from": (
            "没有 {number} 的来电；`thirdring calls list --json` 有完整号码。",
            "No call from {number}; `thirdring calls list --json` has whole numbers.",
        ),
        "exporting": ("正在导出", "exporting"),
        "exported": (
            "{file}：{calls} 通通话，{sounds} 段录音，{files} 个文件",
            "{file}: {calls} calls, {sounds} recordings, {files} files",
        ),
        "not_in_it": ("不在其中：{name}：{why}", "not in it: {name}: {why}"),
        "vcon_beside": (
            "{file}：通话 {call}，旁边 {count} 段录音",
            "{file}: call {call}, {count} recordings beside it",
        ),
        "vcon_within": (
            "{file}：通话 {call}，内含 {count} 段录音",
            "{file}: call {call}, {count} recordings in it",
        ),
        # user
        "may_sign_in": ("{name} 可以登录，角色：{role}。", "{name} may sign in as {role}."),
        "has_role": ("{name} 现在的角色：{role}。", "{name} is {role} now."),
        "disabled": (
            "{name} 不能再登录；恢复：`thirdring user enable {name}`。",
            "{name} cannot sign in any more; `thirdring user enable {name}` undoes it.",
        ),
        "enabled": ("{name} 可以重新登录。", "{name} may sign in again."),
        "new_password": (
            "{name} 已换密码；此前的登录全部失效。",
            "{name} has another password; sessions of before have ended.",
        ),
        "password": ("密码", "Password"),
        "once_more": ("再输一次", "Once more"),
        "password_alone": (
            "{name} 又可以只凭密码登录。",
            "{name} signs in with the password alone again.",
        ),
        "app_key": ("验证器密钥：{key}", "Key for the app:  {key}"),
        "app_address": ("或用这个地址：{address}", "Or this address:  {address}"),
        "app_code": ("验证器显示的验证码", "Code the app shows"),
        "recovery": (
            "备用码，每个可在没有验证器时登录一次；不会再显示：",
            "Recovery codes, each good for one sign-in without the app; not shown again:",
        ),
        # words, prompts
        "words_kept": (
            "已留给评分人，不含文字稿：thirdring qa show",
            "Kept for whoever scores, no transcript: thirdring qa show",
        ),
        "words_done": (
            "已识别 {count} 通，{failed} 通没有；thirdring qa show",
            "{count} calls recognised, {failed} not; thirdring qa show",
        ),
        "lines_ready": (
            "{ready} / {all} 句已备好，在 {folder}。",
            "{ready} of {all} lines are ready in {folder}.",
        ),
        "rendering": ("正在合成", "rendering"),
        "making_ready": ("正在准备", "making ready"),
    }
)
