"""What the suite takes while nobody asks for anything."""

import time

import psutil

from bench.figures import Goal, Result
from bench.rows.bench import Bench
from services.common.db import IDLE_SECONDS

# Idle is when pools have given back what the start needed.
SETTLE_SECONDS = IDLE_SECONDS + 5
MIB = 2**20


def idle(bench: Bench) -> Result:
    """All processes, the launcher, PostgreSQL's and Valkey among them."""
    bench.say("letting it settle")
    time.sleep(SETTLE_SECONDS)
    parts: dict[str, list[float]] = {}
    for process in bench.suite.processes():
        told = process.memory_full_info()
        part = parts.setdefault(label(process), [0.0, 0.0])
        part[0] += told.rss / MIB
        part[1] += told.pss / MIB
    rss, pss = (sum(part[place] for part in parts.values()) for place in (0, 1))
    shares = ", ".join(f"{name} {part[1]:.0f}" for name, part in sorted(parts.items()))
    return Result(
        "idle",
        "Whole suite idle, everything started, RSS",
        rss,
        "MiB",
        Goal(1024, 600, rising=False),
        f"RSS {rss:,.0f}, PSS {pss:,.0f} MiB",
        notes=(f"RSS counts what processes share once for each; PSS of each, in MiB: {shares}",),
        details={"rss_mib": rss, "pss_mib": pss, "parts": parts},
    )


def label(process: psutil.Process) -> str:
    """PostgreSQL's processes are one part; ours are named by their module."""
    words = process.cmdline()
    if process.name().startswith("postgres"):
        return "postgres"
    if "-m" in words:
        return words[words.index("-m") + 1].removeprefix("services.").replace("services", "worker")
    return process.name()
