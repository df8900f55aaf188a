"""What the commands of QA say, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from launch.telling.wording import Wording

WORDS: Mapping[str, tuple[str, str]] = {
    "none_waiting": (
        "没有待评的通话。先抽取：thirdring qa draw --count 5 --as {name}",
        "Nothing waits to be scored. Draw calls: thirdring qa draw --count 5 --as {name}",
    ),
    "none_listed": (
        "没有符合的评分。抽取：thirdring qa draw；全部：thirdring qa list --all",
        "No evaluation fits. Draw calls: thirdring qa draw; all of them: thirdring qa list --all",
    ),
    "next": (
        "请评 {id}（通话 {call}）。看：thirdring qa show --as {name}"
        "　评：thirdring qa score --as {name}",
        "{id} is yours (call {call}). Look: thirdring qa show --as {name}"
        "  Score: thirdring qa score --as {name}",
    ),
    "claimed": ("{id} 归你，到 {until} UTC 为止。", "{id} is yours until {until} UTC."),
    "released": ("{id} 已交还，草稿保留。", "{id} is given back; the draft stays."),
    "score": ("得分 {score}（{result}）", "score {score} ({result})"),
    "so_far": ("已评部分得分 {score}", "score so far {score}"),
    "no_score": ("还没有得分", "no score yet"),
    "submitted": (
        "已提交：{score} 分，{result}。坐席可在 {until} UTC 前提出异议。",
        "Submitted: {score}, {result}. The agent may dispute it until {until} UTC.",
    ),
    "settled": ("已提交：{score} 分，{result}。", "Submitted: {score}, {result}."),
    "acknowledged": ("已认可 {id}。", "{id} is acknowledged."),
    "disputed": (
        "已对 {id} 提出异议，复核期限 {until} UTC。",
        "{id} is disputed; it should be resolved by {until} UTC.",
    ),
    "upheld": ("维持原评分：{score} 分。", "The score stands: {score}."),
    "changed": ("改判：{before} 分改为 {score} 分。", "Decided anew: {before} becomes {score}."),
    "withdrawn": ("{id} 已作废，不计入任何指标。", "{id} is withdrawn and counts in no figure."),
    "coached": ("辅导意见已写入 {id}。", "The coaching note stands with {id}."),
    "commented": ("批注 {note} 记在 {at}。", "Remark {note} stands at {at}."),
    "uncommented": ("批注 {note} 已撤回。", "Remark {note} is taken back."),
    "drawn": (
        "抽取 {id}：从 {population} 通中取 {count} 通（种子 {seed}）。",
        "Draw {id}: {count} of {population} calls (seed {seed}).",
    ),
    "none_drawn": (
        "没有可抽的通话（{why}）。放宽 --since，或先有通话：thirdring demo",
        "No call can be drawn ({why}). Widen --since, or have calls first: thirdring demo",
    ),
    "no_mystery": (
        "没有可抽的神秘来电（{why}）。给计划的测试通话加标记：thirdring calls tag ID mystery",
        "No mystery call can be drawn ({why}). Mark a planned test call:"
        " thirdring calls tag ID mystery",
    ),
    "no_draws": (
        "还没有抽取：thirdring qa draw --count 5",
        "No draws yet: thirdring qa draw --count 5",
    ),
    "draw_row": (
        "{draw}  {at}  {by}  {method}  种子 {seed}  从 {population} 通中取 {count} 通",
        "{draw}  {at}  {by}  {method}  seed {seed}  {count} of {population}",
    ),
    "drawn_alike": (
        "{draw}：从 {population} 通中取 {count} 通；抽到的通话相同",
        "{draw}: {count} of {population}; the same calls",
    ),
    "drawn_otherwise": (
        "{draw}：从 {population} 通中取 {count} 通；抽到的通话不同：此后台账有变化",
        "{draw}: {count} of {population}; other calls: the ledger has changed since",
    ),
    "left_drawn": ("{count} 通已抽过", "{count} drawn before"),
    "left_apart": ("{count} 通为神秘、测试、练习来电", "{count} mystery, test or practice"),
    "left_ordinary": ("{count} 通不是神秘来电", "{count} no mystery call"),
    "left_agentless": (
        "{count} 通无坐席接听（加 --with-ivr）",
        "{count} taken by no agent (add --with-ivr)",
    ),
    "left_short": ("{count} 通太短", "{count} too short"),
    "no_calls": ("这段时间没有通话", "no calls in this time"),
    "no_calibrations": (
        "还没有校准：thirdring qa calibrate open CALL --expert NAME --evaluator NAME",
        "No calibrations yet: thirdring qa calibrate open CALL --expert NAME --evaluator NAME",
    ),
    "checked": ("次数", "checked"),
    "agreed": ("一致", "agreed"),
    "share": ("比例", "share"),
    "few": ("（太少）", " (few)"),
    "overruled": ("被人工改为", "overruled"),
    "question": ("题目", "question"),
    "id": ("编号", "id"),
    "opened": ("{id}：请评通话 {call}。", "{id}: call {call} is to be evaluated."),
    "complete": ("全部答完。提交？", "Everything is answered. Submit?"),
    "draft": (
        "草稿已保存。继续：thirdring qa score {id}",
        "The draft is kept. Go on: thirdring qa score {id}",
    ),
    "incomplete": ("还缺 {what}", "still to do: {what}"),
    "keys": (
        "数字选答案，n 不适用，回车采用机器答案或保留，c 批注，? 说明，b 上一题，q 退出",
        "a number picks an answer, n does not apply, Enter keeps it or takes the machine's,"
        " c comment, ? help, b back, q leaves (the draft stays)",
    ),
    "by_machine": ("机器按事实已答：", "Answered by facts:"),
    "change_which": (
        "回车全部采用，输入编号改其中一题",
        "Enter takes them all, a number changes one",
    ),
    "machine": ("机器", "machine"),
    "gap": ("机器答不了", "not by the machine"),
    "recognised": ("语音识别", "recognised"),
    "yours": ("你", "you"),
    "listen": ("听 {span}", "hear {span}"),
    "no_help": ("这一题没有说明。", "There is no help for this question."),
    "no_such": ("没有这个选项：{word}", "no such choice: {word}"),
    "why_other": ("为什么与机器不同？", "Why other than the machine?"),
    "comment": ("批注", "Comment"),
    "needs_comment": ("这个答案需要批注", "This answer needs a comment"),
    "reason": ("理由", "reason"),
    "not_asked": ("不问", "not asked"),
    "na": ("不适用", "does not apply"),
    "unanswered": ("未答", "not answered"),
    "uncommented_q": ("缺批注", "comment missing"),
    "unreasoned": ("缺理由", "reason missing"),
    "call": ("通话", "call"),
    "agent": ("坐席", "agent"),
    "no_agent": ("无坐席", "none"),
    "form": ("评分表", "form"),
    "state": ("状态", "state"),
    "evaluator": ("评分人", "evaluator"),
    "who": ("谁", "who"),
    "leg_caller": ("客户", "caller"),
    "leg_house": ("我方", "house"),
    "na_list": ("不适用：{names}", "does not apply: {names}"),
    "colon": ("：", ": "),
    "semicolon": ("；", "; "),
    "why": ("缘由", "why"),
    "story": ("经过", "What happened"),
    "verdicts": ("规章", "House rules"),
    "remarks": ("批注", "Remarks"),
    "waves": ("两声道波形", "Both legs"),
    "no_sound": ("没有可听的录音", "There is no recording to hear"),
    "dispute": ("异议", "dispute"),
    "resolution": ("复核", "resolution"),
    "coaching": ("辅导", "coaching"),
    "overdue": ("已超期", "overdue"),
    "calibration": (
        "校准 {id}：通话 {call}，{names} 各评一份，互不可见，到 {until} UTC 为止。",
        "Calibration {id}: call {call}; {names} score it, blind to each other, until {until} UTC.",
    ),
    "calibration_open": (
        "校准 {id} 进行中：已交 {done}，未交 {waiting}",
        "Calibration {id} goes on: done {done}; waiting for {waiting}",
    ),
    "calibration_closed": (
        "校准 {id} 已结束：Krippendorff α {alpha}",
        "Calibration {id} is closed: Krippendorff's alpha {alpha}",
    ),
    "calibration_called_off": (
        "校准 {id} 已取消：{reason}",
        "Calibration {id} was called off: {reason}",
    ),
    "deviation": ("与专家的平均偏差（百分点）", "mean deviation from the expert (points)"),
    "none_agreed": (
        "还没有提交过的评分可以比较。",
        "No submitted evaluation to compare with the machine yet.",
    ),
}

_STATES: Mapping[str, tuple[str, str]] = {
    "open": ("待评", "open"),
    "claimed": ("评分中", "claimed"),
    "submitted": ("已提交", "submitted"),
    "acknowledged": ("已认可", "acknowledged"),
    "disputed": ("有异议", "disputed"),
    "resolved": ("已复核", "resolved"),
    "withdrawn": ("已作废", "withdrawn"),
    "passed": ("合格", "passed"),
    "below": ("未达标", "below the mark"),
    "failed": ("一票否决", "failed"),
    "review": ("抽检", "review"),
    "calibration": ("校准", "calibration"),
    "mystery": ("神秘来电", "mystery call"),
}
word: Final = Wording(WORDS)
state_word: Final = Wording(_STATES).known
"""A state, result or purpose as people read it."""

method_word: Final = Wording(
    {
        "random": ("随机", "random"),
        "stratified": ("分层", "stratified"),
        "risk": ("按风险", "risk"),
    }
).known
"""How calls were drawn."""
