"""Lists on a terminal: their columns and the words in their cells in its language."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from launch.telling.wording import Wording

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_PIPE_CELLS: Final = 200
_WIDE: Final = 100

head: Final = Wording(
    {
        # of a call
        "call": ("通话", "call"),
        "offered": ("来电时间 (UTC)", "offered (UTC)"),
        "ani": ("主叫", "from"),
        "dnis": ("被叫", "to"),
        "flow": ("流程", "flow"),
        "rings": ("振铃", "rings"),
        "length": ("时长", "length"),
        "ended": ("结束", "ended"),
        "disposition": ("结果", "disposition"),
        # of a recording
        "recording": ("录音", "recording"),
        "started": ("开始 (UTC)", "started (UTC)"),
        "state": ("状态", "state"),
        # of agents and people
        "agent": ("坐席", "agent"),
        "name": ("姓名", "name"),
        "for": ("已持续", "for"),
        "ready": ("空闲", "ready"),
        "talk": ("通话", "talk"),
        "hold": ("保持", "hold"),
        "wrap_up": ("话后", "wrap-up"),
        "not_ready": ("示忙", "not ready"),
        "answered": ("接听", "answered"),
        "in_3_rings": ("三声内", "in 3 rings"),
        "missed": ("未接", "missed"),
        "account": ("账号", "name"),
        "role": ("角色", "role"),
        "person": ("姓名", "person"),
        "may_sign_in": ("可登录", "may sign in"),
        "second_factor": ("二次验证", "second factor"),
        # of looks
        "when": ("时间 (UTC)", "when (UTC)"),
        "who": ("谁", "who"),
        "did": ("做了", "did"),
        "what": ("对象", "what"),
        "reason": ("缘由", "reason"),
        "from": ("来自", "from"),
        # of rules, forms and words
        "rules": ("规章", "House rules"),
        "rules_on": ("通话 {call} 的规章判定", "House rules on call {call}"),
        "rule": ("规章", "rule"),
        "title": ("名称", "title"),
        "must": ("必须", "must"),
        "judged_how": ("判定方法", "how it is judged"),
        "verdict": ("判定", "verdict"),
        "evidence": ("证据", "evidence"),
        "forms": ("评分表", "Forms of quality work"),
        "form": ("评分表", "form"),
        "version": ("版本", "version"),
        "sections": ("部分", "sections"),
        "questions": ("题目", "questions"),
        "by_machine": ("机器作答", "by machine"),
        "digest": ("摘要", "digest"),
        "at": ("时间", "at"),
        "line": ("话术", "line"),
        "finding": ("结果", "finding"),
        "alike": ("相似", "alike"),
        "heard": ("听到", "heard"),
        "since": ("起于", "since"),
        "why": ("依据", "why"),
    }
)

cell: Final = Wording(
    {
        "live": ("进行中", "live"),
        "seconds": ("{seconds} 秒", "{seconds} s"),
        "yes": ("是", "yes"),
        "no_disabled": ("否，已停用", "no, disabled"),
        "on": ("已启用", "on"),
        # how a call ended
        "completed": ("办完", "completed"),
        "caller_hung_up": ("来电者挂机", "caller_hung_up"),
        "agent_hung_up": ("坐席挂机", "agent_hung_up"),
        "network": ("网络中断", "network"),
        "failed": ("出错", "failed"),
        "interrupted": ("服务中断", "interrupted"),
        # what became of a recording
        "recording": ("录音中", "recording"),
        "waiting for intake": ("待入库", "waiting for intake"),
        "kept": ("已入库", "kept"),
        "missing": ("缺失", "missing"),
        "erased": ("已销毁", "erased"),
        # an agent's state
        "signed_out": ("未签入", "signed out"),
        "ready": ("空闲", "ready"),
        "ringing": ("振铃", "ringing"),
        "on_call": ("通话", "on call"),
        "consult": ("商量", "consult"),
        "hold": ("保持", "hold"),
        "wrap_up": ("话后", "wrap-up"),
        "not_ready": ("示忙", "not ready"),
        # who speaks, and what the ears hear
        "caller": ("来电者", "caller"),
        "house": ("我方", "house"),
        "speech": ("说话", "speech"),
        "silence": ("无声", "silence"),
        "noise": ("噪音", "noise"),
        "faint": ("声音太小", "faint"),
        "clear": ("清楚", "clear"),
        # what plays in place of a studio's recording
        "bundled": ("随附的合成", "bundled"),
        "cache": ("缓存的合成", "cache"),
        "nothing": ("无", "nothing"),
        # a rule's verdict
        "must": ("必须", "must"),
        "rule_kept": ("做到", "kept"),
        "rule_broken": ("违反", "BROKEN"),
        "rule_pending": ("未定", "pending"),
        "rule_not_applicable": ("-", "-"),
        "person": ("人", "person"),
        "audio": ("录音", "audio"),
        "desk": ("坐席台", "desk"),
        "ledger": ("台账", "ledger"),
        "scope": ("【限{only}】", "[{only}]"),
        "and": ("；", "; "),
        "inbound_calls": ("来电", "inbound calls"),
        "outbound_calls": ("去电", "outbound calls"),
        "only_flow": ("流程 {flows}", "flow {flows}"),
        "spoken_by_agent": ("坐席说的话", "spoken by the agent"),
        "spoken_by_ivr": ("语音系统说的话", "spoken by the ivr"),
        "not_decidable": ("机器不能判定：{why}", "not decidable here: {why}"),
        "judged_by": ("由{who}判定：{why}", "by {who}: {why}"),
        "rule_due": ("期限：{what}{low}{high}", "due: {what}{low}{high}"),
        "not_before": ("，{seconds} 秒起", " from {seconds} s"),
        "by": ("，{seconds} 秒前", " by {seconds} s"),
        # an account's role
        "agent": ("坐席", "agent"),
        "qa": ("质检", "qa"),
        "supervisor": ("主管", "supervisor"),
        "admin": ("管理员", "admin"),
    }
)


def console_here() -> Console:
    """As wide as the terminal; a pipe gets whole rows: only a terminal has an edge to fold at."""
    from rich.console import Console

    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(markup=False, emoji=False, highlight=False, width=_PIPE_CELLS)
    return console


def gap() -> str:
    """What parts words of a column: in a terminal of under 100 cells the end of a line."""
    return "\n" if console_here().width < _WIDE else " "


def print_table(table: Table) -> None:
    """Print a list's table by the width of `console_here`; what may wrap is folded, never cut."""
    for column in table.columns:
        column.overflow = column.overflow if column.no_wrap else "fold"
    console_here().print(table)
