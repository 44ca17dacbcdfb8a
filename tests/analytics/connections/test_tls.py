"""sslmode, against a PostgreSQL of the system: the wheel's has no TLS."""

import datetime
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.local import placement
from cli.local.process import free_ports
from services.analytics.connections import opening
from services.analytics.connections.dsn import parsed
from services.analytics.connections.opening import CannotConnect, Opener
from tests.analytics.connections.test_reaching import LOOPBACK

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
NAME = "db.attune-tests.example"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL with a certificate for NAME, of an authority whose certificate is here."""

    port: int
    authority: str


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=key is by, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return built.sign(by, hashes.SHA256())


def pem(found: x509.Certificate) -> str:
    return found.public_bytes(serialization.Encoding.PEM).decode()


def private(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not FOLDERS:
        pytest.skip("there is no PostgreSQL of the system, and the wheel's has no TLS")
    user, port = placement.server_user(), free_ports(1)[0]
    run = {**placement.as_user(user), "env": {"PATH": os.defpath, "LC_ALL": "C"}, "cwd": "/"}
    with TemporaryDirectory(prefix="attune-tls-") as name:
        folder = Path(name)
        authority = certified(folder, user)
        init = ["-D", f"{folder}/data", "-U", "postgres", f"--pwfile={folder}/pw", "--no-sync"]
        command = [str(FOLDERS[0] / "initdb"), *init, "--auth=scram-sha-256"]
        subprocess.run(command, check=True, capture_output=True, **run)
        process: Any = subprocess.Popen(
            [str(FOLDERS[0] / "postgres"), *arguments(folder, port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **run,
        )
        try:
            await_ready(process, port)
            yield Server(port, authority)
        finally:
            process.terminate()
            process.wait(30)


def certified(folder: Path, user: str | None) -> str:
    """Put a key, its certificate and a password into the folder; the authority's certificate."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    (folder / "server.crt").write_text(pem(certificate(NAME, key, "tests", authority_key)))
    (folder / "server.key").write_text(private(key))
    (folder / "server.key").chmod(0o600)
    (folder / "pw").write_text("secret")
    for path in (folder, *folder.iterdir()):
        if user:
            shutil.chown(path, user)
    return pem(certificate("tests", authority_key, "tests", authority_key))


def arguments(folder: Path, port: int) -> list[str]:
    told = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "ssl": "on",
        "fsync": "off",
        "unix_socket_directories": "",
        "ssl_cert_file": f"{folder}/server.crt",
        "ssl_key_file": f"{folder}/server.key",
    }
    options = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
    return ["-D", f"{folder}/data", *options]


def await_ready(process: Any, port: int) -> None:
    """Until the server takes sessions; it is another process, and tells nobody."""
    ready = [str(FOLDERS[0] / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        if subprocess.run(ready, check=False).returncode == 0:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise AssertionError("the server does not start")


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch, server: Server) -> Server:
    """The server by its name, and its authority as one that this machine trusts."""

    def answers(host: str, port: int, **_: Any) -> Any:
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr(
        opening.NamedContext,
        "load_default_certs",
        lambda context: context.load_verify_locations(cadata=server.authority),
    )
    return server


def dsn(server: Server, host: str, sslmode: str) -> str:
    place = f"postgres:secret@{host}:{server.port}"
    return f"postgresql://{place}/postgres?sslmode={sslmode}"


async def encrypted(text: str) -> bool:
    with Opener(LOOPBACK) as opener:
        async with opener.opened(parsed(text)) as conn:
            query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            found: bool = await conn.fetchval(query)
    return found


@pytest.mark.parametrize(
    ("sslmode", "is_encrypted"),
    [
        ("disable", False),
        ("prefer", True),
        ("require", True),
        ("verify-ca", True),
        ("verify-full", True),
    ],
)
async def test_a_connection_is_encrypted_as_sslmode_says(
    named: Server, sslmode: str, is_encrypted: bool
) -> None:
    assert await encrypted(dsn(named, NAME, sslmode)) == is_encrypted


async def test_the_certificate_must_be_for_the_name_of_the_dsn_and_not_for_the_address(
    named: Server,
) -> None:
    assert await encrypted(dsn(named, "other.example", "verify-ca"))
    with pytest.raises(CannotConnect, match="certificate that is not good: Hostname mismatch"):
        await encrypted(dsn(named, "other.example", "verify-full"))


async def test_an_authority_that_nobody_trusts_is_refused(server: Server) -> None:
    assert await encrypted(dsn(server, "127.0.0.1", "require"))
    for sslmode in ("verify-ca", "verify-full"):
        with pytest.raises(CannotConnect, match="certificate that is not good"):
            await encrypted(dsn(server, "127.0.0.1", sslmode))
