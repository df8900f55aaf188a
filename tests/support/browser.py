"""A real headless Chromium, and a person who signs in to the console with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "four plain words here"  # noqa: S105
PATIENCE_MS = 120_000
"""A machine on which everything else is tested too shows a page late."""


def program() -> str:
    """Where it is. The test is skipped where there is none; with CI=true that fails."""
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    if found is None:
        told = "NO CHROMIUM, the console is not looked at: apt-get install chromium"
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(told)
        pytest.skip(told)
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One for a test."""
    async with async_playwright() as playwright:
        # It plays without a person's click, and runs as root where tests do.
        browser = await playwright.chromium.launch(
            executable_path=program(),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def signed_in(browser: Browser, address: str, name: str) -> AsyncIterator[Page]:
    """A window of its own, past the sign-in page; what its script complains of fails the test."""
    context = await browser.new_context(viewport={"width": 1400, "height": 1000}, locale="zh-CN")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(f"{address}/login")
    await page.fill("input[name=name]", name)
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: not url.endswith("/login"))
    yield page
    await context.close()
    assert wrong == []
