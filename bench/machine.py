"""The machine that the figures are of."""

import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("grpcio", "protobuf", "uvicorn", "starlette", "fastapi", "asyncpg", "uvloop")


@dataclass(frozen=True)
class Machine:
    """Processor, memory in bytes, load over 1, 5 and 15 minutes, and versions by package."""

    cpu: str
    cores: int
    memory: int
    load: tuple[float, float, float]
    system: str
    versions: dict[str, str]

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def this_machine(server: str) -> Machine:
    """`server` is what PostgreSQL says of its version."""
    python = {"python": platform.python_version(), "postgres": server}
    return Machine(
        cpu=cpu_model(Path("/proc/cpuinfo")),
        cores=len(os.sched_getaffinity(0)),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        load=os.getloadavg(),
        system=f"{platform.system()} {platform.release()}",
        versions=python | {name: version(name) for name in PACKAGES},
    )


class Stolen:
    """How much of the processors' time other machines on the same host took since it was made."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    @property
    def told(self) -> str:
        """0 % where the system does not tell."""
        now = psutil.cpu_times()
        passed = sum(now) - sum(self._before)
        stolen = getattr(now, "steal", 0.0) - getattr(self._before, "steal", 0.0)
        share = stolen / passed if passed else 0.0
        return f"{share:.1%} of the processors' time went to other machines meanwhile"


def cpu_model(file: Path) -> str:
    if file.exists():
        for line in file.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
