"""Where the desk of a state folder is, and the token that lets an agent in."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calls.errors import CallCenterError, ConfigError

if TYPE_CHECKING:
    from softphone_panel.agent.desk_link import DeskPlace

_ADDRESS = re.compile(r"(?:ws://)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})/?")


class NoDeskError(CallCenterError):
    """There is no desk, or it does not let this agent in; the message says what to do."""


def desk_place(state: Path, agent: str, desk: str = "", token: str = "") -> Callable[[], DeskPlace]:
    """A function that looks anew each time: a desk that was started again may have moved.

    `desk` (HOST:PORT) and `token` go before what the state folder says. Raises ConfigError for a
    `desk` that is no address; the function, when the folder does not tell one of the two.
    """
    from softphone_panel.agent.desk_link import DeskPlace

    if desk and not _ADDRESS.fullmatch(desk):
        raise ConfigError(f"--desk {desk}: write HOST:PORT, as `thirdring serve` tells it")

    def look() -> DeskPlace:
        url = _address(desk) if desk else served_desk(state)
        return DeskPlace(url, token or agent_token(state, agent))

    return look


def served_desk(state: Path) -> str:
    """`ws://HOST:PORT` of the desk that serves this folder. Raises ConfigError when none does."""
    told = _read(state / "serve.json")
    desk = told.get("desk") if isinstance(told, dict) else None
    if not isinstance(desk, list) or len(desk) != 2:
        raise ConfigError(
            f"{state}: no desk runs on this state folder; start `thirdring serve --state {state}`, "
            "or name another desk with --desk HOST:PORT"
        )
    return _address(f"{desk[0]}:{desk[1]}")


def agent_token(state: Path, agent: str) -> str:
    """The agent's token of `tokens.json`. Raises ConfigError when it has none."""
    path = state / "tokens.json"
    tokens = _read(path)
    token = tokens.get(agent) if isinstance(tokens, dict) else None
    if not isinstance(token, str) or not token:
        raise ConfigError(
            f"{path}: no token for agent {agent}; `thirdring serve` makes one for every agent of "
            "the settings; on another machine, copy it and give it with --token"
        )
    return token


def _address(text: str) -> str:
    return text if text.startswith("ws://") else f"ws://{text}"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
