"""Variables of a channel as Asterisk's `Status` tells them."""

from __future__ import annotations

import pytest

from desk.ami.channels import value_in
from desk.roster.lines import call_in

CALL = "20261122-021530-k7f3q29m"


@pytest.mark.parametrize(
    ("told", "value"),
    [
        (("CC_CALL=x", "CC_HOLDER=PJSIP/801-1"), "PJSIP/801-1"),
        # As a real Asterisk 22 told it of a channel without one.
        (("CC_CALL=x", "CC_HOLDER=(null)", "CC_CALL=x"), ""),
        (("CC_HOLDER=",), ""),
        ((), ""),
    ],
)
def test_a_variable_that_a_channel_has_not_is_no_value(told: tuple[str, ...], value: str) -> None:
    assert value_in(told, "CC_HOLDER") == value


def test_a_call_told_after_an_empty_or_foreign_one_is_found() -> None:
    assert call_in(("CC_CALL=", "CC_CALL=../../etc", f"CC_CALL={CALL}")) == CALL
