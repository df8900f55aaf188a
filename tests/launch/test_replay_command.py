"""`thirdring replay`: what a person sees, over ledgers of virtual and of real FastAGI calls."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from callers.fastagi import call_over_fastagi
from callers.loader import find_persona, names, read_persona
from callers.queue_plan import QueuePlan
from callers.virtual import simulate
from callflow.house import House
from calls.errors import ConfigError, LedgerError
from calls.events import CallEvent
from launch.commands import replay
from launch.serving.server import serving
from launch.settings.site import PROJECT, Settings, load_settings
from ledger.opening import LEDGER_FILE
from ledger.reader import LedgerReader
from ledger.writer import LedgerWriter
from tests.support.lists import CHINESE, ENGLISH

SCRIPTS = PROJECT / "scripts"
HOUSE_VARIABLES = Settings().house.all_variables()
SILENT = f"20261101-0900{names().index('silent'):02}"
"""How the silent persona's call begins."""


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    replay.register(app)
    return app


def run(app: typer.Typer, *words: object, env: Mapping[str, str] = ENGLISH) -> tuple[int, str]:
    """The command as a user runs it: exit code and what it prints. Raises what it raises."""
    result = CliRunner().invoke(app, [str(word) for word in words], env={**env, "COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def changed(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The shipped scripts with texts of some files replaced."""
    scripts = folder / "scripts"
    shutil.copytree(SCRIPTS, scripts, ignore=shutil.ignore_patterns("prompts", "tests"))
    for name, old, new in changes:
        file = scripts / name
        text = file.read_text("utf-8")
        assert old in text, (name, old)
        file.write_text(text.replace(old, new), "utf-8")
    return scripts


def write(state: Path, calls: Sequence[Sequence[CallEvent]]) -> None:
    """A ledger that holds these calls."""
    with LedgerWriter(state / LEDGER_FILE) as ledger:
        for events in calls:
            for event in events:
                ledger.append(event)
        asyncio.run(ledger.durable())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """One call of each shipped persona; an agent is there."""
    house = House.load(SCRIPTS)
    calls = [
        simulate(
            house.start("greetings", HOUSE_VARIABLES, "zh-Hans"),
            find_persona(persona),
            queue=QueuePlan(agent="801"),
            call_id=f"20261101-0900{number:02}-{persona.replace('_', 'z')[:20]}",
        ).events
        for number, persona in enumerate(names())
    ]
    state = tmp_path / "state"
    state.mkdir()
    write(state, [list(events) for events in calls])
    return state


def test_a_day_of_every_persona_is_the_same_by_the_shipped_scripts(
    app: typer.Typer, state: Path
) -> None:
    code, said = run(app, "--since", "2026-01-01", "--state", state)

    assert (code, said) == (0, f"{len(names())} calls the same, 0 different\n")


def test_a_chinese_terminal_is_told_of_a_day_in_chinese(app: typer.Typer, state: Path) -> None:
    _, said = run(app, "--since", "2026-01-01", "--state", state, env=CHINESE)

    assert said == f"{len(names())} 通相同，0 通不同\n"


def test_a_day_tells_how_many_differ_where_and_which_rules_would_break(
    app: typer.Typer, state: Path, tmp_path: Path
) -> None:
    scripts = changed(tmp_path, ("silent_call.yaml", "say: no_voice\n    end", "end"))

    code, said = run(app, "--since", "2026-01-01", "--state", state, "--scripts", scripts)
    json_code, told = run(
        app, "--since", "2026-01-01", "--state", state, "--scripts", scripts, "--json"
    )

    day = json.loads(told)
    assert code == json_code == 1
    assert day["different"] == 1
    assert day["same"] == len(names()) - 1
    assert f"{len(names()) - 1} calls the same, 1 different" in said
    assert f"1 first differ in silent_call.give_up ({scripts}/silent_call.yaml:" in said
    assert {"A05", "A11"} <= set(day["rules_newly_broken"])
    assert "rule A11 newly broken in 1" in said
    assert "zsilent" in day["different_calls"][0] or "silent" in day["different_calls"][0]
    assert f"thirdring replay {day['different_calls'][0]}" in said


def test_one_call_is_told_side_by_side_with_the_first_difference_in_words(
    app: typer.Typer, state: Path, tmp_path: Path
) -> None:
    scripts = changed(tmp_path, ("silent_call.yaml", "say: hello", "say: how_may_i_help"))

    code, said = run(app, SILENT, "--state", state, "--scripts", scripts)

    assert code == 1
    assert "it would go differently now." in said
    assert f"in silent_call.call_out ({scripts}/silent_call.yaml:" in said
    assert "after heard silence" in said
    assert "then: said hello (zh-Hans: 您好)" in said
    assert "now:  said how_may_i_help" in said
    assert "≠ house: “请问有什么可以帮到您？”" in said
    assert "A11" in said
    assert "BROKEN" in said
    assert "flow silent_call:" in said
    assert "->" in said.partition("flow silent_call:")[2].partition("\n")[0]
    assert "flow greetings: the same version" in said


def test_where_the_record_no_longer_decides_each_outcome_is_told(
    app: typer.Typer, state: Path, tmp_path: Path
) -> None:
    scripts = changed(tmp_path, ("silent_call.yaml", "listen: 4s", "listen: 9s"))

    code, said = run(app, SILENT, "--state", state, "--scripts", scripts)
    _, told = run(app, SILENT, "--state", state, "--scripts", scripts, "--json")

    assert code == 1
    assert "on the record does not decide: there was silence for 4 s then" in said
    stop = json.loads(told)["undecided"]
    assert (stop["flow"], stop["step"], stop["asks"]) == ("silent_call", "ask", "listens for 9 s")
    told_in_chinese = run(app, SILENT, "--state", state, "--scripts", scripts, env=CHINESE)[1]
    assert "记录不能决定：当时无声 4 秒；现在倾听 9 秒，不知道还会听到什么" in told_in_chinese
    assert "它倾听 9 秒" in told_in_chinese
    assert not re.search(r"listens|nobody knows|connects", told_in_chinese)
    outcomes = {each["outcome"]: each for each in stop["outcomes"]}
    assert outcomes["silence"]["says"] == ["hello"]
    assert outcomes["speech"]["says"] == ["main_menu"]
    assert {"noise", "faint", "key 1", "hangup"} <= set(outcomes)


def test_the_same_call_is_exit_code_0_and_says_so(app: typer.Typer, state: Path) -> None:
    code, said = run(app, SILENT, "--state", state)
    _, told = run(app, SILENT, "--state", state, "--json")

    assert code == 0
    assert "it would go the same way now." in said
    assert "≠" not in said
    found = json.loads(told)
    assert found["same"]
    assert found["first_difference"] is None
    assert all(row["same"] for row in found["telling"])
    assert not any(rule["newly_broken"] for rule in found["rules"])


def test_numbers_are_masked(app: typer.Typer, tmp_path: Path) -> None:
    house = House.load(SCRIPTS)
    run_of_flow = house.start("greetings", HOUSE_VARIABLES, "zh-Hans")
    call = simulate(run_of_flow, find_persona("silent"), numbers=("13912345678", "4001234567"))
    state = tmp_path / "state"
    state.mkdir()
    write(state, [list(call.events)])

    _, said = run(app, call.events[0].call_id, "--state", state)

    assert "13912345678" not in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give one CALL, or --since"),
        (["x", "--since", "2026-01-01"], "give one CALL, or --since"),
    ],
)
def test_a_call_or_a_time_is_asked_for(
    app: typer.Typer, state: Path, words: list[str], told: str
) -> None:
    with pytest.raises(ConfigError, match=told):
        run(app, *words, "--state", state)


