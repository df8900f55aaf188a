"""What all sections of the settings share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the settings file; an unknown setting is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  refused, not bound
        raise ValueError("write the one address at which others reach this server")
    return host


Host = Annotated[str, AfterValidator(_reachable)]
"""An address to listen on: never all of them."""
