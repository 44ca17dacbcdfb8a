"""Work in a process of its own."""

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from cli.local.apart import apart
from cli.local.errors import LocalError
from tests.waiting import until


async def pid_of(name: str) -> tuple[str, int]:
    print("not part of the answer")  # noqa: T201
    return name, os.getpid()


async def refusing(reason: str) -> None:
    raise LocalError(reason, port=8000)


async def dying() -> None:
    os._exit(7)


async def never(path: str) -> None:
    Path(path).write_text(str(os.getpid()))  # noqa: ASYNC240  # nothing else runs here
    await asyncio.Event().wait()


async def test_the_answer_comes_from_another_process() -> None:
    name, pid = await apart(pid_of, "ann")
    assert name == "ann"
    assert pid != os.getpid()


async def test_its_error_is_raised_here_with_its_facts() -> None:
    with pytest.raises(LocalError, match="taken") as refused:
        await apart(refusing, "taken")
    assert refused.value.facts == {"port": 8000}


async def test_a_process_that_dies_is_an_error_that_says_so() -> None:
    with pytest.raises(LocalError, match="dying ended with 7"):
        await apart(dying)


async def test_it_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    path = tmp_path / "pid"
    task = asyncio.create_task(apart(never, str(path)))

    async def started() -> bool:
        return path.exists() and path.read_text() != ""

    await until(started)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(int(path.read_text()))
