"""Processes that a killed launcher left behind."""

import signal
from collections.abc import Iterable
from contextlib import suppress


def end_process(
    pid: int, first: signal.Signals, grace: float, then: signal.Signals = signal.SIGKILL
) -> None:
    """Ask a process that is not our child to end; insist after `grace` seconds."""
    import psutil

    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for sign in (first, then, signal.SIGKILL):
            process.send_signal(sign)
            with suppress(psutil.TimeoutExpired):
                process.wait(grace)
                return


def end_orphans(left: Iterable[tuple[int, float]]) -> None:
    """End processes by (pid, start time); one that has the same number by chance is left alone."""
    import psutil

    for pid, started in left:
        with suppress(psutil.NoSuchProcess):
            if abs(psutil.Process(pid).create_time() - started) < 1.0:
                end_process(pid, signal.SIGTERM, grace=5.0)


def start_time(pid: int) -> float:
    """When a process started, in seconds since 1970; 0.0 where it is gone."""
    import psutil

    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0
