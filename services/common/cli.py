"""`python -m services.<name> serve|work|migrate`: the same commands for every service."""

import asyncio
import gc
import os
import signal
import sys
from importlib import import_module
from types import ModuleType

import uvloop

import services.common.lean  # noqa: F401  # first: it leaves out what the others would take
from services.common import logs
from services.common.settings import MissingSetting, ProcessSettings, read_settings
from services.common.telemetry import metrics_port

USAGE = 2
# New objects before a collection, and how many of those before one of the older generations. What a
# request makes is freed by its reference counts; few cycles are left for the collector.
COLLECTED_AFTER = (20_000, 20, 20)


async def until_stopped() -> None:
    """Return at the first SIGINT or SIGTERM."""
    stopped = asyncio.Event()
    for sig in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sig, stopped.set)
    await stopped.wait()


def main(module: str) -> None:
    """Run one service's command: serve its RPCs, do its background work, or migrate its schema.

    `module` wires it, and is imported by its name: after `lean`.
    """
    commands = {"serve": serve, "work": work, "migrate": migrate_schema}
    name = sys.argv[1] if len(sys.argv) > 1 else "serve"
    if name not in commands:
        sys.exit(f"usage: python -m {module.removesuffix('.app')} [{'|'.join(commands)}]")
    run(commands[name](import_module(module)))


def run(command: object) -> None:
    """Run to the end; a wrong setting or a taken port is one clear line and exit code 2."""
    spare_the_collector()
    settings = read_settings(ProcessSettings)
    logs.configure(settings.log_level, settings.log_format)
    try:
        with metrics_port(settings.metrics_address):
            uvloop.run(command)  # type: ignore[arg-type]
    except (MissingSetting, OSError) as err:
        sys.stderr.write(f"{err}\n")
        sys.exit(USAGE)


def spare_the_collector() -> None:
    """Look for cycles less often, and never among what was imported: that stays anyhow."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


async def serve(app: ModuleType) -> None:
    async with app.running(read_settings(app.Settings)):
        await until_stopped()


async def work(app: ModuleType) -> None:
    async with app.working(read_settings(app.Settings)):
        await until_stopped()


async def migrate_schema(app: ModuleType) -> None:
    from services.common.migrate import migrate  # and the queue's tables: of no use to the others

    await migrate(os.environ["ATTUNE_DATABASE_URL"], app.SCHEMA, str(app.__package__))
