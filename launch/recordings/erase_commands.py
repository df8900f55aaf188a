"""`thirdring recordings erase|hold|unhold|holds|retain`: what goes, and what must stay."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.list_texts import text
from launch.telling.wording import in_line

if TYPE_CHECKING:
    from launch.recordings.erasing import Carried
    from launch.settings.recorder import RetentionSettings
    from recorder.catalog import Recording

_CallArgument = Annotated[
    str, typer.Argument(metavar="CALL", help="Id of the call, or how it alone begins.")
]
_ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings (TOML) with [retention]."),
]
_SHOWN = 20


def add_to(group: typer.Typer) -> None:
    """Put the commands into the group `recordings`."""
    for command in (erase, hold, unhold, holds, retain):
        group.command()(command)


def erase(
    call: _CallArgument,
    why: Annotated[str, typer.Option("--why", help="Who asked for it, and on what ground.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    state: StateOption = DEFAULT_STATE,
    as_json: JsonOption = False,
) -> None:
    """Erase all recordings of a call, so that no copy of them can be heard; the call stays.

    With a server running it is the server that does it; exit 1 when something was left.
    """
    from launch.logs import set_up_logs
    from launch.looks import looked, who
    from launch.recordings.erasing import carry_out
    from recorder.orders import Order

    set_up_logs("warning")
    call_id, recordings = _of_call(state, call)
    if not recordings:
        typer.echo(text("no_recording_of", call=call_id))
        return
    if not yes:
        key = "really_erase" if len(recordings) == 1 else "really_erase_all"
        typer.confirm(text(key, call=call_id, count=len(recordings)), abort=True)
    for one in recordings:
        looked(state, "erased", f"recording/{one.id}", "ordered", why)
    order = Order.new({call_id: [one.id for one in recordings]}, "asked", who())
    before = {one.id for one in recordings if one.erased is not None}
    _tell(carry_out(state, order), before, as_json=as_json)


def hold(
    call: _CallArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it must stay: a case, a claim.")],
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Keep everything of a call, whatever retention or a wish to erase says."""
    from launch.looks import who
    from launch.recordings.holds import BookHolds

    call_id, _ = _of_call(state, call)
    BookHolds(state).hold(call_id, reason, who())
    _, recordings = _of_call(state, call_id)  # again: one may have gone until it was held
    gone = sum(one.erased is not None for one in recordings)
    typer.echo(text("held", call=call_id, reason=reason))
    if gone:
        typer.echo(text("held_but_gone", count=gone))


def unhold(
    call: _CallArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it need not stay any more.")],
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Lift a hold; retention goes on as for any call."""
    from launch.looks import who
    from launch.recordings.holds import BookHolds

    call_id, _ = _of_call(state, call)
    BookHolds(state).lift(call_id, reason, who())
    typer.echo(text("unheld", call=call_id))


def holds(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the calls that are held, with the reason."""
    from launch.recordings.holds import BookHolds

    reasons = BookHolds(state).reasons()
    if as_json:
        print_json([{"call": call_id, "reason": why} for call_id, why in reasons.items()])
        return
    if not reasons:
        typer.echo(text("none_held"))
    for call_id, why in reasons.items():
        typer.echo(in_line(call_id, why))


def retain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    clock_is_right: Annotated[
        bool,
        typer.Option(
            "--clock-is-right", help="You have seen that it is, though it went on by weeks."
        ),
    ] = False,
    state: StateOption = DEFAULT_STATE,
    config: _ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase the recordings that were kept long enough; a running server does it every night.

    By a clock that went on by more than `doubt_after_days` nothing is erased before you confirm it.
    """
    from launch.logs import set_up_logs
    from launch.recordings.erasing import confirm_clock, retain_here
    from launch.settings.site import load_settings
    from ledger.opening import LedgerBusyError

    set_up_logs("warning")
    settings = load_settings(config).retention
    if dry_run:
        _show_due(state, settings, as_json=as_json)
        return
    try:
        done = retain_here(state, settings, clock_is_right=clock_is_right)
    except LedgerBusyError:
        typer.echo(text("server_retains", at=settings.at))
        if not clock_is_right:
            raise typer.Exit(1) from None
        confirm_clock(state)
        typer.echo(text("clock_confirmed"))
        return
    if as_json:
        print_json({"erased": done.erased, "left": done.held})
    else:
        typer.echo(text("retained", erased=done.erased, held=done.held))


def _show_due(state: Path, settings: RetentionSettings, *, as_json: bool) -> None:
    from calls.clock import SystemClock
    from launch.recordings.erasing import doubt_here, retention_of
    from launch.recordings.holds import BookHolds
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader
    from recorder.source import LedgerSource

    before, of_queues = retention_of(settings).cutoffs(SystemClock().utc_now())
    held = BookHolds(state).reasons()
    with LedgerReader(state / LEDGER_FILE) as reader:
        due = LedgerSource(reader).due(before, of_queues, 1_000_000)
    going = [one for one in due if one.call_id not in held]
    if doubt := doubt_here(state, settings):
        typer.echo(text("clock_doubted", doubt=doubt), err=True)
    if as_json:
        rows = [(one, held.get(one.call_id, "")) for one in due]
        print_json([{"recording": one.id, "call": one.call_id, "held": why} for one, why in rows])
        return
    for one in going[:_SHOWN]:
        typer.echo(in_line(one.id, f"{one.started_at:%Y-%m-%d}"))
    if len(going) > _SHOWN:
        typer.echo(text("due_more", count=len(going) - _SHOWN))
    typer.echo(text("due", count=len(going), held=len(due) - len(going)))


def _of_call(state: Path, call: str) -> tuple[str, list[Recording]]:
    from ledger.opening import LEDGER_FILE
    from ledger.reader import LedgerReader
    from recorder.source import LedgerSource

    with LedgerReader(state / LEDGER_FILE) as reader:
        call_id = reader.call(call).id
        return call_id, list(LedgerSource(reader).of_call(call_id))


def _tell(carried: Carried, before: Set[str], *, as_json: bool) -> None:
    """What became of an order; those of `before` had been erased when it was given."""
    outcome = carried.outcome
    if as_json:
        print_json(
            {
                "by_server": carried.by_server,
                "erased": list(outcome.erased) if outcome else [],
                "left": dict(outcome.left) if outcome else {},
                "waiting": outcome is None,
            }
        )
    elif outcome is None:
        typer.echo(text("erase_ordered"))
    else:
        key = "erased_by_server" if carried.by_server else "erased"
        for recording in outcome.erased:
            told = "erased_before" if recording in before else key
            typer.echo(text(told, recording=recording))
        for recording, obstacle in outcome.left.items():
            typer.echo(text("not_erased", recording=recording, obstacle=obstacle))
    if outcome is None or outcome.left:
        raise typer.Exit(1)
