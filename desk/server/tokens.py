"""Who a panel is: a token for each agent, kept 0600 in the state folder."""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from calls.errors import ConfigError

FILE = "tokens.json"


class Tokens:
    """Tokens by agent's number."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = dict(known)

    def fits(self, agent: str, token: str) -> bool:
        """Whether `token` is the agent's; takes as long for a wrong one as for the right one."""
        right = self._known.get(agent, "")
        return hmac.compare_digest(token.encode(), right.encode()) and bool(right)


def load_tokens(state: Path, agents: Iterable[str], *, renew: str = "") -> dict[str, str]:
    """`tokens.json` of the state folder, with a token made for every agent who has none.

    `renew` names an agent whose token is made anew. Raises ConfigError for a file that is no such
    file, naming it.
    """
    path = state / FILE
    known = _read(path)
    missing = [agent for agent in agents if agent not in known or agent == renew]
    if missing:
        known |= {agent: secrets.token_urlsafe(24) for agent in missing}
        _write(path, known)
    return known


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unfit(path, type(error).__name__) from error
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise _unfit(path, "not an object of texts")
    return found


def _unfit(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: cannot be read ({why}); it holds the panels' tokens: remove it, and new ones "
        "are made"
    )


def _write(path: Path, known: Mapping[str, str]) -> None:
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    # Never readable by others, not even for a moment.
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(dict(known), out, indent=1)
    aside.replace(path)
