"""`asterisk-conf/` with this instance's values filled in, below the state folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from calls.errors import PbxError
from desk.ami.nailed_up import device, interface
from launch.pbx.options import PbxOptions
from launch.settings.site import PROJECT

SOURCE = PROJECT / "asterisk-conf"
_MARK = re.compile(r"@@([A-Z_]+)@@")


def passwords(folder: Path, agents: Iterable[str]) -> dict[str, str]:
    """Passwords of this instance by name (`801`.., `ami`); made once, kept 0600."""
    path = folder / "secrets.json"
    try:
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = {}
    missing = [name for name in (*agents, "ami") if name not in known]
    if missing:
        known |= {name: secrets.token_urlsafe(18) for name in missing}
        aside = path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor, made 0600
            json.dump(known, out)
        aside.replace(path)
    return known


def values(options: PbxOptions) -> dict[str, str]:
    """What each @@MARK@@ of a template stands for."""
    known = passwords(options.folder, options.agents)
    first, last = options.rtp
    destinations = sorted(options.destinations.items())
    servers = [f"CC_AGI{number}={server}" for number, server in enumerate(options.agi, 1)]
    return {
        "PBX": str(options.folder),
        "SYSTEM": f"tr{options.sip_port}-{_mark(known['ami'])}",
        "BIND": options.bind,
        "SIP_PORT": str(options.sip_port),
        "AMI_PORT": str(options.ami_port),
        "AMI_SECRET": known["ami"],
        "AMI_FROM": "127.0.0.0/8" if options.bind.startswith("127.") else f"{options.bind}/32",
        "RTP_FIRST": str(first),
        "RTP_LAST": str(last),
        "AGI_SERVERS": "\n".join(servers),
        "AGI_COUNT": str(len(options.agi)),
        "LEASE": str(options.lease_s),
        "RING": str(options.ring_s),
        "DESTINATIONS": "\n".join(f"CC_TO_{name}={dial}" for name, dial in destinations),
        "SECRET": options.secret,
        "CALLERS_FROM": "\n".join(f"permit = {network}" for network in options.callers_from),
        "AGENTS": "\n".join(_agent(number, known[number]) for number in options.agents),
        "AGENT_NUMBERS": "\n".join(_dialled(number) for number in options.agents),
        "QUEUES": "\n\n".join(
            _queue(name, members, options.nailed_up)
            for name, members in _queues(options.agents).items()
        ),
        "NAILED_UP": "\n".join(f"[{number}](cc-nailed)" for number in sorted(options.nailed_up)),
        "NAILED_PHONES": "\n".join(
            f"CC_PHONE_{number}={interface(number)}" for number in sorted(options.nailed_up)
        ),
    }


def _mark(secret: str) -> str:
    """A word nobody outside can know: a caller who writes a manager event into his number cannot
    sign it with the `systemname`, and so it is refused (desk/ami/session.py).
    """
    return hashlib.sha256(b"systemname" + secret.encode()).hexdigest()[:12]


def _agent(number: str, password: str) -> str:
    return (
        f"[{number}](cc-agent)\nauth = {number}\naors = {number}\n"
        f'callerid = "Agent {number}" <{number}>\n'
        f"[{number}](cc-agent-auth)\nusername = {number}\npassword = {password}\n"
        f"[{number}](cc-agent-aor)\n"
    )


def _dialled(number: str) -> str:
    return f"exten => {number},1,Dial(PJSIP/${{EXTEN}},20)\n same => n,Hangup()"


def _queues(agents: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Members by queue; the queue of the shipped flows is there whoever serves it."""
    members: dict[str, list[str]] = {"support": []}
    for number, queues in agents.items():
        for queue in queues:
            members.setdefault(queue, []).append(number)
    return members


def _queue(name: str, members: list[str], nailed: Collection[str]) -> str:
    lines = [
        f"member => {interface(each)},0,{each},{device(each)}"
        if each in nailed
        else f"member => PJSIP/{each},0,{each}"
        for each in members
    ]
    return "\n".join([f"[{name}](cc-queue)", *lines])


def render(options: PbxOptions) -> str:
    """Write `etc`, `sounds`, `moh` and `waiting` below `pbx`; return a digest of what was written.

    Raises PbxError when a template names a mark nobody fills.
    """
    folder, marks = options.folder, values(options)
    digest = hashlib.sha256()
    for template in sorted(SOURCE.glob("*.conf")):
        text = fill(template, marks)
        digest.update(template.name.encode() + b"\0" + text.encode())
        _write(folder / "etc" / template.name, text)
    for kind in ("sounds", "moh", "waiting"):
        _copy_sounds(SOURCE / kind, folder / kind, digest)
    for extra in sorted((folder / "site").glob("*.conf")):
        digest.update(extra.name.encode() + b"\0" + extra.read_bytes())
    return digest.hexdigest()


def fill(template: Path, marks: dict[str, str]) -> str:
    """The template's text with every mark filled in. Raises PbxError for an unknown one."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in marks:
            raise PbxError(f"{template}: @@{found[1]}@@ is unknown; use one of {', '.join(marks)}")
        return marks[found[1]]

    return _MARK.sub(value, template.read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)
    # Never readable by others, not even for a moment: passwords stand in it.
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "w") as out:
        out.write(text)
    aside.replace(path)


def _copy_sounds(source: Path, target: Path, digest: hashlib._Hash) -> None:
    wanted = sorted(source.glob("*.wav"))
    if not wanted:
        raise PbxError(f"{source}: holds no wav; the project's files are not complete")
    for stale in set(target.glob("*")) - {target / wav.name for wav in wanted}:
        stale.unlink()
    for wav in wanted:
        digest.update(wav.name.encode() + b"\0" + wav.read_bytes())
        aside = target / f".{wav.name}.new"
        shutil.copyfile(wav, aside)
        aside.chmod(0o644)
        aside.replace(target / wav.name)
