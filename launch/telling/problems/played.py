"""What flow tests say of a call: what it did not meet, and what would take a branch; in Chinese."""

from __future__ import annotations

from typing import Final

VERDICTS: Final = {
    "kept": "做到",
    "broken": "违反",
    "pending": "未定",
    "not applicable": "不涉及",
}
"""Of places whose name begins with `verdict`."""

PLAYED: Final[dict[str, str]] = {
    # What a call did not meet.
    "{what}: expected {item} after {before}, found nothing": (
        "{what}：{before} 之后应为 {item}，实际没有"
    ),
    "{what}: expected {item} after {before}, found {found}": (
        "{what}：{before} 之后应为 {item}，实际是 {found}"
    ),
    "{what}: expected {item}, found nothing": "{what}：应为 {item}，实际没有",
    "{what}: expected {item}, found {found}": "{what}：应为 {item}，实际是 {found}",
    "{what}: expected nothing more after {before}, found {found}": (
        "{what}：{before} 之后不应再有，实际还有 {found}"
    ),
    "{what}: expected nothing more, found {found}": "{what}：不应有，实际有 {found}",
    "said {item}, though it must not be": "不该说 {item}，却说了",
    "facts: {why} never came after {why2}": "facts：{why2}之后没有{why}",
    "facts: {why} never came": "facts：没有{why}",
    "rule {rule}: expected {verdict}, found {verdict2}: {why}": (
        "规章 {rule}：应为{verdict}，实际{verdict2}：{why}"
    ),
    "rule {rule}: expected {verdict}, found {verdict2}": (
        "规章 {rule}：应为{verdict}，实际{verdict2}"
    ),
    "rule {rule} broken: {why}": "违反规章 {rule}：{why}",
    "rule {rule} broken": "违反规章 {rule}",
    "the call has no end among its facts": "通话的事实里没有结束",
    "the call is told otherwise than accepted (- then, + now); if that is right: thirdring test"
    " --accept\n    {lines}": (
        "通话的经过与已认可的不同（- 原来，+ 现在）；如果没错：thirdring test --accept\n    {lines}"
    ),
    "the caller was left to the dialplan's fallback": "来电者被交给了拨号方案的后备流程",
    # Why a real server cannot play a test.
    "an agent's deeds are planned in virtual time only": "坐席的操作只能在虚拟时间里安排",
    "{flow} is a sub-flow: callers come to it through another": (
        "{flow} 是子流程，只能经别的流程进入"
    ),
    "calls out are not placed yet": "还不能真实外呼",
    "a telephone brings no variables": "真实来电带不了变量",
    "faults are planned in virtual time only": "故障只能在虚拟时间里安排",
    "answers of services and plug-ins are planned in virtual time only": (
        "服务和插件的回答只能在虚拟时间里安排"
    ),
    # What would take a branch.
    "{why}, and what is called then returns {outcome}": "{why}，随后调用的流程返回 {outcome}",
    "the call gets here": "通话走到这里",
    "no case holds": "没有一项成立",
    "the case {word} is the first that holds": "{word} 这一项最先成立",
    "the caller presses {key} while waiting": "来电者等待时按 {key}",
    "the caller presses {key}": "来电者按 {key}",
    "the flow {flow} returns {outcome}": "流程 {flow} 返回 {outcome}",
    "the agent takes the branch {branch}": "坐席进入分支 {branch}",
    "nobody answers within {seconds} s": "{seconds} 秒内无人接听",
    "nobody answers": "无人接听",
    "the caller gives nothing usable once": "来电者有一次没有有效回答",
    "the caller gives nothing usable {count} times": "来电者 {count} 次没有有效回答",
    "the caller gives nothing usable once, then goes on": "来电者有一次没有有效回答，然后继续",
    **{
        f"{said}{within}": f"{zh_within}{zh}"
        for said, zh in {
            "the caller speaks": "来电者说话",
            "the caller says nothing": "来电者不说话",
            "the line is noisy for 3 s": "线路嘈杂 3 秒",
            "the caller speaks too low": "来电者声音太小",
            "the noise is gone for 1.5 s": "噪音消失 1.5 秒",
            "the caller presses a key": "来电者按任意键",
        }.items()
        for within, zh_within in ((" within {seconds} s", "{seconds} 秒内"), ("", ""))
    },
    "the caller hangs up here": "来电者在这里挂机",
    "somebody answers": "有人接听",
    "it is answered": "接听",
    "the destination is busy": "对方占线",
    "the {act} cannot be carried out": "{act} 执行不了",
    "the file has the row": "文件里有这一行",
    "there is no such row": "没有这一行",
    "the answer takes too long": "回答超时",
    "something breaks in {act}": "{act} 出错",
    "the agent leaves the form": "坐席放弃表单",
    "it goes well": "顺利完成",
    "{act} comes to {word}": "{act} 的结果是 {word}",
}
"""English with places in braces, then Chinese."""
