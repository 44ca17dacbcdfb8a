import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from cli.local.errors import StartFailed
from cli.local.probes import Probe, answers, is_alive
from cli.local.process import free_ports
from cli.local.supervisor import Died, Line, Notice, Restarted, Supervisor
from tests.cli.programs import listener, script


class Heard:
    """Notices, and a way to wait for one."""

    def __init__(self) -> None:
        self.all: list[Notice] = []
        self._changed = asyncio.Event()

    def __call__(self, notice: Notice) -> None:
        self.all.append(notice)
        self._changed.set()

    async def until(self, wanted: Callable[[Notice], bool], count: int = 1) -> Notice:
        async with asyncio.timeout(20):
            while len(found := [n for n in self.all if wanted(n)]) < count:
                self._changed.clear()
                await self._changed.wait()
        return found[-1]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def supervisor(tmp_path: Path, heard: Heard) -> AsyncIterator[Supervisor]:
    made = Supervisor(tmp_path / "logs", heard, backoff=(0.01,), start_seconds=20)
    yield made
    await made.stop()


def pid_of(supervisor: Supervisor, index: int = 0) -> int:
    process = supervisor.children[index].process
    assert process
    return process.pid


async def test_a_started_program_answers(supervisor: Supervisor, tmp_path: Path) -> None:
    program = listener("one", tmp_path / "stops")
    await supervisor.start(program)
    assert program.probe
    assert await answers(program.probe)


async def test_a_dead_child_is_started_again_and_said_so(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    program = listener("one", tmp_path / "stops")
    await supervisor.start(program)
    first = pid_of(supervisor)
    os.kill(first, signal.SIGKILL)
    await heard.until(lambda n: n == Restarted("one"))
    assert Died("one", -signal.SIGKILL, 0.01) in heard.all
    assert pid_of(supervisor) != first
    assert program.probe
    assert await answers(program.probe)


async def test_a_child_that_dies_again_is_started_again(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(listener("one", tmp_path / "stops"))
    for count in (1, 2):
        os.kill(pid_of(supervisor), signal.SIGKILL)
        await heard.until(lambda n: isinstance(n, Restarted), count)
    assert supervisor.children[0].restarts == 2


async def test_pauses_grow_while_a_child_keeps_dying(tmp_path: Path, heard: Heard) -> None:
    supervisor = Supervisor(tmp_path, heard, backoff=(0.01, 0.02, 0.03))
    await supervisor.start(script("brief", "pass"))
    await heard.until(lambda n: isinstance(n, Died), 4)
    await supervisor.stop()
    pauses = [n.delay for n in heard.all if isinstance(n, Died)]
    assert pauses[:4] == [0.01, 0.02, 0.03, 0.03]


async def test_children_stop_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    stops = tmp_path / "stops"
    for name in ("first", "second", "third"):
        await supervisor.start(listener(name, stops))
    await supervisor.stop()
    assert stops.read_text().split() == ["third", "second", "first"]


async def test_a_stubborn_child_is_killed_after_its_grace(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    await supervisor.start(listener("mule", tmp_path / "stops", "--stubborn", grace=0.05))
    pid = pid_of(supervisor)
    await supervisor.stop()
    assert not is_alive(pid)


async def test_hurry_kills_what_is_slow_to_stop(tmp_path: Path, heard: Heard) -> None:
    hurry = asyncio.Event()
    supervisor = Supervisor(tmp_path, heard, hurry)
    await supervisor.start(listener("mule", tmp_path / "stops", "--stubborn", grace=600))
    pid = pid_of(supervisor)
    hurry.set()
    await supervisor.stop()
    assert not is_alive(pid)


async def test_a_stop_is_no_death(supervisor: Supervisor, heard: Heard, tmp_path: Path) -> None:
    await supervisor.start(listener("one", tmp_path / "stops"))
    await supervisor.stop()
    assert all(isinstance(n, Line) for n in heard.all)


async def test_a_program_that_ends_while_starting_is_reported_with_its_last_words(
    supervisor: Supervisor,
) -> None:
    [port] = free_ports(1)
    program = script(
        "faulty",
        "import sys; sys.exit('no such table')",
        probe=Probe("tcp", f"127.0.0.1:{port}"),
    )
    with pytest.raises(StartFailed, match=r"faulty ended with code 1 while starting(.|\n)*no such"):
        await supervisor.start(program)


async def test_a_program_that_never_answers_is_reported(tmp_path: Path, heard: Heard) -> None:
    [port] = free_ports(1)
    supervisor = Supervisor(tmp_path, heard, start_seconds=0.2)
    program = script("mute", "import signal; signal.pause()", Probe("tcp", f"127.0.0.1:{port}"))
    with pytest.raises(StartFailed, match="mute was not ready"):
        await supervisor.start(program)
    pid = pid_of(supervisor)
    await supervisor.stop()
    assert not is_alive(pid)


async def test_what_a_child_prints_is_in_its_log(
    supervisor: Supervisor, heard: Heard, tmp_path: Path
) -> None:
    await supervisor.start(listener("one", tmp_path / "stops"))
    await heard.until(lambda n: n == Line("one", b"hello from one\n"))
    assert (tmp_path / "logs" / "one.log").read_text() == "hello from one\n"


async def test_a_line_beyond_all_measure_does_not_stop_the_log(
    supervisor: Supervisor, heard: Heard
) -> None:
    code = "print('x' * 3_000_000, flush=True); print('after', flush=True); input()"
    await supervisor.start(script("chatty", code))
    await heard.until(lambda n: isinstance(n, Line) and n.text.endswith(b"after\n"))
