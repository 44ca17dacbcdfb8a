"""The client in programs that fork, that are interrupted, and that end without a word."""

import os
import signal
import subprocess
import sys

import anyio
import pytest
from anyio.to_thread import run_sync

from tests.client.stub import Stub, answer, dripping, silence
from tests.waiting import until

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"
FORKS = """
import os
before = client.feedback.stats()
child = os.fork()
if child == 0:
    os._exit(client.feedback.stats().total_count)
_, status = os.waitpid(child, 0)
print(before.total_count, os.waitstatus_to_exitcode(status), client.feedback.stats().total_count)
"""
LEAVES_A_FILE = """
parts = client.feedback.export()
print(len(next(parts)) > 0)
"""
IS_INTERRUPTED = """
try:
    client.feedback.stats()
except KeyboardInterrupt:
    print("interrupted")
"""


def program(text: str, url: str) -> list[str]:
    start = f"from attune_client import AttuneClient\nclient = AttuneClient({url!r}, 't')\n"
    return [sys.executable, "-W", "ignore::DeprecationWarning", "-c", start + text]


def ran(text: str, url: str) -> str:
    done = subprocess.run(program(text, url), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
async def test_a_forked_process_has_connections_of_its_own(stub: Stub) -> None:
    stub.will(answer(body={"total_count": 3}))
    assert await run_sync(ran, FORKS, stub.url) == "3 3 3"


async def test_a_program_ends_with_a_client_that_nobody_closed(stub: Stub) -> None:
    stub.will(dripping(HEAD))
    assert await run_sync(ran, LEAVES_A_FILE, stub.url) == "True"


async def test_an_interrupted_call_is_given_up(stub: Stub) -> None:
    stub.will(silence)
    async with await anyio.open_process(program(IS_INTERRUPTED, stub.url)) as process:
        await until(lambda: asked(stub))
        process.send_signal(signal.SIGINT)
        assert process.stdout
        assert (await process.stdout.receive()).strip() == b"interrupted"
    await stub.gone.wait()


async def asked(stub: Stub) -> bool:
    return bool(stub.asked)
