"""The demo's acts: ask and log, watch the learning, change a preference, ask again."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.demo.client import Client
from cli.demo.people import BATCHED, Colleague
from cli.demo.visits import Console, Looks

AT_ONCE = 16
WATCH_SECONDS = 0.1
PATIENCE_SECONDS = 120.0
# As many of a person's own patterns as the API gives at once.
MOST_PATTERNS = 100
NO_PREFERENCES: dict[str, Any] = {
    "preferred_query_types": [],
    "excluded_metrics": [],
    "preferred_metrics": [],
    "preferred_dimensions": [],
    "show_advanced_queries": False,
}

Step = Callable[[int], None]


@dataclass
class Log:
    """When each activity was acknowledged, in order, and how far behind the learning was.

    Of `hidden` questions nobody but those who asked them is told yet: who is behind the others with
    them cannot be told, so there is no worst lag then.
    """

    acknowledged: list[float] = field(default_factory=list)
    calls: int = 0
    looks: Looks = field(default_factory=Looks)
    worst_lag: float | None = 0.0
    last_lag: float | None = None
    hidden: int = 0

    @property
    def seconds(self) -> float:
        return self.acknowledged[-1] - self.acknowledged[0]

    def saw(self, learned: int, now: float) -> None:
        """So many were learned by now: the oldest one that was not has waited this long."""
        if learned < len(self.acknowledged):
            self.worst_lag = max(self.worst_lag or 0.0, now - self.acknowledged[learned])


async def replay(client: Client, people: Sequence[Colleague], logged: Step) -> Log:
    """Have everybody ask what they ask, several at a time, and wait until it is learned."""
    watcher = name_of(people[0])
    before = await learned_so_far(client, watcher)
    own_before = await learned_of_their_own(client, people)
    log = Log()
    log.acknowledged.append(time.monotonic())  # the start, as the nought-th
    watching = asyncio.create_task(watch(client, people, log, before, own_before))
    try:
        await at_once(log_calls(client, people, log, logged), AT_ONCE)
        await asyncio.wait_for(watching, PATIENCE_SECONDS)
    except TimeoutError:
        pass  # what was learned until now is shown as it is
    finally:
        watching.cancel()
    return log


def log_calls(
    client: Client, people: Sequence[Colleague], log: Log, logged: Step
) -> list[Callable[[], Awaitable[None]]]:
    """A batch of each person's first activities, then each other by the console, by turns."""

    async def post(path: str, who: Colleague, body: Any, count: int) -> None:
        await client.call("POST", f"/api/v1/activity/{path}", name_of(who), body)
        log.acknowledged += [time.monotonic()] * count
        log.calls += 1
        logged(count)

    def batch(who: Colleague) -> Callable[[], Awaitable[None]]:
        body = {"activities": who.activities[:BATCHED]}
        return lambda: post("log:batch", who, body, BATCHED)

    console = Console(client, post)
    log.looks = console.looks

    def single(who: Colleague, number: int) -> Callable[[], Awaitable[None]]:
        return lambda: console.ask(who, number)

    rounds = range(BATCHED, max(len(who.activities) for who in people))
    return [batch(who) for who in people] + [single(w, n) for n in rounds for w in people]


async def watch(
    client: Client, people: Sequence[Colleague], log: Log, before: int, own_before: int
) -> None:
    """Look how much is learned until it is all; counts what others ask in the meantime, too."""
    total = sum(len(person.activities) for person in people)
    while True:
        learned = await learned_so_far(client, name_of(people[0])) - before
        now = time.monotonic()
        log.saw(learned + 1, now)
        if learned < total < len(log.acknowledged):
            own = await learned_of_their_own(client, people) - own_before
            if own >= total:
                now = time.monotonic()
                told = await learned_so_far(client, name_of(people[0])) - before
                log.hidden, log.worst_lag = total - told, None
                learned = own
        if learned >= total:
            log.last_lag = now - log.acknowledged[total]
            return
        await asyncio.sleep(WATCH_SECONDS)


async def learned_so_far(client: Client, who: tuple[str, str]) -> int:
    """The questions in what everybody is told of: not those that may name somebody yet."""
    return sum(p["frequency"] for p in await client.everybodys_patterns(who))


async def learned_of_their_own(client: Client, people: Sequence[Colleague]) -> int:
    """The questions in each person's own patterns, where all are."""
    names = map(name_of, people)
    answers = await asyncio.gather(*(client.patterns(who, MOST_PATTERNS) for who in names))
    return sum(p["frequency"] for answer in answers for p in answer["user_patterns"])


@dataclass(frozen=True)
class Change:
    """A half-typed question, and a preference that changes what is suggested."""

    typed: str
    excluded: str = ""
    preferred: str = ""


@dataclass(frozen=True)
class BeforeAfter:
    """The suggestions for the same words, before and after a change of preferences."""

    change: Change
    before: list[dict[str, str]]
    after: list[dict[str, str]]


async def before_and_after(client: Client, who: tuple[str, str], change: Change) -> BeforeAfter:
    """The preferences are as they were at the end: none."""
    path = "/api/v1/activity/preferences"
    await client.call("PUT", path, who, NO_PREFERENCES)
    before = (await client.suggestions(who, change.typed))["suggestions"]
    if not (change.excluded or change.preferred):
        change = derived(change, before)
    wanted = {"preferred_query_types": change.preferred, "excluded_metrics": change.excluded}
    body = {name: [value] for name, value in wanted.items() if value}
    await client.call("PUT", path, who, body)
    after = (await client.suggestions(who, change.typed))["suggestions"]
    await client.call("PUT", path, who, NO_PREFERENCES)
    return BeforeAfter(change, before, after)


def derived(change: Change, suggestions: Sequence[dict[str, str]]) -> Change:
    """A change that these suggestions can show: the longest word of the first goes."""
    words = re.findall(r"[^\W\d_]{4,}", suggestions[0]["text"]) if suggestions else []
    new = [word for word in words if word.lower() not in change.typed.lower()]
    return Change(change.typed, max(new, key=len), "") if new else Change(change.typed, "", "trend")


async def at_once(calls: Iterable[Callable[[], Awaitable[None]]], width: int) -> None:
    """Make the calls in order, so many at a time; the first that fails ends them all."""
    waiting = iter(calls)

    async def work() -> None:
        for call in waiting:
            await call()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(width):
                group.create_task(work())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def name_of(who: Colleague) -> tuple[str, str]:
    return who.user, who.job_role
