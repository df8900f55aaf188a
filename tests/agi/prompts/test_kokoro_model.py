"""The real model, where its folder is given by THIRDRING_KOKORO_MODELS.

THIRDRING_KOKORO_PYTHON may name the Python that has misaki[zh] and onnxruntime.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agi.prompts import sound
from agi.prompts.kokoro import KokoroEngine
from tests.agi.prompts.levels import to_float

_MODELS = os.environ.get("THIRDRING_KOKORO_MODELS", "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _MODELS, reason="THIRDRING_KOKORO_MODELS names no model folder"),
]


@pytest.mark.timeout(600)
def test_kokoro_speaks_the_houses_languages_mixed_and_rare_characters_too() -> None:
    engine = KokoroEngine(
        Path(_MODELS),
        timeout_s=300,
        threads=2,
        python=os.environ.get("THIRDRING_KOKORO_PYTHON", sys.executable),
    )
    texts = [
        ("您好", "zh-Hans"),
        ("您好！Thirdring熱線，1000號為您服務。", "zh-Hant"),
        ("A座张𠮷女士", "zh-Hans"),
        ("Thank you for calling. Goodbye!", "en"),
        # Longer than the model takes at once.
        ("请问还有什么可以帮您的吗？" * 12, "zh-Hans"),
    ]
    try:
        for text, language in texts:
            samples = engine.synthesize(text, language)
            units = len(text) if language != "en" else len(text.split()) * 2
            assert 80 * units <= len(samples) / 8 <= 600 * units
            assert sound.active_level_dbov(to_float(samples)) == pytest.approx(-22, abs=1)
    finally:
        engine.close()
