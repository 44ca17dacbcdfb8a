"""Questions in plain language: without a model, and what is added to a model's own time."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import asyncpg
import httpx2

from bench.asking import client_of
from bench.figures import Goal, Result, Rounds, percentile, spread
from bench.rows.bench import Bench
from bench.rows.insights import between, events, funnel, people, retention, returns, stored
from bench.rows.metrics import EVENTS, NAMES, ORGANIZATION, QUICK_EVENTS, define
from bench.running import Suite, running_suite
from bench.streaming import SlowModel, slow_model

PATH = "/api/v1/analytics/chat"
KNOWN_SECONDS = 30.0
DAYS = 58  # that questions reach back
ASKED = 3  # times a round, for each kind of question
# Nobody named one: what people take for at once, and for soon.
GOAL = Goal(1_000.0, 300.0, rising=False)
ADDED = Goal(300.0, 100.0, rising=False)
# No definition has the word, so that a model is asked.
UNKNOWN = "Which happenings are the commonest?"


@dataclass(frozen=True)
class Kind:
    """Questions of one kind: of the days from one to another, both included, and the SQL by hand.

    `figures` says what of the answer's rows and of those by hand has to be the same.
    """

    title: str
    way: str
    by_hand: Callable[[date, date], str]
    figures: Callable[[Sequence[Any]], object] = len

    def question(self, start: date, end: date) -> str:
        return f"{self.title} between {start} and {end}"


def revenue(start: date, end: date) -> str:
    return (
        "SELECT date_trunc('week', timestamp AT TIME ZONE 'UTC')::date,"
        f" sum((properties ->> 'amount')::numeric) {events('purchase')}"
        f" AND {between(start, end)} GROUP BY 1 ORDER BY 1"
    )


def conversion(start: date, end: date) -> str:
    return (
        "SELECT properties ->> 'country', count(DISTINCT user_id) FILTER (WHERE event = 'purchase')"
        "::numeric / nullif(count(DISTINCT user_id) FILTER (WHERE event = 'visit'), 0)"
        f" {events('purchase', 'visit')} AND {between(start, end)} GROUP BY 1 ORDER BY 2 DESC"
    )


def by_name(rows: Sequence[Any]) -> dict[str, float]:
    return {str(row[0]): round(float(row[1]), 6) for row in rows}


def reached(rows: Sequence[Any]) -> list[int]:
    """People at each step; rows of an answer have the step's name besides."""
    return [row[2] if len(row) > 2 else row[1] for row in rows]


KINDS = (
    Kind("weekly revenue", "metric", revenue, by_name),
    Kind("conversion rate by country", "metric", conversion, by_name),
    Kind("daily visitors", "metric", people, by_name),
    Kind("funnel from visit to cart to purchase within 7 days", "insight", funnel, reached),
    Kind("weekly retention from visit to purchase", "insight", retention, returns),
)


def chat(bench: Bench) -> Result:
    """One question after another, in turns with its SQL by hand; no two alike, and none cached."""
    count = bench.events or (QUICK_EVENTS if bench.quick else EVENTS)
    bench.say(f"storing {count:,} events by COPY")
    asyncio.run(stored(bench.suite.database_url, count))
    found: dict[str, Rounds] = {}
    with client_of(bench, ORGANIZATION) as client:
        define(client)
        track(client)
        for kind in KINDS:
            bench.say(f"asking for {kind.title}")
            found[kind.title] = asyncio.run(measured(bench, client, kind))
    return chat_result(count, found)


def track(client: httpx2.Client) -> None:
    """One event of each name: of what COPY stored, nobody knows the names.

    Raises RuntimeError where questions do not know them in time.
    """
    told = [{"event": name, "user_id": "bob"} for name in sorted(set(NAMES))]
    answer = client.post("/api/v1/events", json={"events": told})
    if answer.status_code != 200:
        raise RuntimeError(answer.text[:500])
    deadline = time.monotonic() + KNOWN_SECONDS
    while client.post(PATH, json={"message": "visits per day"}).json().get("way") != "insight":
        if time.monotonic() > deadline:
            raise RuntimeError("what was tracked cannot be asked about")
        time.sleep(0.2)


