"""Data requests in the console, over sealed recordings: for admins alone."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from calls.quality.states import Role
from console.room import ConsoleRoom
from console.web.app import make_app
from launch.console.data_requests import FOLDER
from launch.console.room import open_console_room
from launch.settings.site import Settings
from ledger.quality.rows import Look
from ledger.writer import LedgerWriter
from tests.console.conftest import PASSWORD, Browser
from tests.launch.test_verify_command import ONE, TWO, whole

__all__ = ["whole"]
NUMBER, WHY = "13800001234", "she asked by letter"


@dataclass(slots=True)
class Site:
    """A console over a state folder of its own."""

    state: Path
    room: ConsoleRoom
    app: object = field(default=None)

    async def signed_in(self, name: str) -> Browser:
        """A browser of this person."""
        transport = httpx.ASGITransport(app=self.app)  # type: ignore[arg-type]
        browser = Browser(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1"))
        assert (await browser.sign_in(name)).status_code == 303
        await browser.get("/password")
        return browser

    def looks(self, *actions: str) -> list[Look]:
        """What was logged of these actions, oldest first."""
        return [one for one in self.room.book.looks()[::-1] if one.action in actions]

    def heard(self) -> list[str]:
        """Calls of which something can be heard."""
        return [call for call in (ONE, TWO) if self.room.sounds.has(call)]


@pytest.fixture
async def site(whole: Path, tmp_path: Path) -> AsyncIterator[Site]:
    """Two sealed calls of one caller, and one account of each role."""
    state = tmp_path / "state"
    shutil.copytree(whole, state)
    (state / FOLDER).mkdir()
    (state / FOLDER / "left.zip").write_bytes(b"of a console that was killed")
    with open_console_room(Settings(), state) as room:
        for name, role, agent in (
            ("wang", Role.AGENT, "801"),
            ("lily", Role.QA, ""),
            ("sun", Role.SUPERVISOR, ""),
            ("root", Role.ADMIN, ""),
        ):
            room.accounts.add(name, role, PASSWORD, actor="system", agent=agent)
        yield Site(state, room, make_app(room))


async def test_an_admin_finds_all_calls_of_a_number_and_the_look_is_masked(site: Site) -> None:
    browser = await site.signed_in("root")

    answer = await browser.post("/requests", {"wanted": "+86 138-0000-1234", "reason": WHY})

    assert answer.status_code == 200
    assert ONE in answer.text
    assert TWO in answer.text
    (look,) = site.looks("searched")
    assert (look.actor, look.subject, look.detail, look.reason) == (
        "root",
        "person/+86****1234",
        "2 calls",
        WHY,
    )
    assert not (site.state / FOLDER).exists(), "what a killed console left open is gone"


async def test_all_data_of_a_person_comes_as_a_zip_and_nothing_is_left_behind(site: Site) -> None:
    browser = await site.signed_in("root")

    answer = await browser.post("/requests/person", {"wanted": NUMBER, "reason": WHY})

    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="person-1234.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        calls = json.loads(archive.read("calls.json"))
        assert f"recordings/{ONE}-r1.wav" in archive.namelist()
    assert [call["id"] for call in calls] == [ONE, TWO]
    assert list((site.state / FOLDER).iterdir()) == []
    logged = [(one.subject, one.reason) for one in site.looks("exported")]
    assert logged == [("person/138****1234", WHY), (f"call/{ONE}", WHY), (f"call/{TWO}", WHY)]


async def test_a_call_comes_as_a_vcon_anonymous_unless_it_is_wanted_otherwise(site: Site) -> None:
    browser = await site.signed_in("root")

    masked = await browser.post("/requests/vcon", {"call": ONE, "reason": WHY})
    whole_one = await browser.post(
        "/requests/vcon", {"call": ONE, "reason": WHY, "unmasked": "yes"}
    )

    assert masked.headers["content-type"] == "application/vcon+json"
    assert NUMBER not in masked.text
    assert NUMBER in whole_one.text
    assert len(masked.json()["dialog"]) >= 1
    assert [one.detail for one in site.looks("exported")] == [
        "as vCon, masked",
        "as vCon, unmasked",
    ]


async def test_erasing_a_person_wants_their_last_digits_and_spares_what_is_held(site: Site) -> None:
    browser = await site.signed_in("root")
    held = await browser.post("/holds", {"call": TWO, "reason": "a claim in court"})
    assert held.status_code == 303
    form = {"wanted": NUMBER, "reason": WHY}

    for wrong in ("", "4321", "yes"):
        refused = await browser.post("/requests/erase", {**form, "confirm": wrong})
        assert refused.status_code == 409
    assert site.heard() == [ONE, TWO]
    assert site.looks("erased") == []
    done = await browser.post("/requests/erase", {**form, "confirm": "1234"})

    assert done.status_code == 200
    assert "a claim in court" in done.text
    assert site.heard() == [TWO]
    last = site.room.calls.events(ONE)[-1]
    assert (last.kind, last.data["why"], last.data["by"]) == ("recording_erased", "asked", "root")
    assert {one.subject for one in site.looks("erased")} == {
        f"recording/{ONE}-r1",
        f"recording/{TWO}-r1",
    }


async def test_one_call_is_erased_by_its_id(site: Site) -> None:
    browser = await site.signed_in("root")

    found = await browser.post("/requests", {"wanted": ONE, "reason": WHY})
    assert TWO not in found.text
    done = await browser.post(
        "/requests/erase", {"wanted": ONE, "reason": WHY, "confirm": ONE[-4:]}
    )

    assert done.status_code == 200
    assert site.heard() == [TWO]
    again = await browser.post(
        "/requests/erase", {"wanted": ONE, "reason": WHY, "confirm": ONE[-4:]}
    )
    assert again.status_code == 409


async def test_with_a_server_that_does_not_answer_the_order_waits(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launch.console.data_requests._PATIENCE_S", 0.2)
    browser = await site.signed_in("root")
    with LedgerWriter(site.state / "ledger.sqlite"):
        answer = await browser.post(
            "/requests/erase", {"wanted": ONE, "reason": WHY, "confirm": ONE[-4:]}
        )

    assert "还没有答复" in answer.text
    assert len(list((site.state / "orders").glob("*.order"))) == 1
    assert site.heard() == [ONE, TWO]


@pytest.mark.parametrize("name", ["wang", "lily", "sun"])
async def test_nobody_but_an_admin_does_any_of_it(site: Site, name: str) -> None:
    browser = await site.signed_in(name)
    form = {"wanted": NUMBER, "call": ONE, "reason": WHY, "confirm": "1234"}

    assert (await browser.get("/requests")).status_code == 403
    for path in ("", "/person", "/vcon", "/erase"):
        answer = await browser.post(f"/requests{path}", form)
        assert answer.status_code == 403
        assert ONE not in answer.text
    assert (await browser.post("/holds", form)).status_code == 403
    assert site.heard() == [ONE, TWO]
    assert len(site.looks("denied")) == 6


@pytest.mark.parametrize("path", ["", "/person", "/vcon", "/erase"])
async def test_a_forged_or_unexplained_request_does_nothing(site: Site, path: str) -> None:
    browser = await site.signed_in("root")
    form = {"wanted": NUMBER, "call": ONE, "confirm": "1234"}

    forged = await browser.post(f"/requests{path}", {**form, "reason": WHY, "csrf": "x"})
    elsewhere = await browser.post(
        f"/requests{path}", {**form, "reason": WHY}, origin="https://evil.example"
    )
    unexplained = await browser.post(f"/requests{path}", {**form, "reason": " "})

    assert (forged.status_code, elsewhere.status_code) == (403, 403)
    assert unexplained.status_code == 409
    assert site.heard() == [ONE, TWO]
    assert site.looks("searched", "exported", "erased") == []


async def test_what_is_not_there_is_said(site: Site) -> None:
    browser = await site.signed_in("root")

    nobody = await browser.post("/requests", {"wanted": "13999990000", "reason": WHY})
    assert "没有这个号码的来电" in nobody.text
    no_call = await browser.post("/requests", {"wanted": "20200101-000000-x", "reason": WHY})
    assert no_call.status_code == 404
    short = await browser.post("/requests", {"wanted": "1234", "reason": WHY})
    assert short.status_code == 409
    assert (
        await browser.post("/requests/person", {"wanted": "13999990000", "reason": WHY})
    ).status_code == 404
