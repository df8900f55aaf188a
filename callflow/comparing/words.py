"""Two wordings side by side, word by word; every Chinese character is a word of its own."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Final

_WORDS: Final = re.compile(r"\{[^{}]*\}|[A-Za-z0-9']+|\s+|.", re.DOTALL)


def words_changed(old: str, new: str) -> str:
    """The new wording with what went as `[-so-]` and what came as `{+so+}`."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    parts = []
    for what, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, came = "".join(before[i:j]), "".join(after[k:m])
        if what == "equal":
            parts.append(came)
            continue
        parts.append((f"[-{gone}-]" if gone else "") + (f"{{+{came}+}}" if came else ""))
    return "".join(parts)
