"""What the demo says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from launch.telling.wording import Wording

WORDS: Mapping[str, tuple[str, str]] = {
    "starting": ("正在启动服务器…", "Starting the server…"),
    "intro": (
        "{count} 位模拟来电者同时拨打真正的服务器：FastAGI {agi}，耳朵 {ears}，台账 {ledger}",
        "{count} simulated callers ring the real server at once: FastAGI {agi}, ears {ears}, "
        "ledger {ledger}",
    ),
    "board": ("正在通话", "Calls"),
    "results": ("结果", "What came of it"),
    "caller": ("来电者", "caller"),
    "state": ("状态", "state"),
    "now": ("现在", "now"),
    "clock": ("计时", "clock"),
    "time": ("时长", "time"),
    "said": ("说了（台词名，依次）", "said (lines, in order)"),
    "heard": ("听到", "heard"),
    "rules": ("规章", "rules"),
    "end": ("结局", "ended"),
    "waiting": ("待拨", "to dial"),
    "says": ("说", "says"),
    "hears": ("听到", "hears"),
    "where": (
        "每通电话的全部事实（录音在 {recordings}，thirdring recordings list）：",
        "Every fact of each call (recordings below {recordings}, thirdring recordings list):",
    ),
    "recording": ("● 有录音", "● recorded"),
    "no_recording": ("没有录音", "no recording"),
    "all_well": (
        "{count} 通电话全部按预期结束，用时 {seconds:.0f} 秒。",
        "All {count} calls ended as expected, in {seconds:.0f} s.",
    ),
    "some_differ": (
        "{wrong} 通电话与预期不同（共 {count} 通）：",
        "{wrong} of {count} calls ended differently:",
    ),
    "offer": ("看实时大厅（panel --watch）？", "Watch the live floor (panel --watch)?"),
    "busy": (
        "{state} 正有服务在写，演示的台账放在 {own}",
        "A server writes in {state}; the demo keeps its ledger in {own}",
    ),
    "never": ("没有接通", "never reached the server"),
}

LEGEND = (
    "说了 said = 台词名 names of lines, ✂ = 被打断 cut short · "
    "听到 heard: 说话 speech, 无声 silence, 噪音 noise, 声音太小 faint, 清楚 clear, 按键 key",
    "规章 rules: ✓ 做到 kept, ✗ 违反 broken, 未列 not listed = 没有涉及 did not apply · "
    "A01 三声内接听 answered within three rings · A02 问候 greeting · "
    "A05/A08 结束语 goodbye · A11 无声 silent caller · A12 噪音十秒 ten seconds of noise · "
    "A13 声音太小 faint voice",
)
word: Final = Wording(WORDS)
