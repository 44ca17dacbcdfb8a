"""A real PostgreSQL from the wheel: initialised, started and stopped without its Python API."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cli.local import placement
from cli.local.errors import LocalError, StartFailed
from cli.local.orphans import end_process
from cli.local.probes import Probe, postgres_is_ready
from cli.local.process import Program

SUPERUSER = "postgres"
# A statement may build a text of 1 GB, and several of them: a session that wants more than this
# gets "out of memory" from PostgreSQL, and the others live on.
SESSION_BYTES = 2**30
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "96MB",
    "wal_buffers": "4MB",
    "max_wal_size": "512MB",
    "autovacuum_max_workers": "2",
    "max_worker_processes": "4",
    "max_logical_replication_workers": "0",  # nor the process that would start them
    "max_parallel_workers": "2",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# Commits still reach the system, so they outlive a killed server, though not the machine.
FAST_AND_LOOSE = {"fsync": "off", "full_page_writes": "off"}
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


@dataclass(frozen=True)
class Postgres:
    """One server on loopback. Every connection needs a password; it opens no socket file.

    `durable=False` is for tests: faster, and lost when the machine goes down.
    """

    folder: Path
    password: str = field(repr=False)
    port: int
    durable: bool = True
    user: str | None = field(default_factory=placement.server_user)
    state: Path = placement.STATE

    def prepare(self) -> bool:
        """Make the data folder where there is none, and end what still runs on it.

        True where the folder is new. Raises LocalError where it cannot be made.
        """
        if (self.folder / "PG_VERSION").exists():
            end_orphan(self.folder)
            return False
        fresh = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        self._initialise(fresh)
        try:  # a launcher that is killed meanwhile leaves no half of a folder
            fresh.rename(self.folder)
        except OSError:
            shutil.rmtree(fresh)
            raise LocalError(f"{self.folder} holds something else than a database.") from None
        return True

    def program(self) -> Program:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else FAST_AND_LOOSE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        binary = placement.installation(self.user, self.state) / "bin" / "postgres"
        return Program(
            name="postgres",
            command=(str(binary), "-D", str(self.folder), *options),
            probe=Probe("postgres", str(self.folder)),
            environment=plain_environment(),
            user=self.user,
            folder=Path("/"),
            stop_signal=signal.SIGINT,  # "fast": ends sessions, keeps what was committed
            orphan_signal=signal.SIGINT,
            grace=30.0,
            memory=SESSION_BYTES,
        )

    def is_ready(self) -> bool:
        return postgres_is_ready(self.folder)

    def dsn(
        self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None
    ) -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def _initialise(self, folder: Path) -> None:
        binary = placement.installation(self.user, self.state) / "bin" / "initdb"
        with self._password_file() as path:
            self._give(folder)
            command = [
                str(binary),
                *("-D", str(folder), "-U", SUPERUSER, f"--pwfile={path}"),
                *("--auth=scram-sha-256", "--encoding=UTF8", *LOCALE),
                *(() if self.durable else ("--no-sync",)),
            ]
            done = subprocess.run(
                command,
                env=plain_environment(),
                cwd="/",
                capture_output=True,
                check=False,
                **placement.as_user(self.user),
            )
        if done.returncode:
            raise StartFailed(f"PostgreSQL's initdb failed.\n{done.stderr.decode().strip()}")

    @contextmanager
    def _password_file(self) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile("w", prefix="attune-") as file:
            file.write(self.password)
            file.flush()
            self._give(Path(file.name))
            yield Path(file.name)

    def _give(self, path: Path) -> None:
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)


def plain_environment() -> dict[str, str]:
    """No PG… variable of the user may steer the server; its messages are in English."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def end_orphan(folder: Path) -> None:
    """End a server whose launcher was killed, and drop a pid file that names no server.

    PostgreSQL refuses to start where the file's number is in use again by any of our processes.
    """
    pid_file = folder / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if runs_on(pid, folder):
        end_process(pid, signal.SIGINT, grace=15.0, then=signal.SIGQUIT)
    pid_file.unlink(missing_ok=True)


def runs_on(pid: int, folder: Path) -> bool:
    import psutil

    try:
        return str(folder) in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
