"""The hotline of the rush: straight to the queue, every agent in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.support.hotline import ROOT

QUEUE_WAIT_S = 300
"""Longer than anybody waits here: whoever is sent away by it is a lost call."""

_FLOW = f"""\
flow: greetings
title: {{zh: 直接排队, en: Straight to the queue}}
performer: ivr
steps:
  ringing:
    ring: 1
  hold:
    say: please_hold
    queue: {{name: support, wait: {QUEUE_WAIT_S}s, agent: agent_call, tell: place_in_line}}
    on: {{answered: served, no_answer: gone, failed: gone, error: gone}}
  served:
    end: served
  gone:
    say: call_again
    end: unserved
"""


def write_scripts(folder: Path) -> Path:
    """The house's own scripts with that entry; gives their folder."""
    scripts = folder / "scripts"
    shutil.copytree(ROOT / "scripts", scripts, ignore=shutil.ignore_patterns("prompts", "tests"))
    (scripts / "greetings.yaml").write_text(_FLOW, encoding="utf-8")
    return scripts


def settings(scripts: Path) -> list[str]:
    """Lines of the configuration before its sections."""
    return [f"scripts = {json.dumps(str(scripts))}", "prove = false"]


def desk_settings(agents: Sequence[str]) -> list[str]:
    """Lines of [desk], and a section for every agent."""
    return ["port = 0", *(line for agent in agents for line in (f"[agents.{agent}]", ""))]
