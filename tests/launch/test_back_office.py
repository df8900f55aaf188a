"""The back office of a site: made from its settings, and what its flows will miss is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from callflow.house import House
from calls.errors import ConfigError
from launch.serving.back_office import (
    make_office,
    missing_columns,
    refuse_missing_columns,
    services,
    tell_unmet,
    unmet,
)
from launch.settings.site import Settings, load_settings

LINES = "greeting: {tags: [greeting], zh-Hans: 您好, zh-Hant: 您好, en: Hello}\n"
FLOW = """
flow: greetings
title: {en: Office}
steps:
  ringing:
    ring: 1
  look:
    lookup: {in: customers, by: ani, store: [name, tier]}
    on: {found: next, not_found: next, error: next}
  other:
    lookup: {in: contracts, by: ani, store: [name]}
    on: {found: next, not_found: next, error: next}
  ask:
    fetch: {from: orders, store: [status]}
    on: {not_found: next, timeout: next, error: next}
  check:
    do: {plugin: account}
    on: {timeout: next, error: next}
  over:
    transfer: technician
    on: {answered: end served, busy: end busy, no_answer: end busy, failed: end busy}
"""


@pytest.fixture
def house() -> House:
    return House.of_texts({"lines.yaml": LINES, "greetings.yaml": FLOW})


def settings_of(folder: Path, text: str) -> Settings:
    file = folder / "site.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def test_names_that_nothing_answers_to_are_told_once_and_together(
    tmp_path: Path, house: House
) -> None:
    settings = Settings()
    office = make_office(settings, tmp_path)

    assert unmet(house, settings, office) == {
        "directories": ["contracts", "customers"],
        "fetch": ["orders"],
        "plugins": ["account"],
        "destinations": ["technician"],
    }
    with capture_logs() as logs:
        tell_unmet(house, settings, office)
    assert [line["event"] for line in logs] == [
        "flows name what is not set up here; see docs/settings.md"
    ]


async def test_a_site_that_has_everything_misses_nothing(tmp_path: Path, house: House) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    for name in ("customers", "contracts"):
        (folder / f"{name}.csv").write_text("key,name,tier\n1,A,2\n", encoding="utf-8")
    settings = settings_of(
        tmp_path,
        f"""
        destinations = {{technician = "PJSIP/803"}}
        plugins = {{account = "tests.support.site_plugin:level_of"}}
        [fetch.orders]
        url = "http://127.0.0.1:1/orders"
        [office]
        directories = "{folder}"
        """,
    )
    with capture_logs() as logs:
        office = make_office(settings, tmp_path)
        refuse_missing_columns(house, office.directories.read)
        tell_unmet(house, settings, office)
    await office.close()

    assert [line["event"] for line in logs] == ["directory read"] * 2 + ["the back office is ready"]
    told = logs[-1]
    assert told["directories"] == {"contracts": 1, "customers": 1}
    assert (told["fetch"], told["plugins"]) == (["orders"], ["account"])


def test_a_column_that_is_not_there_keeps_the_server_from_starting(
    tmp_path: Path, house: House
) -> None:
    folder = tmp_path / "directories"
    folder.mkdir()
    (folder / "customers.csv").write_text("key,name,level\n1,A,2\n", encoding="utf-8")
    office = make_office(Settings(), tmp_path)

    (problem,) = missing_columns(house, office.directories.read)
    assert str(problem) == (
        'greetings.yaml:7:3: customers.csv has no column "tier"; it has key, name, level'
    )
    with pytest.raises(ConfigError, match='no column "tier"'):
        refuse_missing_columns(house, office.directories.read)


def test_a_services_secret_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(
        tmp_path,
        '[fetch.orders]\nurl = "https://h/{n}"\nmethod = "POST"\nheaders = {X-Key = "ORDERS_KEY"}\n'
        'fields = {a = "b.c"}\n',
    )
    monkeypatch.delenv("ORDERS_KEY", raising=False)
    with pytest.raises(ConfigError, match=r"fetch.orders.headers.X-Key: .*ORDERS_KEY is not set"):
        services(settings)
    monkeypatch.setenv("ORDERS_KEY", "s3cret")
    (service,) = services(settings)

    assert (service.headers, service.method, service.fields) == (
        {"X-Key": "s3cret"},
        "POST",
        {"a": "b.c"},
    )


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[fetch."Orders!"]\nurl = "http://h/"', "Orders!"),
        ('[fetch.orders]\nmethod = "GET"', "fetch.orders.url"),
        ('[fetch.orders]\nurl = "http://h/"\nmethod = "PUT"', "fetch.orders.method"),
        ('[fetch.orders]\nurl = "http://h/"\ntoken = "x"', "fetch.orders.token"),
        ('[office]\ncountry = "+86"', "office.country"),
        ('[destinations]\nTech = "PJSIP/1"', "destinations.Tech"),
        ("[plugins]\nx = 1", "plugins.x"),
    ],
)
def test_a_wrong_setting_of_the_back_office_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigError, match=r"see docs/settings.md") as caught:
        settings_of(tmp_path, text)

    assert named in str(caught.value)


def test_the_settings_of_the_documentation_are_read(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[2].split("```")[0].replace("fetch = {}", "# fetch = {}")

    settings = settings_of(tmp_path, example)

    assert settings.fetch["orders"].fields == {"town": "data.address.town"}
    assert set(settings.destinations) == {"technician", "supervisor"}
    assert settings.plugins == {"check_account": "site_checks:account"}
