"""What each kind of event is called in a call's story: kind, who, Chinese, English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from calls.events import CallEvent
from calls.masking import plain_name
from console.telling.recorded import recording_note
from console.telling.terms import BY, ENDED, HEARD, MOVED, NOTED, RECORDING, RESULT


class Data:
    """An event's data as text, absent ones empty: an old or odd event is still told."""

    def __init__(self, data: Mapping[str, Any], *, unmasked: bool) -> None:
        self._data, self._unmasked = data, unmasked

    def __getitem__(self, name: str) -> str:
        value = self._data.get(name)
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return "" if value is None else str(value)

    @property
    def whole(self) -> Mapping[str, Any]:
        """The data as they were kept."""
        return self._data

    def seconds(self, name: str) -> str:
        value = self._data.get(name)
        return f"{value / 1000:.1f}" if isinstance(value, int | float) else "?"

    def zh(self, name: str) -> str:
        return RESULT.get(self[name], self[name])

    def en(self, name: str) -> str:
        return self[name].replace("_", " ")

    def words(self, name: str) -> tuple[str, ...]:
        value = self._data.get(name)
        return tuple(map(str, value)) if isinstance(value, list | tuple) else ()

    def name(self, name: str) -> str:
        return self[name] if self._unmasked else plain_name(self[name])


Line = tuple[str, str, str, str]
Tell = Callable[[CallEvent, Data], Line]


def _offered(_event: CallEvent, data: Data) -> Line:
    name = f" ({data.name('caller_name')})" if data["caller_name"] else ""
    who = f"{data['ani'] or '?'}{name}"
    return (
        "call",
        "caller",
        f"{who} 呼入 {data['dnis']}，流程 {data['flow']}",
        f"{who} calls {data['dnis']}: flow {data['flow']}",
    )


def _answered(_event: CallEvent, data: Data) -> Line:
    waited = data.seconds("waited_ms")
    return (
        "call",
        "house",
        f"第 {data['rings']} 声铃接听，等待 {waited} 秒",
        f"answers on ring {data['rings']}, after {waited} s",
    )


def _stepped(_event: CallEvent, data: Data) -> Line:
    where = f"{data['flow']} › {data['step']}"
    return "step", "", where, where


def _said(_event: CallEvent, data: Data) -> Line:
    notes = (ENDED.get(data["ended"], (data["ended"],) * 2), NOTED.get(data["noted"], ("", "")))
    who = "agent" if data["performer"] == "agent" else "house"
    told = []
    for language in (0, 1):
        note = ", ".join(note[language] for note in notes if note[language])
        told.append(f"“{data['text']}”" + (f" [{note}]" if note else ""))
    return "line", who, told[0], told[1]


def _listening(_event: CallEvent, data: Data) -> Line:
    window = data.seconds("window_ms")
    wanted = "、".join(HEARD.get(word, word) for word in data.words("wanted"))
    return (
        "window",
        "house",
        f"倾听最多 {window} 秒，等：{wanted}",
        f"listens up to {window} s for {data['wanted']}",
    )


def _heard(_event: CallEvent, data: Data) -> Line:
    level = f" {data['level_dbov']} dBov" if data["level_dbov"] else ""
    reason = f" ({data['reason']})" if data["reason"] else ""
    what = data["what"] or "?"
    return "heard", "caller", f"{HEARD.get(what, what)}{level}", f"{what}{level}{reason}"


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
        f"{data['agent']} 接听，等待 {waited} 秒",
        f"{data['agent']} answers after {waited} s",
    )


def _held(_event: CallEvent, data: Data) -> Line:
    if data["on"] == "True":
        return "agent", "agent", "请来电者等待（保持）", "puts the caller on hold"
    return "agent", "agent", "恢复通话", "takes the caller back"


def _agent_transfer(_event: CallEvent, data: Data) -> Line:
    zh, en = MOVED.get(data["how"], ("{agent} → {to}",) * 2)
    agent, to = data["agent"], data["to"]
    return (
        "agent",
        "agent",
        zh.format(agent=agent, to=to or "队列"),
        en.format(agent=agent, to=to or "the queue"),
    )


def _disposed(_event: CallEvent, data: Data) -> Line:
    note = f": {data['note']}" if data["note"] else ""
    return (
        "agent",
        "agent",
        f"{data['agent']} 整理完毕：{data['disposition']}{note}",
        f"{data['agent']} wraps up: {data['disposition']}{note}",
    )


