"""Tokens are made once, kept to their owner, and renewed on demand."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.errors import ConfigError
from desk.server.tokens import FILE, Tokens, load_tokens


def test_every_agent_has_a_token_that_stays(tmp_path: Path) -> None:
    first = load_tokens(tmp_path, ["801", "802"])

    assert load_tokens(tmp_path, ["801", "802", "803"]) | first == load_tokens(tmp_path, ["803"])
    assert len(set(first.values())) == 2
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


def test_one_token_is_renewed_and_the_others_stay(tmp_path: Path) -> None:
    first = load_tokens(tmp_path, ["801", "802"])

    second = load_tokens(tmp_path, ["801", "802"], renew="801")

    assert second["801"] != first["801"]
    assert second["802"] == first["802"]


@pytest.mark.parametrize("text", ["{", "[]", '{"801": 5}', "\udcff"])
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(ConfigError, match=r"tokens.json: cannot be read .*remove it"):
        load_tokens(tmp_path, ["801"])


@pytest.mark.parametrize(("agent", "token"), [("801", "y"), ("802", ""), ("", ""), ("801", "")])
def test_a_wrong_token_fits_nobody(agent: str, token: str) -> None:
    tokens = Tokens({"801": "x"})

    assert tokens.fits("801", "x")
    assert not tokens.fits(agent, token)
