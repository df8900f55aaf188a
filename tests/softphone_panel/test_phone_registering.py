"""How the built-in phone keeps itself registered; the SIP stack answers what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest
from baresip import RegistrationError

from softphone_panel.phone import built_in
from softphone_panel.phone.built_in import BuiltInPhone
from softphone_panel.phone.settings import PhoneSettings
from softphone_panel.phone.stack import SipStack


class Agent:
    """A SIP identity that answers what a test tells it."""

    def __init__(self) -> None:
        self.answers: list[Exception | None] = []
        self.registered = 0
        self.swallows_cancelling = False
        self.unregistered = False

    async def register(self, *, timeout: float) -> None:
        self.registered += 1
        try:
            await asyncio.sleep(0 if self.answers else timeout)
        except asyncio.CancelledError:
            if not self.swallows_cancelling:
                raise
            return
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer

    async def unregister(self, *, timeout: float) -> None:
        self.unregistered = True

    def on(self, listener: Callable[[Any], None]) -> None:
        self.listener = listener

    def on_incoming(self, callback: Callable[[Any], None]) -> None:
        self.incoming = callback


class Stack:
    """A stack with that one identity."""

    def __init__(self, agent: Agent) -> None:
        self.on_dead: list[Callable[[], None]] = []
        self._agent = agent

    async def agent(self, settings: PhoneSettings) -> Agent:
        return self._agent


def phone_on(agent: Agent) -> tuple[BuiltInPhone, Stack]:
    settings = PhoneSettings(
        host="127.0.0.1",
        port=9,
        number="801",
        password="x",  # noqa: S106
        probe_s=60.0,
    )
    stack = Stack(agent)
    return BuiltInPhone(settings, cast("SipStack", stack)), stack


async def settled(phone: BuiltInPhone, true: Callable[[], bool]) -> None:
    """Wait for it, by what the phone tells."""
    news = asyncio.Event()
    undo = phone.on_change(news.set)
    while not true():
        await asyncio.wait_for(news.wait(), 10)
        news.clear()
    undo()


async def test_a_refusal_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(built_in, "_AGAIN_S", (0.01,))
    agent = Agent()
    agent.answers = [
        RegistrationError("no", status=403, reason="Forbidden"),
        RegistrationError("no answer"),
        None,
    ]
    phone, _ = phone_on(agent)
    seen: list[str] = []
    phone.on_change(lambda: seen.append(phone.trouble))
    await phone.start()
    await settled(phone, lambda: phone.registered)
    await phone.close()

    assert seen == ["refused", "unreachable", ""]
    assert agent.registered == 3
    assert agent.unregistered


async def test_it_closes_even_if_a_registration_swallows_the_cancelling() -> None:
    agent = Agent()
    agent.swallows_cancelling = True
    phone, _ = phone_on(agent)
    await phone.start()
    while not agent.registered:
        await asyncio.sleep(0)

    await asyncio.wait_for(phone.close(), 10)
    await phone.close()


async def test_a_dead_stack_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    agent = Agent()
    agent.answers = [None]
    phone, stack = phone_on(agent)
    await phone.start()
    await settled(phone, lambda: phone.registered)
    for tell in stack.on_dead:
        tell()

    assert (phone.registered, phone.trouble, phone.on_call) == (False, "dead", False)
    await phone.close()
