"""Values on pages: what a page never shows."""

from __future__ import annotations

from pathlib import Path

import pytest

import console.web
from console.web.showing import called_number


@pytest.mark.parametrize(
    ("number", "direction", "shown"),
    [
        ("1000", "inbound", "1000"),
        ("13912345678", "outbound", "139****5678"),
        ("", "outbound", ""),
        (None, "inbound", ""),
    ],
)
def test_a_customer_who_was_called_is_masked_like_one_who_calls(
    number: str | None, direction: str, shown: str
) -> None:
    assert called_number(number, direction) == shown


def test_no_page_shows_the_number_called_without_asking_whose_it_is() -> None:
    templates = sorted((Path(console.web.__file__).parent / "templates").rglob("*.html"))
    texts = [path.read_text("utf-8") for path in templates]

    assert sum(text.count("dnis|called(") for text in texts) == 2
    assert sum(text.count("dnis") for text in texts) == 2
