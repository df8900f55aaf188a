"""Every version of a flow that calls are answered with is kept as text, beside the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog.testing

from callflow.digests import flow_digest, words_digest
from callflow.house import House, house_texts
from calls.clock import ManualClock
from launch.evidence.flow_evidence import flow_findings
from launch.serving.kept_flows import KeptFlows, text_digest
from launch.serving.live_house import LiveHouse
from tests.launch.test_verify_command import HELLO, LINES

FORM = """
form: record
title: {zh: 记录, en: record}
fields:
  matter:
    ask: bye
    label: {zh: 事由, en: matter}
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "hello.yaml").write_text(HELLO, "utf-8")
    (folder / "lines.yaml").write_text(LINES, "utf-8")
    return folder


def live(scripts: Path, kept: KeptFlows) -> LiveHouse:
    now = ManualClock().utc_now()
    return LiveHouse(scripts, keep=lambda texts, house: kept.keep(texts, house, now))


async def test_a_reload_keeps_the_new_version_beside_the_old(scripts: Path, tmp_path: Path) -> None:
    kept = KeptFlows(tmp_path)
    house = live(scripts, kept)
    (scripts / "hello.yaml").write_text(HELLO.replace("ring: 1", "ring: 2"), "utf-8")

    await house.reload()

    versions = kept.versions()
    assert len(versions) == 2
    assert house.current.flows["hello"].digest in versions
    assert all(kept.digest_of(one) == digest for digest, one in versions.items())
    assert list(flow_findings(kept, [])) == []


async def test_a_changed_line_is_a_new_version_of_the_flow(scripts: Path, tmp_path: Path) -> None:
    kept = KeptFlows(tmp_path)
    house = live(scripts, kept)
    (scripts / "lines.yaml").write_text(LINES.replace("Goodbye", "Bye"), "utf-8")

    await house.reload()

    texts = {one.text for one in kept.versions().values()}
    assert (len(kept.versions()), len(texts)) == (2, 1)


async def test_a_reload_that_is_refused_keeps_nothing(scripts: Path, tmp_path: Path) -> None:
    kept = KeptFlows(tmp_path)
    house = live(scripts, kept)
    before = kept.last()
    (scripts / "hello.yaml").write_text(HELLO.replace("say: bye", "say: nothing_known"), "utf-8")

    assert not await house.reload()

    assert (len(kept.versions()), kept.last()) == (1, before)


def test_the_digest_of_the_kept_texts_is_the_one_that_calls_carry(
    scripts: Path, tmp_path: Path
) -> None:
    kept = KeptFlows(tmp_path)
    house = live(scripts, kept).current

    assert house.flows["hello"].digest == flow_digest(HELLO, words_digest(LINES, []))
    (version,) = kept.versions().values()
    assert (version.flow, version.source) == ("hello", "hello.yaml")
    assert kept.text(version.text) == HELLO
    assert version.text == text_digest(HELLO)


def test_a_disk_that_is_full_is_told_and_calls_are_answered_all_the_same(
    scripts: Path, tmp_path: Path
) -> None:
    (tmp_path / "flows").write_text("a file where the folder should be")
    house = House.of_texts(house_texts(scripts))

    with structlog.testing.capture_logs() as logs:
        KeptFlows(tmp_path).keep(house_texts(scripts), house, ManualClock().utc_now())

    assert [line["event"] for line in logs] == ["the texts of the flows could not be kept"]


def test_a_house_with_forms_keeps_them(scripts: Path, tmp_path: Path) -> None:
    forms = scripts / "forms"
    forms.mkdir()
    (forms / "record.yaml").write_text(FORM, "utf-8")
    texts = house_texts(scripts)
    kept = KeptFlows(tmp_path)

    kept.keep(texts, House.of_texts(texts), ManualClock().utc_now())

    (version,) = kept.versions().values()
    assert len(version.forms) == 1
    assert list(flow_findings(kept, [])) == []
    (kept.texts / f"{version.forms[0]}.yaml").unlink()
    assert [(one.what, one.where[:10]) for one in flow_findings(kept, [])] == [
        ("missing", "flow hello")
    ]
