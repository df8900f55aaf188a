"""The files of tests, dealt out to parts that run side by side.

Those on a real Asterisk wait for real seconds: two Asterisks do in the same time what one does in
twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SECONDS: Final = {
    "test_hotline.py": 130,
    "test_waiting.py": 110,
    "test_server_faults.py": 100,
    "test_desk_orders.py": 90,
    "test_panel_on_the_desk.py": 100,
    "test_roster.py": 80,
    "test_call_control.py": 80,
    "test_built_in_phone.py": 70,
    "test_nailed_up.py": 60,
    "test_supervision.py": 60,
    "test_transfer.py": 60,
    "test_counterexamples.py": 160,
    "test_agents_desk.py": 55,
    "test_sip.py": 50,
    "test_desk_faults.py": 45,
    "test_ami.py": 40,
    "test_queue.py": 40,
    "test_fallback.py": 40,
    "test_flow_tests_live.py": 70,
    "test_hostile_calls.py": 15,
    "test_hostile_invites.py": 15,
    "test_pbx.py": 30,
    "test_desk_cue.py": 15,
    "test_console_in_a_browser.py": 110,
    "test_recording_aligned.py": 120,
    "test_survey.py": 70,
    "asterisk/test_known_calls.py": 85,
    "test_qa_doc.py": 90,
    "test_browser.py": 80,
    "test_truth_live.py": 50,
    "test_demo.py": 50,
    "test_serve_sealed.py": 50,
    "test_coach_clocks.py": 45,
    "test_agent_panel.py": 40,
    "test_console_command.py": 35,
    "test_serve.py": 35,
    "test_ledger_shipping.py": 30,
    "test_million.py": 30,
    "test_hostile_yaml.py": 25,
    "test_service.py": 25,
    "test_agent_pictures.py": 25,
    "test_intake.py": 20,
    "test_reference.py": 20,
    "test_replay_command.py": 20,
    "test_pyst2_defects.py": 20,
    "test_channel.py": 15,
    "test_server.py": 15,
    "test_first_flow.py": 15,
    "test_live_house.py": 15,
    "test_after_calls.py": 15,
    "test_search.py": 12,
    "test_persona_writer.py": 12,
    "test_agent_hostile.py": 12,
    "test_wall_screen.py": 10,
    "test_prompts_command.py": 10,
    "test_fastagi.py": 10,
    "test_desk_server.py": 10,
}
"""How long a file takes on two idle cores, where that is not some time for each of its tests; one
that shares its name stands with its folder. A guess that is wrong costs some waiting, no more."""

A_TEST_S: Final = 0.2
_TEST: Final = re.compile(r"^\s*(?:async )?def test_", re.MULTILINE)


def files_of(places: Iterable[str], ignored: Iterable[str] = ()) -> list[Path]:
    """The files of tests at these places, in order; a folder stands for all that is below it."""
    found: list[Path] = []
    for place in map(Path, places):
        found += sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    left_out = {Path(name).resolve() for name in ignored}
    return [path for path in dict.fromkeys(found) if path.resolve() not in left_out]


def shard(files: Iterable[Path], part: int, parts: int) -> list[Path]:
    """Files of part `part` (from 1) of `parts`, longest first: each is dealt where least is yet.

    Longest first, so that none of those that wait for real seconds is left alone at the end.
    """
    took = {path: _seconds(path) for path in files}
    loads = [0.0] * parts
    dealt: list[list[Path]] = [[] for _ in range(parts)]
    for path in sorted(took, key=lambda path: (-took[path], str(path))):
        least = loads.index(min(loads))
        loads[least] += took[path]
        dealt[least].append(path)
    return dealt[part - 1]


def _seconds(path: Path) -> float:
    """What is known of the file, or a guess by its number of tests; nothing is imported for it."""
    known = SECONDS.get(path.name) or SECONDS.get(f"{path.parent.name}/{path.name}")
    return known or A_TEST_S * len(_TEST.findall(path.read_text(encoding="utf-8")))
