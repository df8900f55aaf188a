"""The back office of a site, made from its settings, and what its flows will miss in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import structlog

from callflow.acts.doing import DoAct, FetchAct, LookupAct, TransferAct
from callflow.house import House
from callflow.steps import Step
from calls.errors import ConfigError, Problem
from casework.directories import Directories
from casework.directory import Directory
from casework.office import HouseOffice
from casework.phone_numbers import NumberPlan
from casework.plugins import load_plugins
from casework.service import Service
from launch.settings.site import Settings

_log = structlog.get_logger(__name__)


def make_office(settings: Settings, state: Path) -> HouseOffice:
    """Read the directories, find the plug-ins, fill in the services' headers.

    Raises ConfigError naming the setting that cannot be met.
    """
    office = settings.office
    folder = office.directories or state / "directories"
    directories = Directories(folder, NumberPlan(office.country, office.trunk))
    directories.refresh()
    made = HouseOffice(directories, services(settings), load_plugins(settings.plugins))
    _log.info(
        "the back office is ready",
        directories={name: each.rows for name, each in directories.read.items()},
        fetch=sorted(made.fetcher.services),
        plugins=sorted(made.plugins.plugins),
    )
    return made


def services(settings: Settings) -> list[Service]:
    """The HTTP services with their headers. Raises ConfigError for a variable that is not set."""
    found = []
    for name, service in settings.fetch.items():
        headers = {}
        for header, variable in service.headers.items():
            value = os.environ.get(variable, "")
            if not value:
                raise ConfigError(
                    f"fetch.{name}.headers.{header}: the environment variable {variable} is not "
                    "set; set it for the server (the settings hold its name, not the secret)"
                )
            headers[header] = value
        found.append(
            Service(
                name=name,
                url=service.url,
                method=service.method,
                headers=headers,
                fields=service.fields,
            )
        )
    return found


def refuse_missing_columns(house: House, directories: Mapping[str, Directory]) -> None:
    """Raises ConfigError when a flow wants a column that its file does not have."""
    wrong = [str(problem) for problem in missing_columns(house, directories)]
    if wrong:
        raise ConfigError("\n".join(wrong))


def missing_columns(house: House, directories: Mapping[str, Directory]) -> Iterator[Problem]:
    """Columns that a `lookup` stores and its file lacks; files that are not there aside."""
    for step in _steps(house):
        act = step.act
        if not isinstance(act, LookupAct) or act.directory not in directories:
            continue
        columns = directories[act.directory].columns
        for name in act.store:
            if name not in columns:
                yield step.place.problem(
                    f'{act.directory}.csv has no column "{name}"',
                    f"it has {', '.join(columns)}",
                    rule="unknown-column",
                    word=name,
                )


def unmet(house: House, settings: Settings, office: HouseOffice) -> dict[str, list[str]]:
    """Names in the flows that nothing here answers to, by kind; such acts come to `error`.

    A missing file comes to `not_found`, a missing destination to `failed`.
    """
    asked: dict[str, set[str]] = {}
    for step in _steps(house):
        match step.act:
            case LookupAct(directory=name) if not office.directories.knows(name):
                asked.setdefault("directories", set()).add(name)
            case FetchAct(source=name) if name not in office.fetcher.services:
                asked.setdefault("fetch", set()).add(name)
            case DoAct(plugin=name) if name not in office.plugins.plugins:
                asked.setdefault("plugins", set()).add(name)
            case TransferAct(to=name) if name not in settings.destinations:
                asked.setdefault("destinations", set()).add(name)
            case _:
                continue
    return {kind: sorted(names) for kind, names in asked.items()}


def tell_unmet(house: House, settings: Settings, office: HouseOffice) -> None:
    """Say in the log, once, what the flows will miss."""
    missed = unmet(house, settings, office)
    if missed:
        _log.warning("flows name what is not set up here; see docs/settings.md", **missed)
    for problem in missing_columns(house, office.directories.read):
        _log.error("a flow wants a column that is not there", problem=str(problem))


def _steps(house: House) -> Iterator[Step]:
    for flow in house.flows.values():
        yield from flow.steps