def test_an_unknown_call_an_empty_day_and_a_flow_that_is_gone_say_what_to_do(
    app: typer.Typer, state: Path, tmp_path: Path
) -> None:
    with pytest.raises(LedgerError, match="thirdring calls list"):
        run(app, "nosuch", "--state", state)

    code, said = run(app, "--since", "2030-01-01", "--state", state)
    assert (code, said) == (
        0, "No call fits; widen --since and --until. `thirdring calls list` shows them.\n",
    )  # fmt: skip

    other = tmp_path / "other"
    other.mkdir()
    (other / "lines.yaml").write_text("bye: {zh-Hans: 再见, tags: [closing]}\n", "utf-8")
    (other / "shop.yaml").write_text(
        "flow: shop\ntitle: {zh: 店, en: Shop}\nlanguages: [zh-Hans]\nsteps:\n"
        "  ringing:\n    ring: 1\n  bye:\n    say: bye\n    end: served\n",
        "utf-8",
    )
    with pytest.raises(ConfigError, match="flow 'greetings', which is not there"):
        run(app, SILENT, "--state", state, "--scripts", other)
    code, said = run(app, "--since", "2026-01-01", "--state", state, "--scripts", other)
    assert code == 0
    assert "not replayed" in said


# --- calls that really were made ----------------------------------------------------------------