def ranges(count: int) -> Iterator[tuple[date, date]]:
    """So many times of four weeks and less, each another one."""
    first = datetime.now(UTC).date() - timedelta(days=DAYS)
    for number in range(count):
        start = first + timedelta(days=number % 28)
        yield start, start + timedelta(days=27 - number // 28)


async def measured(bench: Bench, client: httpx2.Client, kind: Kind) -> Rounds:
    """Milliseconds of each question. Raises RuntimeError where it was answered otherwise."""
    conn = await asyncpg.connect(bench.suite.database_url)
    mine, theirs = [], []
    try:
        for number, (start, end) in enumerate(ranges(bench.rounds * ASKED + 1)):
            began = time.perf_counter()
            rows = await conn.fetch(kind.by_hand(start, end + timedelta(days=1)))
            sent = time.perf_counter()
            answer = client.post(PATH, json={"message": kind.question(start, end)})
            taken = time.perf_counter() - sent
            check(kind, answer, rows)
            if number:  # the first one warms up
                theirs.append((sent - began) * 1000)
                mine.append(taken * 1000)
    finally:
        await conn.close()
    return Rounds(tuple(theirs), tuple(mine))


def check(kind: Kind, answer: httpx2.Response, by_hand: Sequence[Any]) -> None:
    """Raises RuntimeError."""
    told = rows_of(answer)
    receipt = answer.json()["receipt"]
    if (receipt["way"], receipt["cached"]) != (kind.way, False):
        raise RuntimeError(f"{kind.title}: not as it is to be measured: {answer.text[:500]}")
    if kind.figures(told) != kind.figures(by_hand):
        raise RuntimeError(f"{kind.title}: other figures than by hand")


def rows_of(answer: httpx2.Response) -> list[Any]:
    """The rows of an answer. Raises RuntimeError where there are none."""
    said = answer.json()["messages"] if answer.status_code == 200 else []
    results = [one for one in said if one["type"] == "query_results"]
    if not results:
        raise RuntimeError(f"no answer: {answer.text[:500]}")
    return list(results[0]["data"]["rows"])


def chat_result(count: int, found: dict[str, Rounds]) -> Result:
    """Of all kinds together."""
    mine = [taken for one in found.values() for taken in one.candidate]
    theirs = [taken for one in found.values() for taken in one.baseline]
    told = (
        f"{title}: {median(one.candidate):,.0f} ms, by hand {median(one.baseline):,.0f} ms"
        for title, one in found.items()
    )
    return Result(
        "chat",
        f"A question in plain language over {count:,} events, no model, REST",
        percentile(mine, 0.95),
        "ms",
        GOAL,
        p50_and_p95(mine),
        p50_and_p95(theirs),
        (
            "; ".join(told),
            f"{len(mine)} questions one after another, no two alike, none cached; the whole answer"
            " with conversation, prose and chart; baseline: hand-written SQL on the table",
        ),
        {title: {"ratio": one.ratio, **vars(one)} for title, one in found.items()},
    )


def p50_and_p95(values: Sequence[float]) -> str:
    return f"p50 {percentile(values, 0.5):,.0f}, p95 {percentile(values, 0.95):,.0f} ms"


def chat_model(bench: Bench) -> Result:
    """A suite of its own, whose model takes its time and tells how much that was."""
    with slow_model() as model:
        bench.say("starting another suite, with a model")
        with running_suite(
            OPENAI_API_KEY="bench",
            OPENAI_BASE_URL=model.url,
            ATTUNE_SUGGESTION_MODEL="",
            ATTUNE_MEMORY_MODEL="",
            ATTUNE_CHAT_MODEL_QUESTIONS_PER_HOUR="0",
        ) as suite:
            other = replace(bench, suite=suite)
            with client_of(other, ORGANIZATION) as client:
                track(client)
                found, cpu = model_rounds(other, client, model)
                return model_result(found, cpu)


def model_rounds(bench: Bench, client: httpx2.Client, model: SlowModel) -> tuple[Rounds, float]:
    """Milliseconds of the model alone and of the whole answer, and those of CPU for one."""
    mine, theirs = [], []
    cpu = 0.0
    for number in range(bench.rounds * ASKED + 1):
        bench.say(f"question {number} of {bench.rounds * ASKED}")
        model.took.clear()
        began = time.perf_counter()
        answer = client.post(PATH, json={"message": UNKNOWN})
        taken = time.perf_counter() - began
        rows_of(answer)
        receipt = answer.json()["receipt"]
        if (receipt["way"], receipt["cached"], len(model.took)) != ("sql", False, 2):
            raise RuntimeError(f"not as it is to be measured: {answer.text[:500]}")
        if number:
            mine.append(taken * 1000)
            theirs.append(sum(model.took) * 1000)
        else:  # the first one warms up
            cpu = cpu_seconds(bench.suite)
    each = (cpu_seconds(bench.suite) - cpu) / len(mine)
    return Rounds(tuple(theirs), tuple(mine)), each * 1000


def cpu_seconds(suite: Suite) -> float:
    """What all processes of a suite took, its databases among them."""
    times = [process.cpu_times() for process in suite.processes()]
    return sum(one.user + one.system for one in times)


def model_result(found: Rounds, cpu: float) -> Result:
    pairs = zip(found.candidate, found.baseline, strict=True)
    added = [whole - model for whole, model in pairs]
    return Result(
        "chat model",
        "What an answer by a model takes besides the model, REST",
        median(added),
        "ms",
        ADDED,
        f"{spread(found.candidate)} ms with the model",
        f"{spread(found.baseline)} ms the model alone",
        (
            f"{len(added)} answers, each of two calls and a statement of its own over a few events;"
            f" added p95 {percentile(added, 0.95):,.0f} ms; {cpu:,.0f} ms of CPU an answer, with"
            " what idle processes take meanwhile; the model is a stand-in that streams",
        ),
        {"added": added, **vars(found)},
    )
