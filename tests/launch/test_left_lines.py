"""What Asterisk is asked and told of calls that have no server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from launch.serving.left_lines import lines_now, news_of
from launch.settings.site import Settings
from tests.support.fake_manager import SECRET, USER, Asked, FakeManager, Line, Pairs, fake_manager

CALL, OTHER = "20261122-021530-k7f3q29m", "20261122-021530-aaaaaaaa"
BACK = "127.0.0.1:4711"


def row(name: str, call: str, *, done: str = "", picked_up: str = "") -> tuple[str, Pairs]:
    """A channel as `Status` tells of it."""
    return "Status", (
        ("Channel", name),
        ("Uniqueid", f"id-of-{name}"),
        ("ChannelStateDesc", "Up"),
        ("Variable", f"CC_CALL={call}"),
        ("Variable", f"CC_DONE={done}"),
        ("Variable", f"CC_PICKED_UP={picked_up}"),
    )


CALLER = row("PJSIP/trunk-00000001", CALL, done="transfer")
PHONE = row("PJSIP/801-00000002", CALL, picked_up="1795412026123")
STRANGER = row("PJSIP/trunk-00000003", OTHER, done="transfer")


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THIRDRING_AMI_SECRET", SECRET)


def settings_for(manager: FakeManager) -> Settings:
    place = {"ami": f"127.0.0.1:{manager.port}", "ami_user": USER}
    return Settings.model_validate({"desk": place})


@pytest.mark.usefixtures("secret")
async def test_the_lines_of_these_calls_are_found_with_what_the_dialplan_noted(
    tmp_path: Path,
) -> None:
    def status(line: Line, asked: Asked) -> None:
        line.rows(asked, CALLER, PHONE, STRANGER, row("PJSIP/x-00000004", CALL, done="1"))

    async with fake_manager(Status=status) as manager:
        lines = await lines_now(settings_for(manager), tmp_path, {CALL})

    assert [line.channel.name for line in lines] == [
        "PJSIP/trunk-00000001",
        "PJSIP/801-00000002",
        "PJSIP/x-00000004",
    ]
    assert [line.where for line in lines] == ["transfer", "", ""]
    assert [line.taken_at for line in lines] == [
        None,
        datetime(2026, 11, 23, 5, 33, 46, 123_000, tzinfo=UTC),
        None,
    ]


@pytest.mark.usefixtures("secret")
async def test_every_channel_is_told_also_a_phone_that_begins_to_ring_meanwhile(
    tmp_path: Path,
) -> None:
    seen = [[CALLER], [CALLER, PHONE], [CALLER, PHONE]]

    def status(line: Line, asked: Asked) -> None:
        line.rows(asked, *seen.pop(0))

    def set_var(line: Line, asked: Asked) -> None:
        # The second one is gone by now.
        gone = asked.get("Channel").startswith("PJSIP/801")
        line.reply(asked, ("Message", "No such channel"), response="Error" if gone else "Success")

    async with fake_manager(Status=status, Setvar=set_var) as manager:
        lines = await news_of(settings_for(manager), tmp_path, {CALL}, BACK)
        told = [
            (one.get("Channel"), one.get("Variable"), one.get("Value"))
            for one in manager.asked("Setvar")
        ]

    assert told == [
        ("PJSIP/trunk-00000001", "__CC_BACK", BACK),
        ("PJSIP/801-00000002", "__CC_BACK", BACK),
    ]
    assert seen == []
    assert lines is not None
    assert len(lines) == 2


@pytest.mark.usefixtures("secret")
async def test_calls_that_are_gone_are_none_and_an_asterisk_that_is_gone_says_nothing(
    tmp_path: Path,
) -> None:
    def status(line: Line, asked: Asked) -> None:
        line.rows(asked, STRANGER)

    async with fake_manager(Status=status) as manager:
        assert await news_of(settings_for(manager), tmp_path, {CALL}, BACK) == []

    async with fake_manager(Status=lambda line, _: line.cut()) as cutting:
        settings = settings_for(cutting)
        assert await news_of(settings, tmp_path, {CALL}, BACK) is None
        assert await lines_now(settings, tmp_path, {CALL}) == []


async def test_without_a_word_of_where_asterisk_is_nothing_is_known(tmp_path: Path) -> None:
    assert await lines_now(Settings(), tmp_path, {CALL}) == []
    assert await news_of(Settings(), tmp_path, {CALL}, BACK) is None
