"""The survey of callers who hung up first, wired to one desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time, timedelta

from calls.clock import SystemClock
from desk.ami.client import AmiClient
from desk.ami.listening import call_out
from desk.survey_calls import Memory, Sink, SurveyCalls, SurveyHours
from launch.settings.site import Settings

_RINGS_S = 30.0


def hours_of(settings: Settings) -> SurveyHours:
    """When callers are called back, by the settings."""
    survey = settings.survey
    return SurveyHours(
        after=timedelta(minutes=survey.after_min),
        within=timedelta(hours=survey.within_h),
        opens=time.fromisoformat(survey.opens),
        closes=time.fromisoformat(survey.closes),
        zone=settings.house.zone,
    )


@asynccontextmanager
async def surveying(
    settings: Settings, ami: AmiClient, memory: Memory, sink: Sink
) -> AsyncIterator[None]:
    """Call back until the block ends, where the settings say so."""
    survey = settings.survey
    if not survey.call_back:
        yield
        return

    async def place(number: str) -> str:
        begun = await call_out(
            ami,
            survey.dial.replace("{number}", number),
            "cc-survey",
            "s",
            caller_id=survey.caller_id,
            variables=(("CC_DNIS", number),),
            wait_s=_RINGS_S,
        )
        return begun.unique_id

    calls = SurveyCalls(memory, sink, place, hours_of(settings), SystemClock())
    running = asyncio.create_task(calls.run(), name="survey calls")
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
