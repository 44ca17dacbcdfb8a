"""Pages of what is found: the same as by looking at every conversation, whichever way they come."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from services.activity import app
from services.activity.conversations import searching
from services.activity.conversations.searching import tag_of
from services.common.db import Pool
from tests.activity.conversations.talking import Talk
from tests.suite import ORGANIZATION, Suite

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 120
PARENT = UUID(int=1)
WORDS: dict[str, Callable[[int], bool]] = {
    "common": lambda n: n % 2 == 0,
    "rare": lambda n: n in (5, 40, 41, 110),
    "bygone": lambda n: n < 48,  # a page of 7 ends between two of a time
    "late": lambda n: n > 90,
}
QUESTIONS = ("common", "rare", "bygone", "late", "common rare", "bygone com", "absent")


class One(NamedTuple):
    """A conversation; of each time there are three."""

    started_at: datetime
    id: UUID
    user: str
    status: str | None
    parent: UUID | None
    words: frozenset[str]


def one(n: int) -> One:
    return One(
        started_at=START + timedelta(hours=n // 3),
        # Not in the order of time.
        id=UUID(int=n * 7919 % 1000 + 1),
        user="bob" if n % 5 == 0 else "ann",
        status=(None, "completed", "abandoned")[n % 7 % 3],
        parent=PARENT if n % 4 == 1 else None,
        words=frozenset(word for word, has in WORDS.items() if has(n)),
    )


ALL = sorted(map(one, range(COUNT)), key=lambda c: (c.started_at, c.id), reverse=True)
CONVERSATION = """INSERT INTO conversations
    (organization_id, id, user_id, started_at, active_at, completion_status, parent_conversation_id)
    VALUES ($1, $2, $3, $4, $4, $5, $6)"""
WORDS_OF_IT = """INSERT INTO conversation_words
    (organization_id, conversation_id, user_id, started_at, words)
    VALUES ($1, $2, $3, $4, array_to_tsvector($5::text[]))"""


@pytest.fixture
async def pool(suite: Suite) -> AsyncIterator[Pool]:
    async with app.pool_of(suite.activity_settings) as pool:
        yield pool


async def fill(pool: Pool) -> None:
    """All of them, but for the newest that has no words yet, and words of one that is no more."""
    tag = tag_of(ORGANIZATION)
    rows = [(ORGANIZATION, c.id, c.user, c.started_at, c.status, c.parent) for c in ALL]
    gone = One(START + timedelta(days=90), UUID(int=5000), "ann", None, None, frozenset(WORDS))
    words = [
        (ORGANIZATION, c.id, c.user, c.started_at, [tag + word for word in c.words])
        for c in [*ALL[1:], gone]
    ]
    await pool.executemany(CONVERSATION, rows)
    await pool.executemany(WORDS_OF_IT, words)


def by_looking_at_all(q: str, user: str, status: str, parent: str, until: datetime) -> list[str]:
    *whole, last = q.split()
    return [
        str(c.id)
        for c in ALL[1:]
        if c.words.issuperset(whole)
        and any(word.startswith(last) for word in c.words)
        and user in ("", c.user)
        and status in ("", c.status or "active")
        and parent in ("", str(c.parent))
        and c.started_at < until
    ]


async def by_pages(talk: Talk, size: int, **fields: Any) -> list[str]:
    found, token = list[str](), ""
    while True:
        page = await talk.list(page_size=size, page_token=token, **fields)
        found += [c.id for c in page.conversations]
        assert len(page.conversations) == size or not page.next_page_token
        if not (token := page.next_page_token):
            return found


@pytest.mark.parametrize("newest", [1, 50, 2000])
async def test_pages_are_what_looking_at_all_finds(
    newest: int, suite: Suite, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", newest)
    await fill(pool)
    everybody = Talk(suite, "eve", "admin")
    untils = (START + timedelta(hours=20), START + timedelta(days=100))
    statuses = ("", "active", "completed")
    for q, user, status, parent, until in product(
        QUESTIONS, ("", "bob"), statuses, ("", str(PARENT)), untils
    ):
        end = Timestamp()
        end.FromDatetime(until)
        named = {"user_id": user, "status": status, "parent_conversation_id": parent}
        fields = {name: value for name, value in named.items() if value}
        wanted = by_looking_at_all(q, user, status, parent, until)
        assert await by_pages(everybody, 7, q=q, end_time=end, **fields) == wanted, (q, fields)
