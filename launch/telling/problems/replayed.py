"""What a replay says of a record that decides nothing, and how the flow would go on; in Chinese."""

from __future__ import annotations

from typing import Final

SOUNDS: Final = {
    "speech": "说话",
    "silence": "无声",
    "noise": "噪音",
    "faint": "声音太小",
    "clear": "线路清楚",
    "louder": "声音变大",
    "key": "按键",
    "hangup": "挂机",
}
"""Of places whose name begins with `sound`."""

REPLAYED: Final[dict[str, str]] = {
    # Why the record does not decide.
    "nobody knows who would have answered in {queue}": "不知道 {queue} 里谁会接听",
    "{queue} was answered after {seconds} s, later than now": (
        "当时 {queue} 过了 {seconds} 秒才接听，比现在晚"
    ),
    "nobody answered in {seconds} s, and the caller would now wait longer": (
        "当时 {seconds} 秒内无人接听，而现在来电者会等得更久"
    ),
    "key {key} leaves the queue no more: nobody knows who answers": (
        "按键 {key} 现在不再离开队列：不知道谁会接听"
    ),
    "the lookup {name} was not asked then": "当时没有查询名册 {name}",
    "the fetch {name} was not asked then": "当时没有向 {name} 取数据",
    "the do {name} was not asked then": "当时没有运行插件 {name}",
    "the form {name} was not asked then": "当时没有显示表单 {name}",
    "the record ends here: the call was cut off, or goes on": (
        "记录到此为止：通话被切断，或还在进行"
    ),
    "the record ends while it rings": "记录在振铃时就断了",
    "whether {test}: the record does not hold the values": "{test} 是否成立：记录里没有这些值",
    "which language: the record does not hold the values": "用哪种语言：记录里没有这些值",
    "the caller was not listened to here then": "当时这里没有听来电者",
    "the caller's {sound} ended the window then; now nobody listens for it": (
        "当时因{sound}结束了倾听；现在这里不听这个"
    ),
    "the caller pressed keys then; now nobody listens for them": (
        "当时来电者按了键；现在这里不收按键"
    ),
    "there was {sound} for {then} s then; the window is now {now} s, and nobody knows what would"
    " have come": "当时{sound} {then} 秒；现在倾听 {now} 秒，不知道还会听到什么",
    "nothing had come yet then": "当时还什么都没有听到",
    # What the flow asks or does next.
    "the call ends: {disposition}": "通话结束：{disposition}",
    "{why} in {flow}.{step}": "{why}（{flow}.{step}）",
    "listens for {seconds} s": "倾听 {seconds} 秒",
    "puts the caller into queue {queue}": "把来电者放进队列 {queue}",
    "connects to {to}": "转接到 {to}",
    "shows the form {form}": "显示表单 {form}",
    "asks {name}": "询问 {name}",
    "says {line}": "说 {line}",
    # What came before the first difference.
    "said {line} ({language}: {text})": "说 {line}（{text}）",
    "listened for {seconds} s ({wanted})": "倾听 {seconds} 秒",
    "the house hung up": "我方挂机",
    "caller hung up": "来电者挂机",
    "agent hung up": "坐席挂机",
    "network hung up": "网络挂机",
    "put the caller into queue {queue}": "把来电者放进队列 {queue}",
    "connected the caller to {to}": "把来电者转接到 {to}",
}
"""English with places in braces, then Chinese."""
