"""Blocks of the manager interface, however the network cuts them."""

from __future__ import annotations

import pytest

from desk.ami.errors import AmiHeaderError, AmiLoginError
from desk.ami.message import Message
from desk.ami.wire import MOST_BLOCK, MOST_LINE, BlockReader, encode

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
STREAM = (
    b"Response: Success\r\nActionID: a-1\r\nMessage: Pong\r\n\r\n"
    b"Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/801-00000001\r\n\r\n"
    b"Event: Hangup\r\nPrivilege: call,all\r\nCause: 16\r\nCause-txt: Normal\r\n\r\n"
)


def read(*pieces: bytes) -> list[Message]:
    reader = BlockReader()
    reader.feed(BANNER)
    return [message for piece in pieces for message in reader.feed(piece)]


def test_a_stream_cut_anywhere_gives_the_same_messages() -> None:
    whole = [message.pairs for message in read(STREAM)]

    assert [pairs[0] for pairs in whole] == [
        ("Response", "Success"),
        ("Event", "Newchannel"),
        ("Event", "Hangup"),
    ]
    for at in range(len(STREAM)):
        assert [one.pairs for one in read(STREAM[:at], STREAM[at:])] == whole
    assert [one.pairs for one in read(*(bytes([byte]) for byte in STREAM))] == whole


def test_the_banner_may_come_in_pieces_and_with_the_first_block() -> None:
    reader = BlockReader()

    assert reader.feed(BANNER[:9]) == []
    assert reader.version is None
    assert len(reader.feed(BANNER[9:] + STREAM)) == 3
    assert reader.version == "11.0.0"


@pytest.mark.parametrize("banner", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\r\n", b"\xff" * 300, b"x" * 400])
def test_what_is_no_manager_interface_is_told_at_once(banner: bytes) -> None:
    with pytest.raises(AmiLoginError, match="check host and port"):
        BlockReader().feed(banner)


def test_headers_keep_order_repeats_and_what_has_no_colon() -> None:
    (message,) = read(b"Event: X\r\nVariable: a=1\r\nno colon\r\nVARIABLE: b: 2\r\nEmpty:\r\n\r\n")

    assert message.pairs == [
        ("Event", "X"),
        ("Variable", "a=1"),
        ("", "no colon"),
        ("VARIABLE", "b: 2"),
        ("Empty", ""),
    ]
    assert message.all("variable") == ["a=1", "b: 2"]
    assert message.get("Empty", "other") == ""
    assert message.get("Missing", "other") == "other"


def test_a_lone_line_feed_stays_in_its_value_and_is_shown_harmless() -> None:
    (message,) = read(b"Event: X\r\nCallerIDNum: 138\nForged: yes\r\nName: \x1b[31m\x00\r\n\r\n")

    assert message.get("Forged") == ""
    assert message.raw("CallerIDNum") == "138\nForged: yes"
    assert message.get("CallerIDNum") == "138�Forged: yes"
    assert message.get("Name") == "�[31m�"


def test_an_originate_response_is_an_event_although_it_has_a_response_header() -> None:
    (message,) = read(b"Event: OriginateResponse\r\nActionID: q-7\r\nResponse: Failure\r\n\r\n")

    assert (message.event, message.response) == ("OriginateResponse", "")
    assert message.action_id == "q-7"


def test_the_stamp_is_in_seconds_and_none_where_there_is_none() -> None:
    (stamped, bare, odd) = read(
        b"Event: A\r\nTimestamp: 1795337152.908582\r\n\r\nEvent: B\r\nX: 1\r\n\r\n"
        b"Event: C\r\nTimestamp: soon\r\n\r\n"
    )

    assert stamped.at == 1795337152.908582
    assert bare.at is odd.at is None


def test_numbers_are_read_only_where_they_are_numbers() -> None:
    (message,) = read(b"Event: A\r\nWait: 12\r\nName: 1e9\r\nHuge: " + b"9" * 5000 + b"\r\n\r\n")

    assert message.number("Wait") == 12
    assert message.number("Name", 7) == message.number("Huge", 7) == message.number("No", 7) == 7


@pytest.mark.parametrize(
    "monster",
    [
        b"Event: X\r\nName: " + b"a" * (MOST_LINE + 1) + b"\r\n\r\n",
        b"Event: X\r\n" + b"Output: aaaaaaaa\r\n" * (MOST_BLOCK // 18 + 10) + b"\r\n",
        b"Event: X\r\nName: " + b"a" * (3 * MOST_BLOCK) + b"\r\n\r\n",
    ],
    ids=["a line", "a block", "a line as long as three blocks"],
)
def test_a_monstrous_block_costs_itself_and_nothing_after_it(monster: bytes) -> None:
    reader = BlockReader()
    reader.feed(BANNER)
    found = []
    for at in range(0, len(monster), 65_536):
        found += reader.feed(monster[at : at + 65_536])
        assert len(reader._buffer) <= MOST_BLOCK + 65_536
    found += reader.feed(STREAM)

    assert [one.event for one in found] == ["", "Newchannel", "Hangup"]
    assert reader.passed_over == 1


def test_a_long_list_of_short_lines_below_the_limits_is_taken() -> None:
    (message,) = read(b"Response: Success\r\n" + b"Output: line\r\n" * 40_000 + b"\r\n")

    assert len(message.all("Output")) == 40_000


def test_an_action_is_one_block_in_the_order_given() -> None:
    sent = encode("QueueAdd", "p-1", [("Queue", "support"), ("MemberName", "王小明")])

    assert sent.decode() == (
        "Action: QueueAdd\r\nActionID: p-1\r\nQueue: support\r\nMemberName: 王小明\r\n\r\n"
    )


def test_bytes_that_are_no_utf8_go_back_to_asterisk_as_they_came() -> None:
    (message,) = read(b"Event: X\r\nChannel: PJSIP/\xc4\xfa-1\r\n\r\n")

    assert b"Channel: PJSIP/\xc4\xfa-1\r\n" in encode(
        "Hangup", "p-1", [("Channel", message.raw("Channel"))]
    )


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([("Data", "x" * 1000)], "Data is 1008 bytes"),
        ([("ActionID", "mine")], "ActionID is set by the client"),
        ([("action", "Command")], "action is set by the client"),
        ([("Bad Name", "x")], "a header's name"),
        ([("Data", "\ud800")], "no character"),
        ([("Variable", "a=1")] * 101, "101 headers"),
    ],
)
def test_what_asterisk_would_take_otherwise_is_refused(
    headers: list[tuple[str, str]], said: str
) -> None:
    with pytest.raises(AmiHeaderError, match=said):
        encode("Originate", "p-1", headers)
