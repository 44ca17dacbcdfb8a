"""Questions through the API, in turns with the SQL that answers them by hand."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import asyncpg
import httpx2

from bench.figures import RATIO, Goal, Result, Rounds, spread
from bench.rows.bench import Bench

SECONDS = 60.0
# Refused as too costly, or ended at the deadline.
LIMITED = (400, 422, 504)
GOAL = Goal(1.2, 1.0, rising=False)


@dataclass(frozen=True)
class Question:
    """What is posted, and the SQL that one would write for the same figures.

    `figures` says what of the answer's rows and of those by hand has to be the same.
    """

    title: str
    path: str
    asked: Mapping[str, object]
    by_hand: str
    figures: Callable[[Sequence[Any]], object] = len


def client_of(bench: Bench, organization: str) -> httpx2.Client:
    token = bench.suite.token("ann", "analyst", organization)
    return httpx2.Client(
        base_url=bench.suite.state.address,
        headers={"Authorization": f"Bearer {token}"},
        timeout=SECONDS,
    )


class NotAnswered(Exception):
    """A question that a statement's limits refuse or end: its cost, or its seconds."""


def asked(
    bench: Bench, client: httpx2.Client, questions: Sequence[Question]
) -> tuple[dict[str, Rounds], list[str]]:
    """The rounds of each question by its title, and what the others met instead of an answer."""
    found, limited = {}, []
    for one in questions:
        bench.say(f"asking for {one.title}")
        try:
            found[one.title] = asyncio.run(measured(bench, client, one))
        except NotAnswered as err:
            limited.append(f"{one.title}: no answer: {err}")
    if not found:
        raise RuntimeError("; ".join(limited))
    return found, limited


async def measured(bench: Bench, client: httpx2.Client, one: Question) -> Rounds:
    """Milliseconds of each, in turns. Raises NotAnswered; RuntimeError where rows differ."""
    conn = await asyncpg.connect(bench.suite.database_url)
    mine, theirs = [], []
    try:
        for number in range(bench.rounds + 1):
            began = time.perf_counter()
            rows = await conn.fetch(one.by_hand)
            between = time.perf_counter()
            answer = client.post(one.path, json=one.asked)
            taken = time.perf_counter() - between
            if answer.status_code in LIMITED:
                raise NotAnswered(answer.text[:200])
            if answer.status_code != 200:
                raise RuntimeError(f"{one.title}: {answer.text[:500]}")
            if one.figures(answer.json()["rows"]) != one.figures(rows):
                raise RuntimeError(f"{one.title}: other figures than by hand")
            if number:  # the first one warms up
                theirs.append((between - began) * 1000)
                mine.append(taken * 1000)
    finally:
        await conn.close()
    return Rounds(tuple(theirs), tuple(mine))


def shown(
    name: str,
    title: str,
    rounds: Rounds,
    found: Mapping[str, Rounds],
    limited: Sequence[str],
    *notes: str,
) -> Result:
    """A row of these rounds; the notes tell of each question, and of those without an answer."""
    told = (
        f"{which}: {one.ratio:.2f} times, {median(one.candidate):,.0f} ms,"
        f" by hand {median(one.baseline):,.0f} ms"
        for which, one in found.items()
    )
    return Result(
        name,
        title,
        rounds.ratio,
        RATIO,
        GOAL,
        f"{spread(rounds.candidate)} ms",
        f"{spread(rounds.baseline)} ms",
        ("; ".join([*told, *limited]), *notes),
        {title: {"ratio": one.ratio, **vars(one)} for title, one in found.items()},
        holds=not limited,
    )


def worst(found: Mapping[str, Rounds]) -> Rounds:
    """Of the question that takes most against its baseline."""
    return max(found.values(), key=lambda one: one.ratio)


def together(found: Mapping[str, Rounds]) -> Rounds:
    """Of all questions one after another."""
    baseline = zip(*(one.baseline for one in found.values()), strict=True)
    candidate = zip(*(one.candidate for one in found.values()), strict=True)
    return Rounds(tuple(map(sum, baseline)), tuple(map(sum, candidate)))
