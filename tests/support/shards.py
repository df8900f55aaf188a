"""The files of tests on a real Asterisk, dealt out to parts that run side by side.

They wait for real seconds, so two Asterisks do in the same time what one does in twice.
"""

from __future__ import annotations

from collections.abc import Collection
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
    "test_flow_tests_live.py": 40,
}
"""How long a file takes on two idle cores; others count as `USUAL_S`. A guess that is wrong costs
some waiting, nothing else."""

USUAL_S: Final = 15


def shard(names: Collection[str], part: int, parts: int) -> set[str]:
    """The names of part `part` (from 1) of `parts`: the longest first, each where least is yet."""
    loads = [0] * parts
    dealt: list[set[str]] = [set() for _ in range(parts)]
    for name in sorted(names, key=lambda name: (-SECONDS.get(name, USUAL_S), name)):
        least = loads.index(min(loads))
        loads[least] += SECONDS.get(name, USUAL_S)
        dealt[least].add(name)
    return dealt[part - 1]
