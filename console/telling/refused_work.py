"""What quality work refuses, as a page says it."""

from __future__ import annotations

from typing import Final

WORK: Final[dict[str, tuple[str, str]]] = {
    # Taking, giving back.
    "{id}: {person} works on it until {at} UTC; take another (`thirdring qa next`)": (
        "{id} 由 {person} 在评，到 {at} 为止；请评下一通。",
        "{id}: {person} works on it until {at}; take another.",
    ),
    "{id} is {state}; only an open one can be claimed": ("{id} {state}，只能领取待评的。", ""),
    "{id} is {person}'s part of a calibration": ("{id} 是 {person} 在校准中的那一份。", ""),
    "{id} is {state}; nobody has it": ("{id} {state}，没有人在评。", ""),
    "{id} is part of a calibration and stays with its evaluator": (
        "{id} 属于校准，只能由原评分人来评，不能退回。",
        "",
    ),
    "{id}: {person} has it; only they or a supervisor release it": (
        "{id} 由 {person} 在评，只有本人或主管能退回。",
        "",
    ),
    "{id} is {state}{holder}; `thirdring qa claim {again}` first": (
        "{id} {state}{holder}，不在您名下。请先点“由我评分”；由别人在评的，请评下一通。",
        "{id} is {state}{holder}: it is not yours. Claim it first, or take another.",
    ),
    "nobody scores a call of their own; leave it to a colleague": (
        "不能评自己接的电话，请留给同事。",
        "",
    ),
    "{person} took this call, and scores none of their own": (
        "这通电话是 {person} 接的，不能请其本人评。",
        "",
    ),
    "{id}: others are faster every time; try again": ("{id} 别人正在改，请再试一次。", ""),
    "others are faster every time; try again": ("别人正在改同样的内容，请再试一次。", ""),
    "{stream}: somebody else was faster (fact {seq} is the last, not {after}); look again and"
    " repeat what still applies": (
        "别人刚刚改过。请重新打开页面，仍需要的再做一次。",
        "Somebody else has just changed it. Open the page again and repeat what still applies.",
    ),
    "{call} has evaluation {id} by form {form} already ({state})": (
        "通话 {call} 用表单 {form} 的评分已经有了：{id}（{state}）。",
        "",
    ),
    "{call} is still on; it can be evaluated when it is over": (
        "通话 {call} 还没有结束，结束后才能评分。",
        "",
    ),
    "no evaluation {id}": ("没有评分 {id}。", "There is no evaluation {id}."),
    "no evaluation {id}; `thirdring qa list` shows them": (
        "没有评分 {id}，或它不归您看。",
        "There is no evaluation {id}, or it is not for you.",
    ),
    "{id} begins several evaluations: {known}; give more of the id": (
        "有几个评分以 {id} 开头：{known}；请写全编号。",
        "",
    ),
    # Answering, handing in.
    "say why this call is evaluated: --why TEXT": (
        "请写明为什么评这通电话。",
        "Say why this call is evaluated.",
    ),
    "{form} has no question {question}": ("表单 {form} 没有题目 {question}。", ""),
    "{form} has no question {question}; it has {known}": ("表单 {form} 没有题目 {question}。", ""),
    "{question}: {answer} is no answer; give {known}": (
        "题目 {question} 不能答 {answer}；可以答：{known}。",
        "",
    ),
    "{question}: a place on the call is not before its offer": (
        "题目 {question}：标的位置在来电之前。",
        "",
    ),
    "a text of {count} characters; {most} are the most": (
        "文字太长：{count} 个字符，最多 {most} 个。",
        "",
    ),
    "{id} is not complete: {missing}": ("{id} 还没有评完：{missing}。", ""),
    "{id}: nothing applies, so there is no score; withdraw it": (
        "{id} 的题目全都不适用，没有得分；请作废。",
        "",
    ),
    "{id} is withdrawn already": ("{id} 已经作废。", ""),
    "say why it is withdrawn: --reason TEXT": ("请写明作废的理由。", "Say why it is withdrawn."),
    "nobody withdraws what is about a call of their own": ("不能作废自己接的电话的评分。", ""),
    "{id} is part of calibration {calibration}; closing that (`thirdring qa calibrate close`)"
    " withdraws what was not scored": (
        "{id} 属于校准 {calibration}；结束校准时，没交的那几份自动作废。",
        "{id} is part of calibration {calibration}; closing that withdraws what was not scored.",
    ),
    "{id} is scored; only a supervisor withdraws it": ("{id} 已交，只有主管能作废。", ""),
    "{id}: {person} works on it": ("{id} 由 {person} 在评。", ""),
    # The agent's word, the second reviewer's, coaching.
    "{id}: the time to answer ended {at} UTC": (
        "{id} 的答复期限已过（{at}），不能再认可或提异议；有话要说请找主管。",
        "{id}: the time to answer ended {at}. Speak with a supervisor if it is not right.",
    ),
    "{id} is {state}; nobody {does} it now": ("{id} {state}，现在不能{does}。", ""),
    "only the agent whose call it is {does} a score": ("只有接这通电话的坐席能{does}。", ""),
    "{id} is part of a calibration and counts for no agent": (
        "{id} 属于校准，不算任何坐席的成绩。",
        "",
    ),
    "say what is not right: --reason TEXT": ("请写明哪里不对。", "Say what is not right."),
    "{question} was not asked; this form asked {known}": ("这张表没有问题目 {question}。", ""),
    "{id} is {state}; only a disputed one is resolved": ("{id} {state}，有异议的才能复核。", ""),
    "who scored a call does not resolve its dispute; another reviewer does": (
        "评分人不能复核对自己评分的异议，请另一位主管复核。",
        "",
    ),
    "nobody resolves a dispute about a call of their own": ("不能复核对自己接的电话的异议。", ""),
    "say why it is decided so: --reason TEXT": (
        "请写明复核的理由。",
        "Say why it is decided so.",
    ),
    "these answers are the ones that were given; leave them out to uphold them": (
        "改后的答案和原来一样；要维持原评分，请都选“不变”。",
        "These answers are the ones that were given; to uphold them leave all as it is.",
    ),
    "then these are asked too, give their answers: {known}": (
        "这样一改，又要问这些题，请一并作答：{known}。",
        "",
    ),
    "nothing would apply any more; withdraw the evaluation instead": (
        "这样一改，题目全都不适用；请改为作废。",
        "",
    ),
    "{id} is {state}; coaching follows a score": ("{id} {state}，评分之后才能辅导。", ""),
    "{id} is about no agent; there is nobody to coach": ("{id} 没有坐席，没有人可辅导。", ""),
    "write what the agent may do better": ("请写明可以做得更好的地方。", ""),
    "{count} clips; {most} are the most": ("{count} 个片段，最多 {most} 个。", ""),
    "a clip goes from an offset to a later one, not {start} to {end} ms": (
        "片段的结束要在开始之后。",
        "A clip ends behind its beginning.",
    ),
    "the call ends at {end} ms; a clip does not go to {to} ms": (
        "片段超出了这通电话的长度。",
        "The clip goes beyond the end of the call.",
    ),
    "write what is to be said there": ("请写批注的内容。", ""),
    "{call} goes from 0 to {end} ms; give a place on it, and an end behind it": (
        "批注的位置不在通话之内，或结束不在开始之后。",
        "",
    ),
    "{call} has no remark {note}": ("这通电话没有这条批注，可能已经撤回。", ""),
    "only {person} takes this remark back": ("只有 {person} 本人能撤回这条批注。", ""),
    # Draws, calibrations, forms.
    "there is no time between these two; give --since before --until": (
        "“从”要早于“到”，请改时间。",
        "There is no time between these two; From comes before Until.",
    ),
    "this draw cannot be made: {why}": ("不能这样抽：{why}", ""),
    "{text} is no time; give a day and a time of it": (
        "时间看不懂（{text}），请选日期和时间。",
        "",
    ),
    "{text} is no whole number; give digits alone": ("“{text}”不是整数，请只填数字。", ""),
    "a draw needs a number of calls, in all or of each agent": (
        "请填总数，或每坐席最多几通。",
        "",
    ),
    "strata are made by some of {known}, not {given}": ("分层抽样请至少选一种分层依据。", ""),
    "no draw {id}; `thirdring qa draws` shows them": (
        "没有抽样 {id}。",
        "There is no draw {id}; Draws lists them.",
    ),
    "calibration {id} is {over} already": ("校准 {id} {over}。", ""),
    "a calibration needs an expert and at least one other evaluator": (
        "校准要有基准人和至少另一位评分人，请再选一位。",
        "",
    ),
    "no calibration {id}; `thirdring qa calibrate list` shows them": (
        "没有校准 {id}，或您不在其中。",
        "There is no calibration {id}, or you are not part of it.",
    ),
    "calibration {id} needs the expert's score and another's; not yet: {known} (one that cannot"
    " go on is called off: thirdring qa calibrate call-off {again} --reason ...)": (
        "校准 {id} 要等基准人和至少另一位交了才能结束；还没交：{known}。等不到的，请取消校准。",
        "Calibration {id} needs the expert's score and another's; not yet: {known}. One that cannot"
        " go on is called off.",
    ),
    "say why the calibration is called off: it is kept with it": ("请写明取消校准的原因。", ""),
    "there is no form {form}; there are {known}": ("没有表单 {form}；现有：{known}。", ""),
    "form {form}: version {digest} is not in the book; `ledger verify`": (
        "质检库里没有表单 {form} 的这一版（{digest}）。请管理员运行 thirdring verify。",
        "",
    ),
    "form {form}: its text in the book is not version {digest}; `ledger verify`": (
        "质检库里表单 {form} 的文字和版本 {digest} 对不上。请管理员运行 thirdring verify。",
        "",
    ),
    "{person} ({role}) may not {what}; {may} may": (
        "{person}（{role}）不能{what}；{may}可以。",
        "",
    ),
    "{person} ({role}) scores no calls; qa or supervisor do": (
        "{person}（{role}）不评分；质检或主管评。",
        "",
    ),
    "{person} ({role}) scores no calls": ("{person}（{role}）不评分，不能参加校准。", ""),
}
"""Quality work: English as the service says it -> Chinese, and English of a page; empty: the same,
for the service's own names nothing that only a terminal has."""
