"""One difference between two houses, told in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing changed."""

    FLOW = "flow"
    STEP = "step"
    BRANCH = "branch"
    SAYS = "says"
    ACT = "act"
    TIMING = "timing"
    WORDING = "wording"
    TAGS = "tags"
    LINE = "line"
    LANGUAGES = "languages"
    RULE = "rule"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: Kind
    where: str
    """`flow greetings`, `greetings / menu`, `line hello`, `rule A11`."""

    zh: str
    en: str
    rules: tuple[str, ...] = ()
    """House rules that speak of what changed, before or after."""

    words: tuple[str, ...] = ()
    """Outcomes and dispositions that it is about."""

    def told(self, language: str) -> str:
        """The sentence in `zh` or `en`."""
        return self.en if language == "en" else self.zh
