"""Opens an agent's panel: desk, keys, taste, and the built-in phone if it is wanted."""

from __future__ import annotations

import asyncio
import re
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from calls.errors import ConfigError
from launch.desk_place import desk_place

if TYPE_CHECKING:
    from softphone_panel.agent.app import AgentApp
    from softphone_panel.agent.keymap import Keymap
    from softphone_panel.phone.ports import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Whose panel, and where its desk and its phone are."""

    agent: str
    state: Path
    desk: str = ""
    token: str = ""
    headset: str = ""
    """A sound device; empty for a phone beside the panel."""

    sip: str = ""


def open_panel(seat: Seat, *, keys: Path | None = None, lang: str = "") -> None:
    """Run the panel until the agent leaves it.

    Raises ConfigError for an agent, language, address or --keys file that is wrong; a desk that is
    not there is shown on the panel, which goes on looking for it.
    """
    if not re.fullmatch("[0-9]{2,8}", seat.agent):
        raise ConfigError(f"--agent {seat.agent}: write an agent's number, such as 801")
    asyncio.run(_run(seat, keys, lang))


async def _run(seat: Seat, keys: Path | None, lang: str) -> None:
    from softphone_panel.phone.ports import PhoneError

    async with AsyncExitStack() as closing:
        phone, problem = None, ""
        try:
            phone = await _phone(seat, closing)
        except PhoneError as error:
            # What to do about sound is a text of the panel; the rest says more as it was said.
            problem = error.word if error.word == "no_audio" else str(error)
        await make_panel(seat, keys=keys, lang=lang, phone=phone, problem=problem).run_async()


async def _phone(seat: Seat, closing: AsyncExitStack) -> Phone | None:
    if not seat.headset:
        return None
    from softphone_panel.phone.built_in import built_in_phone
    from softphone_panel.phone.settings import phone_settings

    settings = phone_settings(seat.agent, exchange=seat.sip, state=seat.state, audio=seat.headset)
    return await closing.enter_async_context(built_in_phone(settings))


def make_panel(
    seat: Seat,
    *,
    keys: Path | None = None,
    lang: str = "",
    phone: Phone | None = None,
    problem: str = "",
) -> AgentApp:
    """The panel, not yet running."""
    from softphone_panel.agent.app import AgentApp
    from softphone_panel.agent.desk_link import DeskLink
    from softphone_panel.agent.prefs import load_prefs, prefs_path
    from softphone_panel.texts import Language, Texts, language_of

    if lang and lang not in tuple(Language):
        raise ConfigError(f"--lang {lang}: write one of {', '.join(Language)}")
    where = desk_place(seat.state, seat.agent, seat.desk, seat.token)
    path = prefs_path()
    prefs = load_prefs(path)
    keymap, wrong = own_keys(keys, path)
    language = Language(lang or prefs.language or language_of())
    return AgentApp(
        DeskLink(seat.agent, where),
        phone=phone,
        keymap=keymap,
        language=language,
        theme=prefs.theme,
        prefs=path,
        problem=Texts(language).or_plain("problem", problem) or wrong,
    )


def own_keys(given: Path | None, usual: Path) -> tuple[Keymap, str]:
    """The person's keys, and what is wrong with their file: then the usual keys stay.

    A file named with --keys must be right: raises ConfigError.
    """
    from softphone_panel.agent.keymap import DEFAULT, load_keymap

    if given is not None:
        if not given.is_file():
            raise ConfigError(f"--keys {given}: there is no such file")
        return load_keymap(given), ""
    try:
        return load_keymap(usual), ""
    except ConfigError as error:
        return DEFAULT, str(error)
