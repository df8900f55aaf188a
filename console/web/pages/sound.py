"""What the player asks for: the sound itself, in ranges."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calls.quality.states import Role
from console.ports import SoundFile
from console.room import ConsoleRoom
from console.web.looks import looked
from console.web.playback import Playback, Playbacks, SoundAnswer, wanted_range
from console.web.seeing import may_hear, room_of
from console.web.visitor import need
from ledger.quality.rows import AccountRow


def routes(room: ConsoleRoom) -> list[Route]:
    """`/recordings/ID`, where the id is one that a call's page was given."""
    return [Route("/recordings/{playback}", _sound, methods=["GET"])]


def _sound(request: Request) -> Response:
    account, playbacks = need(request), playbacks_of(request)
    found = playbacks.find(request.path_params["playback"])
    if found is None or found.account != account.name:
        raise HTTPException(404)
    room = room_of(request)
    call = room.calls.call(found.call_id)
    request.scope["subject"] = f"call/{call.id}"
    if not may_hear(room, account, call):
        raise HTTPException(403)
    if not playbacks.enter(account.name):
        raise HTTPException(429)
    try:
        sound = _opened(room, account, found)
        if sound is None:
            raise HTTPException(404)
        return _answer(request, sound, playbacks, found)
    except BaseException:
        playbacks.leave(account.name)
        raise


def _opened(room: ConsoleRoom, account: AccountRow, playback: Playback) -> SoundFile | None:
    if not playback.aside:
        return room.sounds.open(playback.call_id)
    if account.role != Role.SUPERVISOR:
        raise HTTPException(403)
    return room.sounds.open_aside(playback.call_id, playback.aside)


def _answer(
    request: Request, sound: SoundFile, playbacks: Playbacks, playback: Playback
) -> Response:
    name = playback.aside or playback.call_id
    subject = f"recording/{name}" if playback.aside else f"call/{name}"
    try:
        part = wanted_range(request.headers.get("range"), sound.bytes)
    except ValueError:
        sound.file.close()
        raise HTTPException(416, headers={"Content-Range": f"bytes */{sound.bytes}"}) from None
    try:
        if request.method == "GET" and playbacks.is_first(request.path_params["playback"]):
            looked(request, "played", subject)
    except BaseException:
        sound.file.close()
        raise
    return SoundAnswer(
        sound.file, sound.bytes, part, over=lambda: playbacks.leave(playback.account), name=name
    )


def playbacks_of(request: Request) -> Playbacks:
    """The playbacks of this console."""
    playbacks: Playbacks = request.app.state.playbacks
    return playbacks
