"""The processes of a run: the suite as `attune run` starts it, the baselines, the generator."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2
import psutil

from bench.load import Order, Outcome
from cli.local import secrets
from cli.local.process import Program, argv, free_ports, spawn_options, stop, tail
from cli.local.state import RunState, read_state
from cli.local.tokens import Person, development_token
from cli.local.vocabulary import put_words, read_words
from cli.settings import CHECKOUT

START_SECONDS = 60.0
GENERATOR_SECONDS = 60.0
ORGANIZATION = "bench"
CONNECTION = "shop"
VOCABULARY = CHECKOUT / "samples" / "vocabulary" / "demo" / "shop.toml"
# So many that no caller is over it: what counting costs stays in the figures.
RATE_LIMIT = "1000000000"


@dataclass(frozen=True)
class Suite:
    """A running suite."""

    home: Path
    launcher: int
    state: RunState
    _tokens: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    @property
    def port(self) -> int:
        return urlsplit(self.state.address).port or 0

    @property
    def database_url(self) -> str:
        return self.state.database_url

    def pid(self, name: str) -> int:
        return next(p.pid for p in self.state.processes if p.name == name)

    def token(self, user: str, job_role: str, organization: str = ORGANIZATION) -> str:
        """The one token of a person: another, made a second later, would be exchanged anew."""
        who = (user, job_role, organization)
        if who not in self._tokens:
            person = Person(user, organization=organization, job_role=job_role)
            secret = secrets.load_or_create(self.home).jwt_secret
            made = development_token(person, secret, datetime.now(UTC), variables={})
            self._tokens[who] = made
        return self._tokens[who]

    def processes(self) -> list[psutil.Process]:
        """The launcher and all below it."""
        launcher = psutil.Process(self.launcher)
        return [launcher, *launcher.children(recursive=True)]

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        """One process stands still until the block ends."""
        process = psutil.Process(self.pid(name))
        process.suspend()
        try:
            yield
        finally:
            process.resume()


@contextmanager
def running_suite(**told: str) -> Iterator[Suite]:
    """The whole suite in a home of its own, removed at the end; PostgreSQL is durable.

    `told` are variables of its environment besides.
    """
    with tempfile.TemporaryDirectory(prefix="attune-bench-") as name:
        home = Path(name)
        home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
        own = {
            "ATTUNE_HOME": name,
            "ATTUNE_HTTP_PORT": str(free_ports(1)[0]),
            "ATTUNE_RATE_LIMIT": RATE_LIMIT,
        }
        inherited = {n: v for n, v in os.environ.items() if not n.startswith("ATTUNE_")}
        program = python("launcher", "cli", "run", environment=inherited | own | told, grace=60.0)
        with started(program, home / "launcher.log", lambda: is_ready(home)) as process:
            state = read_state(home)
            assert state
            suite = Suite(home, process.pid, state)
            install_vocabulary(suite, ORGANIZATION)
            yield suite


def install_vocabulary(suite: Suite, organization: str) -> None:
    """Put the words of the connection, and wait until suggestions know them."""
    asyncio.run(put_vocabulary(suite, organization))


async def put_vocabulary(suite: Suite, organization: str) -> None:
    headers = {"Authorization": f"Bearer {suite.token('bench', 'analyst', organization)}"}
    async with httpx2.AsyncClient(base_url=suite.state.address, trust_env=False) as client:
        await put_words(client, CONNECTION, read_words(VOCABULARY), headers)


def is_ready(home: Path) -> bool:
    """The launcher says so in its log, when the sample is loaded and all is at rest."""
    return "Ready in" in (home / "launcher.log").read_text(errors="replace")


@contextmanager
def running_baseline(log: Path, *arguments: str, port: int) -> Iterator[int]:
    """A module of bench.baselines; yields the port that it listens on."""
    program = python("baseline", *arguments, environment=dict(os.environ))
    with started(program, log, lambda: listens(port)):
        yield port


def listens(port: int) -> bool:
    import socket

    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
        return True
    return False


def python(name: str, *arguments: str, environment: dict[str, str], grace: float = 10.0) -> Program:
    paths = [str(CHECKOUT), str(CHECKOUT / "gen"), environment.get("PYTHONPATH", "")]
    return Program(
        name=name,
        command=(sys.executable, "-m", *arguments),
        environment=environment | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        folder=CHECKOUT,
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGTERM,
        grace=grace,
    )


@contextmanager
def started(
    program: Program, log: Path, ready: Callable[[], bool]
) -> Iterator["subprocess.Popen[bytes]"]:
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab"))
        process = subprocess.Popen(
            argv(program), stdout=output, stderr=subprocess.STDOUT, **spawn_options(program)
        )
        stack.callback(stop, process, program)
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{program.name} did not start.\n{tail(log)}")
            time.sleep(0.05)
        yield process


def generate(order: Order) -> Outcome:
    """Have the generator send the order. Raises RuntimeError where any answer was not good."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps(asdict(order)).encode(),
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        timeout=order.seconds + GENERATOR_SECONDS,
        check=True,
    )
    outcome = Outcome(**json.loads(done.stdout))
    if outcome.failed or outcome.unexpected or not outcome.count:
        raise RuntimeError(
            f"of {outcome.count} answers {outcome.failed} failed and {outcome.unexpected} were not"
            f" as expected: {outcome.first_failure or order.expect}"
        )
    return outcome


def other_database(url: str, name: str) -> str:
    """The same server and user, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
