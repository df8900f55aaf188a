"""Help of the commands that keep, show and prove what was: calls, recordings, ledger, accounts."""

from __future__ import annotations

from typing import Final

KEEPING: Final[dict[str, str]] = {
    # verify
    "Name every edit, cut, swap or missing file of recordings, ledger, scores, flows and forms.": (
        "指出录音、台账、评分、流程和评分表中每一处改动、截断、调换和缺失的文件"
    ),
    "Exit 1 when anything was found. With --head even a ledger that was rewritten whole shows.": (
        "有任何问题时退出码为 1。写了 --head，连整本重写的台账也看得出来。"
    ),
    "Heads that were kept elsewhere (`ledger head --to FILE`).": (
        "另存在别处的校验头（`ledger head --to FILE` 写出的）"
    ),
    # calls
    "Calls the ledger knows: list, show, export; tag.": "台账里的通话：列出、查看、导出、标记",
    "List calls, oldest first. --json carries whole numbers: it is the site's own interface.": (
        "列出通话，最早的在前。--json 给出完整号码：它是站点自用的接口。"
    ),
    "The latest so many; 0 for all. Default: 50 in the table, all in JSON.": (
        "最近几通；0 表示全部。默认：表格 50 通，JSON 全部。"
    ),
    "Only calls offered at or after this time, UTC.": "只列这个时间起的来电，UTC",
    "Only calls offered before this time, UTC.": "只列这个时间之前的来电，UTC",
    "Show whole numbers, not `138****1234`.": "显示完整号码，不用 `138****1234`",
    "Tell one call: who said what, when, what was heard. --json gives every event, unmasked.": (
        "讲述一通电话：谁说了什么、何时说的、听到什么。--json 给出每条事实，号码完整。"
    ),
    "A call's id, or how it begins.": "通话编号，或其开头几位",
    "Say of which kind a call is that figures keep apart: a planned test call (mystery).": (
        "标明指标要分开算的通话种类：计划的测试通话（mystery）"
    ),
    "With a server running it is the server that writes it down.": "有服务在运行时，由服务来写。",
    "mystery, practice or test; none takes it off.": "mystery、practice 或 test；none 去掉标记",
    "Write calls as CSV, oldest first; every cell is text and none can act as a formula.": (
        "把通话写成 CSV，最早的在前；每格都是文字，不会被当成公式"
    ),
    "CSV file to write; - for standard output.": "要写的 CSV 文件；- 表示标准输出",
    # export
    "Export one caller's data, or a call as a vCon.": "导出一位来电者的资料，或把一通电话写成 vCon",
    "Write everything the house keeps of one caller: calls, facts, recordings, scores, remarks.": (
        "写出我方留存的一位来电者的一切：通话、事实、录音、评分、批注"
    ),
    "The recordings in it are open: hand the file over by a safe way, then delete it.": (
        "其中的录音没有加密：请稳妥地交给对方，然后删除。"
    ),
    "The caller's number.": "来电者的号码",
    "Where it is written.": "写到哪里",
    "Who asked for it, and on what ground; it is logged.": "谁要求的、凭什么依据；会记入日志",
    "Settings with [house] and [office].": "含 [house] 和 [office] 的设置文件",
    "Write a call as a vCon (draft-ietf-vcon-vcon-core): parties, sound, facts, verdicts.": (
        "把一通电话写成 vCon（draft-ietf-vcon-vcon-core）：各方、声音、事实、规章判定"
    ),
    "The caller is anonymous in it unless --unmasked; the sound is what it is.": (
        "不加 --unmasked 时，其中不写来电者是谁；声音则是原样。"
    ),
    "Id, or how it alone begins.": "通话编号，或足以认出它的开头几位",
    "With the caller's number, name and words.": "写明来电者的号码、姓名和说的话",
    "Write the recordings beside it; it names them below this address by hash.": (
        "把录音写在旁边；文件里以这个网址和哈希指明它们"
    ),
    # ledger
    "Verify the ledger, rebuild its projections.": "核验台账，重新生成由事实得出的表",
    "Name every event that was edited, cut, swapped or taken out; exit 1 when there is any.": (
        "指出每条被改动、截断、调换或取走的事实；有任何一条时退出码为 1"
    ),
    "With heads that `ledger head` wrote and that were kept elsewhere, a ledger that was"
    " rewritten from end to end shows, too. `thirdring verify` looks at everything else as"
    " well.": (
        "有 `ledger head` 写出并另存在别处的校验头，连从头到尾重写的台账也看得出来。其余的由"
        " `thirdring verify` 一并核验。"
    ),
    "Heads that were kept elsewhere.": "另存在别处的校验头",
    "Make the heads of ledger, floor and quality book: keep them where nobody here can write.": (
        "生成台账、坐席大厅和质检库的校验头：请存到这里的人都改不了的地方"
    ),
    "Write them there.": "写到哪里",
    "Make the tables of calls, recordings, evaluations and accounts anew; stop `serve` before.": (
        "重新生成通话、录音、评分和账号的表；请先停掉 `serve`"
    ),
    "Ship the node's facts into the database of ledger.url; `serve` does it by itself.": (
        "把本机的事实送到 ledger.url 的数据库；`serve` 会自己送"
    ),
    "Until all there is was shipped; else go on.": "送完现有的就结束；不写则一直送",
    "Make the rows there anew from the facts there.": "用那里的事实重新生成那里的各行",
    "Tell how far the database is behind this node; exit 1 when it refused or lost something.": (
        "说明数据库比本机落后多少；有被拒收或丢失的，退出码为 1"
    ),
    "Check every chain and row there, too.": "那里的每条链、每一行也核验",
    # looks
    "The log of looks: who saw or took out what.": "查看记录：谁看过、取走过什么",
    "List looks, the latest first.": "列出查看记录，最近的在前",
    "Only this account's.": "只列这个账号的",
    "Only of this: call/ID, recording/ID, account/NAME, or all `call`.": (
        "只列这个对象的：call/ID、recording/ID、account/NAME，或全部 `call`"
    ),
    "Only this: played, exported, unmasked, ...": "只列这种动作：played、exported、unmasked 等",
    "From then on, UTC.": "这个时间起，UTC",
    "Before then, UTC.": "这个时间之前，UTC",
    "The latest so many.": "最近几条",
    # recordings
    "List, play, verify, export and erase recordings.": "列出、播放、核验、导出、销毁录音",
    "Erase all recordings of a call, so that no copy of them can be heard; the call stays.": (
        "销毁一通电话的全部录音，任何副本都不能再听；通话本身保留"
    ),
    "With a server running it is the server that does it; exit 1 when something was left.": (
        "有服务在运行时，由服务来做；有没销毁的，退出码为 1。"
    ),
    "Id of the call, or how it alone begins.": "通话编号，或足以认出它的开头几位",
    "Who asked for it, and on what ground.": "谁要求的、凭什么依据",
    "Do not ask.": "不再询问",
    "Keep everything of a call, whatever retention or a wish to erase says.": (
        "保全一通电话的一切，不管保留期到没到、有没有人要求销毁"
    ),
    "Why it must stay: a case, a claim.": "为什么必须留着：案件、索赔",
    "Lift a hold; retention goes on as for any call.": "解除保全；此后保留期与其他通话一样",
    "Why it need not stay any more.": "为什么不必再留",
    "List the calls that are held, with the reason.": "列出保全中的通话和缘由",
    "Erase the recordings that were kept long enough; a running server does it every night.": (
        "销毁保留期已满的录音；服务运行时每夜都会做"
    ),
    "By a clock that went on by more than `doubt_after_days` nothing is erased before you"
    " confirm it.": ("时钟一下子走过 `doubt_after_days` 以上时，先要您确认，才会销毁。"),
    "Only say what is due.": "只说明哪些到期",
    "You have seen that it is, though it went on by weeks.": (
        "您已看过，时钟虽走过了几星期，但是对的"
    ),
    "Settings (TOML) with [retention].": "含 [retention] 的设置文件（TOML）",
    "List recordings, oldest first, with their length and state; --json tells where they are.": (
        "列出录音，最早的在前，含时长和状态；--json 给出所在位置"
    ),
    "Play a call, or one recording; without a player here, say where it is.": (
        "播放一通电话或一段录音；这台机器没有播放器时，说明录音在哪里"
    ),
    "A call that was paused has several recordings: they are heard in their places, with"
    " silence for the pauses.": ("暂停过的通话有几段录音：按各自的位置播放，暂停处是静音。"),
    "Recording id, or the call's.": "录音编号，或通话编号",
    "caller is left, house is right.": "caller 是左声道，house 是右声道",
    "Write a recording as an open wav file; the log of looks keeps that you did.": (
        "把录音写成没有加密的 wav 文件；查看记录会记下是您做的"
    ),
    "Write what can be read, with silence for what cannot.": "读得出的都写出，读不出的用静音代替",
    "What for; the log of looks keeps it.": "用途；记入查看记录",
    "Check that every recording is there, whole and unchanged; exit 1 when one is not.": (
        "检查每段录音都在、完整、未被改动；有一段不是，退出码为 1"
    ),
    "One recording; all when left out.": "一段录音；不写则全部",
    "The keys that recordings are sealed with.": "给录音加密的密钥",
    "List the master keys: which is in use, which files need it, whether it can be had.": (
        "列出主密钥：哪个在用，哪些文件要用它，能不能取到"
    ),
    "Make a master key for recordings to come; those there are keep theirs.": (
        "新录音改用新的主密钥；已有的录音仍用原来的"
    ),
    "Only print a key, for a vault of your own.": "只显示一个密钥，供您自己的密钥库使用",
    "Let another key that is there wrap new recordings.": "新录音改用另一个现有的密钥",
    "Id of a key that is there.": "现有密钥的编号",
    "Make a new master key and wrap every recording's key with it; a server may run.": (
        "生成新的主密钥，改由它保护每段录音的密钥；服务可以照常运行"
    ),
    "Stopped half-way it is harmless: run it once more with the same end. A damaged key of one"
    " recording stops no other: it is named, and the exit code is 1.": (
        "中途停下也没关系：再运行一次，结果一样。某段录音的密钥损坏不妨碍别的：会指出是哪段，"
        "退出码为 1。"
    ),
    # user
    "Accounts of the console and of QA's work.": "控制台和质检用的账号",
    "Make an account; asks for its password twice.": "新建账号；密码要输入两次",
    "Small letters, digits, '.', '_', '-'.": "小写字母、数字、“.”、“_”、“-”",
    "What it may do.": "可以做什么",
    "The agent it belongs to.": "属于哪位坐席",
    "The person's name.": "姓名",
    "Read the password from standard input, one line.": "从标准输入读密码，一行",
    "List accounts with their role; never a password.": "列出账号和角色；从不显示密码",
    "Change role, agent's number or the person's name; ends the account's sessions.": (
        "修改角色、坐席工号或姓名；该账号的登录全部失效"
    ),
    "Let an account sign in no more; what it did stays.": "不让一个账号再登录；做过的事都保留",
    "Let a disabled account sign in again.": "让停用的账号重新登录",
    "Give an account another password; ends its sessions.": "给账号换密码；此前的登录全部失效",
    "Set up an account's second factor (codes by time, RFC 6238), or remove it with --off.": (
        "为账号设置二次验证（按时间的验证码，RFC 6238），或用 --off 取消"
    ),
    "Shows the secret for an authenticator app, to be scanned or typed, asks for the code it"
    " gives, and shows the recovery codes once; the account's sessions end.": (
        "显示验证器应用要用的密钥，可扫码或手输；再输入它给出的验证码；然后显示备用码，"
        "只显示一次；该账号的登录全部失效。"
    ),
    "Remove it: a lost phone.": "取消二次验证：手机丢失",
    "Why it is removed.": "为什么取消",
}