def _left_queue(_event: CallEvent, data: Data) -> Line:
    waited, talked = data.seconds("waited_ms"), data.seconds("talked_ms")
    return (
        "agent",
        "house",
        f"离开队列 {data['queue']}：{data.zh('result')}，等待 {waited} 秒，通话 {talked} 秒",
        f"leaves queue {data['queue']}: {data.en('result')}, waited {waited} s, talked {talked} s",
    )


def _transferring(_event: CallEvent, data: Data) -> Line:
    return "agent", "house", f"转接到 {data['to']}", f"connects the caller to {data['to']}"


def _transferred(_event: CallEvent, data: Data) -> Line:
    waited, talked = data.seconds("waited_ms"), data.seconds("talked_ms")
    to, result = data["to"], data.en("result")
    return (
        "agent",
        "house",
        f"转接 {to} 结束：{data.zh('result')}，等待 {waited} 秒，通话 {talked} 秒",
        f"the transfer to {to} ends: {result}, waited {waited} s, talked {talked} s",
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
        f"查询 {data['directory']}：{data.zh('result')}",
        f"looks in {data['directory']} by {data['by']}: {data.en('result')}",
    )


def _asked(_event: CallEvent, data: Data) -> Line:
    source = data["source"] or data["plugin"]
    return (
        "call",
        "house",
        f"询问 {source}：{data.zh('result')}",
        f"asks {source}: {data.en('result')}",
    )


def _promised(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "house",
        f"承诺在 {data['due_at']} 前回电 {data['number']}：{data['about']}",
        f"promises to call {data['number']} by {data['due_at']}: {data['about']}",
    )


def _ticket(_event: CallEvent, data: Data) -> Line:
    return (
        "call",
        "house",
        f"建立工单（{data['ticket_class']}），期限 {data['due_at']}：{data['about']}",
        f"opens a ticket ({data['ticket_class']}), due {data['due_at']}: {data['about']}",
    )


def _recording(event: CallEvent, data: Data) -> Line:
    zh, en = (f" ({note})" if note else "" for note in recording_note(event.kind, data.whole))
    what = event.kind.removeprefix("recording_")
    return "recording", "house", f"{RECORDING[event.kind]}{zh}", f"recording {what}{en}"


def _judged(_event: CallEvent, data: Data) -> Line:
    broken, kept = data["broken"], data["kept"]
    return (
        "call",
        "",
        f"规章已判定；违反：{broken or '无'}；做到：{kept or '无'}",
        f"the rules were judged; broken: {broken or 'none'}; kept: {kept or 'none'}",
    )


def _tagged(_event: CallEvent, data: Data) -> Line:
    tag, by = data["tag"], data["by"]
    return "call", "", f"{by} 标记为 {tag}", f"tagged {tag} by {by}"


def _surveyed(_event: CallEvent, data: Data) -> Line:
    answer = data["answer"]
    return (
        "call",
        "caller",
        f"满意度：{answer or '未回答'} {data['score']}",
        f"{data['question']}: {answer or 'no answer'} {data['score']}",
    )


def _fault(_event: CallEvent, data: Data) -> Line:
    text = f"{data['where']}: {data['problem']}"
    return "fault", "", f"故障 {text}", f"fault in {text}"


def _hung_up(_event: CallEvent, data: Data) -> Line:
    zh, en = BY.get(data["by"], (data["by"] or "?",) * 2)
    return "call", "", f"{zh}挂机", f"{en} hangs up"


def _ended(_event: CallEvent, data: Data) -> Line:
    # `hung_up` is what a flow calls a caller who went: the reason says so already.
    known = data["disposition"] not in ("", "hung_up")
    more = f", {data['disposition']}" if known else ""
    return (
        "call",
        "",
        f"通话结束：{data.zh('end_reason')}{more}",
        f"over: {data.en('end_reason')}{more}",
    )


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
    "agent_transfer": _agent_transfer,
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
    **dict.fromkeys(RECORDING, _recording),
    "rules_judged": _judged,
    "tagged": _tagged,
    "surveyed": _surveyed,
    "fault": _fault,
    "hung_up": _hung_up,
    "ended": _ended,
}
