"""`thirdring recordings keys`: the keys that recordings are sealed with."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from launch.options import DEFAULT_STATE, JsonOption, StateOption, print_json
from launch.telling.list_texts import text
from launch.telling.refusing import language_typed, refused

if TYPE_CHECKING:
    from recorder.sealing.keys import Keyring

keys = typer.Typer(no_args_is_help=True, help="The keys that recordings are sealed with.")


@keys.command("list")
def list_(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """List the master keys: which is in use, which files need it, whether it can be had."""
    from calls.errors import LostKeyError
    from recorder.sealing.keys import Keyring

    ring = Keyring(state)
    wraps = Counter(kept.key_id for _, kept in ring.kept())
    current = ring.current_id()
    rows = []
    for key_id in sorted({*wraps, *ring.source.ids(), *filter(None, [current])}):
        try:
            ring.master(key_id)
            problem = ""
        except LostKeyError as error:
            problem = str(error)
        row = {"key": key_id, "current": key_id == current, "files": wraps[key_id]}
        rows.append({**row, "problem": problem})
    damaged = list(ring.damaged())
    if as_json:
        print_json(rows)
    elif not rows:
        typer.echo(text("no_key"))
    else:
        for row in rows:
            use = text("key_in_use" if row["current"] else "key_old")
            state_of = refused(str(row["problem"]), language_typed()) or use
            typer.echo(text("key_row", id=row["key"], files=row["files"], state=state_of))
    _tell_damaged(damaged)
    if damaged or any(row["problem"] for row in rows):
        raise typer.Exit(1)


@keys.command()
def new(
    show: Annotated[
        bool, typer.Option("--print", help="Only print a key, for a vault of your own.")
    ] = False,
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Make a master key for recordings to come; those there are keep theirs."""
    from recorder.sealing.keys import Keyring
    from recorder.sealing.sources import MasterKey

    if show:
        typer.echo(MasterKey.new().line)
        return
    key, where = Keyring(state).new()
    typer.echo(text("key_made", id=key.id, where=where))


@keys.command()
def use(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Id of a key that is there.")],
    state: StateOption = DEFAULT_STATE,
) -> None:
    """Let another key that is there wrap new recordings."""
    from recorder.sealing.keys import Keyring

    typer.echo(text("key_used", id=Keyring(state).use(key_id).id))


@keys.command()
def rotate(state: StateOption = DEFAULT_STATE, as_json: JsonOption = False) -> None:
    """Make a new master key and wrap every recording's key with it; a server may run.

    Stopped half-way it is harmless: run it once more with the same end. A damaged key of one
    recording stops no other: it is named, and the exit code is 1.
    """
    from recorder.sealing.keys import Keyring

    ring = Keyring(state)
    unfinished = _unfinished(ring)
    if not unfinished:
        _, where = ring.new()
        typer.echo(text("key_copy", where=where), err=True)
    done = _wrap_all(ring, quiet=as_json)
    left = Counter(kept.key_id for _, kept in ring.kept())
    damaged = list(ring.damaged())
    # A backup of a damaged one is wrapped with an old key.
    old = [] if damaged else sorted({*ring.source.ids()} - {ring.current_id(), *left})
    if as_json:
        print_json({"key": ring.current_id(), "wrapped": done, "no_longer_needed": old})
    else:
        _tell_rotated(ring.current_id(), done, old)
    _tell_damaged(damaged)
    if damaged:
        raise typer.Exit(1)


def _tell_rotated(current: str, done: int, old: list[str]) -> None:
    typer.echo(text("keys_wrapped", count=done, id=current))
    if old:
        typer.echo(text("keys_not_needed", keys=", ".join(old)))


def _tell_damaged(problems: list[str]) -> None:
    for problem in problems:
        typer.echo(refused(problem, language_typed()), err=True)


def _unfinished(ring: Keyring) -> bool:
    """Whether a rotation was stopped half-way: some keys are wrapped by the current, some not."""
    wraps = {kept.key_id for _, kept in ring.kept()}
    return ring.current_id() in wraps and len(wraps) > 1


def _wrap_all(ring: Keyring, *, quiet: bool) -> int:
    from launch.telling.progress import with_bar

    names = [name for name, _ in ring.kept()]
    return sum(ring.wrap_again(name) for name in with_bar(names, text("wrapping"), quiet=quiet))
