"""What calls, recordings and reports say around their lists, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from launch.telling.wording import Wording

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
    "wrapping": ("正在改换密钥", "wrapping"),
    "verifying": ("正在核验", "verifying"),
    "judging": ("正在判定", "Judging"),
    "held": ("通话 {call} 已保全：{reason}", "Call {call} is held: {reason}"),
    "held_but_gone": (
        "其中 {count} 段录音此前已销毁。",
        "{count} of its recordings were erased before.",
    ),
    "unheld": ("通话 {call} 不再保全。", "Call {call} is no longer held."),
    "really_erase": (
        "永久销毁通话 {call} 的录音？",
        "Erase the recording of call {call} for ever?",
    ),
    "really_erase_all": (
        "永久销毁通话 {call} 的 {count} 段录音？",
        "Erase {count} recordings of call {call} for ever?",
    ),
    "erased": (
        "{recording}：已销毁；通话本身仍在台账里",
        "{recording}: erased (no server runs: done here); the ledger keeps the call",
    ),
    "erased_by_server": (
        "{recording}：已由服务销毁；通话本身仍在台账里",
        "{recording}: erased (the server); the ledger keeps the call",
    ),
    "erased_before": (
        "{recording}：此前已销毁；若有文件又被恢复，也已清除",
        "{recording}: erased before; what may have come back of it is gone too",
    ),
    "not_erased": (
        "{recording}：没有动：{obstacle}",
        "{recording}: left as it is: {obstacle}",
    ),
    "erase_ordered": (
        "服务已收到指令，还没有回答；稍后会照办。",
        "The server has the order and has not answered yet; it is carried out later.",
    ),
    "server_retains": (
        "这里有服务在运行：保留期由它处理，每天 {at} UTC。",
        "A server runs here: it looks after retention itself, at {at} UTC.",
    ),
    "clock_confirmed": (
        "从现在起，它认为时钟是对的。",
        "It takes the clock for right from now on.",
    ),
    "retained": (
        "已销毁 {erased} 段录音；到期但被保全的 {held} 段留着。",
        "{erased} recordings erased, {held} that are due were left (held).",
    ),
    "clock_doubted": ("按现在的时钟不会销毁：{doubt}", "Not erased by the clock of now: {doubt}"),
    "due_more": ("……另有 {count} 段；--json 全部列出", "... and {count} more; --json lists all"),
    "due": (
        "到期 {count} 段录音；另有 {held} 段因通话被保全而留着。",
        "{count} recordings are due, {held} of held calls stay.",
    ),
    "no_accounts": (
        "还没有账号。先建第一个：`thirdring user add NAME --role admin`；再为每个人各建一个，"
        "角色有 agent（坐席）、qa（质检）、supervisor（主管）、admin（管理员）。",
        "No accounts yet. The first one: `thirdring user add NAME --role admin`; then one for each"
        " person: roles are agent, qa, supervisor, admin.",
    ),
    "no_agents": (
        "还没有坐席签入。先启动带坐席台的 `thirdring serve`，"
        "再运行 `thirdring panel --agent 801`。",
        "No agent has signed in yet. Start `thirdring serve` with a desk, then"
        " `thirdring panel --agent 801`.",
    ),
    "no_look_fits": (
        "没有符合的查看记录。登录、打开通话、播放录音和导出都会记在这里。",
        "No look fits. Sign-ins, opened calls, sound that was played and exports are written here.",
    ),
    "no_rules": (
        "还没有规章：请写在流程旁边的 house_rules.yaml 里。",
        "No house rules yet: write them in house_rules.yaml beside the flows.",
    ),
    "all_judged": (
        "{path}：结束的通话都已按这些规章判定过",
        "{path}: every call that is over was judged by these rules already",
    ),
    "judged": (
        "判定 {count} 通通话，{broke} 通违反规章",
        "{count} calls judged, {broke} of them broke a rule",
    ),
    "none_to_hear": (
        "没有符合且有录音可听的通话；`thirdring recordings list` 列出录音。",
        "No call that fits has a recording to listen to; `thirdring recordings list` shows them.",
    ),
    "nobody_understood": (
        "没有听懂任何人：无声，或线路太吵。请人来听。",
        "Nobody was understood: silence, or a line too noisy. Listen to it.",
    ),
    "polite_words": ("礼貌用语（A04）：{words}", "polite words (A04): {words}"),
    "none_recognised": ("没有听出", "none recognised"),
    "nothing_declared": (
        "没有得出判断：一种声音须持续 0.1 到 3 秒；请给更长的录音。",
        "Nothing was declared: a label must hold 0.1 to 3 s; give a longer recording.",
    ),
    "speech_began": ("开始说话：{times}", "Speech began at: {times}"),
    "no_speech": ("没有", "none"),
    "at_the_end": (
        "最后（{seconds} 秒）：{what}；{why}",
        "At the end ({seconds} s): {what}; {why}",
    ),
    "all_recorded": ("每句话术都有棚录录音。", "Every line has its studio recording."),
    "plays_now": ("现在播放：{what}", "plays now: {what}"),
    "used_in": ("用于 {flows}", "used in {flows}"),
    "record_as": ("录为 {file}", "record as {file}"),
    "to_record": (
        "要录 {count} 句：WAV，PCM 16 位，单声道，8000 Hz 或更高。",
        "{count} to record: WAV, PCM 16 bit, mono, 8000 Hz or more.",
    ),
    "changing": (
        "{count} 句随通话变化：由语音引擎说。",
        "{count} change from call to call: an engine speaks them.",
    ),
    "studio": (
        "{name} 是设置 prompts.studio 里写的文件夹。",
        "{name} is the folder you name in the settings, prompts.studio.",
    ),
    "report_written": (
        "{place}  {calls} 通通话，{size} 字节",
        "{place}  {calls} calls, {size} bytes",
    ),
}
text: Final = Wording(TEXTS)
