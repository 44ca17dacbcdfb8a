"""Work in a process of its own, so that what it imports does not stay in the one that asks.

The launcher lives as long as the suite, and needs a database driver and an HTTP client only at the
start: tens of megabytes.
"""

import asyncio
import os
import pickle
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from typing import TypeVar

from cli.local.errors import LocalError

T = TypeVar("T")


async def apart(work: Callable[..., Awaitable[T]], *arguments: object) -> T:
    """What `work`, a function of a module, returns for the arguments; raises its LocalError.

    The process ends with the task that waits for it.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __spec__.name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the one that asks
    )
    try:
        told, _ = await process.communicate(pickle.dumps((work, arguments)))
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        raise LocalError(f"{work.__name__} ended with {process.returncode}.")
    result, error = pickle.loads(told)
    if error is not None:
        raise error
    returned: T = result
    return returned


async def done(work: Callable[..., Awaitable[object]], arguments: tuple[object, ...]) -> object:
    try:
        return await work(*arguments), None
    except LocalError as err:
        return None, err


def main() -> None:
    answer = sys.stdout.buffer
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # what else is said
        outcome = asyncio.run(done(*pickle.load(sys.stdin.buffer)))
    answer.write(pickle.dumps(outcome))


if __name__ == "__main__":
    main()
