"""The wallboard's own words, in Chinese and English; the rest come from the panel's catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from softphone_panel.texts import CATALOGUE, Language, Texts

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("坐席大厅", "Wallboard"),
    # the link to the desk
    "lamp.connecting": ("正在连接坐席台…", "connecting to the desk…"),
    "lamp.live": ("已连接", "connected"),
    "lamp.away": ("坐席台断开 {time}，正在重连", "desk gone {time}, trying again"),
    "lamp.refused": ("坐席台拒绝：{why}", "the desk refuses: {why}"),
    "refused.token": ("令牌不对", "wrong token"),
    "refused.version": ("版本不同", "another version"),
    "refused.full": ("连接太多", "too many panels"),
    "refused.no_supervisor": ("只有班长能看大厅", "only supervisors see the floor"),
    # big figures
    "big.waiting": ("等待", "waiting"),
    "big.longest": ("最长等待", "longest wait"),
    "big.level": ("接通率", "service level"),
    "big.ready": ("空闲坐席", "agents ready"),
    "big.alarms": ("报警", "alarms"),
    # alarms
    "alarms.title": ("报警", "Alarms"),
    "alarms.none": ("没有报警。", "No alarms."),
    "alarms.more": ("另有 {count} 条", "{count} more"),
    "alarm.trouble": ("系统故障：{subject}", "trouble: {subject}"),
    "alarm.help": ("{subject} 求助", "{subject} asks for help"),
    "alarm.nobody_ready": ("{subject} 有人等，无人接", "{subject}: callers wait, nobody serves"),
    "alarm.longest_wait": ("{subject} 等待过久", "{subject}: a wait is too long"),
    "alarm.rush": ("{subject} 来电高峰", "{subject}: rush"),
    "alarm.late_answer": ("{subject} 三声未接", "{subject}: not answered in three rings"),
    "alarm.rule_broken": ("{subject} 违反规章 {rules}", "{subject}: rule broken {rules}"),
    "alarm.service_level": ("{subject} 接通率低", "{subject}: service level low"),
    "alarm.long_wrap_up": ("{subject} 话后过长", "{subject}: wrap-up too long"),
    "trouble.pbx": ("交换机连不上", "no connection to Asterisk"),
    "trouble.ledger": ("台账写不进", "the ledger cannot be written"),
    "trouble.ears": ("听不到来电者", "callers cannot be heard"),
    "trouble.shipping": (
        "共享数据库连不上：请查看 PostgreSQL",
        "shared database away: see to PostgreSQL",
    ),
    "trouble.shipping_refused": (
        "共享数据库拒收事实：办法见日志",
        "shared database refuses facts: see the log",
    ),
    "trouble.clock": ("机器时钟可疑，见日志", "the machine's clock is in doubt, see the log"),
    # waiting callers and queues
    "waiting.title": ("等待的来电 {count}", "Waiting {count}"),
    "waiting.none": ("没有人在等。", "Nobody waits."),
    "waiting.more": ("另有 {count} 位", "{count} more"),
    "withheld": ("无主叫号码", "number withheld"),
    "queues.title": ("今日队列", "Queues today"),
    "queues.none": ("还没有队列。", "No queue yet."),
    "queue.counts": (
        "进 {offered} 接 {answered} 放弃 {abandoned} 其他 {left} 平均 {average}",
        "in {offered} answered {answered} abandoned {abandoned} left {left} average {average}",
    ),
    "queue.staff": ("空闲 {ready}/{serving}", "ready {ready}/{serving}"),
    # agents
    "agents.title": ("坐席 {count}", "Agents {count}"),
    "agents.more": ("另有 {count} 位（↑↓ 查看）", "{count} more (up/down to see)"),
    "mark.help": ("求助", "help"),
    # one agent
    "one.none": ("用 ↑↓ 选一位坐席。", "Pick an agent with up and down."),
    "one.queues": ("队列", "queues"),
    "one.caller": ("来电", "caller"),
    "one.step": ("流程", "flow"),
    "one.help": ("求助", "help"),
    "one.due": ("应做 {rule}", "due {rule}"),
    "one.within": ("还有 {time}", "within {time}"),
    "one.broken": ("违反 {rule}", "broken {rule}"),
    "one.watched": ("班长", "watched"),
    "one.no_call": ("现在没有通话。", "No call now."),
    # listening in
    "mode.listen": ("监听", "listening to"),
    "mode.whisper": ("密语", "whispering to"),
    "mode.barge": ("强插", "on the call of"),
    "watch.listen": ("监听", "listens:"),
    "watch.whisper": ("密语", "whispers:"),
    "watch.barge": ("强插", "joined:"),
    # empty floor
    "empty.floor": ("还没有坐席。", "No agents yet."),
    "empty.sign_in": ("坐席在面板上签入：", "Agents sign in at their panel:"),
    "empty.serve": ("先启动服务：", "First start the server:"),
    "empty.token": (
        "令牌在状态目录的 tokens.json。",
        "Tokens are in tokens.json of the state folder.",
    ),
    "empty.polling": ("本屏会自己重连，不必重开。", "This screen keeps trying; leave it open."),
    # keys
    "key.pick": ("选坐席", "pick"),
    "key.detail": ("详情", "details"),
    "key.listen": ("监听", "listen"),
    "key.whisper": ("密语", "whisper"),
    "key.barge": ("强插", "barge in"),
    "key.cue": ("耳边提示", "spoken cue"),
    "key.leave": ("退出监听", "leave"),
    "key.answer_help": ("应答求助", "answer help"),
    "key.again": ("重连", "reconnect"),
    "problem.own_call": ("先挂掉您自己的电话", "hang up your own call first"),
    "problem.no_call_there": ("那位坐席没有通话", "that agent is on no call"),
    "problem.no_voice": ("没有语音引擎能念", "no engine speaks it"),
    "problem.cut_short": ("没念完通话就结束了", "the call was over before it"),
    "problem.nobody_asks": ("那位坐席没有求助", "that agent asks for no help"),
    # spoken cue
    "cue.title": ("在 {agent} 耳边说（来电者听不到）", "Into the ear of {agent}, not the caller's"),
    "cue.keys": ("回车 说 · Esc 不说", "Enter says it · Esc closes"),
    # answers of the desk
    "notice.sent": ("已发出…", "sent…"),
    "notice.done": ("好了：{what}", "done: {what}"),
    "notice.failed": ("没成：{what}，{why}", "not done: {what}, {why}"),
    "notice.no_agent": ("先选一位坐席。", "Pick an agent first."),
    "notice.no_call": ("{agent} 现在没有通话。", "{agent} has no call now."),
    "notice.no_help": ("没有人求助。", "Nobody asks for help."),
    "notice.not_spying": ("现在没有监听任何人。", "You are on nobody's call."),
    "help.text": (
        "本屏显示整个大厅：谁在等、等了多久、接通率、每位坐席在做什么、做了多久、哪条规章被违反、"
        "谁在求助。\n"
        "\n"
        "接通率的算式写在每个队列下面，带今天的数字。\n"
        "\n"
        "↑ ↓ 选坐席，回车看详情。\n"
        "1 监听：您听两边，没人听到您。\n"
        "2 密语：只有坐席听到您。\n"
        "3 强插：两边都听到您。\n"
        "c 耳边提示：写一句话，由系统念给坐席，来电者听不到。\n"
        "0 退出。听着的时候按 1 2 3 直接切换。监听通过您自己的话机，每次都留记录。\n"
        "h 应答最早的求助；选中的坐席在求助时应答他。\n"
        "\n"
        "报警随原因消失，不用确认。\n"
        "号码只显示头三位和末四位。",
        "This screen shows the whole floor: who waits and how long, the service level, what each "
        "agent does and for how long, rules broken now, who asks for help.\n"
        "\n"
        "The formula of the service level stands below each queue, with today's numbers.\n"
        "\n"
        "Up and down pick an agent, Enter shows details.\n"
        "1 listen: you hear both, nobody hears you.\n"
        "2 whisper: only the agent hears you.\n"
        "3 barge in: both hear you.\n"
        "c spoken cue: write a sentence; the desk says it to the agent, not to the caller.\n"
        "0 leave. While you are on a call, 1 2 3 switch at once. It goes through your own phone, "
        "and each time is logged.\n"
        "h answers the help request of the picked agent, else the oldest one.\n"
        "\n"
        "An alarm goes with its cause; nothing has to be acknowledged.\n"
        "Of a number only the first three and last four digits are shown.",
    ),
}


class WallTexts(Texts):
    """The wallboard's words first, then the panel's."""

    __slots__ = ()

    def __call__(self, key: str, /, **values: object) -> str:
        if key not in WORDS:
            return Texts.__call__(self, key, **values)
        text = WORDS[key][0 if self.language is Language.ZH else 1]
        return text.format(**values) if values else text

    def or_plain(self, group: str, word: str) -> str:
        return self(f"{group}.{word}") if self.knows(f"{group}.{word}") else word

    @staticmethod
    def knows(key: str) -> bool:
        """Whether there is a text of this key."""
        return key in WORDS or key in CATALOGUE
