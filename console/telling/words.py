"""What each kind of event is called in a call's story: kind, who, Chinese, English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from calls.events import CallEvent
from calls.masking import plain_name


class Data:
    """An event's data as text, absent ones empty: an old or odd event is still told."""

    def __init__(self, data: Mapping[str, Any], *, unmasked: bool) -> None:
        self._data, self._unmasked = data, unmasked

    def __getitem__(self, name: str) -> str:
        value = self._data.get(name)
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    def seconds(self, name: str) -> str:
        value = self._data.get(name)
        return f"{value / 1000:.1f}" if isinstance(value, int | float) else "?"

    def name(self, name: str) -> str:
        return self[name] if self._unmasked else plain_name(self[name])


Line = tuple[str, str, str, str]
Tell = Callable[[CallEvent, Data], Line]
_ENDED: Final = {
    "completed": ("", ""),
    "barge_in": ("被来电者打断", "cut by the caller"),
    "key": ("按键打断", "cut by a key"),
    "hangup": ("挂断时中止", "cut by hanging up"),
    "wait_over": ("等待结束时中止", "cut as the wait was over"),
    "failed": ("未能播放", "could not be played"),
    "skipped": ("略过未说", "left out"),
}
_NOTED: Final = {
    "confirmed": ("按键确认", "confirmed by key"),
    "heard": ("坐席线路上听到", "heard on the agent's line"),
    "changed": ("换了说法", "in other words"),
}
_HEARD: Final = {
    "speech": "说话",
    "silence": "没有声音",
    "noise": "噪音",
    "faint": "声音太小",
    "clear": "线路已清晰",
    "louder": "声音变大",
    "key": "按键",
    "hangup": "挂断",
}
_BY: Final = {
    "caller": ("来电者", "the caller"),
    "us": ("我方", "the house"),
    "agent": ("坐席", "the agent"),
    "network": ("网络", "the network"),
}


def _offered(_event: CallEvent, data: Data) -> Line:
    name = f" ({data.name('caller_name')})" if data["caller_name"] else ""
    who = f"{data['ani'] or '?'}{name}"
    return (
        "call",
        "caller",
        f"{who} 呼入 {data['dnis']},流程 {data['flow']}",
        f"{who} calls {data['dnis']}: flow {data['flow']}",
    )


def _answered(_event: CallEvent, data: Data) -> Line:
    waited = data.seconds("waited_ms")
    return (
        "call",
        "house",
        f"第 {data['rings']} 声铃接听,等待 {waited} 秒",
        f"answers on ring {data['rings']}, after {waited} s",
    )


def _stepped(_event: CallEvent, data: Data) -> Line:
    where = f"{data['flow']} › {data['step']}"
    return "step", "", where, where


def _said(_event: CallEvent, data: Data) -> Line:
    notes = (_ENDED.get(data["ended"], (data["ended"],) * 2), _NOTED.get(data["noted"], ("", "")))
    who = "agent" if data["performer"] == "agent" else "house"
    told = []
    for language in (0, 1):
        note = ", ".join(note[language] for note in notes if note[language])
        told.append(f"“{data['text']}”" + (f" [{note}]" if note else ""))
    return "line", who, told[0], told[1]


def _listening(_event: CallEvent, data: Data) -> Line:
    window = data.seconds("window_ms")
    return (
        "window",
        "house",
        f"等待 {data['wanted']},最多 {window} 秒",
        f"listens up to {window} s for {data['wanted']}",
    )


def _heard(_event: CallEvent, data: Data) -> Line:
    level = f" {data['level_dbov']} dBov" if data["level_dbov"] else ""
    what = _HEARD.get(data["what"], data["what"])
    return "heard", "caller", f"{what}{level}", f"{data['what']}{level} ({data['reason']})"


def _key(_event: CallEvent, data: Data) -> Line:
    return "key", "caller", f"按键 {data['digits']}", f"presses {data['digits']}"


def _queued(_event: CallEvent, data: Data) -> Line:
    return "agent", "house", f"进入队列 {data['queue']}", f"is put into queue {data['queue']}"


def _agent_offered(_event: CallEvent, data: Data) -> Line:
    return "agent", "agent", f"{data['agent']} 振铃", f"{data['agent']} rings"


def _agent_answered(_event: CallEvent, data: Data) -> Line:
    waited = data.seconds("waited_ms")
    return (
        "agent",
        "agent",
        f"{data['agent']} 接听,等待 {waited} 秒",
        f"{data['agent']} answers after {waited} s",
    )


def _held(_event: CallEvent, data: Data) -> Line:
    if data["on"] == "True":
        return "agent", "agent", "请来电者等待(保持)", "puts the caller on hold"
    return "agent", "agent", "恢复通话", "takes the caller back"


def _disposed(_event: CallEvent, data: Data) -> Line:
    note = f": {data['note']}" if data["note"] else ""
    return (
        "agent",
        "agent",
        f"{data['agent']} 整理完毕:{data['disposition']}{note}",
        f"{data['agent']} wraps up: {data['disposition']}{note}",
    )


