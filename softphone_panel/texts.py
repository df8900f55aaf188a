"""Every word the panel shows, in Chinese and English, in one catalogue."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from softphone_panel.agent_texts import AGENT_TEXTS


class Language(StrEnum):
    """A language of the panel itself; lines are shown in the language they are spoken in."""

    ZH = "zh"
    EN = "en"

    @property
    def other(self) -> Language:
        """The one the language key changes to."""
        return Language.EN if self is Language.ZH else Language.ZH


def language_of(environment: Mapping[str, str] = os.environ) -> Language:
    """Chinese when the terminal's locale is Chinese, else English."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return Language.ZH if locale.lower().startswith("zh") else Language.EN


CATALOGUE: Mapping[str, tuple[str, str]] = {
    # the frame
    "title": ("Thirdring · 通话大厅", "Thirdring · the floor"),
    "lamp.live": ("服务运行中", "server running"),
    "lamp.no_server": ("服务未运行", "no server running"),
    "lamp.no_ledger": ("尚无台账", "no ledger yet"),
    "lamp.reading": ("正在读台账…", "reading the ledger…"),
    "calls.title": ("正在通话 {count}", "Live calls {count}"),
    "calls.more": ("另有 {count} 通（↑↓ 查看）", "{count} more (up/down to see)"),
    "ended.title": ("最近结束", "Ended lately"),
    "ended.none": ("还没有结束的电话。", "No call has ended yet."),
    "talk.title": ("通话经过", "The call so far"),
    "talk.none": ("还没有内容。", "Nothing yet."),
    "totals.title": ("今日", "Today"),
    "totals.offered": ("来电", "offered"),
    "totals.answered": ("接听", "answered"),
    "totals.within_three": ("三声内", "within 3 rings"),
    "totals.completed": ("完成", "completed"),
    "totals.caller_hung_up": ("对方挂机", "caller hung up"),
    "totals.failed": ("故障", "failed"),
    # what a call does
    "state.ringing": ("振铃", "ringing"),
    "state.connected": ("接通", "on line"),
    "state.speaking": ("播报", "speaking"),
    "state.listening": ("倾听", "listening"),
    "state.queued": ("排队", "queued"),
    "state.agent": ("坐席", "agent"),
    "state.closing": ("结束语", "closing"),
    "state.ended": ("已结束", "ended"),
    "withheld": ("无主叫号码", "number withheld"),
    "recording": ("● 录音", "● rec"),
    "say.now": ("正在说", "being said"),
    "say.last": ("刚说完", "said last"),
    "say.nothing": ("（还没有说话）", "(nothing said yet)"),
    "queue.waiting": ("等待坐席 {time}（{queue}）", "waiting for an agent {time} ({queue})"),
    "agent.talking": ("与坐席 {agent} 通话", "talking with {agent}"),
    # what is heard
    "sound.speech": ("说话", "speech"),
    "sound.silence": ("无声", "silence"),
    "sound.noise": ("噪音", "noise"),
    "sound.faint": ("声音太小", "faint"),
    "sound.clear": ("清楚", "clear"),
    "hear.label": ("听到", "heard"),
    "hear.closed": ("未在倾听", "not listening"),
    "hear.waiting": ("等待声音…", "waiting for sound…"),
    # clocks
    "clock.rings": ("振铃 第 {ring} 声 / 3", "ring {ring} of 3"),
    "clock.silence": ("静默 {spent} / {whole} 秒", "silence {spent} of {whole} s"),
    "clock.noise": ("噪音 {spent} / {whole} 秒", "noise {spent} of {whole} s"),
    "clock.held": ("对方在说话，计时停", "caller speaking, clock held"),
    # the conversation
    "turn.house": ("我方", "house"),
    "turn.caller": ("对方", "caller"),
    "turn.key": ("按键 {text}", "pressed {text}"),
    "turn.heard": ("{sound}（{text} 秒）", "{sound} ({text} s)"),
    "turn.cut": ("（被打断）", "(cut short)"),
    "note.offered": ("来电", "call offered"),
    "note.answered": ("第 {text} 声接听", "answered on ring {text}"),
    "note.queued": ("进入队列 {text}", "queued for {text}"),
    "note.agent_offered": ("坐席振铃 {text}", "agent's phone rings: {text}"),
    "note.agent_answered": ("坐席接听 {text}", "agent answered: {text}"),
    "note.left_queue": ("离开队列：{text}", "left the queue: {text}"),
    "note.recording_started": ("开始录音", "recording started"),
    "note.recording_paused": ("录音暂停", "recording paused"),
    "note.recording_resumed": ("录音继续", "recording resumed"),
    "note.recording_stopped": ("录音结束", "recording stopped"),
    "note.recording_kept": ("录音已入库", "recording kept"),
    "note.fault": ("故障 {text}", "fault: {text}"),
    "note.hung_up": ("{text} 挂断", "{text} hung up"),
    "note.ended": ("结束：{text}", "ended: {text}"),
    # who, and how it ended
    "by.caller": ("对方", "the caller"),
    "by.us": ("我方", "we"),
    "by.agent": ("坐席", "the agent"),
    "by.network": ("网络", "the network"),
    "disposition.served": ("已办结", "served"),
    "disposition.promised": ("已承诺回复", "callback promised"),
    "disposition.unserved": ("未办成", "not served"),
    "disposition.transferred": ("已转接", "transferred"),
    "disposition.wrong_number": ("打错电话", "wrong number"),
    "disposition.silent": ("无声电话", "silent call"),
    "disposition.noise": ("噪音太大", "too noisy"),
    "disposition.faint": ("声音太小", "too faint"),
    "disposition.other": ("其他", "other"),
    "reason.completed": ("办完", "completed"),
    "reason.caller_hung_up": ("来电者挂机", "caller hung up"),
    "reason.agent_hung_up": ("坐席挂机", "agent hung up"),
    "reason.network": ("网络中断", "network"),
    "reason.failed": ("我方故障", "failed"),
    "reason.interrupted": ("服务中断", "interrupted"),
    # empty floor
    "empty.title": ("现在没有电话。", "No calls right now."),
    "empty.call": ("打一个试试：", "Place one:"),
    "empty.run": ("或者看八位模拟来电者：", "Or watch eight simulated callers:"),
    "empty.serve": ("先启动服务：", "First start the server:"),
    "empty.pbx": ("再启动 Asterisk：", "Then start an Asterisk:"),
    "empty.ledger": ("台账文件还不存在：{path}", "There is no ledger yet: {path}"),
    "empty.trouble": ("台账读不出来：{problem}", "The ledger cannot be read: {problem}"),
    "empty.polling": ("本屏会自动刷新，不必重开。", "This screen keeps looking; leave it open."),
    # keys
    "key.quit": ("退出", "quit"),
    "key.language": ("English", "中文"),
    "key.theme": ("配色", "theme"),
    "key.pick": ("选择电话", "pick a call"),
    "key.detail": ("通话经过", "whole call"),
    "key.help": ("帮助", "help"),
    "key.close": ("返回", "back"),
    "help.title": ("帮助", "Help"),
    "help.text": (
        "本屏跟着台账走，显示现在发生的事，只看不改。\n"
        "\n"
        "上方列出正在进行的电话，下方是刚结束的。↑ ↓ 选一个，选中的那个显示正在说的话、"
        "听到的声音、正在走的钟。回车看整个通话经过，Esc 返回。\n"
        "\n"
        "静默钟：对方不说话，等到时间就再问一次（A11）。\n"
        "噪音钟：听不清时等线路变清楚，最多十秒（A12）。\n"
        "振铃钟：三声之内要接（A01）。\n"
        "对方一说话，静默钟就停：我们不打断对方。\n"
        "\n"
        "号码只显示头三位和末四位。",
        "This screen follows the ledger and shows what happens now. It changes nothing.\n"
        "\n"
        "Live calls are listed above, those just ended below. Up and down pick one; the one "
        "picked shows the line being said, what is heard and the clock that runs. Enter shows "
        "the whole call, Esc goes back.\n"
        "\n"
        "Silence clock: a caller who says nothing is asked again when it runs out (A11).\n"
        "Noise clock: a line too noisy to hear gets ten seconds to become clear (A12).\n"
        "Ring clock: a call is answered within three rings (A01).\n"
        "The silence clock stops while the caller speaks: we never talk over a caller.\n"
        "\n"
        "Of a number only the first three and last four digits are shown.",
    ),
    "language.zh-Hans": ("普通话", "Mandarin"),
    "language.zh-Hant": ("繁体", "Mandarin (Hant)"),
    "language.en": ("英语", "English"),
    **AGENT_TEXTS,
}


@dataclass(frozen=True, slots=True)
class Texts:
    """The catalogue read in one language."""

    language: Language

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of `key`; values are put in as plain text. KeyError for an unknown key."""
        zh, en = CATALOGUE[key]
        text = zh if self.language is Language.ZH else en
        return text.format(**values) if values else text

    def or_plain(self, group: str, word: str) -> str:
        """The text of `group.word`, else the word itself: flows name their own dispositions."""
        return self(f"{group}.{word}") if f"{group}.{word}" in CATALOGUE else word
