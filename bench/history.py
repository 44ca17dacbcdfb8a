"""A long history, learned: what the suggestions are made from.

A million calls through the API would take most of an hour on a small machine. So the patterns come
from the learner's own functions (`observe`, `learn`, `PatternStore.put`) in this process, and the
activities go into their table by COPY; the event log of the organization stays empty.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import asyncpg

from bench.requests import questions
from bench.rows.bench import Bench
from bench.running import CONNECTION, VOCABULARY, install_vocabulary
from cli.demo.people import JOB_ROLES
from services.suggestions.patterns.domain import (
    NOTHING_KNOWN,
    Pattern,
    PatternKey,
    Question,
    learn,
)
from services.suggestions.patterns.reading import Reader
from services.suggestions.patterns.store import PatternStore
from services.suggestions.templates.vocabulary import parse_vocabulary

ORGANIZATION = "bench-history"
ACTIVITIES, QUICK_ACTIVITIES = 1_000_000, 50_000
PEOPLE = 2_000
FAVOURITES = 40
FAVOURITE_SHARE = 0.8
PUT_ROWS, COPY_ROWS = 5_000, 50_000
DAYS = 90
# The same question is asked in many ways: so there are some two thousand templates.
BEGINNINGS = ("", "Please show ", "I need ", "Can you give me ", "Find out: ", "What about ")
ENDINGS = ("", " as a chart", " as a table", " without taxes", " including gifts", " once more")
COLUMNS = (
    *("organization_id", "id", "user_id", "activity_type", "query_text", "response_data"),
    *("metadata", "created_at"),
)


@dataclass(frozen=True)
class Texts:
    """Everything that is ever asked."""

    texts: list[str]


@dataclass(frozen=True)
class History:
    """What was prepared, and how."""

    organization: str
    people: list[tuple[str, str]]
    activities: int
    told: str


@cache
def history_of() -> Texts:
    return Texts([f"{a}{text}{z}" for text in questions() for a in BEGINNINGS for z in ENDINGS])


@contextmanager
def prepared(bench: Bench) -> Iterator[History]:
    """The history of an organization of its own, learned and stored."""
    count = QUICK_ACTIVITIES if bench.quick else ACTIVITIES
    install_vocabulary(bench.suite, ORGANIZATION)
    people = [(f"person{n:04}", JOB_ROLES[n % len(JOB_ROLES)]) for n in range(PEOPLE)]
    began = time.monotonic()
    bench.say(f"learning {count:,} activities")
    asked = Asked(people, datetime.now(UTC))
    patterns = asked.learned(count)
    bench.say(f"storing {len(patterns):,} patterns and {count:,} activities")
    asyncio.run(store(bench.suite.database_url, people, patterns, asked, count))
    told = (
        f"{len(patterns):,} patterns, learned by the learner's own functions and stored with"
        f" {count:,} activities by COPY in {time.monotonic() - began:.0f} s"
    )
    yield History(ORGANIZATION, people, count, told)


class Asked:
    """Who asked what and when: the same at every call."""

    def __init__(self, people: list[tuple[str, str]], now: datetime) -> None:
        self._people = people
        self._start = now - timedelta(days=DAYS)
        self._texts = history_of().texts

    def questions(self, count: int) -> Iterator[Question]:
        chance = random.Random("attune bench history")
        favourites = [chance.sample(self._texts, FAVOURITES) for _ in self._people]
        step = timedelta(days=DAYS) / count
        for number in range(count):
            person = chance.randrange(len(self._people))
            user, job_role = self._people[person]
            often = chance.random() < FAVOURITE_SHARE
            yield Question(
                user_id=user,
                job_role=job_role,
                text=chance.choice(favourites[person] if often else self._texts),
                connection_id=CONNECTION,
                succeeded=chance.random() > 0.05,
                response_micros=chance.randint(40_000, 900_000),
                asked_at=self._start + number * step,
            )

    def learned(self, count: int) -> dict[PatternKey, Pattern]:
        """All patterns after so many questions; each text's template is taken once."""
        vocabulary = parse_vocabulary(VOCABULARY.read_text())
        reader = Reader()
        patterns: dict[PatternKey, Pattern] = {}
        for question in self.questions(count):
            observation = reader.observe(ORGANIZATION, question, vocabulary, NOTHING_KNOWN)
            if observation is None:
                continue
            for key in observation.keys:
                patterns[key] = learn(patterns.get(key), key, observation)
        return patterns


async def store(
    url: str,
    people: list[tuple[str, str]],
    patterns: dict[PatternKey, Pattern],
    asked: Asked,
    count: int,
) -> None:
    """Patterns and job roles as the learner stores them, activities by COPY; then VACUUM ANALYZE,

    as autovacuum would within minutes.
    """
    options = {"search_path": "suggestions"}
    async with asyncpg.create_pool(url, min_size=1, max_size=1, server_settings=options) as pool:
        patterns_store = PatternStore(pool)
        keys = sorted(patterns)
        async with pool.acquire() as conn:
            await patterns_store.set_job_roles(conn, ORGANIZATION, dict(people))
            for start in range(0, len(keys), PUT_ROWS):
                some = {key: patterns[key] for key in keys[start : start + PUT_ROWS]}
                await patterns_store.put(conn, ORGANIZATION, 0, some, datetime.now(UTC))
            rows = enumerate(asked.questions(count), 1)
            await copy_activities(conn, [row_of(number, question) for number, question in rows])
            await conn.execute(
                "VACUUM ANALYZE suggestions.query_patterns, suggestions.people,"
                " activity.user_activity"
            )
            await conn.execute("CHECKPOINT")


async def copy_activities(conn: "asyncpg.pool.PoolConnectionProxy", rows: list[tuple]) -> None:  # type: ignore[type-arg]
    for start in range(0, len(rows), COPY_ROWS):
        await conn.copy_records_to_table(
            "user_activity",
            schema_name="activity",
            columns=COLUMNS,
            records=rows[start : start + COPY_ROWS],
            timeout=120,
        )


def row_of(number: int, question: Question) -> tuple[object, ...]:
    took = (question.response_micros or 0) // 1000
    told = json.dumps({"data": [{"value": number}], "metadata": {"execution_time_ms": took}})
    context = json.dumps({"connection_id": CONNECTION, "job_role": question.job_role})
    start = (ORGANIZATION, number, question.user_id, "query", question.text)
    return (*start, told, context, question.asked_at)
