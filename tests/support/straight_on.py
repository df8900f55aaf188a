"""The house's scripts with an entry that leads straight to the agents' queue."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.hotline import ROOT

FLOW = """\
flow: greetings
title: {zh: 直接排队, en: Straight to the queue}
performer: ivr
steps:
  ringing:
    ring: 1
  hold:
    queue: {name: support, wait: 60s, agent: agent_call, tell: place_in_line, every: 20s}
    on: {answered: served, no_answer: gone, failed: gone, error: gone}
  served:
    end: served
  gone:
    say: call_again
    end: unserved
"""


def straight_on(folder: Path) -> Path:
    """Write them below `folder`; gives the folder of the scripts."""
    scripts = folder / "scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("prompts", "tests"))
    (scripts / "greetings.yaml").write_text(FLOW, encoding="utf-8")
    return scripts
