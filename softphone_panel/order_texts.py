"""Words about orders on the agent's panel: dialogs, what became of them, help; part of the same."""

from __future__ import annotations

from collections.abc import Mapping

ORDER_TEXTS: Mapping[str, tuple[str, str]] = {
    # transfer, consult
    "transfer.title": ("转接给谁", "Transfer to"),
    "transfer.places": ("部门", "Places"),
    "transfer.people": ("同事", "Colleagues"),
    "transfer.none": (
        "没有可转的去处。请在设置的 destinations 里添加。",
        "There is nowhere to transfer to. Add destinations to the settings.",
    ),
    "transfer.help": (
        "回车：先商量再转    b：直接转    Esc：不转",
        "Enter: talk to them first    b: at once    Esc: not at all",
    ),
    "consult.dialling": ("正在呼叫 {to}", "calling {to}"),
    "consult.talking": ("与 {to} 商量中，客户在等", "talking to {to}, the caller waits"),
    "consult.three_way": ("三方通话：{to}", "three of you, with {to}"),
    "consult.failed": ("{to} 没有接通", "{to} was not reached"),
    "keypad.title": ("按键", "Keypad"),
    "keypad.help": ("直接按数字、* 和 #；Esc 返回", "Press digits, * and #; Esc goes back"),
    "ask_help.title": ("请班长帮助：什么事？", "Ask a supervisor: what about?"),
    "note.title": ("给下一班留言", "A note for the next shift"),
    "dialog.send": ("回车：发出    Esc：不发", "Enter: send    Esc: not"),
    "dialog.pick": ("回车选定，Esc 返回", "Enter takes it, Esc goes back"),
    "not_ready.title": ("为什么示忙？", "Not ready: why?"),
    "palette.title": ("找一个操作", "Find an action"),
    "palette.none": ("没有这样的操作。", "No such action works now."),
    # what became of an order
    "notice.failed": ("未成：{what}（{why}）", "not done: {what} ({why})"),
    "notice.theme": ("配色：{name}", "colours: {name}"),
    "notice.slow": (
        "刚才的按键在表单关闭后才到，没有执行。",
        "Those keys came after the form had gone; nothing was done.",
    ),
    "notice.quit": (
        "还在通话：退出面板就挂断。再按一次 {key} 退出。",
        "You are on a call: leaving the panel hangs up. {key} once more to leave.",
    ),
    "notice.saved": ("话后已完成", "wrap-up closed"),
    "problem.no_desk": ("坐席台断开", "desk gone"),
    "problem.lost": ("坐席台没有回答", "the desk did not answer"),
    "problem.not_now": ("现在不行", "not now"),
    "problem.not_here": ("练习里没有这一项", "there is none of it in practice"),
    "problem.late": ("已经过去了", "too late"),
    "problem.no_call": ("没有通话", "no call"),
    "problem.refused": ("交换机拒绝", "refused by the exchange"),
    "problem.not_ringing": ("没有振铃", "nothing rings"),
    "problem.call_gone": ("电话已结束", "the call is gone"),
    "problem.try_again": ("线路忙，请再按一次", "the line is changing, press again"),
    "problem.bad_keys": ("不是电话按键", "no telephone keys"),
    "problem.unreachable": ("连不上交换机", "the exchange is out of reach"),
    "problem.no_audio": (
        "没有声音设备：`arecord -L` 查名称，用 --phone alsa,名称 重开",
        "no sound device: `arecord -L`, reopen by --phone alsa,NAME",
    ),
    "problem.dead": (
        "内置话机已停，请重开面板",
        "the built-in phone stopped, open the panel again",
    ),
    "problem.required": ("必填", "required"),
    "problem.number": ("请填数字", "a whole number, please"),
    "problem.phone": ("号码不对", "no telephone number"),
    "problem.date": ("请写成 2026-11-22", "write it as 2026-11-22"),
    "problem.choice": ("不在选项中", "not one of the choices"),
    "problem.digits": ("位数不对", "not that many digits"),
    "problem.unfit": ("表单有不对的地方", "something in the form is not right"),
    "problem.over": ("流程已结束", "the flow is over"),
    "problem.by_phone": ("请在话机上接听", "pick up the phone itself"),
    "problem.pbx_away": ("与交换机失去联系", "the exchange is away"),
    "problem.no_hold_here": ("请在话机上保持", "hold it at the phone itself"),
    "problem.no_transfer_here": ("请在话机上转接", "transfer it at the phone itself"),
    "problem.bad_target": ("没有这个去处", "no such place"),
    "problem.consult_under_way": ("已在转接或保持中", "one at a time, a hold counts"),
    "problem.no_consult": ("没有在商量", "nobody is being asked"),
    "problem.not_talking_yet": ("对方还没接", "the other side has not picked up"),
    "problem.no_phone": ("话机未注册或没有接", "the phone is not there or not picked up"),
    "problem.not_supervisor": ("只有班长可以", "only for supervisors"),
    "problem.no_such_disposition": ("没有这个结果", "no such disposition"),
    "problem.no_such_reason": ("没有这个原因", "no such reason"),
    "problem.no_such_call": ("没有这通电话", "no such call"),
    "problem.empty": ("内容是空的", "it is empty"),
    "problem.failed": ("坐席台出错，已记录", "the desk failed, it is in its log"),
    "problem.ledger": ("台账没有写进，请告诉班长", "not kept in the ledger, tell a supervisor"),
    "problem.not_understood": (
        "坐席台没看懂，请升级",
        "the desk does not know this, please update",
    ),
    "problem.too_many": ("太快了", "too fast"),
    # help
    "help.now": ("现在能用的键", "Keys that work now"),
    "help.later": ("其他的键", "The other keys"),
    "help.waiting": (
        "示闲以后，电话会派给您；三声之内要接（A01）。不能接电话时按示忙，选原因。\n"
        "输入框外用单个字母；输入框里用 F 键，或 Alt 加字母。Esc 总是安全的。",
        "Once you are ready, calls are offered to you, each to be answered within three rings "
        "(A01). When you cannot take calls, go not ready and say why.\n"
        "Outside of fields single letters work; inside them the F-keys, or Alt with the letter. "
        "Esc is always safe.",
    ),
    "help.ringing": (
        "电话在响。三声之内接听（A01）；右边是客户的档案。",
        "A call rings. Answer within three rings (A01); the caller's file is beside it.",
    ),
    "help.talk": (
        "粗框里是现在要说的话，(2/3) 是第几次。说完按空格；换了说法按 c；跳过按 s。\n"
        "框里的钟跟着客户的声音走：客户在说话、保持、放音乐时停。\n"
        "▸ 是快到时限的规章，✗ 是已违反的。数字选菜单，字母随时转到分支。",
        "The heavy frame holds the sentence to say now; (2/3) counts the tries. Said it: space. "
        "In other words: c. Left out: s.\n"
        "The clock in the frame runs on the caller's sound and stands while the caller speaks, on "
        "hold, and while music plays.\n"
        "▸ marks a rule that is due, ✗ one that was broken. Figures choose from a menu, letters "
        "take a branch at any time.",
    ),
    "help.form": (
        "Tab 到下一项，Shift+Tab 到上一项，回车也到下一项；最后一项回车就提交。Esc 离开输入框。\n"
        "每输入一个字都会保存；坐席台断开也不会丢。",
        "Tab goes to the next field, Shift+Tab back, Enter on as well; Enter in the last one "
        "submits. Esc leaves the field.\n"
        "Everything typed is kept, even while the desk is gone.",
    ),
    "help.wrap_up": (
        "按数字选通话结果，Tab 到备注，F10 完成。完成后按您先前的选择示闲或示忙。",
        "A figure chooses the disposition, Tab goes to the note, F10 closes. After that you are "
        "ready, or not ready if you asked for it.",
    ),
}
