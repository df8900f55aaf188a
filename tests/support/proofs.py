"""Proves the shipped flows for every server of a run of the tests, before any asks for it."""

from __future__ import annotations

import os
from pathlib import Path

from callflow.house import house_texts
from launch.serving.vetting import SHARED, Vetting
from launch.settings.site import Settings


def main() -> None:
    """Leave the proof in the folder that `launch.serving.vetting.SHARED` names."""
    settings = Settings()
    place = Vetting(settings.scripts, Path(os.environ[SHARED]), settings.house.all_variables())
    place.problems(house_texts(settings.scripts))


if __name__ == "__main__":
    main()
