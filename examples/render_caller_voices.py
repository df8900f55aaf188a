"""Render what simulated callers say: `callers/voices/index.yaml` -> `callers/voices/*.wav`.

A one-off tool, run after the index has changed: python examples/render_caller_voices.py MODELS
where MODELS is the folder made by `thirdring prompts fetch-kokoro`. Files that are there are kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from agi.prompts import sound
from agi.prompts.kokoro import KokoroEngine

VOICES = Path(__file__).resolve().parent.parent / "callers" / "voices"


def main(models: Path, python: str = sys.executable) -> None:
    """Render every utterance of every voice that is not there yet; `python` runs the model."""
    # The base loader keeps an utterance named `yes` a word.
    text = (VOICES / "index.yaml").read_text(encoding="utf-8")
    index = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds text, lists, mappings only
    for voice, about in index["voices"].items():
        language = "en" if about["language"] == "en" else "zh-Hans"
        named = {"zh": about["kokoro"], "en": about["kokoro"]}
        engine = KokoroEngine(models, voices=named, timeout_s=300, threads=2, python=python)
        try:
            for utterance, wording in index["utterances"].items():
                path = VOICES / f"{voice}_{utterance}.wav"
                text = wording.get(about["language"])
                if text and not path.is_file():
                    samples = engine.synthesize(text, language)
                    sound.write_wav(path, samples)
                    sys.stderr.write(f"{path.name} {len(samples) / sound.RATE:.1f} s\n")
        finally:
            engine.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
