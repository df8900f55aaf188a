"""Pictures of the screens for the documentation, taken by tests on the real thing."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Final

from textual.app import App

VARIABLE: Final = "PANEL_PICTURES"
"""Names the folder that pictures are written to; without it none are."""

_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def picture(app: App[Any], name: str, title: str) -> None:
    """Write what the app shows as `name`.svg, without fonts from elsewhere."""
    folder = os.environ.get(VARIABLE)
    if folder:
        svg = _FONT.sub("", app.export_screenshot(title=title))
        (Path(folder) / f"{name}.svg").write_text(svg, encoding="utf-8")
