"""The same short call twice: as a flow of ours and as dialplan."""

from __future__ import annotations

import json
import wave
from pathlib import Path

import numpy as np

FLOW, DIALPLAN = "1000", "1097"
"""The numbers to call."""

PROMPTS = ("rate_one", "rate_two", "rate_three")
PROMPT_MS = 500

_FLOW = """\
flow: greetings
title: {zh: 三句, en: Three lines}
steps:
  ringing:
    ring: 1
  speak:
    say: [rate_one, rate_two, rate_three]
    end: served
"""


def dialplan(state: Path) -> str:
    """The counterpart in dialplan: the same second of ringing, the same sounds."""
    played = "".join(
        f" same => n,Playback({state / 'prompts' / 'rate' / name})\n" for name in PROMPTS
    )
    return f"""
[cc-in](+)
exten => {DIALPLAN},1,Ringing()
 same => n,Wait(1)
 same => n,Answer()
{played} same => n,Hangup(16)
"""


def write_house(folder: Path, state: Path) -> list[str]:
    """Flow, lines and recordings below `folder`; the settings that name them.

    The dialplan's sounds go where Asterisk may read them, below `state`.
    """
    scripts, studio = folder / "scripts", folder / "studio" / "zh-Hans"
    scripts.mkdir()
    studio.mkdir(parents=True)
    theirs = state / "prompts" / "rate"
    theirs.mkdir(parents=True)
    theirs.chmod(0o755)
    (scripts / "greetings.yaml").write_text(_FLOW, encoding="utf-8")
    lines = (
        f"{name}:\n  tags: [closing]\n  zh-Hans: {name}\n  zh-Hant: {name}\n  en: {name}\n"
        for name in PROMPTS
    )
    (scripts / "lines.yaml").write_text("\n".join(lines), encoding="utf-8")
    for index, name in enumerate(PROMPTS):
        for place in (studio, theirs):
            write_tone(place / f"{name}.wav", hz=300.0 + 100 * index)
    return [
        f"scripts = {json.dumps(str(scripts))}",
        f"prompts = {{studio = {json.dumps(str(studio.parent))}, engines = []}}",
    ]


def write_tone(path: Path, *, hz: float) -> None:
    """Half a second of sound, 8 kHz mono 16 bit."""
    times = np.arange(PROMPT_MS * 8) / 8000
    samples = (4000 * np.sin(2 * np.pi * hz * times)).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(samples.tobytes())
    path.chmod(0o644)
