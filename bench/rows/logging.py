"""Logging activities over REST against one process that inserts the row and nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from statistics import median

import asyncpg

from bench.figures import RATIO, Goal, Result, Rounds, spread
from bench.following import watched
from bench.load import Order, Outcome
from bench.requests import BATCH_ROWS, batch_logs, questions, single_logs
from bench.rows.bench import CLIENTS, Bench, taken_by_generator
from bench.running import VOCABULARY, other_database

DATABASE = "bench_baseline"
LAG_ALLOWED = 1.0
# Rounds so many times as long: the clock runs until all is learned, and in a short round the lag,
# which has a limit of its own, would be a quarter of the time.
LEARN_ROUNDS_LONGER = 3
LEARN_NOTE = (
    "the clock stops when all that was logged is learned; the lag is the worst of a round, and its"
    " median counts, as of all figures; baseline: the same FastAPI process, which extracts the"
    " template and upserts two patterns in the transaction"
)


def log(bench: Bench) -> Result:
    """The durable log call alone: the worker, which learns from it, stands still meanwhile."""
    texts = questions()
    mine, others = single_logs(texts, bench.suite), single_logs(texts)
    with bench.suite.paused("worker"), inserting(bench) as port:
        rounds, outcomes = interleaved(
            bench, sending(bench, port, others), sending(bench, bench.suite.port, mine)
        )
    return Result(
        "log",
        f"Log an activity, durable, REST, {CLIENTS} clients",
        rounds.ratio,
        RATIO,
        Goal(0.7, 1.0),
        f"{spread(rounds.candidate)} a second",
        f"{spread(rounds.baseline)} a second",
        (
            f"p50 {outcomes[-1].p50:.1f} ms, p95 {outcomes[-1].p95:.1f} ms; baseline: FastAPI,"
            f" inserting only, p50 {outcomes[-2].p50:.1f} ms, p95 {outcomes[-2].p95:.1f} ms;"
            f" {taken_by_generator(outcomes)}; the worker is paused in this row",
        ),
        details_of(rounds),
    )


def learn(bench: Bench) -> Result:
    """The same with everything learned, against learning in the request."""
    texts = questions()
    others = single_logs(texts)
    send_mine = sending(bench, bench.suite.port, single_logs(texts, bench.suite))
    lags: list[float] = []

    def logged_and_learned(seconds: float) -> Outcome:
        with watched(bench) as watch:
            outcome = send_mine(seconds)
        lags.append(watch.worst)
        outcome.seconds += watch.drained
        return outcome

    with inserting(bench, "--patterns", str(VOCABULARY)) as port:
        rounds, outcomes = interleaved(
            bench, sending(bench, port, others), logged_and_learned, LEARN_ROUNDS_LONGER
        )
    del lags[0]  # of the warm-up
    return Result(
        "learn",
        "The same, learning included, lag < 1 s",
        rounds.ratio,
        RATIO,
        Goal(1.5, 3.0),
        f"{spread(rounds.candidate)} a second, lag {spread(lags)} s",
        f"{spread(rounds.baseline)} a second",
        (f"{LEARN_NOTE}; {taken_by_generator(outcomes)}",),
        details_of(rounds) | {"lags": lags},
        holds=median(lags) < LAG_ALLOWED,
    )


def batch(bench: Bench) -> Result:
    """Batches against the same single inserts."""
    texts = questions()
    mine, others = batch_logs(texts, bench.suite), single_logs(texts)
    expect = f'"accepted":{BATCH_ROWS}'

    def send_batches(seconds: float) -> Outcome:
        outcome = bench.send(Order(bench.suite.port, mine, 2, seconds, expect=expect))
        outcome.count *= BATCH_ROWS
        return outcome

    with bench.suite.paused("worker"), inserting(bench) as port:
        rounds, outcomes = interleaved(bench, sending(bench, port, others), send_batches)
    return Result(
        "batch",
        f"Batch log, {BATCH_ROWS:,} a call",
        rounds.ratio,
        RATIO,
        Goal(5.0, 10.0),
        f"{spread(rounds.candidate)} activities a second",
        f"{spread(rounds.baseline)} a second",
        (
            f"2 clients, p50 {outcomes[-1].p50:.0f} ms a call; baseline: single inserts as in log;"
            " the worker is paused in this row",
        ),
        details_of(rounds),
    )


def details_of(rounds: Rounds) -> dict[str, object]:
    return {"candidate_rounds": rounds.candidate, "baseline_rounds": rounds.baseline}


Measure = Callable[[float], Outcome]


def sending(bench: Bench, port: int, requests: list[str]) -> Measure:
    """Single log calls for so many seconds."""
    return lambda seconds: bench.send(
        Order(port, requests, CLIENTS, seconds, expect='"activity_id":')
    )


def interleaved(
    bench: Bench, baseline: Measure, candidate: Measure, longer: int = 1
) -> tuple[Rounds, list[Outcome]]:
    """Both warmed up, then by turns; rates a second, and the outcomes in order."""
    for measure in (baseline, candidate):
        measure(1.0)
    outcomes: list[Outcome] = []
    for number in range(bench.rounds):
        bench.say(f"round {number + 1} of {bench.rounds}")
        outcomes += [baseline(longer * bench.seconds), candidate(longer * bench.seconds)]
    rates = [outcome.per_second for outcome in outcomes]
    return Rounds(tuple(rates[::2]), tuple(rates[1::2])), outcomes


@contextmanager
def inserting(bench: Bench, *options: str) -> Iterator[int]:
    """The baseline over tables of its own on the suite's PostgreSQL."""
    url = other_database(bench.suite.database_url, DATABASE)
    asyncio.run(make_tables(bench.suite.database_url, url))
    with bench.baseline("inserting", "PORT", url, *options) as port:
        yield port


async def make_tables(admin_url: str, url: str) -> None:
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    await admin.close()
    conn = await asyncpg.connect(url)
    await conn.execute((resources.files("bench.baselines") / "tables.sql").read_text())
    await conn.close()
