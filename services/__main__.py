"""`python -m services work|migrate`: the background work, or the migrations, of every service."""

import sys
from contextlib import AsyncExitStack
from types import ModuleType

from services.activity import app as activity
from services.analytics import app as analytics
from services.common.cli import USAGE, migrate_schema, run, until_stopped
from services.common.settings import read_settings
from services.suggestions import app as suggestions

APPS: list[ModuleType] = [activity, suggestions, analytics]


async def work() -> None:
    """One worker process for all services."""
    async with AsyncExitStack() as stack:
        for app in APPS:
            await stack.enter_async_context(app.working(read_settings(app.Settings)))
        await until_stopped()


async def migrate() -> None:
    for app in APPS:
        await migrate_schema(app)


def main() -> None:
    commands = {"work": work, "migrate": migrate}
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in commands:
        sys.stderr.write(f"usage: python -m services {'|'.join(commands)}\n")
        sys.exit(USAGE)
    run(commands[name]())


if __name__ == "__main__":
    main()
