"""The files of tests, dealt out to parts that run side by side.

Those on a real Asterisk wait for real seconds: two Asterisks do in the same time what one does in
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

SECONDS: Final = {
    "test_hotline.py": 150,
    "test_waiting.py": 110,
    "test_server_faults.py": 100,
    "test_desk_orders.py": 90,
    "test_panel_on_the_desk.py": 80,
    "test_roster.py": 80,
    "test_call_control.py": 80,
    "test_built_in_phone.py": 70,
    "test_nailed_up.py": 60,
    "test_supervision.py": 60,
    "test_transfer.py": 60,
    "test_counterexamples.py": 60,
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
    "test_recording_aligned.py": 80,
    "test_survey.py": 70,
    "test_qa_doc.py": 90,
    "test_truth_live.py": 50,
    "test_after_calls.py": 50,
    "test_diff_command.py": 70,
    "test_browser.py": 60,
    "test_serve.py": 60,
    "test_serve_sealed.py": 60,
    "test_console_command.py": 40,
    "test_replay_command.py": 30,
    "test_agent_pictures.py": 40,
}
"""How long a file takes on two idle cores, where that is not some time for each of its tests. A
guess that is wrong costs some waiting, nothing else."""

A_TEST_S: Final = 0.2


def shard(tests: Mapping[Path, int], part: int, parts: int) -> set[Path]:
    """Files of part `part` (from 1) of `parts`: the longest first, each where least is yet.

    `tests` tells how many tests each file has.
    """
    took = {path: SECONDS.get(path.name, A_TEST_S * count) for path, count in tests.items()}
    loads = [0.0] * parts
    dealt: list[set[Path]] = [set() for _ in range(parts)]
    for path in sorted(tests, key=lambda path: (-took[path], str(path))):
        least = loads.index(min(loads))
        loads[least] += took[path]
        dealt[least].add(path)
    return dealt[part - 1]
