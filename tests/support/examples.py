"""How many examples a property is tried with: fewer in `make test`, new ones each time."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

LONG: Final = "THIRDRING_FUZZ" in os.environ
"""`make soak` asks for all of them."""

SHARE: Final = 3


def examples(whole: int) -> int:
    """Of the `whole` that `make soak` tries, what `make test` does; at least 20, or all."""
    return whole if LONG else max(whole // SHARE, min(whole, 20))


def load() -> None:
    """Properties that name no number go by this one, too."""
    settings.register_profile("thirdring", max_examples=examples(100))
    settings.load_profile("thirdring")
