"""`thirdring call`: one simulated caller, live in the terminal."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from calls.errors import PersonaError
from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.reply_texts import reply
from launch.telling.wording import Wording, terminal_language

if TYPE_CHECKING:
    from callers.persona import Persona
    from callers.result import CallResult, Moment
    from callers.voicebank import VoiceBank

_DEFAULT_VIA = "127.0.0.1:5160"
_REFUSED_WITHIN_S = 0.3
_ADDRESS = re.compile(r"^([0-9A-Za-z.-]+):(\d{1,5})$")
_NUMBER = re.compile(r"^[0-9+*#]{1,32}$")
_word: Final = Wording(
    {
        "ringing": ("响铃", "ringing"),
        "answered": ("接通", "answered"),
        "heard": ("听到", "heard"),
        "said": ("说", "said"),
        "pressed": ("按键", "pressed"),
        "queued": ("排队", "waits in queue"),
        "agent": ("客服接听", "agent answered"),
        "fallback": ("转入备用语音", "the fallback took over"),
        "hung_up": ("挂断", "hung up"),
        "caller": ("来电者", "the caller"),
        "house": ("我方", "the house"),
        "network": ("线路", "the network"),
    }
).known


def register(app: typer.Typer) -> None:
    """Add `call`."""
    app.command()(call)


def _list_personas(as_json: bool) -> None:
    from callers.loader import find_persona, names

    found = [find_persona(name) for name in names()]
    if as_json:
        print_json([{"persona": one.name, **one.title, "voice": one.voice} for one in found])
        return
    width = max(len(one.name) for one in found)
    for one in found:
        typer.echo(f"{one.name.replace('_', '-'):{width}}  {_title(one)}")
    typer.echo(reply("call_one"))


_PersonaArgument = Annotated[
    str,
    typer.Argument(
        metavar="PERSONA", help="Name of a persona, or the path of a persona's YAML file."
    ),
]
_ToOption = Annotated[str, typer.Option(help="Number to call; 1000 is the hotline.")]
_ViaOption = Annotated[
    str,
    typer.Option(
        metavar="HOST:PORT",
        help=f"SIP address of the Asterisk. Default: the state folder's, else {_DEFAULT_VIA}.",
    ),
]
_FastAgiOption = Annotated[
    bool,
    typer.Option("--fastagi", help="No Asterisk: straight to the state folder's running server."),
]
_AniOption = Annotated[str, typer.Option(help="Number to call from.")]
_SeedOption = Annotated[int, typer.Option(help="Makes noise that differs from call to call.")]
_SaveOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE.wav", help="Keep both sides: left the caller, right what it heard."),
]
_ListOption = Annotated[bool, typer.Option("--list", help="List the personas.")]


def call(
    persona: _PersonaArgument = "",
    to: _ToOption = "1000",
    via: _ViaOption = "",
    fastagi: _FastAgiOption = False,
    ani: _AniOption = "13800001234",
    seed: _SeedOption = 0,
    save: _SaveOption = None,
    list_all: _ListOption = False,
    as_json: JsonOption = False,
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Place one call as a simulated caller, with real sound, and tell what happens.

    Exit code 1 when the call was not answered or the fallback had to speak.
    """
    if list_all or not persona:
        _list_personas(as_json)
        raise typer.Exit(0 if list_all else 2)
    from callers.loader import find_persona
    from callers.voicebank import VoiceBank

    bank = VoiceBank.load()
    chosen = find_persona(persona, voices=bank)
    for option, number in (("--to", to), ("--ani", ani)):
        if not _NUMBER.match(number):
            raise PersonaError(f"{option} {number!r}: write a telephone number")
    order = _Order(chosen, bank, to, ani, seed, save, quiet=as_json)
    result = order.over_fastagi(state) if fastagi else order.over_sip(via or _sip_address(state))
    _conclude(result, save, as_json)


