"""What calls, recordings and reports say around their lists, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from launch.wording import Wording

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "no_calls": (
        "还没有通话。`thirdring demo` 让模拟来电者打进来；`thirdring serve` 接真实来电。",
        "No calls yet. `thirdring demo` lets simulated callers call; `thirdring serve` takes real"
        " ones.",
    ),
    "no_call_fits": (
        "没有符合的通话；请放宽 --since 和 --until，或不写。",
        "No call fits; widen --since and --until, or leave them out.",
    ),
    "latest": (
        "只列出最近 {count} 通；--limit 0 全部列出。",
        "The latest {count}; --limit 0 shows all.",
    ),
    "tagged": ("通话 {call} 已标记为 {tag}。", "Call {call} is tagged {tag}."),
    "untagged": ("通话 {call} 没有标记。", "Call {call} has no tag."),
    "tag_ordered": (
        "服务已收到对通话 {call} 的指令，会照办。",
        "The server has the order for call {call} and will do it.",
    ),
    "calls_written": ("{count} 通通话写入 {file}", "{count} calls in {file}"),
    "no_recordings": (
        "还没有录音。`thirdring demo` 会打几通有录音的电话；流程里写 `record: start` 就录音。",
        "No recordings yet. `thirdring demo` places calls that are recorded; a flow records with"
        " `record: start`.",
    ),
    "no_player": (
        "这台机器没有播放器（aplay、play 或 ffplay）。录音在 {place}",
        "No player here (aplay, play or ffplay). The recording is {place}",
    ),
    "no_player_parts": (
        "这台机器没有播放器（aplay、play 或 ffplay）。各段录音在 {places}",
        "No player here (aplay, play or ffplay). The recordings are {places}",
    ),
    "opens_it": (
        "；`thirdring recordings export {id} --to FILE.wav` 可写成明文文件",
        "; `thirdring recordings export {id} --to FILE.wav` opens it",
    ),
    "elsewhere": (
        "要在别的机器上听，先写成明文文件：thirdring recordings export ID --to FILE.wav",
        "to hear it on another machine, write an open file:"
        " thirdring recordings export ID --to FILE.wav",
    ),
    "playing": ("正在用 {player} 播放 {file}", "Playing {file} with {player}"),
    "no_sound": ("{start} 到 {end}：没有声音，{reason}", "{start} to {end}: no sound, {reason}"),
    "written_open": (
        "{file}：{seconds} 秒；写出的文件没有加密",
        "{file}: {seconds} s; what is written is not sealed",
    ),
    "lost": ("{id}：{start} 秒到 {end} 秒已丢失", "{id}: {start} s to {end} s is lost"),
    "all_of_it": ("{file}：完整", "{file}: all of it"),
    "silence_stands": (
        "{file}：丢失的部分用静音代替",
        "{file}: silence stands for what is lost",
    ),
    "checked": (
        "核验 {count} 个，{bad} 个有问题",
        "{count} checked, {bad} with something wrong",
    ),
    "none_held": (
        "没有保全的通话。保全：`thirdring recordings hold CALL --reason WHY`",
        "No call is held. `thirdring recordings hold CALL --reason WHY` holds one.",
    ),
    "no_recording_of": ("通话 {call} 没有录音。", "Call {call} has no recording."),
    "no_key": (
        "还没有密钥；`thirdring serve` 第一次启动时会生成，或用 `thirdring recordings keys new`。",
        "No key yet; `thirdring serve` makes one at its first start, or `keys new`.",
    ),
    "key_in_use": ("使用中", "in use"),
    "key_old": ("旧密钥", "old"),
    "key_row": ("{id}  {files} 段录音  {state}", "{id}  {files} recordings  {state}"),
    "key_used": ("新录音改用密钥 {id}", "{id} is in use for new recordings"),
    "key_made": (
        "新录音改用密钥 {id}；{where}：请另存一份到别处的安全地方，没有它录音就无法再听",
        "{id} is in use for new recordings; {where}: copy it to a safe place elsewhere: without it"
        " the recordings are lost",
    ),
    "key_copy": (
        "{where}：请另存一份到别处的安全地方，没有它录音就无法再听",
        "{where}: copy it to a safe place elsewhere: without it the recordings are lost",
    ),
    "keys_wrapped": (
        "{count} 段录音的密钥已改由 {id} 保护。",
        "{count} recordings are wrapped with {id} now.",
    ),
    "keys_not_needed": (
        "已没有录音需要 {keys}；等今天之前的 `keys/files` 备份都不再需要时，请销毁它和它的副本。",
        "No recording needs {keys} any more: destroy it, and its copies, once"
        " no backup of `keys/files` from before today is needed.",
    ),
    "report_written": (
        "{place}  {calls} 通通话，{size} 字节",
        "{place}  {calls} calls, {size} bytes",
    ),
}
text: Final = Wording(TEXTS)
