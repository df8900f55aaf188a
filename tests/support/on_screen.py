"""What a Textual app shows, as characters; keys for one that shares its process with a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from textual._wait import wait_for_idle
from textual.app import App

A_KEY_S: Final = 0.05
"""Twice for each key: nobody types faster."""


def screen_text(app: App[Any]) -> str:
    """The screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@contextmanager
def typed_beside_a_call() -> Iterator[None]:
    """A key is waited for a moment, not for a second and more.

    Textual's pilot goes on when the process does nothing; with a call in it, it always does.
    """

    async def for_a_moment(least_s: float = 0.0) -> None:
        await wait_for_idle(least_s, max_sleep=A_KEY_S)

    with mock.patch("textual.app.wait_for_idle", for_a_moment):
        yield
