"""What is wrong with a house of flows: acts, names, outcomes, endings, silence, types."""

from __future__ import annotations

from typing import Final

FLOWS: Final[dict[str, str]] = {
    # Steps and acts.
    'no step comes to "{name}"': "没有步骤会得到“{name}”",
    '"{name}" is an outcome, so it cannot name a branch': "“{name}”是一种结果，不能作分支名",
    "name it after what the agent notices: upset, dialect, wrong_number": (
        "按坐席看出的情况取名：upset、dialect、wrong_number"
    ),
    "a step says lines by name, not by their words": "步骤里写话术的名称，不写原话",
    "write the words into lines.yaml under a name, and that name here": (
        "把原话写进 lines.yaml，取个名称，这里写这个名称"
    ),
    'the step "{name}" does two things ({words})': "步骤“{name}”做了两件事（{words}）",
    "a step does one; put the second into a step of its own": (
        "一个步骤只做一件；第二件另写一个步骤"
    ),
    'the step "{name}" does nothing': "步骤“{name}”什么也不做",
    "give it say: or an act": "给它 say: 或一个动作",
    "write on: {{ok: a_step}}; left out, the next step follows": (
        "写 on: {{ok: 步骤名}}；不写就接着下一个步骤"
    ),
    "write say: and the name of a line of lines.yaml": "写 say: 和 lines.yaml 里的话术名",
    "write end: a_word, as in end: served": "写 end: 一个词，例如 end: served",
    "write choose: and a list of if: and go:": "写 choose:，下面列 if: 和 go:",
    "write menu: (one key) or ask: (more)": "写 menu:（一个键）或 ask:（几个键）",
    "write repeat: 2, and where it goes again next": "写 repeat: 2，再来一次的地方写 next",
    "write wait: 1s": "写 wait: 1s",
    "write the time with its act, as in listen: 4s": "时间写在动作里，例如 listen: 4s",
    '"{text}" is no place to go': "“{text}”不是可去的地方",
    "write a step's name, next, again, return X, end X, or {{call: a_flow, X: a_step}}": (
        "写步骤名、next、again、return X、end X，或 {{call: 流程名, X: 步骤名}}"
    ),
    "{act} has no {field}: {about}": "{act} 缺 {field}:",
    "write {field}: {example}, see docs/flow-format.md": (
        "写 {field}: {example}，见 docs/flow-format.md"
    ),
    "{what} names no key": "{what} 里一个键也没有",
    'write keys: {{"1": a_step}}': '写 keys: {{"1": 步骤名}}',
    "{what} has {count} different answers": "{what} 有 {count} 种答案",
    'write {low} to {high} of them, the best first: {{"1": good, "2": bad}}': (
        '写 {low} 到 {high} 种，最好的在前：{{"1": good, "2": bad}}'
    ),
    '"{key}" is no key of a phone': "“{key}”不是电话上的键",
    "use 0 to 9, * or #": "用 0 到 9、* 或 #",
    'the menu has no key "{key}" to label': "菜单里没有要标注的键“{key}”",
    "it has {keys}": "它有 {keys}",
    "nothing is tried after `else`": "`else` 后面的不会再试",
    "put `else` last": "把 `else` 放在最后",
    "choose has no `else`": "choose 没有 `else`",
    "end the list with - else: a_step": "最后一项写 - else: 步骤名",
    "a case needs `if` and `go`": "每一项都要有 `if` 和 `go`",
    "write {{if: vip, go: a_step}}": "写 {{if: vip, go: 步骤名}}",
    # Names that nothing has.
    'no line is called "{name}"': "没有叫“{name}”的话术",
    'no form is called "{name}"': "没有叫“{name}”的表单",
    'no flow is called "{name}"': "没有叫“{name}”的流程",
    'there is no flow "{name}"': "没有流程“{name}”",
    'the settings name no {kind} "{name}"': "设置里没有{kind}“{name}”",
    "the step looks up by {name}, which nothing sets": "步骤按 {name} 查找，却没有地方设它",
    "there is no file {file}.csv, so nothing is ever found": ("没有文件 {file}.csv，什么也查不到"),
    '"{file}" has no column "{name}"': "“{file}”没有“{name}”这一列",
    'the line "{line}" uses {{{name}}}, which nothing sets': (
        "话术“{line}”用了 {{{name}}}，却没有地方设它"
    ),
    'the step "{step}" uses {name}, which nothing sets': (
        "步骤“{step}”用了 {name}，却没有地方设它"
    ),
    '{who} goes to "{name}", which is no step of "{flow}"': (
        "{who}要去“{name}”，“{flow}”里没有这个步骤"
    ),
    'the flow "{flow}" returns "{name}" without saying so': (
        "流程“{flow}”会返回“{name}”，却没有写明"
    ),
    "add {name} to returns: at the top": "在顶上的 returns: 里加 {name}",
    '"{flow}" can return {names}, which nobody handles here': (
        "“{flow}”可能返回 {names}，这里没有处理"
    ),
    "write {{call: {flow}, {names}: a_step}}": "写 {{call: {flow}, {names}: 步骤名}}",
    '"{flow}" never returns {names}': "“{flow}”从不返回 {names}",
    # Outcomes.
    'the step "{step}" does not say what happens on {names}': (
        "步骤“{step}”没有写 {names} 时怎么办"
    ),
    "add on: {{{name}: a_step}}, or handle it for all steps in always:": (
        "加上 on: {{{name}: 步骤名}}，或在 always: 里为所有步骤处理"
    ),
    '"{name}" never comes out of {act} in the step "{step}"': (
        "步骤“{step}”的 {act} 不会得到“{name}”"
    ),
    'nobody listens in the step "{step}", so barge_in does nothing': (
        "步骤“{step}”里没有在听，barge_in 不起作用"
    ),
    "give it say: and listen:, menu: or ask:, or drop barge_in": (
        "给它 say: 和 listen:、menu: 或 ask:，或者去掉 barge_in"
    ),
    'nothing in the step "{step}" leads to next, so repeat does nothing': (
        "步骤“{step}”没有通向 next，repeat 不起作用"
    ),
    "let an outcome go to next, or drop repeat": "让某个结果去 next，或者去掉 repeat",
    'the flow "{flow}" answers without a ring': "流程“{flow}”没有振铃就接听",
    "begin with a step that has ring: 1, or write returns: if other flows call it": (
        "第一个步骤写 ring: 1；如果由别的流程调用，就写 returns:"
    ),
    'after the last step "{step}" there is nothing': "最后一个步骤“{step}”之后什么也没有",
    "write end: a_disposition or return: an_outcome": "写 end: 通话结果，或 return: 返回值",
    '{way} of the step "{step}" ends the call without a goodbye: {trail}': (
        "步骤“{step}”的 {way} 没有道别就结束通话：{trail}"
    ),
    "say a line tagged {tag} before, or lead to a person": (
        "之前说一句带 {tag} 标签的话术，或转给人工"
    ),
    # Ways round and ways to nowhere.
    'the flow "{flow}" calls itself': "流程“{flow}”调用了自己",
    'the flow "{flow}" calls itself through {names}': "流程“{flow}”经过 {names} 调用了自己",
    "return to the caller instead": "改成返回调用它的流程",
    'the step "{step}" goes round {how}: {trail}': "步骤“{step}”：{how}：{trail}",
    "bound it: repeat: 2 with next, or lead to a goodbye": (
        "给它限度：repeat: 2 加 next，或通向道别"
    ),
    "count such tries with set: and leave by choose:, or lead on": (
        "用 set: 数次数、用 choose: 离开，或往下走"
    ),
    "let a step on the way listen, or lead out of it": "让途中的某个步骤听一听，或从这里出去",
    'nothing leads to the step "{step}"': "没有地方通向步骤“{step}”",
    'nothing leads to the step "{step}", and the step before it ends the call': (
        "没有地方通向步骤“{step}”，它前面的步骤结束了通话"
    ),
    "lead to it, or delete it": "通向它，或删掉它",
    'no step of "{flow}" returns {name}': "“{flow}”没有步骤返回 {name}",
    "write return: {name} somewhere, or take it out of returns:": (
        "在某处写 return: {name}，或从 returns: 里去掉"
    ),
    'nothing speaks the line "{name}"': "没有地方说话术“{name}”",
    'nothing shows the form "{name}"': "没有地方用表单“{name}”",
    'nothing calls the flow "{name}"': "没有地方调用流程“{name}”",
    "use it, or delete it": "用上它，或删掉它",
    "the caller may hear nothing for {time} s: {trail}": (
        "来电者可能有 {time} 秒什么也听不到：{trail}"
    ),
    "say something on the way, or shorten it to {time} s": "途中说点什么，或缩短到 {time} 秒",
    # Languages, sound, performers.
    '"{flow}" calls "{other}" in {language}, which that flow has not': (
        "“{flow}”用 {language} 调用“{other}”，后者没有这种语言"
    ),
    "add {language} to languages: of {flow}": "在 {flow} 的 languages: 里加 {language}",
    'the flow "{flow}" goes on in "{language}", which its languages: has not': (
        "流程“{flow}”改用“{language}”，它的 languages: 里没有"
    ),
    "write one of: {words}, or add {language} to languages:": (
        "从这些里选一个：{words}，或在 languages: 里加 {language}"
    ),
    'the line "{line}" has no wording': "话术“{line}”没有措辞",
    "add `{language}: ...`": "加上 `{language}: ...`",
    'the line "{line}" has no {languages} wording, and "{step}" says it': (
        "话术“{line}”没有 {languages} 的措辞，而“{step}”要说它"
    ),
    "add `{language}: ...`, or write the languages: of {flow} without {language2}": (
        "加上 `{language}: ...`，或从 {flow} 的 languages: 里去掉 {language2}"
    ),
    "{count} lines are neither recorded nor rendered: {names} …": (
        "{count} 句话术既没有录音也没有合成：{names} …"
    ),
    'the line "{line}" is neither recorded nor rendered in {languages}, and "{step}" says it': (
        "话术“{line}”没有 {languages} 的录音或合成，而“{step}”要说它"
    ),
    "thirdring prompts build renders them where a voice is installed; thirdring prompts missing"
    " lists all": (
        "装了语音引擎就用 thirdring prompts build 合成；thirdring prompts missing 列出全部"
    ),
    'only the IVR performs "{flow}", so nobody takes its branches': (
        "“{flow}”只由 IVR 执行，它的分支没有人走"
    ),
    "drop anytime:, or write performer: either": "去掉 anytime:，或写 performer: either",
    'only the IVR comes to the step "{step}", and it has no screen for a form': (
        "只有 IVR 会走到步骤“{step}”，它没有屏幕填表单"
    ),
    "use ask:, or write performer: agent": "用 ask:，或写 performer: agent",
    'the IVR comes to the form of the step "{step}" too, and fails there': (
        "IVR 也会走到步骤“{step}”的表单，在那里失败"
    ),
    'lead there by choose: {{if: performer == "agent"}}, or add on: {{error: a_step}}': (
        '用 choose: {{if: performer == "agent"}} 通向那里，或加 on: {{error: 步骤名}}'
    ),
    'an agent is to perform "{flow}", which only the IVR performs': (
        "“{flow}”要由坐席执行，它却只由 IVR 执行"
    ),
    "write performer: agent in it, or name another flow": (
        "在里面写 performer: agent，或换一个流程"
    ),
    '{who} may perform "{flow}" here and calls "{other}", which only {whom} performs': (
        "“{flow}”在这里可能由{who}执行，它调用的“{other}”只由{whom}执行"
    ),
    "write performer: either in {flow}, or lead there by choose: on performer": (
        "在 {flow} 里写 performer: either，或用 choose: 按 performer 分开走"
    ),
    # Variables and their types.
    "{who} promises something that nothing has written down on the way {trail}": (
        "{who}作了承诺，途中却没有记下：{trail}"
    ),
    "put a step with promise: before it": "在它之前放一个带 promise: 的步骤",
    "{who} needs {name}, which nothing has set on the way {trail}": (
        "{who}要用 {name}，途中却没有设它：{trail}"
    ),
    'give it a first value in variables: of {flow}, or write {name}|default("…")': (
        '在 {flow} 的 variables: 里给它初值，或写 {name}|default("…")'
    ),
    '"{name}" is a {kind} by {where} and a {kind2} by {where2}': (
        "“{name}”在{where}是{kind}，在{where2}是{kind2}"
    ),
    'write {{is: 1}} for a number, "1" for a text, or use two names': (
        '数字写 {{is: 1}}，文本写 "1"，或用两个名称'
    ),
    "{one} is a {kind} and {other} is a {kind2}": "{one} 是{kind}，{other} 是{kind2}",
    "{one} is no list": "{one} 不是列表",
    "{one} is a {kind}, which has no minus": "{one} 是{kind}，不能取负",
    "compare values of one type": "比较同一类型的值",
    "write {text}": "写 {text}",
    "write {text}, or {other}": "写 {text}，或 {other}",
    # What a proof remarks.
    "judged by {name}": "由 {name} 判定",
    "the flow has more than {count} points": "这个流程超过 {count} 个位置",
    "no flow makes {names}; scored on the recorded call": (
        "没有流程会产生 {names}；通话之后按记录评定"
    ),
    "the agent answers by hand; scored on the recorded call": (
        "由坐席手动接听；通话之后按记录评定"
    ),
    "no values were found for which {text}": "找不到符合的取值：{text}",
    "the queue answers differently each time, which one plan cannot do": (
        "每次排队的结果都不同，一份计划表达不了"
    ),
    "the call must bring {text}": "来电要带上 {text}",
    "the network loses the call, which a caller's hang-up only resembles": (
        "线路中断，这里用来电者挂机代替"
    ),
    "the line {name} has no sound: a fault of ours, only in virtual time": (
        "话术 {name} 没有声音：我方故障，只在虚拟时间里有"
    ),
    "{name} fails: a fault of ours, only in virtual time": (
        "{name} 失败：我方故障，只在虚拟时间里有"
    ),
    "the caller cuts in twice, which a persona does only once": (
        "来电者打断了两次，模拟来电者只会打断一次"
    ),
    "{name} must answer {value}: {text}": "{name} 要回答 {value}：{text}",
    "{name} must fail": "{name} 要失败",
    "the file {name} must have a row for the caller: {text}": (
        "文件 {name} 里要有这位来电者的一行：{text}"
    ),
    "the ears fail: a fault of ours, which no caller can bring about": (
        "听音服务出错：我方故障，来电者造不出来"
    ),
    # What a start refuses: flows that can break a rule that is a must.
    "a call by ivr can break {rule}: {why}": "由 IVR 执行的通话可能违反 {rule}：{why}",
    "a call by agent can break {rule}: {why}": "由坐席执行的通话可能违反 {rule}：{why}",
    "see it with: thirdring prove --rule {rule} --flow {flow}": (
        "查看：thirdring prove --rule {rule} --flow {flow}"
    ),
}
"""English with places in braces, then Chinese; a brace of the text itself is doubled."""
