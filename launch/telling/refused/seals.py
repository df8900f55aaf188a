"""What seals and keys of recordings refuse, in Chinese, as a terminal says it."""

from __future__ import annotations

from typing import Final

SEALS: Final[dict[str, str]] = {
    # Master keys.
    "{file}: holds no key; it should be one line `thirdring-key 1 {key} ...`: put the key back from"
    " where you keep its copy": (
        "{file}：里面没有密钥，应为一行 `thirdring-key 1 {key} ...`；请用备份的密钥放回原处"
    ),
    "{file}: holds the key {other} and not {key}; put the right key back from where you keep its"
    " copy": "{file}：里面是密钥 {other}，不是 {key}；请用备份放回正确的密钥",
    "{file}: the key is not there; put it back from where you keep its copy (is its disk"
    " mounted?)": ("{file}：密钥不在；请用备份的密钥放回原处（所在的磁盘挂载了吗？）"),
    "{file}: is damaged; put the key back from where you keep its copy": (
        "{file}：已损坏；请用备份的密钥放回原处"
    ),
    "{file}: {reason}; let the user of `serve` read it": (
        "{file}：{reason}；请让运行 `thirdring serve` 的用户可以读取"
    ),
    "{file}: cannot be run ({reason}); see recorder.key_command": (
        "{file}：无法运行（{reason}）；请检查设置 recorder.key_command"
    ),
    "{file}: gave no key within {seconds} s; see recorder.key_command": (
        "{file}：{seconds} 秒内没有给出密钥；请检查设置 recorder.key_command"
    ),
    "{file}: gave no key {key} ({reason})": "{file}：没有给出密钥 {key}（{reason}）",
    "keys come from {file}: make one with `recordings keys new --print`, put the line there, then"
    " `recordings keys use ID`": (
        "密钥来自 {file}：请用 `thirdring recordings keys new --print` 生成，把那一行存进去，"
        "再运行 `thirdring recordings keys use ID`"
    ),
    "{file}: is damaged; start `thirdring serve` once with your settings": (
        "{file}：已损坏；请用您的设置启动一次 `thirdring serve`"
    ),
    "{file}: {key} is no key's id (16 digits and a to f); restore `keys` from a backup, or"
    " `recordings keys use ID`": (
        "{file}：{key} 不是密钥编号（16 位，数字和 a 到 f）；请用备份恢复 `keys`，"
        "或运行 `thirdring recordings keys use ID`"
    ),
    "{file}: no key to seal with; `thirdring recordings keys new` makes one": (
        "{file}：没有可用来加密的密钥；生成：`thirdring recordings keys new`"
    ),
    # A recording's own key.
    "{file}: its key {key} is not there; restore it from a backup of the keys (a recording that was"
    " erased has none)": (
        "{file}：它的密钥 {key} 不在；请用密钥的备份恢复（已销毁的录音没有密钥）"
    ),
    "{file}: is damaged; restore it from a backup of the keys": (
        "{file}：已损坏；请用密钥的备份恢复"
    ),
    "{file}: its key in {folder} is damaged; restore it from a backup of the keys": (
        "{file}：它在 {folder} 里的密钥已损坏；请用密钥的备份恢复"
    ),
    "{file} is no file of the recordings": "{file} 不是录音文件",
    # Sealed files.
    "{file}: cut inside its header; restore it from a backup": (
        "{file}：文件头被截断；请用备份恢复"
    ),
    "{file}: cut behind its header; restore it from a backup": (
        "{file}：文件头之后被截断；请用备份恢复"
    ),
    "{file}: no sealed recording; restore it from a backup": (
        "{file}：不是加密的录音；请用备份恢复"
    ),
    "{file}: its header is damaged; restore it from a backup": (
        "{file}：文件头已损坏；请用备份恢复"
    ),
    "{file}: sealed by a later version ({version}); update thirdring": (
        "{file}：由更新的版本加密（{version}）；请更新 thirdring"
    ),
    "{file}: holds recording {other}, not {recording}; files were swapped: put each back in its"
    " place": "{file}：里面是录音 {other}，不是 {recording}；文件被调换过，请各放回原处",
    "{file}: chunk {number} of {count}, the last, is cut or edited; restore the file from a backup,"
    " what comes before it can be heard": (
        "{file}：最后一块（第 {number} 块，共 {count} 块）被截断或改过；"
        "请用备份恢复，之前的部分可以听"
    ),
    "{file}: chunk {number} of {count} is not the last that was sealed, the file was cut behind it;"
    " restore it from a backup, what is left can be heard": (
        "{file}：第 {number} 块（共 {count} 块）之后的部分被截掉；请用备份恢复，剩下的部分可以听"
    ),
    "{file}: chunk {number} of {count} is not what was sealed (edited, or of another file or key);"
    " restore the file from a backup, the other chunks can be heard": (
        "{file}：第 {number} 块（共 {count} 块）不是加密时的内容"
        "（被改过，或属于别的文件或密钥）；请用备份恢复，其余部分可以听"
    ),
}
"""As `launch.telling.refused.work.WORK`. of `recorder.sealing`."""
