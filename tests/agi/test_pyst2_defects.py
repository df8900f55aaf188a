"""One test a defect of pyst2 0.5.1 (rows A1 to A19, F1), over TCP with a scripted Asterisk.

Where the row names pyst2's own behaviour, the test shows it first, so that a repaired pyst2 would
be noticed.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import signal
import threading
import time
from pathlib import Path

import pytest
from asterisk.agi import AGI

from agi.commands import CommandRefusedError, encode
from agi.environment import HostileEnvironmentError, parse
from agi.limits import Limits
from agi.pyst2 import (
    AGIAppError,
    AGICommandTimeout,
    AGIDeadChannel,
    AGIHangup,
    AGIHangupDuring,
    AGIInvalidCommand,
    AGILineLost,
    AGIResultHangup,
    AGIUsageError,
    Played,
    Recorded,
    SafeAGI,
)
from agi.replies import Reply
from agi.session import AgiSession
from tests.agi.fake_asterisk import environment_block, talk

ENVIRONMENT = parse(environment_block()[:-1])
OK = b"200 result=0\n"


def test_a1_the_constructor_takes_no_signal_and_works_in_any_thread() -> None:
    before = signal.getsignal(signal.SIGHUP)
    made: list[SafeAGI] = []

    thread = threading.Thread(
        target=lambda: made.append(SafeAGI(lambda _: Reply(200, "0"), ENVIRONMENT))
    )
    thread.start()
    thread.join()

    assert made
    assert signal.getsignal(signal.SIGHUP) is before


def test_a2_a_way_to_asterisk_must_be_given_and_standard_input_is_never_read() -> None:
    with pytest.raises(TypeError):
        SafeAGI()  # type: ignore[call-arg]


async def test_a3_nothing_of_the_dialogue_goes_to_stderr_and_the_log_masks_numbers(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.set_variable, "CALLER", "138 0000 1234\x1b[2J")

    result = await talk(use, [OK], log_dialogue=True)

    out, err = capfd.readouterr()
    assert result.error is None
    assert err == ""
    assert "agi command" in out
    for number in ("13800001234", "0000 1234", "00001234", "\x1b[2J"):
        assert number not in out


def test_a4_an_environment_cut_short_or_with_a_key_twice_is_no_environment() -> None:
    block = environment_block()[:-1]
    with pytest.raises(HostileEnvironmentError, match="twice"):
        parse(block + b"agi_extension: pwn\n")
    with pytest.raises(HostileEnvironmentError, match="64 lines"):
        parse(block + b"".join(b"agi_arg_%d: x\n" % number for number in range(3, 60)))


async def test_a5_bytes_that_are_no_utf8_do_not_cost_the_call() -> None:
    gbk = "您好".encode("gbk")
    block = environment_block().replace(b"calleridname: unknown", b"calleridname: " + gbk)

    async def use(session: AgiSession) -> str | None:
        value: str | None = await session.run(session.agi.get_variable, "X")
        return value

    result = await talk(use, [b"200 result=1 (" + gbk + b")\n"], block=block)

    assert result.error is None
    assert result.value.encode("utf-8", "surrogateescape") == gbk


async def test_a6_a_command_goes_out_as_bytes_in_one_write() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.verbose, "您好")

    result = await talk(use, [OK])

    assert result.lines == ['VERBOSE "您好" "1"\n'.encode()]


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ('x"y', b'SET VARIABLE "X" "x\\"y"\n'),
        ("x\\y z", b'SET VARIABLE "X" "x\\\\y z"\n'),
        (b"\xc4\xfa", b'SET VARIABLE "X" "\xc4\xfa"\n'),
        (7, b'SET VARIABLE "X" "7"\n'),
        ("", b'SET VARIABLE "X" ""\n'),
    ],
)
def test_a7_values_are_escaped_and_bytes_are_taken(value: object, line: bytes) -> None:
    assert encode("SET VARIABLE", ("X", value)) == line


def test_a7_none_is_refused_with_a_message_that_names_the_command() -> None:
    with pytest.raises(CommandRefusedError, match="SET VARIABLE: an argument of type NoneType"):
        encode("SET VARIABLE", ("X", None))


@pytest.mark.parametrize("hostile", ["a\nHANGUP", "a\rb", "a\0b", "x" * 4096])
async def test_a8_line_breaks_and_long_lines_are_refused_before_anything_is_sent(
    hostile: str,
) -> None:
    async def use(session: AgiSession) -> None:
        with pytest.raises(CommandRefusedError) as refused:
            await session.run(session.agi.set_variable, "X", hostile)
        assert hostile not in str(refused.value)
        await session.run(session.agi.noop)

    result = await talk(use, [OK])

    assert result.error is None
    assert result.lines == [b"NOOP\n"]


@pytest.mark.parametrize("command", ["", "  ", "NOOP\nHANGUP"])
def test_a8_an_empty_or_broken_command_is_refused(command: str) -> None:
    with pytest.raises(CommandRefusedError):
        encode(command, ())


async def test_a9_a_hangup_line_before_the_reply_is_noted_and_the_reply_still_read() -> None:
    async def use(session: AgiSession) -> tuple[str | None, bool]:
        value: str | None = await session.run(session.agi.get_variable, "X")
        return value, session.hung_up

    result = await talk(use, [b"HANGUP\n200 result=1 (7)\nHANGUP\n"])

    assert result.value == ("7", True)


async def test_a9_the_end_of_the_connection_is_a_hangup() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    result = await talk(use, [])

    assert isinstance(result.error, AGILineLost)


async def test_a9_garbage_ends_the_dialogue_at_once() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    result = await talk(use, [b"\x00\xff garbage\n"], then_close=False)

    assert isinstance(result.error, AGIHangup)


async def test_a10_511_is_a_dead_channel_and_that_is_a_hangup() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.answer)

    result = await talk(
        use, [b"511 Command Not Permitted on a dead channel or intercept routine\n"]
    )

    assert isinstance(result.error, AGIDeadChannel)
    assert isinstance(result.error, AGIHangup)


async def test_a11_an_unfinished_520_block_ends_in_bounded_time() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    cut = await talk(use, [b"520-Invalid command syntax.  Proper usage follows:\nUsage: X\n"])
    endless = await talk(use, [b"520-Invalid\n" + b"200 result=1\n" * 250], then_close=False)

    assert isinstance(cut.error, AGIHangup)
    assert isinstance(endless.error, AGIHangup)


async def test_a11_a_520_of_one_line_is_whole() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    result = await talk(use, [b"520 Invalid command syntax.  Proper usage not available.\n"])

    assert isinstance(result.error, AGIUsageError)


async def test_a11_text_inside_a_520_block_is_no_reply() -> None:
    async def use(session: AgiSession) -> str | None:
        with pytest.raises(AGIUsageError, match="200 result=1"):
            await session.run(session.agi.noop)
        value: str | None = await session.run(session.agi.get_variable, "X")
        return value

    block = b"520-Invalid\n200 result=1\nHANGUP\n520 End of proper usage.\n"
    result = await talk(use, [block, b"200 result=1 (after)\n"])

    assert result.value == "after"


async def test_a12_an_empty_result_with_timeout_is_no_digit() -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.get_data, "sound", 2000, 4)

    result = await talk(use, [b"200 result= (timeout)\n"])

    assert result.value == ""


@pytest.mark.parametrize("filling", [b"a", b"a=", b")", b" (", b" endpos=1"])
async def test_a12_a_reply_of_60_kb_is_read_in_linear_time(filling: bytes) -> None:
    async def use(session: AgiSession) -> float:
        began = time.process_time()
        for _ in range(2):
            with contextlib.suppress(AGIHangup):
                await session.run(session.agi.get_variable, "X")
        return time.process_time() - began

    result = await talk(use, [b"200 result=1 " + filling * (60_000 // len(filling)) + b"\n"])

    assert result.error is None
    assert result.value < 2.0  # pyst2's pattern takes 52 s of processor time


async def test_a13_a_stored_value_equal_to_hangup_is_a_value() -> None:
    async def use(session: AgiSession) -> str | None:
        value: str | None = await session.run(session.agi.get_variable, "X")
        return value

    result = await talk(use, [b"200 result=1 (hangup)\n"])

    assert result.value == "hangup"


async def test_a14_minus_one_on_a_live_channel_is_an_error_of_the_command() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.appexec, "Wait", "1")

    result = await talk(use, [b"200 result=-1\n", b"200 result=6\n"])

    assert result.words[1] == ["CHANNEL", "STATUS"]
    assert isinstance(result.error, AGIAppError)
    assert not isinstance(result.error, AGIHangup)


@pytest.mark.parametrize(
    "replies",
    [
        [b"200 result=-1 endpos=4000\nHANGUP\n"],
        [b"200 result=-1 endpos=4000\n", b"HANGUP\n"],
        [b"200 result=-1 endpos=4000\n", b"511 Command Not Permitted on a dead channel\n"],
        [b"200 result=-1 endpos=4000\n"],
    ],
    ids=["with the line", "then the line", "then 511", "then the end"],
)
async def test_a14_minus_one_by_a_hangup_is_a_hangup_and_keeps_what_was_played(
    replies: list[bytes],
) -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.stream_file, "sound")

    result = await talk(use, replies)

    assert isinstance(result.error, AGIHangupDuring)
    assert result.error.endpos == 4000


async def test_a15_a_reset_connection_and_a_time_out_are_hangups() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    quick = Limits(reply_slack_s=0.2)
    late = await talk(use, [], limits=quick, then_close=False)

    def broken(_: bytes) -> Reply:
        raise ConnectionResetError(104, "reset")

    assert isinstance(late.error, AGICommandTimeout)
    with pytest.raises(AGIHangup):
        SafeAGI(broken, ENVIRONMENT).answer()


@pytest.mark.parametrize(
    ("method", "arguments", "line"),
    [
        ("stream_file", ("a b", [1, "2"]), b'STREAM FILE "a b" "12" "0"\n'),
        ("get_data", ("a b", 2000, 4), b'GET DATA "a b" "2000" "4"\n'),
        ("get_option", ("a b", "12", 5), b'GET OPTION "a b" "12" "5"\n'),
        ("send_image", ("a b",), b'SEND IMAGE "a b"\n'),
        ("set_context", ("a b",), b'SET CONTEXT "a b"\n'),
        ("set_extension", ("1 2",), b'SET EXTENSION "1 2"\n'),
        ("set_priority", ("1 2",), b'set priority "1 2"\n'),
        ("set_callerid", ('"A" <1>',), b'SET CALLERID "\\"A\\" <1>"\n'),
        ("set_autohangup", (10,), b'SET AUTOHANGUP "10"\n'),
        ("tdd_mode", ("on",), b'TDD MODE "on"\n'),
        ("hangup", (), b"HANGUP\n"),
        ("hangup", ("PJSIP/a b",), b'HANGUP "PJSIP/a b"\n'),
        ("channel_status", (), b"CHANNEL STATUS\n"),
        ("say_digits", ("12", "#"), b'SAY DIGITS "12" "#"\n'),
        ("say_datetime", (1, ""), b'SAY DATETIME "1" ""\n'),
        ("say_datetime", (1, "", "Y m"), b'SAY DATETIME "1" "" "Y m"\n'),
        ("appexec", ("Playback", 'x,"y"'), b'EXEC "Playback" "x,\\"y\\""\n'),
        ("exec_command", ("Dial", "PJSIP/1", "20"), b'EXEC "Dial" "PJSIP/1,20"\n'),
        ("verbose", ('say "x"', 3), b'VERBOSE "say \\"x\\"" "3"\n'),
        ("database_put", ("f", "k k", "v"), b'DATABASE PUT "f" "k k" "v"\n'),
        ("database_deltree", ("f",), b'DATABASE DELTREE "f"\n'),
        ("control_stream_file", ("a b",), b'CONTROL STREAM FILE "a b" "" "3000" "" "" ""\n'),
    ],
)
def test_a16_every_argument_is_quoted_once(
    method: str, arguments: tuple[object, ...], line: bytes
) -> None:
    sent: list[bytes] = []

    def exchange(command: bytes) -> Reply:
        sent.append(command)
        return Reply(200, "1" if command[:3] in (b"DAT", b"TDD") else "0", endpos=8000)

    getattr(SafeAGI(exchange, ENVIRONMENT), method)(*arguments)

    assert sent == [line]


async def test_a17_database_keys_with_blanks_are_found() -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.database_get, "my family", "my key")

    result = await talk(use, [b"200 result=1 (value)\n"])

    assert result.value == "value"
    assert result.lines == [b'DATABASE GET "my family" "my key"\n']


@pytest.mark.parametrize(
    ("reply", "recorded"),
    [
        (b"200 result=0 (timeout) endpos=16000\n", Recorded("timeout", "", 16000)),
        (b"200 result=35 (dtmf) endpos=800\n", Recorded("dtmf", "#", 800)),
        (b"200 result=-1 (hangup) endpos=400\n", Recorded("hangup", "", 400)),
        (b"200 result=-1 (writefile)\n", Recorded("writefile", "", 0)),
    ],
)
async def test_a18_record_file_keeps_reason_and_length(reply: bytes, recorded: Recorded) -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.record_file, "name")

    assert (await talk(use, [reply])).value == recorded


async def test_a18_stream_file_tells_the_key_and_the_samples_played() -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.stream_file, "sound", "123")

    assert (await talk(use, [b"200 result=50 endpos=1234\n"])).value == Played("2", 1234)


async def test_a18_a_file_that_cannot_be_opened_is_an_error_not_a_silence() -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.stream_file, "nosuch")

    assert isinstance((await talk(use, [b"200 result=0 endpos=0\n"])).error, AGIAppError)


@pytest.mark.parametrize("method", ["get_variable", "get_full_variable"])
async def test_a19_unset_is_none_empty_is_empty_and_a_hangup_is_an_exception(method: str) -> None:
    async def use(session: AgiSession) -> list[str | None]:
        read = getattr(session.agi, method)
        got = [await session.run(read, "A"), await session.run(read, "B")]
        with pytest.raises(AGIHangup):
            await session.run(read, "C")
        return got

    result = await talk(use, [b"200 result=0\n", b"200 result=1 ()\n", b"HANGUP\n"])

    assert result.error is None
    assert result.value == [None, ""]


def test_f1_pyst2s_own_servers_cannot_be_imported_and_are_not_used() -> None:
    with pytest.raises(ImportError):
        __import__("asterisk.fastagi")
    for path in Path("agi").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "asterisk.fastagi" not in text
        assert "asterisk.agitb" not in text
        if path.name != "pyst2.py":
            assert "from asterisk" not in text
            assert "import asterisk" not in text


def test_pyst2_as_it_is_still_has_the_defects_the_rows_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = io.StringIO()
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # A1: it takes the process's SIGHUP
    agi = AGI(io.StringIO("agi_callerid: 13800001234\n"), io.StringIO(), error)  # A4: no blank line

    assert "13800001234" in error.getvalue()  # A3
    assert agi._quote('x"y') == '"x"y"'  # A7
    agi.stdin = io.StringIO("HANGUP\n")
    with pytest.raises(ValueError, match="invalid literal"):  # A9
        agi.get_result()
    agi.stdin = io.StringIO("511 dead\n")
    with pytest.raises(Exception, match="Unhandled code"):  # A10
        agi.get_result()


async def test_an_unknown_command_is_told_apart() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.noop)

    result = await talk(use, [b"510 Invalid or unknown command\n"])

    assert isinstance(result.error, AGIInvalidCommand)


async def test_one_command_at_a_time() -> None:
    async def use(session: AgiSession) -> None:
        first = asyncio.ensure_future(session.run(session.agi.noop))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one command at a time"):
            await session.run(session.agi.noop)
        await first

    result = await talk(use, [OK])

    assert result.error is None
    assert result.lines == [b"NOOP\n"]


async def test_a_reply_nobody_asked_for_ends_the_session() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.get_variable, "X")
        await session.run(session.agi.noop)

    # A stranger's value with a line feed: what follows it would answer the next command.
    result = await talk(use, [b"200 result=1 (a)\n200 result=1 (b)\n"])

    assert isinstance(result.error, AGILineLost)


async def test_hostile_values_are_read_as_base64() -> None:
    async def use(session: AgiSession) -> object:
        return await session.run(session.agi.read_hostile, "CALLERID(name)")

    result = await talk(use, [b"200 result=1 (YQpIQU5HVVA=)\n"])

    assert result.value == "a\nHANGUP"
    assert result.words == [["GET", "FULL", "VARIABLE", "${BASE64_ENCODE(${CALLERID(name)})}"]]


def test_a_template_read_from_asterisk_must_be_a_constant_name() -> None:
    agi = SafeAGI(lambda _: Reply(200, "0"), ENVIRONMENT)
    with pytest.raises(ValueError, match="constant name"):
        agi.read_hostile("X)}${SHELL(id)}")


async def test_a_hangup_while_idle_wakes_whoever_waits() -> None:
    async def use(session: AgiSession) -> None:
        await session.idle(30)

    async def answer() -> BaseException | None:
        return (await talk(use, [])).error

    assert isinstance(await asyncio.wait_for(answer(), 5), AGIHangup)


async def test_a_result_hangup_is_pyst2s_own_exception() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.appexec, "Wait", "1")

    result = await talk(use, [b"200 result=0 (hangup)\n"])

    assert isinstance(result.error, AGIResultHangup)