@dataclass(frozen=True, slots=True)
class _Order:
    """One call as it was ordered."""

    persona: Persona
    bank: VoiceBank
    to: str
    ani: str
    seed: int
    save: Path | None
    quiet: bool

    def over_sip(self, via: str) -> CallResult:
        """Through the Asterisk at `via`."""
        from callers.sip import call_over_sip, limits_over_sip

        if not _ADDRESS.match(via):
            raise PersonaError(f"--via {via}: write HOST:PORT, such as {_DEFAULT_VIA}")
        limits = limits_over_sip(self.persona)
        if limits:
            typer.echo(limits, err=True)
        _demand_listener(via)
        target = f"sip:{self.to}@{via}"
        self._announce(target)
        return asyncio.run(
            call_over_sip(
                self.persona,
                target,
                ani=self.ani,
                seed=self.seed,
                bank=self.bank,
                watch=None if self.quiet else _tell,
                save=self.save,
            )
        )

    def over_fastagi(self, state: Path) -> CallResult:
        """Straight to the server that runs on `state`."""
        from callers.fastagi import call_over_fastagi

        host, port = _server_address(state)
        self._announce(f"agi://{host}:{port}")
        return asyncio.run(
            call_over_fastagi(
                self.persona,
                host,
                port,
                dnis=self.to,
                ani=self.ani,
                secret=os.environ.get("THIRDRING_AGI_SECRET", ""),
                seed=self.seed,
                monitor=state.resolve() / "monitor",
                bank=self.bank,
                watch=None if self.quiet else _tell,
                save=self.save,
            )
        )

    def _announce(self, target: str) -> None:
        if not self.quiet:
            typer.echo(f"{self.persona.name} ({_title(self.persona)}) -> {target}")


def _title(persona: Persona) -> str:
    return persona.title.get(terminal_language(), persona.name)


def _tell(moment: Moment) -> None:
    """One line of what happens, as it happens."""
    lasted = f" ({(moment.until_ms - moment.at_ms) / 1000:.1f} s)" if moment.until_ms else ""
    typer.echo(
        f"{moment.at_ms / 1000:8.2f} s  {_word(moment.what)}  {_word(moment.detail)}{lasted}"
    )


def _conclude(result: CallResult, save: Path | None, as_json: bool) -> None:
    if as_json:
        print_json(result.data())
    else:
        rings, by = result.rings, _word(result.hung_up_by)
        answered = reply("on_ring", rings=rings) if rings else reply("never_answered")
        seconds = f"{result.ended_ms / 1000:.1f}"
        typer.echo(reply("call_over", seconds=seconds, answered=answered, by=by))
        if result.failure:
            typer.echo(reply("call_failed", why=result.failure), err=True)
        if save is not None:
            typer.echo(reply("call_kept", file=save))
    if result.failure or result.fell_back:
        raise typer.Exit(1)


def _sip_address(state: Path) -> str:
    """That of the Asterisk which runs on the state folder, else the default."""
    from launch.pbx.process import recorded

    running = recorded(state.resolve())
    if running is None:
        return _DEFAULT_VIA
    return f"{running.options['bind']}:{running.options['sip_port']}"


def _demand_listener(via: str) -> None:
    """PersonaError when the machine at `via` says at once that nobody listens there.

    A SIP stack takes the refusal for a lost packet and tries on for half a minute. Two line ends
    are the keep-alive of RFC 5626 (4.4.1): whoever speaks SIP lets them pass.
    """
    host, port = via.rsplit(":", 1)
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, int(port), socket.AF_INET, socket.SOCK_DGRAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.settimeout(_REFUSED_WITHIN_S)
            probe.connect(address)
            probe.send(b"\r\n\r\n")
            probe.recv(1)
    except TimeoutError:
        return
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise PersonaError(
            f"no Asterisk answers at {via} ({why});"
            " start one: thirdring pbx up, or name another: --via HOST:PORT"
        ) from None


def _server_address(state: Path) -> tuple[str, int]:
    try:
        host, port = json.loads((state / "serve.json").read_text(encoding="utf-8"))["agi"]
    except (OSError, ValueError, KeyError):
        raise PersonaError(
            f"no server runs on {state}; start one: thirdring serve --state {state}"
        ) from None
    return str(host), int(port)
