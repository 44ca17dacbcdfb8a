"""services.common.health, as compose asks it: by exit code, from another process."""

import subprocess
import sys

import anyio
from anyio import to_thread

from cli.local.process import free_ports
from tests.suite import Suite


async def asked(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "services.common.health", *arguments]
    return await to_thread.run_sync(
        lambda: subprocess.run(command, capture_output=True, text=True, timeout=60)
    )


async def test_a_service_that_serves_is_healthy(suite: Suite) -> None:
    with anyio.fail_after(60):
        done = await asked(suite.suggestions_settings.activity_address)
    assert (done.returncode, done.stderr) == (0, "")


async def test_an_address_without_a_service_is_not_healthy() -> None:
    [port] = free_ports(1)
    done = await asked(f"127.0.0.1:{port}")
    assert done.returncode == 1


async def test_a_call_without_an_address_says_how() -> None:
    done = await asked()
    assert done.returncode == 2
    assert done.stderr.startswith("usage:")