SHORT = """
flow: greetings
title: {zh: 热线, en: Hotline}
performer: ivr
always: {noise: sorry, faint: sorry}
steps:
  ringing:
    ring: 1
  welcome:
    say: hello
    listen: 2s
    on: {speech: choice, silence: sorry}
  choice:
    say: hello
    menu: {keys: {"1": bye}, window: 3s, attempts: 2, reprompt: hello}
    on: {speech: bye, exhausted: sorry}
  bye:
    say: closing
    end: served
  sorry:
    say: no_voice
    end: silent
"""
CALLERS = {
    "asks": "answers: [{say: hello, after: 300ms}, {press: '1', after: 600ms}]\nthen: silent",
    "leaves": "answers: [silent]\nhang_up: {line: 1, after: 300ms}",
    "silent": "answers: [silent]\nthen: silent",
    "wrong_key": "answers: [{say: hello, after: 300ms}, {press: '5', after: 400ms}]\nthen: silent",
}


async def real_calls(state: Path, scripts: Path) -> dict[str, str]:
    """One call of each over FastAGI to the real server; ids by caller."""
    settings = load_settings(None)
    agi = settings.agi.model_copy(update={"port": 0})
    ears = settings.ears.model_copy(update={"port": 0})
    # These flows are too short to keep the house rules, and the server would refuse them.
    desk = settings.desk.model_copy(update={"on": False})
    update = {"agi": agi, "ears": ears, "desk": desk, "scripts": scripts, "prove": False}
    async with serving(settings.model_copy(update=update), state) as running:
        results = await asyncio.gather(
            *(
                call_over_fastagi(
                    read_persona(
                        f"persona: {name}\ntitle: {{zh: 人, en: One}}\nlanguage: zh\n"
                        f"voice: zh_f\n{text}\n",
                        f"{name}.yaml",
                    ),
                    *running.agi_address,
                    monitor=state / "monitor",
                )
                for name, text in CALLERS.items()
            )
        )
    with LedgerReader(state / LEDGER_FILE) as reader:
        by_uniqueid = {call.uniqueid: call.id for call in reader.calls()}
    return {
        name: by_uniqueid[result.uniqueid] for name, result in zip(CALLERS, results, strict=True)
    }


async def test_calls_of_the_real_server_replay_the_same_and_against_changed_scripts(
    app: typer.Typer, tmp_path: Path
) -> None:
    scripts = changed(tmp_path)
    (scripts / "greetings.yaml").write_text(SHORT, "utf-8")
    state = tmp_path / "state"
    ids = await real_calls(state, scripts)

    def against(name: str, old: str, new: str) -> dict[str, object]:
        assert old in SHORT
        (scripts / "greetings.yaml").write_text(SHORT.replace(old, new), "utf-8")
        _, told = run(app, ids[name], "--state", state, "--scripts", scripts, "--json")
        found: dict[str, object] = json.loads(told)
        return found

    code, said = run(app, "--since", "2020-01-01", "--state", state, "--scripts", scripts)
    assert (code, said) == (0, "4 calls the same, 0 different\n")

    for name in ids:
        same = against(name, "title", "title")
        times = [
            (row["then"]["offset_ms"], row["now"]["offset_ms"])
            for row in same["telling"]  # type: ignore[attr-defined]
            # A hang-up by the house takes a few ms of Asterisk's.
            if row["then"]["kind"] not in ("hung_up", "ended")
        ]
        assert all(then == now for then, now in times), name

    other_target = against("asks", '{"1": bye}', '{"1": sorry}')
    assert other_target["first_difference"]["after"] == "key 1"  # type: ignore[index]
    assert other_target["undecided"] is None

    removed = against("silent", "  sorry:\n    say: no_voice\n    end: silent",
                      "  sorry:\n    end: silent")  # fmt: skip
    broken = {rule["rule"] for rule in removed["rules"] if rule["newly_broken"]}  # type: ignore[attr-defined]
    assert "A05" in broken

    longer = against("silent", "listen: 2s", "listen: 5s")
    assert longer["undecided"]["asks"] == "listens for 5 s"  # type: ignore[index]

    swapped = against("leaves", "  welcome:\n    say: hello", "  welcome:\n    say: closing")
    assert swapped["undecided"] is None
    ended = [row["now"] for row in swapped["telling"] if row["now"]][-1]  # type: ignore[attr-defined]
    assert ended["data"]["end_reason"] == "caller_hung_up"
