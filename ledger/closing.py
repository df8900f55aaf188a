"""What has connections and is closed at the end of a block."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """Base of classes whose `close` may be called again."""

    def close(self) -> None:
        """Close every connection; harmless when done already."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
