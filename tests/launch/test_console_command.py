"""The console as a process: beside `serve`, alone, under TLS, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from calls.errors import ConfigError
from launch.console.child import ConsoleChild
from launch.settings.console import ConsoleSettings
from launch.settings.site import Settings, load_settings
from ledger.writer import LedgerWriter

THIRDRING = (sys.executable, "-m", "launch")
SOON_S = 60


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with an empty ledger."""
    folder = tmp_path / "state"
    folder.mkdir()
    LedgerWriter(folder / "ledger.sqlite").close()
    return folder


def _order(state: Path, **console: object) -> str:
    settings = Settings(console=ConsoleSettings.model_validate({"port": 0, **console}))
    return json.dumps({"settings": settings.model_dump(mode="json"), "state": str(state)})


class Told:
    """What the server is told of its console."""

    def __init__(self) -> None:
        self.addresses: asyncio.Queue[str] = asyncio.Queue()

    async def next(self) -> str:
        return await asyncio.wait_for(self.addresses.get(), SOON_S)


async def _health(address: str, **more: object) -> int:
    async with httpx.AsyncClient(**more) as http:  # type: ignore[arg-type]
        return (await http.get(f"{address}/healthz")).status_code


async def test_a_console_that_is_killed_is_started_again(state: Path) -> None:
    told = Told()
    child = ConsoleChild(_order(state), told.addresses.put_nowait)
    child.start()
    try:
        first, pid = await told.next(), child.pid
        assert await _health(first) == 200
        assert pid is not None

        os.kill(pid, signal.SIGKILL)

        assert await told.next() == ""
        again = await told.next()
        assert child.pid != pid
        assert await _health(again) == 200
    finally:
        await child.stop()
    assert child.pid is None


async def test_a_console_whose_server_is_gone_goes_too(state: Path) -> None:
    command = (sys.executable, "-m", "launch.console.process")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(_order(state).encode() + b"\n")
    assert (await asyncio.wait_for(process.stdout.readline(), SOON_S)).startswith(b"ready http://")

    process.stdin.close()

    assert await asyncio.wait_for(process.wait(), SOON_S) == 0


def test_serve_tells_where_its_console_is_and_stops_it(tmp_path: Path) -> None:
    state, config = tmp_path / "state", tmp_path / "site.toml"
    config.write_text(
        "[agi]\nport = 0\nstop_grace_s = 0.5\n[ears]\nport = 0\n[desk]\non = false\n"
        "[console]\nport = 0\n",
        "utf-8",
    )
    command = (*THIRDRING, "serve", "--state", str(state), "--config", str(config))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = next(
                line.rpartition(" ")[2].strip() for line in server.stderr if "console on" in line
            )
            told = json.loads((state / "serve.json").read_text("utf-8"))
            assert told["console"] == address
            assert httpx.get(f"{address}/healthz").json() == {"ok": True}
            assert "thirdring user add" in httpx.get(f"{address}/login").text
        finally:
            server.terminate()
            server.stderr.read()
    assert server.returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/healthz")


def test_no_ledger_yet_is_said_with_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [*THIRDRING, "console", "--state", str(tmp_path), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=SOON_S,
        check=False,
    )

    assert done.returncode != 0
    assert "no ledger" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('host = "10.0.0.5"', "passwords would cross the network in clear"),
        ('host = "0.0.0.0"', "write the one address"),
        ('tls_cert = "x.pem"', "go together"),
    ],
)
def test_settings_that_are_not_safe_are_refused(tmp_path: Path, lines: str, said: str) -> None:
    config = tmp_path / "site.toml"
    config.write_text(f"[console]\n{lines}\n", "utf-8")

    with pytest.raises(ConfigError, match=said):
        load_settings(config)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, secret = tmp_path / "console.crt", tmp_path / "console.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert, secret


async def test_with_a_certificate_it_speaks_tls(
    state: Path, certificate: tuple[Path, Path]
) -> None:
    told, (cert, key) = Told(), certificate
    child = ConsoleChild(
        _order(state, tls_cert=str(cert), tls_key=str(key)), told.addresses.put_nowait
    )
    child.start()
    try:
        address = (await told.next()).replace("127.0.0.1", "localhost")
        trusting = ssl.create_default_context(cafile=str(cert))
        async with httpx.AsyncClient(verify=trusting) as http:
            answer = await http.get(f"{address}/login")
    finally:
        await child.stop()

    assert address.startswith("https://")
    assert "__Host-before" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


async def test_a_port_that_is_taken_is_said_and_keeps_no_call_from_being_answered(
    state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    taken = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    told = Told()
    child = ConsoleChild(_order(state, port=port), told.addresses.put_nowait)
    child.start()
    try:
        while "cannot listen there" not in (heard := capfd.readouterr().err):
            await asyncio.sleep(0.2)
        assert "console.port" in heard
        taken.close()
        await taken.wait_closed()
        assert await told.next() == f"http://127.0.0.1:{port}", "it is tried again"
    finally:
        await child.stop()
