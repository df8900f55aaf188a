"""The reply to a line that was played, read with and without its usual form."""

from __future__ import annotations

import pytest

from agi.replies import BrokenReplyError, Reply, parse_line


@pytest.mark.parametrize("samples", [0, 7, 8000, 10**18 - 1])
def test_a_line_played_to_its_end_tells_its_samples(samples: int) -> None:
    assert parse_line(b"200 result=0 endpos=%d" % samples) == Reply(200, "0", "", samples)


def test_a_line_cut_by_a_key_tells_key_and_samples() -> None:
    assert parse_line(b"200 result=49 endpos=1600") == Reply(200, "49", "", 1600)


@pytest.mark.parametrize("samples", [b"", b"-5", b"1x", b" 12", b"12 ", b"1" * 19, b"\xd9\xa1"])
def test_samples_that_are_no_number_are_no_reply(samples: bytes) -> None:
    with pytest.raises(BrokenReplyError):
        parse_line(b"200 result=0 endpos=" + samples)