def _left_queue(_event: CallEvent, data: Data) -> Line:
    waited, talked = data.seconds("waited_ms"), data.seconds("talked_ms")
    return (
        "agent",
        "house",
        f"离开队列 {data['queue']}:{data['result']},等待 {waited} 秒,通话 {talked} 秒",
        f"leaves queue {data['queue']}: {data['result']}, waited {waited} s, talked {talked} s",
    )


def _transferring(_event: CallEvent, data: Data) -> Line:
    return "agent", "house", f"转接到 {data['to']}", f"connects the caller to {data['to']}"


def _transferred(_event: CallEvent, data: Data) -> Line:
    return (
        "agent",
        "house",
        f"转接 {data['to']} 结束:{data['result']}",
        f"the transfer to {data['to']} ends: {data['result']}",
    )


def _branched(_event: CallEvent, data: Data) -> Line:
    return "agent", "agent", f"进入分支 {data['branch']}", f"takes the branch {data['branch']}"


def _form_filled(_event: CallEvent, data: Data) -> Line:
    done = data["result"] == "ok"
    return (
        "agent",
        "agent",
        f"{'填写' if done else '放弃'}表单 {data['form']}",
        f"{'fills in' if done else 'leaves'} the form {data['form']}",
    )


def _looked_up(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "house",
        f"查询 {data['directory']}:{data['result']}",
        f"looks in {data['directory']} by {data['by']}: {data['result']}",
    )


def _asked(_event: CallEvent, data: Data) -> Line:
    source = data["source"] or data["plugin"]
    return "call", "house", f"询问 {source}:{data['result']}", f"asks {source}: {data['result']}"


def _promised(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "house",
        f"承诺在 {data['due_at']} 前回电 {data['number']}:{data['about']}",
        f"promises to call {data['number']} by {data['due_at']}: {data['about']}",
    )


def _ticket(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "house",
        f"建立工单({data['ticket_class']}),期限 {data['due_at']}:{data['about']}",
        f"opens a ticket ({data['ticket_class']}), due {data['due_at']}: {data['about']}",
    )


_RECORDING: Final = {
    "recording_started": "开始录音",
    "recording_paused": "暂停录音",
    "recording_resumed": "恢复录音",
    "recording_stopped": "停止录音",
    "recording_kept": "录音已入库",
    "recording_measured": "录音已测量",
    "recording_erased": "录音已销毁",
}


def _recording(event: CallEvent, data: Data) -> Line:
    what = event.kind.removeprefix("recording_")
    more = data["problem"] or data["reason"] or data["why"]
    note = f" ({more})" if more else ""
    return "recording", "house", f"{_RECORDING[event.kind]}{note}", f"recording {what}{note}"


def _judged(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "",
        f"规则已判定;违反:{data['broken'] or '无'}",
        f"the rules were judged; broken: {data['broken'] or 'none'}",
    )


def _tagged(_event: CallEvent, data: Data) -> Line:
    return "call", "", f"标记为 {data['tag']}", f"tagged {data['tag']}"


def _surveyed(_event: CallEvent, data: Data) -> Line:
    answer = data["answer"]
    return (
        "call",
        "caller",
        f"满意度:{answer or '未回答'} {data['score']}",
        f"{data['question']}: {answer or 'no answer'} {data['score']}",
    )


def _fault(_event: CallEvent, data: Data) -> Line:
    text = f"{data['where']}: {data['problem']}"
    return "fault", "", f"故障 {text}", f"fault in {text}"


def _hung_up(_event: CallEvent, data: Data) -> Line:
    zh, en = _BY.get(data["by"], (data["by"] or "?",) * 2)
    return "call", "", f"{zh}挂机", f"{en} hangs up"


def _ended(_event: CallEvent, data: Data) -> Line:
    more = f", {data['disposition']}" if data["disposition"] else ""
    return "call", "", f"通话结束:{data['end_reason']}{more}", f"over: {data['end_reason']}{more}"


def other(event: CallEvent, _data: Data) -> Line:
    """A kind without words here, with its data."""
    facts = ", ".join(f"{name}: {value}" for name, value in event.data.items())
    text = f"{event.kind} {facts}".rstrip()
    return "other", "", text, text


TELLERS: Final[Mapping[str, Tell]] = {
    "offered": _offered,
    "answered": _answered,
    "stepped": _stepped,
    "said": _said,
    "listening": _listening,
    "heard": _heard,
    "key": _key,
    "queued": _queued,
    "agent_offered": _agent_offered,
    "agent_answered": _agent_answered,
    "held": _held,
    "disposed": _disposed,
    "left_queue": _left_queue,
    "transferring": _transferring,
    "transferred": _transferred,
    "branched": _branched,
    "form_filled": _form_filled,
    "looked_up": _looked_up,
    "fetched": _asked,
    "plugin_done": _asked,
    "promised": _promised,
    "ticket_opened": _ticket,
    **dict.fromkeys(_RECORDING, _recording),
    "rules_judged": _judged,
    "tagged": _tagged,
    "surveyed": _surveyed,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
}
