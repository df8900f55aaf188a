"""The digest that names one version of a flow: its text, with the lines and forms it was read with.

Every `stepped` fact carries it; who has kept the texts can prove which words a call heard.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

_DIGITS = 16


def words_digest(lines: str, forms: Iterable[str]) -> str:
    """SHA-256 over the lines and the forms, in the order they are read; 64 hex digits."""
    return _sha256("\0".join((lines, *forms)))


def flow_digest(text: str, words: str) -> str:
    """16 hex digits of SHA-256 over a flow's text and `words_digest`."""
    return _sha256(f"{text}\0{words}")[:_DIGITS]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
