"""What is wrong with rules, forms, flow tests: events, patterns, questions, answers."""

from __future__ import annotations

from typing import Final

FORMS: Final[dict[str, str]] = {
    # Forms of agents.
    "a {kind} has no choices": "{kind}类型没有选项",
    "write type: choice": "写 type: choice",
    "the choice has no choices": "choice 没有选项",
    "write choices: {{a_name: {{zh: …}}}}": "写 choices: {{名称: {{zh: …}}}}",
    # House rules.
    '"{name}" is no rule': "“{name}”不是规章编号",
    "name it as the house rules do, like A05": "按规章的编号来，例如 A05",
    "the rule {name} demands nothing": "规章 {name} 没有要求什么",
    "write one of: {words}; or judged_by: and its reason": (
        "从这些里选一个：{words}；或写 judged_by: 和理由"
    ),
    "the rule {name} has {one} without {other}": "规章 {name} 有 {one} 没有 {other}",
    "write both": "两个都写",
    "{what} has no {language} {key}": "{what}没有 {language} 的 {key}",
    "write {key}: {{zh: ..., en: ...}}": "写 {key}: {{zh: ..., en: ...}}",
    "an event is one kind": "一个事件只有一种",
    "write {{said: hello}}, or a list of them": "写 {{said: hello}}，或写成列表",
    '"{name}" is no event': "“{name}”不是事件",
    "{event} needs the name of a field": "{event} 要写字段名",
    "write {{{event}: {{...}}}}": "写 {{{event}: {{...}}}}",
    '{event} has no "{name}"': "{event} 没有“{name}”",
    '{event} can have no {field} "{text}"': "{event} 的 {field} 不会是“{text}”",
    '"{key}" is missing': "缺“{key}”",
    "write {key}: and an event, like {{said: hello}}": "写 {key}: 和一个事件，例如 {{said: hello}}",
    "at_least is more than {most}": "at_least 比 {most} 大",
    "swap the two": "把两个对调",
    "a chain has no links": "chain 里没有环节",
    "write expect: [{{said: hello}}, ...]": "写 expect: [{{said: hello}}, ...]",
    # Forms of QA.
    "the form has no version": "评分表没有 version",
    "the version is too long": "version 太长",
    'write version: "{text}", at most {count} characters': (
        '写 version: "{text}"，最多 {count} 个字符'
    ),
    'every form has the scale "{name}" already': "每张评分表都已经有量表“{name}”",
    "give it another name": "换个名称",
    "a section has no weight in points mode": "points 模式下，部分没有 weight",
    "give the questions their points, or write mode: percent": (
        "给每道题写 points，或写 mode: percent"
    ),
    'the section "{name}" has no questions': "“{name}”部分没有题目",
    "{what} stands in an earlier section already": "{what}在前面的部分里已经有了",
    'no answer of "{name}" fails it': "“{name}”没有不合格的答案",
    "give one of its answers share: 0": "给一个答案写 share: 0",
    "a question has no {key} in {mode} mode": "{mode} 模式下，题目没有 {key}",
    "write {key}:": "写 {key}:",
    'ask_if: there is no earlier question "{name}"': "ask_if：前面没有题目“{name}”",
    "{what} has {count} answers": "{what}有 {count} 个答案",
    "write from {low} to {high}": "写 {low} 到 {high} 个",
    "no answer of {what} is worth all its points": "{what}没有拿满分的答案",
    "give the best of them share: 1": "给最好的答案写 share: 1",
    "na is no answer of a scale": "na 不是量表里的答案",
    "write na: true": "写 na: true",
    "{what} has no {one} and no {other} title": "{what}没有 {one} 和 {other} 的 title",
    '"{name}" has no share': "“{name}”没有 share",
    "write share: with 0 to 1, as 0.5": "写 share: 0 到 1，例如 0.5",
    'there is no scale "{name}"': "没有量表“{name}”",
    'there is no rule "{name}"': "没有规章“{name}”",
    "a fact names one rule, measure or figure": "事实写一条规章、一个声音测量或一个数字",
    "write {{rule: A11}}, {{measure: talk_over, at_most: 1s}} or {{figure: ...}}": (
        "写 {{rule: A11}}、{{measure: talk_over, at_most: 1s}} 或 {{figure: ...}}"
    ),
    "{name} does not speak of every call, and the question cannot be na": (
        "{name} 不是每通电话都涉及，而这道题不能答 na"
    ),
    "add na: true to the question": "在题目里加 na: true",
    "no events of a call show {name}: it is judged by {who}": (
        "通话的事实看不出 {name}：它由 {who} 判断"
    ),
    "drop fact: so that a human answers, or name a measure": (
        "去掉 fact:，由人来答，或写一个声音测量"
    ),
    "a rule has no {key}": "规章没有 {key}",
    "the question has no answer {name}": "题目没有 {name} 这个答案",
    "drop answers: of the question, or use bands: for others": (
        "去掉题目的 answers:，或用 bands: 写别的答案"
    ),
    "{key} beside bands": "{key} 和 bands 并列",
    "write it in a band": "写进某一档",
    "the bands leave some values unanswered": "有些值哪一档都没有",
    "write otherwise: with the answer when none of them holds": (
        "写 otherwise:，哪一档都不合时用的答案"
    ),
    "otherwise goes with bands": "otherwise 要和 bands 一起用",
    "{name} has no limit": "{name} 没有界限",
    "write at_most: {example} or at_least:": "写 at_most: {example} 或 at_least:",
    "nothing lies between these limits": "这两个界限之间什么也没有",
    "write the smaller one as at_least": "小的那个写成 at_least",
    # Flow tests.
    "there are no tests": "没有测试",
    "write tests: and below it a sentence": "写 tests:，下面写一句话",
}
"""English with places in braces, then Chinese; a brace of the text itself is doubled."""
