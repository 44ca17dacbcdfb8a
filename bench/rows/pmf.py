"""The four queries that tell how well a product fits, over many events of conversations."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import asyncpg

from bench.asking import Question, asked, client_of, shown, together
from bench.figures import Result
from bench.rows.bench import Bench
from services.analytics.execution.domain import ROWS
from services.common.ids import uuid7

ORGANIZATION = "bench-pmf"
EVENTS, QUICK_EVENTS = 1_000_000, 100_000
QUERIES = (Path(__file__).parents[1] / "data" / "pmf.sql").read_text().split(";")[:-1]
TITLES = ("activation", "intents", "failures", "credits")
TABLES = re.compile(r"FROM (conversations|conversation_events|user_profiles)\n(\s*)(WHERE )?")
PEOPLE_PER_EVENT, DAYS = 0.02, 60
TURNS = 10  # events of a conversation
COPY_CONVERSATIONS = 5_000
TOOLS = ("image_gen", "video_gen", "search", "translate", "summarize")
ERRORS = ("timeout", "rate limited", "no such page", "out of credits", "refused")
ENDS = ("completed", "completed", "abandoned", "blocked_by_credits")
WORDS = ("make", "find", "write", "shorten", "explain", "a video", "a logo", "an offer", "my text")
PHRASES = 300
UNIQUE = 0.3  # share of the messages that nobody else writes
CONVERSATIONS = (
    *("organization_id", "id", "user_id", "started_at", "last_message_at", "message_count"),
    *("credits_used", "tools_used", "completion_status"),
)
TOLD = (
    *("organization_id", "id", "conversation_id", "user_id", "timestamp", "event_type", "content"),
    *("tool_name", "success", "credits_consumed"),
)
PROFILES = (
    *("organization_id", "user_id", "email", "created_at", "total_conversations"),
    *("total_messages", "total_credits_used", "last_active_at", "preferred_tools"),
    *("average_session_length", "retention_cohort", "activation_status"),
    *("credit_exhaustion_count", "preferences", "frequently_used_prompts"),
)

Values = tuple[object, ...]


@dataclass(frozen=True)
class Conversation:
    """What is stored of one, and whose credits it takes."""

    person: str
    credits: int
    row: Values
    told: Sequence[Values]


def pmf(bench: Bench) -> Result:
    """As they are written, through both walls and over REST, against the tables behind."""
    count = bench.events or (QUICK_EVENTS if bench.quick else EVENTS)
    began = time.monotonic()
    bench.say(f"storing {count:,} events of conversations by COPY")
    asyncio.run(store(bench.suite.database_url, count))
    took = time.monotonic() - began
    questions = [question(*one) for one in zip(TITLES, QUERIES, strict=True)]
    with client_of(bench, ORGANIZATION) as client:
        found, limited = asked(bench, client, questions)
    notes = (
        asyncio.run(cut(bench.suite.database_url)),
        f"the figure is all four one after another, as a job asks them; stored in {took:.0f} s",
        f"baseline: the same SQL on the tables behind, with LIMIT {ROWS}",
    )
    title = f"The four PMF queries over {count:,} events, REST"
    return shown("pmf", title, together(found), found, limited, *notes)


def question(title: str, sql: str) -> Question:
    asked = {"sql": sql, "no_cache": True}
    return Question(title, "/api/v1/queries:run", asked, f"{by_hand(sql)} LIMIT {ROWS}")


def by_hand(sql: str) -> str:
    """The query on the tables behind the views, of one organization."""
    table = rf"FROM analytics.\1\n\2WHERE organization_id = '{ORGANIZATION}' "
    return TABLES.sub(lambda m: m.expand(table) + ("AND " if m[3] else "\n" + m[2]), sql)


async def cut(url: str) -> str:
    """Which answers are not all that there is, since none has more rows than are let through."""
    conn = await asyncpg.connect(url)
    try:
        said = []
        for title, sql in zip(TITLES, QUERIES, strict=True):
            rows = await conn.fetchval(f"SELECT count(*) FROM ({by_hand(sql)}) AS result")
            if rows > ROWS:
                said.append(f"{title}: the first {ROWS:,} of {rows:,} rows, and it says so")
        return "; ".join(said) or "no answer is cut off"
    finally:
        await conn.close()


async def store(url: str, count: int) -> None:
    """Seeded; then VACUUM ANALYZE, as autovacuum would within minutes."""
    made, credits = conversations(count), Counter[str]()
    conn = await asyncpg.connect(url)
    try:
        while some := list(islice(made, COPY_CONVERSATIONS)):
            for one in some:
                credits[one.person] += one.credits
            await copy(conn, "conversations", CONVERSATIONS, [one.row for one in some])
            await copy(conn, "conversation_events", TOLD, [row for one in some for row in one.told])
        await copy(conn, "user_profiles", PROFILES, list(profiles(credits)))
        for table in ("conversations", "conversation_events", "user_profiles"):
            await conn.execute(f"VACUUM ANALYZE analytics.{table}")
        await conn.execute("CHECKPOINT")
    finally:
        await conn.close()


async def copy(
    conn: "asyncpg.Connection[asyncpg.Record]",
    table: str,
    columns: Sequence[str],
    rows: Sequence[Values],
) -> None:
    await conn.copy_records_to_table(
        table, schema_name="analytics", columns=columns, records=rows, timeout=120
    )


def conversations(count: int) -> Iterator[Conversation]:
    """So many that they have `count` events in all."""
    chance, now = random.Random(7), datetime.now(UTC)
    people = max(1, int(count * PEOPLE_PER_EVENT))
    for _ in range(count // TURNS):
        started = now - timedelta(seconds=chance.random() * DAYS * 86_400)
        yield conversation(chance, f"person{chance.randrange(people):07}", started)


def conversation(chance: random.Random, person: str, started: datetime) -> Conversation:
    key, told = uuid7(started), []
    tools, credits = Counter[str](), 0
    for number in range(TURNS):
        when = started + timedelta(seconds=40 * number)
        kind, content, tool, good, cost = turn(chance, number)
        credits += cost
        tools.update([tool] if tool else [])
        said = (kind, json.dumps(content), tool, good, cost)
        told.append((ORGANIZATION, uuid7(when), key, person, when, *said))
    row = (ORGANIZATION, key, person, started, when, TURNS, credits)
    return Conversation(person, credits, (*row, json.dumps(tools), chance.choice(ENDS)), told)


def turn(
    chance: random.Random, number: int
) -> tuple[str, dict[str, str], str | None, bool | None, int]:
    """What is said or done: the type, the content, the tool, whether it worked, and its credits."""
    if number % 2 == 0:
        return "message", {"role": "user", "message": message(chance)}, None, None, 0
    tool, good = chance.choice(TOOLS), chance.random() > 0.1
    content = {"tool": tool} if good else {"tool": tool, "error": chance.choice(ERRORS)}
    return "tool_call", content, tool, good, chance.randrange(6)


def message(chance: random.Random) -> str:
    number = chance.randrange(10**9 if chance.random() < UNIQUE else PHRASES)
    return f"{WORDS[number % len(WORDS)]} {WORDS[number // 7 % len(WORDS)]} {number}"


def profiles(credits: Counter[str]) -> Iterator[Values]:
    now = datetime.now(UTC)
    for person, used in credits.items():
        yield (
            *(ORGANIZATION, person, f"{person}@example.com", now - timedelta(days=DAYS), 5),
            *(25, used, now, "{}", 7, "week_1", "power_user", used // 90, "{}", []),
        )
