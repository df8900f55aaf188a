"""All texts of refusals that a terminal says otherwise than a page, or that no page says."""

from __future__ import annotations

from typing import Final

from launch.telling.refused.pbx import PBX
from launch.telling.refused.seals import SEALS
from launch.telling.refused.settings import FILE
from launch.telling.refused.site import SITE
from launch.telling.refused.sounds import SOUNDS
from launch.telling.refused.work import WORK

EVERY: Final[dict[str, str]] = {**WORK, **SEALS, **FILE, **SITE, **PBX, **SOUNDS}
"""As `launch.telling.refused.work.WORK`."""
