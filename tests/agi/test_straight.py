"""Commands without a greenlet come to what pyst2's own methods come to, whatever is replied."""

from __future__ import annotations

from typing import Any

import pytest

from agi.environment import parse
from agi.pyst2 import SafeAGI
from agi.replies import Reply, ReplyReader
from agi.session import AgiSession
from agi.straight import STRAIGHT
from tests.agi.fake_asterisk import environment_block, talk

ENVIRONMENT = parse(environment_block()[:-1])
USES: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("answer", ()),
    ("set_variable", ("TIMEOUT(absolute)", 'a "quoted" \\ value')),
    ("appexec", ("Ringing",)),
    ("appexec", ("AudioSocket", "5f3c,127.0.0.1:9")),
    ("stream_file", ("/prompts/greeting",)),
    ("stream_file", ("/prompts/greeting", "12#", 4000)),
)
REPLIES = (
    b"200 result=0\n",
    b"200 result=1\n",
    b"200 result=-2\n",
    b"200 result=0 endpos=8000\n",
    b"200 result=0 endpos=4000\n",
    b"200 result=49 endpos=4800\n",
    b"200 result=7 endpos=4800\n",
    b"200 result=x\n",
    b"200 result=0 (hangup)\n",
    b"200 result=1 (hangup) endpos=160\n",
    b"200 result=-1\n",
    b"200 result=-1 endpos=1600\n",
    b"HANGUP\n200 result=-1 endpos=1600\n",
    b"HANGUP\n200 result=0 endpos=8000\n",
    b"510 Invalid or unknown command\n",
    b"511 Command Not Permitted on a dead channel\n",
    b"520-Invalid command syntax.  Proper usage follows:\n520 End of proper usage.\n",
    b"503 What\n",
)


def _by_pyst2(
    name: str, arguments: tuple[object, ...], said: bytes, state: bytes
) -> tuple[list[bytes], object, bool]:
    """What the method sends, comes to and believes of the line, with replies at hand."""
    sent: list[bytes] = []

    def exchange(line: bytes) -> Reply:
        sent.append(line)
        reader = ReplyReader()
        (reply,) = reader.feed(said if len(sent) == 1 else state)
        if reader.hung_up:
            agi.note_hangup()
        return reply

    agi = SafeAGI(exchange, ENVIRONMENT)
    try:
        came: object = getattr(agi, name)(*arguments)
    except Exception as error:  # noqa: BLE001  compared with what the other way raises
        came = (type(error), str(error), getattr(error, "endpos", None))
    return sent, came, agi.hung_up


@pytest.mark.parametrize("state", [b"200 result=6\n", b"200 result=0\n"], ids=["up", "down"])
@pytest.mark.parametrize("said", REPLIES, ids=[reply.decode().strip() for reply in REPLIES])
async def test_a_straight_command_comes_to_what_pyst2s_method_does(
    said: bytes, state: bytes
) -> None:
    for name, arguments in USES:
        seen: list[object] = []

        async def use(
            session: AgiSession,
            name: str = name,
            arguments: tuple[object, ...] = arguments,
            seen: list[object] = seen,
        ) -> None:
            method: Any = getattr(session.agi, name)
            assert method.__func__ in STRAIGHT
            try:
                seen.append(await session.run(method, *arguments))
            except Exception as error:  # noqa: BLE001  compared below
                seen.append((type(error), str(error), getattr(error, "endpos", None)))
            seen.append(session.agi.hung_up)

        sent, came, hung_up = _by_pyst2(name, arguments, said, state)
        result = await talk(use, [said, state])

        assert result.error is None
        assert seen == [came, hung_up], (name, arguments)
        assert result.lines == sent


async def test_a_command_after_the_hang_up_is_not_sent() -> None:
    async def use(session: AgiSession) -> None:
        await session.run(session.agi.appexec, "Wait", "1")
        with pytest.raises(Exception, match="SIGHUP"):
            await session.run(session.agi.stream_file, "/prompts/greeting")

    result = await talk(use, [b"HANGUP\n200 result=0\n"])

    assert result.error is None
    assert len(result.lines) == 1
