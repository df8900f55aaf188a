"""Help of the commands of QA and of the reports, in Chinese."""

from __future__ import annotations

from typing import Final

QUALITY: Final[dict[str, str]] = {
    # words
    "Recognise recorded calls: transcript by leg, said lines against the script, polite words.": (
        "识别有录音的通话：双方的文字稿、话术是否照稿、礼貌用语"
    ),
    "Several calls by their ids, by --since, --until, --agent, --queue, or all --missing ones:"
    " a line each; --json has all of it. An aid for whoever scores, never a verdict. Kept is"
    " only which polite words were heard, which lines differ from the script, and when; no"
    " transcript.": (
        "可以一次多通：写编号，或用 --since、--until、--agent、--queue，或用 --missing"
        " 取全部未识别的；每通一行，--json 给出全部。供评分人参考，不是结论。"
        "只留下听到了哪些礼貌用语、哪些话术与稿子不同、在什么时间；不留文字稿。"
    ),
    "Ids, or how they begin.": "通话编号，或其开头几位",
    "Calls whose recording was not recognised yet.": "录音还没有识别过的通话",
    "Calls offered at or after this time, UTC.": "这个时间起的来电，UTC",
    "Calls offered before this time, UTC.": "这个时间之前的来电，UTC",
    "Calls of this agent.": "这位坐席的通话",
    "Calls of this queue.": "这个队列的通话",
    "The latest so many of those that fit; 0: all.": "符合的当中最近几通；0 表示全部",
    "Settings (TOML) with [asr].": "含 [asr] 的设置文件（TOML）",
    "Whisper model folder; else [asr] model.": "Whisper 模型文件夹；不写则用 [asr] 的 model",
    "The whole call, not only the talks with agents.": "整通电话，不只是与坐席的对话",
    # qa
    "QA: draw calls, score them, answer disputes, calibrate. See docs/qa.md.": (
        "质检：抽取通话、评分、答复异议、校准。见 docs/qa.md"
    ),
    "Take what is to be scored next: what you have, else what was drawn first.": (
        "领取下一通来评：先是您手上的，再是最早抽到的"
    ),
    "Account that does it; may be left out while there is only one.": (
        "由哪个账号操作；只有一个账号时可以不写"
    ),
    "List evaluations that you may see, oldest first; settled ones only with --all.": (
        "列出您能看的评分，最早的在前；已了结的要加 --all"
    ),
    "Settled ones too.": "已了结的也列出",
    "Only those you have or scored.": "只列您手上的和您评过的",
    "Only in this state: disputed, ...": "只列这种状态的：disputed 等",
    "Only of this call.": "只列这通电话的",
    "Show the call as it went, what the machine answers and why, and the form so far.": (
        "显示通话经过、机器的答案和依据，以及评分表填到哪里"
    ),
    "An evaluation, or how its id begins; the one you have when left out.": (
        "评分编号，或其开头几位；不写则是您手上的那份"
    ),
    "Take an evaluation, so that nobody else works on it.": "领取一份评分，别人就不会同时评",
    "An evaluation, or how its id begins.": "评分编号，或其开头几位",
    "Give an evaluation back; a supervisor may take it from somebody. The draft stays.": (
        "交还一份评分；主管可以收回别人的。草稿保留。"
    ),
    "Why it is given back.": "为什么交还",
    "Score a call, question by question by keys, or by --set and --answers at once.": (
        "给通话评分：用按键逐题作答，或用 --set 和 --answers 一次填好"
    ),
    "Answer without being asked.": "不用逐题问，直接写答案",
    "Its comment.": "该题的批注",
    "Why other than the machine.": "为什么与机器不同",
    "YAML: question: answer.": "YAML 文件，每行“题目: 答案”",
    "Ask also what facts have answered.": "事实已答的题也要问",
    "Submit when complete.": "答完就提交",
    "Make the draft final; says what is missing.": "把草稿正式提交；缺什么会说明",
    "Draw calls for evaluation, of the last 7 days unless told; the seed is kept.": (
        "抽取要评的通话，不写时间则取最近 7 天；种子会留存"
    ),
    "Random: any call alike. Stratified: so many of each agent, queue, hour or outcome. Risk: a"
    " call with the more chance, the more its facts ask to be looked at.": (
        "随机：每通机会相同。分层：每位坐席、队列、时段或结果各抽若干。按风险："
        "事实越值得查看的通话，抽到的机会越大。"
    ),
    "So many calls.": "抽几通",
    "How.": "怎样抽",
    "At most so many of one agent.": "每位坐席最多几通",
    "Strata by agent, queue, hour, outcome.": "按坐席、队列、时段、结果分层",
    "Of each stratum.": "各层怎样分配",
    "Leave shorter calls out.": "短于它的通话不抽",
    "Also calls that no agent took.": "没有坐席接听的通话也算",
    "Only planned test calls.": "只抽计划的测试通话",
    "Another form than the usual one.": "不用平常的评分表，用这一份",
    "Draw with this seed.": "用这个种子抽",
    "Calls offered from then on, UTC.": "这个时间起的来电，UTC",
    "Calls offered before, UTC.": "这个时间之前的来电，UTC",
    "List the draws there were; --again shows that one gives the same calls.": (
        "列出做过的抽取；--again 可证明某次重抽得到同样的通话"
    ),
    "Draw this one again and compare.": "重抽这一次并比较",
    "Choose one call by hand to be evaluated; the reason is kept.": "手动选一通来评；理由会留存",
    "A call, or how its id begins.": "通话编号，或其开头几位",
    "Why this call.": "为什么选这通",
    "How often people leave the machine's answers as they are, question by question.": (
        "人工逐题照用机器答案的比例"
    ),
    "Which form; all versions of it.": "哪份评分表；各版本都算",
    "Say that you have read the score of your call.": "表示您已看过自己通话的评分",
    "An evaluation, or how its id begins; the only one that waits when left out.": (
        "评分编号，或其开头几位；不写则是唯一在等的那份"
    ),
    "What the agent says to it.": "坐席对此说的话",
    "Disagree with the score of your call; another reviewer decides.": (
        "对自己通话的评分提出异议；由另一位复核人裁定"
    ),
    "Why.": "理由",
    "Which answers; all when left out.": "对哪些答案；不写则全部",
    "Decide a dispute, as a reviewer who did not score the call.": (
        "裁定异议；须由没有评过这通电话的复核人来做"
    ),
    "None: the score stands.": "不写：维持原评分",
    "Write a coaching note for the agent, with places to listen to.": (
        "给坐席写辅导意见，附上要听的位置"
    ),
    "What the agent may do better.": "坐席可以怎样做得更好",
    "Seconds on the call: 12.5-20.": "通话内的秒数：12.5-20",
    "Take back an evaluation that was opened in error; it counts in no figure.": (
        "收回误开的评分；不计入任何指标"
    ),
    "Write a remark at a place of a call, or take one back; without a text, list them.": (
        "在通话的某处写批注，或撤回一条；不写文字则全部列出"
    ),
    "The remark.": "批注内容",
    "Where: 12.5, or 12.5-20 for a stretch.": "位置：12.5，或一段 12.5-20",
    "Of the form, where it belongs to one.": "与评分表的哪一题有关，没有就不写",
    "Take an own remark back.": "撤回自己的一条批注",
    "Calibrations: open, list, show, close, call off.": "校准：发起、列出、查看、结束、取消",
    "Have several score the same call; nobody sees another's answers until it is closed.": (
        "让几位评同一通电话；结束之前谁也看不到别人的答案"
    ),
    "Whose score is the measure.": "以谁的评分为基准",
    "Who scores too; repeat it.": "还有谁评；可写多个",
    "List calibrations that you take part in; supervisors see all.": (
        "列出您参加的校准；主管能看全部"
    ),
    "Who has scored; once it is closed, how far they are apart and where.": (
        "谁已评完；结束之后，彼此相差多少、差在哪里"
    ),
    "A calibration.": "校准编号",
    "Compare what was scored and show it to all; parts not submitted are withdrawn.": (
        "比较各份评分并给大家看；没有提交的作废"
    ),
    "End one that cannot come to a result; its parts are withdrawn, scored or not.": (
        "结束得不出结果的校准；各份评分无论评完与否都作废"
    ),
    "Why; it is kept with it.": "理由；随校准留存",
    # report
    "Figures of a day or a month, and how many agents are needed.": (
        "一天或一个月的指标，以及需要多少坐席"
    ),
    "The day sheet: hours, queues, agents, broken rules, complaints, promises, QA.": (
        "日报：时段、队列、坐席、违反的规章、投诉、承诺、质检"
    ),
    "The day, or one of the month. [today]": "哪一天；月报则为当月任一天。[今天]",
    "One queue alone. [all]": "只看一个队列。[全部]",
    "Where to; `-` is the screen. [a file named after the report]": (
        "写到哪里；`-` 是屏幕。[以报表命名的文件]"
    ),
    "The monthly brief: trends, when callers come, rules, QA, consequences, staffing.": (
        "月报：走势、来电时段、规章、质检、后果、排班"
    ),
    "Agents each half hour needs (Erlang C), from the four weeks before --on.": (
        "每半小时需要几位坐席（Erlang C），按 --on 之前四周推算"
    ),
}
