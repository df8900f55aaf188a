"""The files of tests, shared by processes that run side by side: whoever is free takes the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SECONDS: Final = {
    "test_qa_doc.py": 160,
    "test_desk_orders.py": 90,
    "test_roster.py": 80,
    "test_call_control.py": 80,
    "test_built_in_phone.py": 70,
    "test_nailed_up.py": 130,
    "test_nailed_up_faults.py": 80,
    "test_nailed_up_asked.py": 80,
    "test_nailed_up_supervisor.py": 80,
    "test_supervision.py": 60,
    "test_agents_desk.py": 55,
    "test_desk_faults.py": 45,
    "test_ami.py": 40,
    "test_pbx.py": 25,
    "test_hostile_calls.py": 15,
    "test_hostile_invites.py": 15,
    "test_waiting.py": 140,
    "test_counterexamples.py": 120,
    "test_recording_aligned.py": 120,
    "test_server_faults.py": 110,
    "test_million.py": 110,
    "test_browser.py": 110,
    "test_console_in_a_browser.py": 95,
    "test_hotline.py": 90,
    "test_serve_sealed.py": 90,
    "asterisk/test_known_calls.py": 125,
    "test_survey.py": 80,
    "test_panel_on_the_desk.py": 40,
    "test_transfer.py": 75,
    "test_outliving.py": 145,
    "test_outliving_process.py": 120,
    "test_outliving_handed_on.py": 35,
    "test_phone_gone.py": 45,
    "test_nailed_up_gone.py": 60,
    "test_agent_panel.py": 70,
    "test_flow_tests_live.py": 60,
    "test_postgresql.py": 60,
    "test_agent_hours.py": 60,
    "test_serve_clock.py": 55,
    "test_serve.py": 55,
    "test_console_command.py": 55,
    "test_every_page.py": 55,
    "test_truth_live.py": 50,
    "test_desk_cue.py": 20,
    "test_fallback.py": 45,
    "test_sip.py": 45,
    "test_first_flow.py": 45,
    "test_agent_pictures.py": 45,
    "test_plans.py": 45,
    "test_coach_clocks.py": 40,
    "test_hostile_yaml.py": 40,
    "rules/test_reference.py": 35,
    "test_intake.py": 35,
    "test_examples.py": 35,
    "test_shared_ledger.py": 30,
    "reports/test_pages.py": 30,
    "test_wall_screen.py": 30,
    "figures/test_figures.py": 30,
    "test_quality_postgresql.py": 30,
    "test_data_requests.py": 25,
    "test_live_house.py": 25,
    "test_search.py": 25,
    "test_projections.py": 25,
    "test_ami_fuzz.py": 25,
    "test_agent_hostile.py": 25,
    "test_watch_screen.py": 25,
    "test_queue.py": 20,
    "test_guard.py": 20,
    "test_accounts.py": 20,
    "test_wall_on_a_desk.py": 20,
    "test_user_command.py": 20,
    "test_service.py": 20,
    "test_services.py": 20,
    "test_csv_text.py": 20,
    "test_qa_command.py": 20,
    "test_replay_command.py": 20,
    "test_words_of_calls.py": 20,
    "test_rooms.py": 20,
    "test_quality_book.py": 15,
    "test_pyst2_defects.py": 15,
    "test_channel.py": 15,
    "test_server.py": 15,
    "test_after_calls.py": 15,
    "test_ledger_shipping.py": 15,
    "test_shipped_flows.py": 15,
    "test_random_calls.py": 15,
    "test_persona_writer.py": 15,
    "test_fastagi.py": 12,
    "test_desk_server.py": 12,
    "test_verify_command.py": 12,
    "test_agent_phone.py": 12,
    "test_kills.py": 12,
    "test_beside.py": 12,
    "test_kept_heads.py": 10,
}
"""How long a file takes on two idle cores, where that is not some time for each of its tests; one
that shares its name stands with its folder. A guess that is wrong costs some waiting, no more."""

A_TEST_S: Final = 0.2
_TEST: Final = re.compile(r"^\s*(?:async )?def test_", re.MULTILINE)


def longest_first(files: Iterable[Path]) -> list[Path]:
    """The files in an order in which whoever shares them ends at about the same time."""
    took = {path: _seconds(path) for path in files}
    return sorted(took, key=lambda path: (-took[path], str(path)))


class Queue:
    """Files that several processes share: each is taken by the first that comes to it.

    `folder` is the same for all of them, and new for each run; what is taken leaves a file there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ours: dict[Path, bool] = {}

    def is_ours(self, path: Path) -> bool:
        """Whether this process has it: taken now, or before."""
        if path not in self._ours:
            self._ours[path] = self._take(path)
        return self._ours[path]

    def _take(self, path: Path) -> bool:
        try:
            (self._folder / path.as_posix().replace("/", "%")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _seconds(path: Path) -> float:
    """What is known of the file, or a guess by its number of tests; nothing is imported for it."""
    known = SECONDS.get(path.name) or SECONDS.get(f"{path.parent.name}/{path.name}")
    return known or A_TEST_S * len(_TEST.findall(path.read_text(encoding="utf-8")))
