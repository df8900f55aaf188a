"""Which of the console's languages a browser asks for."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = ("zh", "en")
_MOST_CHARACTERS: Final = 512


def asked_for(accept_language: str) -> str:
    """The language of ours that is wanted most, or empty for none of them.

    `accept_language` is the header's value (RFC 9110, section 12.5.4); what makes no sense in it
    is passed over.
    """
    wanted: dict[str, float] = {}
    for part in accept_language[:_MOST_CHARACTERS].split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES:
            wanted.setdefault(language, _quality(weight))
    best = max(wanted, key=lambda language: wanted[language], default="")
    return best if best and wanted[best] > 0 else ""


def _quality(weight: str) -> float:
    """1 where none is given, 0 where it cannot be read."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1.0
    try:
        return max(0.0, min(float(value), 1.0)) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
