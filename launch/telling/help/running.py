"""Help of the commands that take, place and watch calls, in Chinese."""

from __future__ import annotations

from typing import Final

RUNNING: Final[dict[str, str]] = {
    "Call-center toolkit for Asterisk: answered by the third ring.": (
        "Asterisk 呼叫中心工具箱：三声之内必接"
    ),
    # call
    "Place one call as a simulated caller, with real sound, and tell what happens.": (
        "由模拟来电者打一通有真实声音的电话，并讲述经过"
    ),
    "Exit code 1 when the call was not answered or the fallback had to speak.": (
        "没有接通，或只好转入备用语音时，退出码为 1。"
    ),
    "Name of a persona, or the path of a persona's YAML file.": (
        "模拟来电者的名字，或其 YAML 文件的路径"
    ),
    "Number to call; 1000 is the hotline.": "要拨的号码；1000 是热线",
    "SIP address of the Asterisk. Default: the state folder's, else 127.0.0.1:5160.": (
        "Asterisk 的 SIP 地址。默认：状态目录里的那个，没有则 127.0.0.1:5160。"
    ),
    "No Asterisk: straight to the state folder's running server.": (
        "不经 Asterisk，直接打给状态目录里正在运行的服务"
    ),
    "Number to call from.": "主叫号码",
    "Makes noise that differs from call to call.": "让每通电话的噪音各不相同",
    "Keep both sides: left the caller, right what it heard.": (
        "保存双方的声音：左声道是来电者，右声道是他听到的"
    ),
    "List the personas.": "列出模拟来电者",
    "Print JSON instead of a table.": "输出 JSON，不用表格",
    "Folder that keeps everything of a run: ledger, recordings, prompts.": (
        "存放运行中一切内容的文件夹：台账、录音、语音"
    ),
    # console
    "Replay and score calls in a browser, with or without a running server; ctrl-c ends.": (
        "在浏览器里回放通话、评分，服务运行与否都可以；Ctrl-C 结束"
    ),
    "Reads the ledger, writes the quality book. `thirdring serve` starts one by itself.": (
        "读台账，写质检库。`thirdring serve` 会自己启动一个。"
    ),
    "Settings (TOML) over the defaults.": "设置文件（TOML），覆盖默认值",
    "Instead of console.port; 0 takes a free one.": "代替 console.port；0 表示任选一个空闲端口",
    # demo
    "Let simulated callers ring the real server: FastAGI, ears, ledger, rules. Under a minute.": (
        "让模拟来电者拨打真正的服务：FastAGI、耳朵、台账、规章，不到一分钟"
    ),
    "Exit code 0 when every call ended as expected, else 1 and what differed.": (
        "每通电话都按预期结束时退出码为 0，否则为 1，并说明哪里不同。"
    ),
    "How many call at once, 1 to 99.": "同时打几通，1 到 99",
    "Language of the screen. [the terminal's]": "界面语言。[随终端]",
    "Offer the live screen at the end, on a terminal.": "结束时，在终端上问要不要看实时大厅",
    # panel
    "An agent's panel (--agent), or the floor as the ledger tells it (--watch).": (
        "坐席面板（--agent），或按台账显示的大厅（--watch）"
    ),
    "The panel of this agent.": "这位坐席的面板",
    "The desk. [that of `thirdring serve` on --state]": (
        "坐席台的地址。[--state 上 `thirdring serve` 的那个]"
    ),
    "The agent's token. [from tokens.json of --state]": "坐席的令牌。[--state 的 tokens.json 里的]",
    "Your own keys (TOML). [~/.config/thirdring/panel.toml]": (
        "自定按键（TOML）。[~/.config/thirdring/panel.toml]"
    ),
    "Answer in the panel itself, with this headset: `alsa,default`. [any SIP phone beside it]": (
        "用面板自带的话机接听，写明耳机：`alsa,default`。[旁边任何一部 SIP 话机]"
    ),
    "Exchange of the built-in phone. [that of --state]": "自带话机的交换机。[--state 的那个]",
    "Show the floor: live calls, lines, clocks.": "看大厅：正在进行的通话、话术、计时",
    "Language of the screen's own words. [the terminal's]": "界面文字的语言。[随终端]",
    "Settings (TOML) over the defaults; of the floor, for `[house] timezone`.": (
        "设置文件（TOML），覆盖默认值；大厅用其中的 `[house] timezone`"
    ),
    # practice
    "Practise on a simulated caller: the same panel, no Asterisk; the score by the house rules.": (
        "与模拟来电者练习：同样的面板，不需要 Asterisk；按规章打分"
    ),
    "The caller speaks through the speakers, and in text on the panel. Nothing is written to"
    " the ledger.": ("来电者的话从扬声器放出，面板上也有文字。台账里什么都不写。"),
    "A persona's name, or its YAML file.": "模拟来电者的名字，或其 YAML 文件",
    "Show the callers there are.": "列出可选的来电者",
    "Who practises.": "谁来练习",
    "The flow that the agent performs.": "坐席执行的流程",
    "Language of the panel. [the terminal's]": "面板语言。[随终端]",
    "Program that plays raw sound. [the first that works]": "播放原始声音的程序。[第一个能用的]",
    "The caller is text only.": "来电者只有文字，没有声音",
    # serve
    "Answer calls: FastAGI, ears, ledger, recorder and web console; SIGTERM ends it cleanly.": (
        "接听来电：FastAGI、耳朵、台账、录音和网页控制台；SIGTERM 让它妥善结束"
    ),
    "Refuses to start with every problem of the flows, or when the ports or the ledger are"
    " taken.": ("流程有问题时拒绝启动，并一一列出；端口或台账被占用时也拒绝。"),
    # wallboard
    "See the floor: who waits, service level, agents' states, alarms; listen in, answer help.": (
        "看坐席大厅：谁在等、接通率、坐席状态、报警；可监听、应答求助"
    ),
    "--json prints one snapshot and ends.": "用 --json 时输出一份快照就结束。",
    "Who watches. [the first supervisor of the settings]": "谁在看。[设置里的第一位班长]",
    "Where the desk is. [of the state folder]": "坐席台在哪里。[状态目录里的那个]",
    "The agent's token. [of the state folder]": "坐席的令牌。[状态目录里的]",
    "Language of the screen's words. [the terminal's]": "界面文字的语言。[随终端]",
    # agents
    "Agents: states and the day's figures.": "坐席：状态和当天的指标",
    "List agents with their state and what the day came to; times add up to the day.": (
        "列出坐席的状态和当天各项；时间加起来是一整天"
    ),
    "Another day than today, by house.timezone.": "看另一天，不看今天；按 house.timezone 算",
    # pbx
    "Run a real Asterisk with asterisk-conf/: an installed one, or one set up in a folder.": (
        "用 asterisk-conf/ 运行真正的 Asterisk：已安装的，或单独装在一个文件夹里的"
    ),
    "Start Asterisk and wait until it takes calls; harmless when it runs already.": (
        "启动 Asterisk，等到它能接电话为止；已在运行也没关系"
    ),
    "UDP port of SIP.": "SIP 的 UDP 端口",
    "TCP port of the manager interface.": "管理口的 TCP 端口",
    "FastAGI server; repeat it for more, tried in this order. [127.0.0.1:4573]": (
        "FastAGI 服务；可写多个，按次序尝试。[127.0.0.1:4573]"
    ),
    "UDP ports of RTP.": "RTP 的 UDP 端口",
    "The only address to listen on.": "只监听这个地址",
    "Shared with the FastAGI server.": "与 FastAGI 服务共用的口令",
    "Seconds a silent server is borne before the fallback speaks.": (
        "服务没有回应时最多等几秒，之后转入备用语音"
    ),
    "Network that may call without an account; repeat it for more. [127.0.0.0/8]": (
        "不用账号就能打进来的网段；可写多个。[127.0.0.0/8]"
    ),
    "Settings (TOML) of `serve`; its agents and destinations go in.": (
        "`serve` 的设置文件（TOML）；其中的坐席和去向会写进配置"
    ),
    "Stop the Asterisk of this state folder, live calls and all.": (
        "停止这个状态目录的 Asterisk，正在进行的通话也一并断开"
    ),
    "Accepted as with `up`; the state folder says which.": "与 `up` 一样可写；以状态目录里的为准",
    "Show whether Asterisk runs here, where it listens and how many channels it has.": (
        "显示这里有没有 Asterisk 在运行、监听哪里、有几个通道"
    ),
}
