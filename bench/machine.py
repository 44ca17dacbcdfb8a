"""The machine that the figures are of."""

import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

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


def cpu_model(file: Path) -> str:
    if file.exists():
        for line in file.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
