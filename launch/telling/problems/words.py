"""Words that stand in the places of problems: parts of files, kinds of values, severities."""

from __future__ import annotations

from typing import Final

SEVERITIES: Final = {"error": "错误", "warning": "警告"}

KINDS: Final = {
    "text": "文本",
    "number": "数字",
    "flag": "是否",
    "destination": "转接目的地",
    "service": "服务",
    "plugin": "插件",
    "flow": "流程",
    "form": "表单",
    "question": "题目",
    "section": "部分",
    "title": "标题",
    "name": "名称",
    "reason": "理由",
}
"""Of places whose name begins with `kind`."""

PARTS: Final[dict[str, str]] = {
    # Files and what stands in them.
    "a file of flow tests": "流程测试文件",
    "a flow test": "流程测试",
    "a flow": "流程",
    "the flow's name": "流程名",
    "a step": "步骤",
    'the step "{name}"': "步骤“{name}”",
    "the step {name}": "步骤 {name}",
    'the branch "{name}"': "分支“{name}”",
    "a branch": "分支",
    "an outcome": "结果",
    "a language": "语言",
    "a variable": "变量",
    "variables: of {name}": "{name} 的 variables:",
    "every call": "每通电话",
    "a name": "名称",
    "a tag": "标签",
    "a value": "值",
    "the value": "值",
    "a rule": "规章",
    "the rule {name}": "规章 {name}",
    "a pattern": "规章的条件",
    "the range of {name}": "{name} 的范围",
    "a line": "话术",
    "a line's name": "话术名",
    'the line "{name}"': "话术“{name}”",
    "the {language} wording": "{language} 措辞",
    "a form": "表单",
    "the form's name": "表单名",
    "the form {name}": "表单 {name}",
    "a field": "字段",
    'the field "{name}"': "字段“{name}”",
    "a choice": "选项",
    "a label": "标注",
    "the label of {name}": "{name} 的标注",
    "a case of choose": "choose 的一项",
    "the last case of choose": "choose 的最后一项",
    "a condition": "条件",
    "the condition": "条件",
    'the condition of the step "{name}"': "步骤“{name}”的条件",
    'the {what} of the step "{name}"': "步骤“{name}”的 {what}",
    "the lookup": "查找",
    "an answer": "答案",
    "the answer": "答案",
    'the answer "{name}"': "答案“{name}”",
    "a question": "题目",
    "the question": "题目",
    'the question "{name}"': "题目“{name}”",
    'the answers of the question "{name}"': "题目“{name}”的答案",
    "a section": "部分",
    'the section "{name}"': "“{name}”部分",
    'the scale "{name}"': "量表“{name}”",
    "a band": "分档",
    "a band's answer": "分档的答案",
    "the form": "评分表",
    "another flow": "别的流程",
    "none": "没有",
    # Who performs.
    "the IVR": "IVR",
    "an agent": "坐席",
    # What a step goes round with.
    "for ever with a caller on a noisy line": "线路嘈杂的来电者会在这里一直绕圈",
    "for ever with a caller who says nothing": "不出声的来电者会在这里一直绕圈",
    "for ever with a caller whose voice is too low": "声音太小的来电者会在这里一直绕圈",
    "for ever with a caller who is silent, noisy and faint by turns": (
        "时而无声、时而嘈杂、时而太轻的来电者会在这里一直绕圈"
    ),
    "without waiting for the caller": "不等来电者就一直绕圈",
}
"""A part of a file as English has it, and in Chinese."""
