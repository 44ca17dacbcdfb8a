"""`python -m services work|migrate`: the background work, or the migrations, of every service."""

import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from types import ModuleType

from services.common.cli import USAGE, migrate_schema, run, until_stopped
from services.common.settings import read_settings

SERVICES = ("activity", "suggestions", "analytics")


async def work(apps: Sequence[ModuleType]) -> None:
    """One worker process for all services."""
    async with AsyncExitStack() as stack:
        for app in apps:
            await stack.enter_async_context(app.working(read_settings(app.Settings)))
        await until_stopped()


async def migrate(apps: Sequence[ModuleType]) -> None:
    for app in apps:
        await migrate_schema(app)


def main() -> None:
    commands = {"work": work, "migrate": migrate}
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in commands:
        sys.stderr.write(f"usage: python -m services {'|'.join(commands)}\n")
        sys.exit(USAGE)
    apps = [import_module(f"services.{service}.app") for service in SERVICES]
    run(commands[name](apps))


if __name__ == "__main__":
    main()
