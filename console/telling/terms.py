"""Words of the events' own terms: Chinese, or Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ENDED: Final = {
    "completed": ("", ""),
    "barge_in": ("被来电者打断", "cut by the caller"),
    "key": ("按键打断", "cut by a key"),
    "hangup": ("挂断时中止", "cut by hanging up"),
    "wait_over": ("等待结束时中止", "cut as the wait was over"),
    "failed": ("未能播放", "could not be played"),
    "skipped": ("略过未说", "left out"),
}
NOTED: Final = {
    "confirmed": ("按键确认", "confirmed by key"),
    "heard": ("坐席线路上听到", "heard on the agent's line"),
    "changed": ("换了说法", "in other words"),
}
HEARD: Final = {
    "speech": "说话",
    "silence": "无声",
    "noise": "噪音",
    "faint": "声音太小",
    "clear": "清楚",
    "louder": "声音变大",
    "key": "按键",
    "hangup": "挂断",
}
RESULT: Final = {
    "answered": "已接听",
    "abandoned": "放弃等待",
    "no_answer": "无人接听",
    "timeout": "超时",
    "busy": "占线",
    "failed": "失败",
    "found": "找到",
    "not_found": "没有找到",
    "ok": "成功",
    "error": "出错",
    "completed": "办完",
    "caller_hung_up": "来电者挂机",
    "agent_hung_up": "坐席挂机",
    "network": "网络中断",
    "interrupted": "服务中断",
}
BY: Final = {
    "caller": ("来电者", "the caller"),
    "us": ("我方", "the house"),
    "agent": ("坐席", "the agent"),
    "network": ("网络", "the network"),
}
RECORDING: Final = {
    "recording_started": "开始录音",
    "recording_paused": "暂停录音",
    "recording_resumed": "恢复录音",
    "recording_stopped": "停止录音",
    "recording_kept": "录音已入库",
    "recording_measured": "录音已测量",
    "recording_erased": "录音已销毁",
}

STOPPED: Final = {
    "flow": "流程停止",
    "call_ended": "通话结束",
    "paused": "暂停",
    "failed": "出错",
    "interrupted": "服务中断",
    "aside_over": "班长说完",
}
"""Why a recording stopped."""

MOVED: Final[Mapping[str, tuple[str, str]]] = {
    "blind": ("{agent} 把来电者直接转给 {to}", "{agent} sends the caller to {to}"),
    "consult": ("{agent} 找 {to} 商量，来电者听音乐", "{agent} asks {to}, the caller hears music"),
    "three_way": ("{agent} 让 {to} 加入，三方通话", "{agent} brings {to} in, all three talk"),
    "complete": ("{agent} 把来电者交给 {to}", "{agent} hands the caller over to {to}"),
    "cancel": ("{agent} 不转给 {to} 了，接回来电者", "{agent} takes the caller back from {to}"),
    "phone_gone": ("{agent} 的话机失联，来电者转往 {to}", "{agent}'s phone is gone: on to {to}"),
}
"""What an agent does with a transfer, by `how`."""
