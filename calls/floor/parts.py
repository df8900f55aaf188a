"""A panel's snapshots one after the other: only what differs goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calls.errors import CallCenterError
from calls.floor.view import PanelView


class OutOfStepError(CallCenterError):
    """Parts came that belong to another snapshot than the panel has."""


def other_parts(before: PanelView, now: PanelView) -> set[str]:
    """Names of the parts of `now` that differ; most stand still for a whole shift."""
    return {name for name in PanelView.model_fields if getattr(now, name) != getattr(before, name)}


def with_parts(before: PanelView | None, parts: Mapping[str, Any]) -> PanelView:
    """The snapshot after `before`. Raises OutOfStepError when it is another one's; ValueError for
    parts that are none."""
    if before is None or parts.get("seq") != before.seq + 1:
        raise OutOfStepError(
            f"part {parts.get('seq')} came after snapshot {before.seq if before else 'none'}; "
            "connect again for a whole one"
        )
    return PanelView.model_validate({**dict(before), **parts})
