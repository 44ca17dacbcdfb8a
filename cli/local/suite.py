"""The whole suite on one machine, as a library: `attune run`, tests and benchmarks enter it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, Protocol

from cli.local import placement, secrets
from cli.local.apart import apart
from cli.local.environment import Addresses, environments, numbered
from cli.local.errors import LocalError
from cli.local.migrations import ensure_database, migrate_all, passwords_for
from cli.local.postgres import Postgres
from cli.local.preflight import only_launcher, require_free, sweep
from cli.local.probes import Probe
from cli.local.process import Program, free_ports
from cli.local.sample import load_activities, load_words
from cli.local.state import RunState, process_states, remove_state, write_state
from cli.local.supervisor import Line, Notice, Supervisor
from cli.local.valkey import Valkey
from cli.settings import CHECKOUT, Settings

DATABASE = "attune"
PORTS = 16
MODULES = {
    "activity": ("services.activity", "serve"),
    "suggestions": ("services.suggestions", "serve"),
    "analytics": ("services.analytics", "serve"),
    "worker": ("services", "work"),
    "gateway": ("gateway",),
}
# What people type is answered in one process's turns, so that two keep each other's from waiting.
SUGGESTIONS_PROCESSES = min(2, os.cpu_count() or 1)
# What the sample is loaded by, and the file that says that it was. Questions are read by the words.
SAMPLE = {"sample-named": load_words, "sample-loaded": load_activities}
Phase = Literal["started", "done", "failed"]


class Observer(Protocol):
    """Hears how the start goes and what happens later."""

    def step(self, name: str, phase: Phase, detail: str = "") -> None: ...
    def notice(self, notice: Notice) -> None: ...


class Suite:
    """The processes of one home."""

    def __init__(
        self,
        settings: Settings,
        known: secrets.Secrets,
        observer: Observer,
        hurry: asyncio.Event | None = None,
    ) -> None:
        self.settings = settings
        self.secrets = known
        self.observer = observer
        ports = iter(free_ports(PORTS))
        self.postgres = None if settings.database_url else embedded_postgres(settings, known, ports)
        self.valkey = None if settings.redis_url else embedded_valkey(settings, known, ports)
        self.addresses = find_addresses(
            settings,
            settings.database_url or (self.postgres.dsn(DATABASE) if self.postgres else ""),
            settings.redis_url or (self.valkey.url() if self.valkey else ""),
            ports,
        )
        self.supervisor = Supervisor(settings.home / "logs", self._notice, hurry)
        self._new_database = False

    async def start(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._start_database())
            group.create_task(self._start_valkey())
        programs = self._programs()
        async with asyncio.TaskGroup() as group:
            for program in programs:
                group.create_task(self._start_step(program))
        await self._load_sample()

    async def stop(self) -> None:
        await self.supervisor.stop()
        remove_state(self.settings.home)

    async def _start_database(self) -> None:
        if self.postgres:
            self.observer.step("postgres", "started")
            self._new_database = await asyncio.to_thread(self.postgres.prepare)
            await self._start_step(self.postgres.program())
            await apart(ensure_database, self.postgres.dsn(), DATABASE)
        self.observer.step("migrations", "started")
        passwords = passwords_for(self.settings)
        await apart(migrate_all, self.addresses.database_url, passwords)
        self.observer.step("migrations", "done")

    async def _start_valkey(self) -> None:
        if self.valkey:
            self.valkey.prepare()
            await self._start_step(self.valkey.program())

    async def _start_step(self, program: Program) -> None:
        self.observer.step(program.name, "started")
        await self.supervisor.start(program)
        self._record()
        self.observer.step(program.name, "done", self._shown_addresses().get(program.name, ""))

    async def _load_sample(self) -> None:
        markers = {self.settings.home / name: load for name, load in SAMPLE.items()}
        missing = [m for m in markers if self._new_database or not m.exists()]
        if self.settings.has_identity_provider or not missing:
            return
        self.observer.step("sample", "started")
        detail = ""
        for marker in missing:
            try:
                given = (self.addresses.http, self.secrets, self.settings.variables)
                detail = await apart(markers[marker], *given)
            except LocalError as err:  # the suite is of use without it; the next start tries again
                self.observer.step("sample", "failed", str(err))
                return
            marker.touch()
        self.observer.step("sample", "done", detail)

    def _notice(self, notice: Notice) -> None:
        if not isinstance(notice, Line):
            self._record()
        self.observer.notice(notice)

    def _record(self) -> None:
        shown = self._shown_addresses()
        processes = process_states(self.supervisor.children, shown, self.addresses.metrics)
        write_state(
            self.settings.home,
            RunState(os.getpid(), self.addresses.http, self.addresses.database_url, processes),
        )

    def _programs(self) -> list[Program]:
        own = environments(self.secrets, self.addresses, self.settings.variables)
        probes = {
            "activity": Probe("grpc", self.addresses.activity),
            **{name: Probe("grpc", one) for name, one in self.addresses.each_suggestions.items()},
            "analytics": Probe("grpc", self.addresses.analytics),
            "worker": Probe("tcp", self.addresses.metrics["worker"]),
            "gateway": Probe("http", f"{self.addresses.http}/readyz"),
        }
        folder = CHECKOUT if (CHECKOUT / "pyproject.toml").is_file() else Path.cwd()
        return [
            Program(
                name=name,
                command=(sys.executable, "-m", *MODULES[name.partition("-")[0]]),
                probe=probe,
                environment=own[name],
                folder=folder,
            )
            for name, probe in probes.items()
        ]

    def _shown_addresses(self) -> dict[str, str]:
        shown = {
            "activity": self.addresses.activity,
            **self.addresses.each_suggestions,
            "analytics": self.addresses.analytics,
            "gateway": self.addresses.http,
        }
        embedded = {"postgres": self.postgres, "valkey": self.valkey}
        return shown | {n: f"127.0.0.1:{server.port}" for n, server in embedded.items() if server}


def embedded_postgres(settings: Settings, known: secrets.Secrets, ports: Iterator[int]) -> Postgres:
    folder = placement.data_folder(settings.home, placement.server_user())
    return Postgres(folder, known.postgres_password, settings.postgres_port or next(ports))


def embedded_valkey(settings: Settings, known: secrets.Secrets, ports: Iterator[int]) -> Valkey:
    folder = settings.home / "valkey"
    return Valkey(folder, known.valkey_password, settings.valkey_port or next(ports))


def find_addresses(
    settings: Settings, database_url: str, redis_url: str, ports: Iterator[int]
) -> Addresses:
    given = settings.variables
    free = [f"127.0.0.1:{next(ports)}" for _ in range(SUGGESTIONS_PROCESSES)]
    suggestions = given.get("ATTUNE_SUGGESTIONS_ADDRESS") or ",".join(free)
    processes = (
        "activity",
        *numbered("suggestions", suggestions),
        "analytics",
        "worker",
        "gateway",
    )
    return Addresses(
        database_url=database_url,
        redis_url=redis_url,
        activity=given.get("ATTUNE_ACTIVITY_ADDRESS") or f"127.0.0.1:{next(ports)}",
        suggestions=suggestions,
        analytics=given.get("ATTUNE_ANALYTICS_ADDRESS") or f"127.0.0.1:{next(ports)}",
        http_host=settings.http_host,
        http_port=settings.http_port or next(ports),
        metrics={name: f"127.0.0.1:{next(ports)}" for name in processes},
    )


@asynccontextmanager
async def running_suite(
    settings: Settings, observer: Observer, hurry: asyncio.Event | None = None
) -> AsyncIterator[Suite]:
    """Run the suite until the block ends; what is slow to stop is killed once `hurry` is set.

    Raises AlreadyRunning, StartFailed or LocalError, each with a sentence for the user.
    """
    known = secrets.load_or_create(settings.home)
    with only_launcher(settings.home):
        sweep(settings.home)
        require_free(settings.http_host, settings.http_port)
        suite = Suite(settings, known, observer, hurry)
        try:
            await suite.start()
            yield suite
        except BaseExceptionGroup as group:
            raise first_error(group) from None
        finally:
            await suite.stop()


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong first, instead of all that was cancelled with it."""
    error = group.exceptions[0]
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error
