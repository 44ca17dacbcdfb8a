"""Evaluating suites against an Attune of their own, which is started and removed."""

import asyncio
import os
import secrets as random
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from cli.evaluation import databases
from cli.evaluation.asking import ask_all
from cli.evaluation.places import Place, prepared, settled
from cli.evaluation.scoring import Attempt, Gate, Verdict, gates_of, verdict_of
from cli.evaluation.suite import Suite
from cli.local.suite import Observer, running_suite
from cli.local.suite import Suite as Running
from cli.settings import read_settings

# So many questions at once: more than cores would make each seem slow.
AT_ONCE = 2
# Of the user's environment a private suite has these alone: what a model needs.
MODEL_VARIABLES = ("OPENAI_API_KEY", "OPENAI_BASE_URL")
OWN = {
    # Databases on this machine may be registered, and no caller asks too much.
    "ATTUNE_OUTGOING_ALLOWED_NETWORKS": "127.0.0.0/8",
    "ATTUNE_RATE_LIMIT": "1000000000",
    # Of models only what answers questions is evaluated.
    "ATTUNE_MEMORY_MODEL": "",
    "ATTUNE_SUGGESTION_MODEL": "",
}
MODEL = "ATTUNE_CHAT_MODEL"


class View(Observer, Protocol):
    """Hears how the start and the questions go."""

    def act(self, text: str) -> None: ...
    def begin(self, title: str, count: int) -> None: ...
    def asked(self, attempt: Attempt) -> None: ...


@dataclass(frozen=True)
class Result:
    """What one suite came to by one model, or by none: ""."""

    suite: Suite
    model: str
    verdicts: Sequence[Verdict]
    gates: Sequence[Gate]

    @property
    def holds(self) -> bool:
        return all(gate.holds for gate in self.gates)


async def evaluate(
    suites: Sequence[Suite], models: Sequence[str], variables: Mapping[str, str], view: View
) -> list[Result]:
    """Each suite without a model, and by each model. Raises LocalError."""
    this = asyncio.current_task()
    assert this
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError):
            loop.add_signal_handler(sign, this.cancel)
    results = []
    for model in ("", *models):
        async with private_suite(variables, model, view) as running:
            view.act("Making the databases")
            results += await evaluated(running, suites, model, view)
    return results


@asynccontextmanager
async def private_suite(
    variables: Mapping[str, str], model: str, view: View
) -> AsyncIterator[Running]:
    """All processes in a temporary home on free ports; without a model, none can be asked."""
    with tempfile.TemporaryDirectory(prefix="attune-eval-", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)  # PostgreSQL runs as a user of its own where we are root
        given = {n: v for n, v in variables.items() if not n.startswith(("ATTUNE_", "OPENAI_"))}
        if model:
            given |= {n: variables[n] for n in MODEL_VARIABLES if variables.get(n)} | {MODEL: model}
        settings = read_settings(given | OWN | {"ATTUNE_HOME": name})
        async with running_suite(replace(settings, http_port=0), view) as running:
            yield running


async def evaluated(
    running: Running, suites: Sequence[Suite], model: str, view: View
) -> list[Result]:
    async with AsyncExitStack() as stack:
        places = await every_place(running, suites, stack)
        before = [await place.state() for place in places]
        title = f"Asking with {model}" if model else "Asking without a model"
        view.begin(title, sum(len(place.suite.questions) for place in places))
        turns = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask_all(place, turns, view.asked)) for place in places]
        after = [await place.state() for place in places]
        changed = [
            (place, what)
            for place, one, other in zip(places, before, after, strict=True)
            for what in one
            if one[what] != other[what]
        ]
        found = list(zip(places, (task.result() for task in asked), strict=True))
        return [result_of(suite, model, found, changed) for suite in suites]


async def every_place(
    running: Running, suites: Sequence[Suite], stack: AsyncExitStack
) -> list[Place]:
    import asyncpg

    assert running.postgres
    password = random.token_hex(16)
    admin = await asyncpg.connect(running.postgres.dsn())
    try:
        await databases.make_reader(admin, password)
        for suite in suites:
            for seed in suite.seeds:
                await databases.build(admin, suite, seed)
    finally:
        await admin.close()
    # Events come first: they are learned while the others are made.
    places = [
        await stack.enter_async_context(prepared(running, suite, seed, password))
        for suite in sorted(suites, key=lambda suite: not suite.of_events)
        for seed in suite.seeds
    ]
    for place in places:
        if place.suite.of_events:
            await settled(place)
    return places


def result_of(
    suite: Suite,
    model: str,
    found: Sequence[tuple[Place, Sequence[Attempt]]],
    changed: Sequence[tuple[Place, str]],
) -> Result:
    attempts = [asked for place, asked in found if place.suite is suite]
    verdicts = [verdict_of(each, bool(model)) for each in zip(*attempts, strict=True)]
    names = [f"{what} of {place.name}" for place, what in changed if place.suite is suite]
    return Result(suite, model, verdicts, gates_of(suite.gates, verdicts, bool(model), names))
