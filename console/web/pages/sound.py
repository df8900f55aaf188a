"""What the player asks for: the sound itself, in ranges."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.ports import SoundFile
from console.room import ConsoleRoom
from console.web.looks import looked
from console.web.playback import Playbacks, SoundAnswer, wanted_range
from console.web.seeing import may_hear, room_of
from console.web.visitor import need


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
        sound = room.sounds.open(call.id)
        if sound is None:
            raise HTTPException(404)
        return _answer(request, sound, playbacks, account.name, call.id)
    except BaseException:
        playbacks.leave(account.name)
        raise


def _answer(
    request: Request, sound: SoundFile, playbacks: Playbacks, account: str, call_id: str
) -> Response:
    try:
        part = wanted_range(request.headers.get("range"), sound.bytes)
    except ValueError:
        sound.file.close()
        raise HTTPException(416, headers={"Content-Range": f"bytes */{sound.bytes}"}) from None
    try:
        if request.method == "GET" and playbacks.is_first(request.path_params["playback"]):
            looked(request, "played", f"call/{call_id}")
    except BaseException:
        sound.file.close()
        raise
    return SoundAnswer(
        sound.file, sound.bytes, part, over=lambda: playbacks.leave(account), name=call_id
    )


def playbacks_of(request: Request) -> Playbacks:
    """The playbacks of this console."""
    playbacks: Playbacks = request.app.state.playbacks
    return playbacks
