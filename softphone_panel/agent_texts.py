"""Words of the agent's panel, in Chinese and English; part of `texts.CATALOGUE`."""

from __future__ import annotations

from collections.abc import Mapping

AGENT_TEXTS: Mapping[str, tuple[str, str]] = {
    # the desk's lamp, the phone's
    "desk.connecting": ("正在连接坐席台… {time}", "reaching the desk… {time}"),
    "desk.live": ("坐席台在线", "desk on line"),
    "desk.away": ("坐席台断开 {time}，正在重连", "desk gone {time}, reconnecting"),
    "desk.refused": ("坐席台拒绝：{why}", "refused by the desk: {why}"),
    "why.token": ("口令不对", "wrong token"),
    "why.version": ("版本不同，请升级", "another version, please update"),
    "why.elsewhere": ("该工号已在别处打开", "this agent is open elsewhere"),
    "why.full": ("坐席台已满", "the desk is full"),
    "why.no_hello": ("连接太慢", "too slow"),
    "why.bad_hello": ("坐席台没看懂，请升级", "the desk does not understand, please update"),
    "why.bad_address": ("地址不对", "bad address"),
    "why.no_desk_there": ("该地址不是坐席台", "no desk at that address"),
    "why.no_connection": ("连不上", "no connection"),
    "why.silent": ("没有回应", "no response"),
    "away.text": (
        "通话不受影响。已输入的内容都在，连上后继续。",
        "The call goes on. What you typed is kept and goes on when the desk is back.",
    ),
    "away.idle": (
        "电话若响，请照常接听。连上后继续。",
        "Answer the phone if it rings. The panel goes on when the desk is back.",
    ),
    "phone.off_call": (
        "面板的话机不在这通电话上。没有用别的话机接的话，客户听不到您：按 {key} 挂机，再回电。",
        "The panel's phone is not on this call. If no other phone of yours is, the caller "
        "cannot hear you: hang up with {key}, then call back.",
    ),
    "phone.registered": ("☎ 话机已注册", "☎ phone registered"),
    "phone.line_up": ("☎ 话机线路已接通", "☎ line to the phone stands"),
    "phone.line_down": ("☎ 话机线路未接通", "☎ line to the phone is down"),
    "phone.missing": ("☎ 话机未注册", "☎ phone not registered"),
    "phone.trouble": ("☎ 话机：{why}", "☎ phone: {why}"),
    "trouble": ("故障：{what}", "trouble: {what}"),
    "trouble.pbx": ("与电话交换机失去联系", "the exchange cannot be reached"),
    "trouble.ledger": ("台账写不进去", "the ledger cannot be written"),
    "trouble.ears": ("听不到通话声音", "the ears hear nothing"),
    "trouble.shipping": (
        "共享数据库连不上，通话不受影响",
        "the shared database is away, calls go on",
    ),
    "trouble.shipping_refused": (
        "共享数据库不收事实，通话不受影响：请告诉班长",
        "the shared database refuses facts, calls go on: tell a supervisor",
    ),
    "trouble.clock": (
        "机器时钟可疑，请告诉班长",
        "the machine's clock is in doubt: tell a supervisor",
    ),
    # the state
    "agent.signed_out": ("未签入", "signed out"),
    "agent.ready": ("空闲", "ready"),
    "agent.ringing": ("振铃", "ringing"),
    "agent.on_call": ("通话", "on call"),
    "agent.hold": ("保持", "hold"),
    "agent.wrap_up": ("话后", "wrap-up"),
    "agent.not_ready": ("未就绪", "not ready"),
    "agent.muted": ("静音", "muted"),
    "agent.then": ("话后转：{what}", "then: {what}"),
    "agent.helped": ("✋ 已求助", "✋ help asked"),
    "agent.listened": ("旁听：{who}", "listened to by {who}"),
    "reason.break": ("小休", "break"),
    "reason.lunch": ("用餐", "lunch"),
    "reason.training": ("培训", "training"),
    "reason.meeting": ("会议", "meeting"),
    "reason.system": ("系统", "system"),
    "reason.other": ("其他", "other"),
    "reason.missed": ("漏接", "call missed"),
    "reason.unreachable": ("话机不可达", "phone unreachable"),
    # waiting
    "idle.ready": ("等待来电。", "Waiting for a call."),
    "idle.next.ready": (
        "电话响了，请在三声之内接听。",
        "A call that rings here is to be answered within three rings.",
    ),
    "idle.not_ready": ("现在不派来电给您。", "No calls are offered to you now."),
    "idle.signed_out": ("您还没有签入。", "You are not signed in."),
    "idle.press": ("按 {key} {what}", "Press {key}: {what}"),
    "idle.missed": (
        "刚才的来电响完三声没有接，不再在这里响。",
        "The last call rang its three rings here, unanswered, and rings here no more.",
    ),
    "idle.unreachable": (
        "您的话机没有注册，请先打开话机。",
        "Your phone is not registered. Switch it on first.",
    ),
    "idle.line_down": (
        "话机线路未接通：响铃时接起话机；不响铃就再按一次就绪。",
        "The line to your phone is down: pick the phone up when it rings, or be ready once more.",
    ),
    "idle.connecting": ("正在连接坐席台…", "Reaching the desk…"),
    "idle.serve": ("服务没有运行时先启动：", "If no server runs, start one:"),
    # an offered call
    "offer.title": ("来电", "A call"),
    "offer.queue": ("队列 {queue} · 客户已等 {time}", "queue {queue} · has waited {time}"),
    "offer.sent": ("{who} 转来 · 客户已等 {time}", "sent by {who} · has waited {time}"),
    "offer.asked": (
        "{who} 有事商量，客户还在那边 · 已响 {time}",
        "{who} wants to ask you and has the caller · {time}",
    ),
    "offer.rings": ("第 {ring} 声 / {rings}", "ring {ring} of {rings}"),
    "offer.answer": ("按 {key} 接听", "Press {key} to answer"),
    "offer.at_phone": ("请在话机上接听", "Pick up your phone"),
    "offer.late": ("已过三声", "past the third ring"),
    # the script
    "script.say": ("现在请说", "Say now"),
    "script.ask": ("请问客户", "Ask the caller"),
    "script.listen": ("请听客户说", "Listen to the caller"),
    "script.labelled": ("{label}：{text}", "{label}: {text}"),
    "script.held": ("客户在听音乐，按 {key} 取回", "The caller hears music; {key} takes them back"),
    "script.asking": (
        "客户在听音乐，按 {back} 不转了",
        "The caller hears music; {back} takes them back",
    ),
    "script.asked": (
        "客户在听音乐，按 {done} 转过去，{back} 不转了",
        "The caller hears music; {done} hands them over, {back} takes them back",
    ),
    "script.fill": ("请填写表单", "Fill in the form"),
    "script.pick": ("请选择", "Choose"),
    "script.hear": ("请听客户说，听到什么按什么", "Listen, then press what it was"),
    "script.digits_now": ("请记下客户报的数字", "Take down the digits"),
    "script.over": ("流程已结束：道别，挂机。", "The flow is over: say goodbye, hang up."),
    "script.colleague": (
        "{who} 与您商量这通电话，客户在听音乐。谈完挂机，或等对方转过来。",
        "{who} asks you about this call; the caller hears music. Hang up when you are done, or "
        "be handed the caller.",
    ),
    "script.joined": ("{who}、客户和您三方通话中。", "{who}, the caller and you are together."),
    "script.none": ("此通电话没有流程。", "This call has no flow."),
    "script.next": ("下一句", "next"),
    "script.hint": ("提示", "hint"),
    "script.digits": ("客户报的数字：", "Digits the caller gives:"),
    "clock.listen": ("倾听", "listening"),
    "clock.wait": ("等待", "waiting"),
    "clock.clear": ("等线路变清", "until the line is clear"),
    "clock.quiet": ("静默", "silence"),
    "clock.noisy": ("噪音", "noise"),
    "clock.of": ("{what} {spent} / {whole} 秒", "{what} {spent} of {whole} s"),
    "held.hold": ("保持中，计时停", "on hold, clock stands"),
    "held.music": ("放音乐，计时停", "music plays, clock stands"),
    "held.agent_speaks": ("您在说话，计时停", "you speak, clock stands"),
    "held.caller_speaks": ("客户在说话，计时停", "caller speaks, clock stands"),
    "held.no_ears": ("听不到声音，计时停", "nothing heard, clock stands"),
    "held.no_desk": ("坐席台断开，计时停", "desk gone, clock stands"),
    "hear.you": ("您在说话", "you speak"),
    "hear.words": ("客户说：{text}", "the caller: {text}"),
    "rules.due": ("{time} 秒内", "within {time} s"),
    "rules.broken": ("已违反", "broken"),
    "choices.title": ("选择", "Choices"),
    "branches.title": ("随时可转", "At any time"),
    # the caller's file
    "caller.title": ("来电人", "The caller"),
    "caller.unknown": ("没有这位客户的档案", "no file of this caller"),
    "caller.history": ("来电历史", "earlier calls"),
    "caller.first": ("第一次来电", "calls for the first time"),
    "caller.open": ("未了事项", "open matters"),
    "matter.promise": ("承诺", "promise"),
    "matter.ticket": ("工单", "ticket"),
    "about.callback": ("回电", "call back"),
    "matter.due": ("{about}（{due} 到期）", "{about} (due {due})"),
    # the form, wrap-up
    "form.done": (
        "{key} 提交 · Tab 下一项 · Esc 离开输入",
        "{key} done · Tab next · Esc to the keys",
    ),
    "form.yes": ("是", "yes"),
    "form.no": ("否", "no"),
    "wrap.title": ("话后处理", "Wrap-up"),
    "wrap.result": ("通话结果", "Disposition"),
    "wrap.note": ("备注", "Note"),
    "wrap.none": ("请先选通话结果", "choose a disposition first"),
    "wrap.done": ("{key} 完成话后 · Tab 到备注", "{key} closes wrap-up · Tab to the note"),
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
    "not_ready.title": ("为什么不就绪？", "Not ready: why?"),
    "palette.title": ("找一个操作", "Find an action"),
    "palette.none": ("没有这样的操作。", "No such action works now."),
    # strips
    "queue.strip": (
        "{queue} 等待 {waiting} · 最长 {longest} · 空闲 {ready}",
        "{queue}: {waiting} waiting · longest {longest} · {ready} ready",
    ),
    "today.title": ("我的今日", "My day"),
    "today.answered": ("接听", "answered"),
    "today.three": ("三声内", "within 3 rings"),
    "today.missed": ("漏接", "missed"),
    "today.talk": ("通话", "talk"),
    "today.wrap_up": ("话后", "wrap-up"),
    "today.ready": ("空闲", "ready"),
    "today.not_ready": ("未就绪", "not ready"),
    "today.promises": ("承诺", "promises"),
    "today.broken": ("违规", "rules broken"),
    "today.average": ("平均处理", "handle time"),
    "notes.title": ("交班留言", "Shift notes"),
    "notes.none": ("没有交班留言。", "No shift notes."),
    "incident.statement": ("统一口径：{text}", "Statement to all callers: {text}"),
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
        "就绪以后，电话会派给您；三声之内要接（A01）。不能接电话时按未就绪，选原因。\n"
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
        "▸ 是快到时限的规范，✗ 是已违反的。数字选菜单，字母随时转到分支。",
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
        "按数字选通话结果，Tab 到备注，F10 完成。完成后按您先前的选择就绪或未就绪。",
        "A figure chooses the disposition, Tab goes to the note, F10 closes. After that you are "
        "ready, or not ready if you asked for it.",
    ),
}
