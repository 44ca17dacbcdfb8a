"""A server of a test's own, to stop, to kill and to start again."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

import psutil

from cli.local.postgres import Postgres
from cli.local.process import argv, await_ready, free_ports, spawn_options, stop
from cli.local.valkey import Valkey

START_SECONDS = 30
S = TypeVar("S", Postgres, Valkey)


@dataclass
class Own(Generic[S]):
    """One embedded server on a port that stays the same."""

    server: S
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.server.prepare()
        program = self.server.program()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                argv(program), stdout=log, stderr=subprocess.STDOUT, **spawn_options(program)
            )
        await_ready(self.process, program.name, self.server.is_ready, self.log, START_SECONDS)

    def stop(self) -> None:
        if self.process:
            stop(self.process, self.server.program())

    def kill(self) -> None:
        """Kill the server and what it started: an orphan might still answer."""
        assert self.process
        killed = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGKILL)
        for child in killed:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait()
        psutil.wait_procs(killed)


@contextmanager
def own_postgres() -> Iterator[Own[Postgres]]:
    """A PostgreSQL that runs, in a folder that its user can enter."""
    with TemporaryDirectory(prefix="attune-own-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        postgres = Postgres(folder / "data", "own-superuser", free_ports(1)[0], durable=False)
        yield from started(Own(postgres, folder / "log"))


@contextmanager
def own_valkey() -> Iterator[Own[Valkey]]:
    with TemporaryDirectory(prefix="attune-own-") as name:
        valkey = Valkey(Path(name) / "data", "own-valkey", free_ports(1)[0], durable=False)
        yield from started(Own(valkey, Path(name) / "log"))


def started(own: Own[S]) -> Iterator[Own[S]]:
    own.start()
    try:
        yield own
    finally:
        own.stop()
