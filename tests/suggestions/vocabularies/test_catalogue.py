"""Connections and their words, as processes hold them in memory."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.common.db import Pool, pool_for
from services.suggestions.templates.extract import extract
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.vocabularies import catalogue as module
from services.suggestions.vocabularies.catalogue import Catalogue
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers, install_vocabulary

PROFIT = 'metrics = [{ name = "profit" }]'
CHURN = 'metrics = [{ name = "churn" }]'


class Words:
    """The table, the clock, and a catalogue that reads both."""

    def __init__(self, dsn: str, pool: Pool) -> None:
        self.pool = pool
        self.clock = Clock()
        self.catalogue = Catalogue(pool, self.clock)
        self._dsn = dsn

    async def put(self, text: str, connection: str = "sales", org: str = "acme") -> None:
        await install_vocabulary(self._dsn, org, connection, text)

    async def drop(self, connection: str) -> None:
        await self.pool.execute("DELETE FROM vocabularies WHERE connection_id = $1", connection)

    async def of(self, connection: str = "sales", org: str = "acme") -> Vocabulary | None:
        return (await self.catalogue.of(org)).vocabulary(connection)

    async def know(self, word: str, connection: str = "sales", org: str = "acme") -> bool:
        vocabulary = await self.of(connection, org)
        assert vocabulary
        return extract(word, vocabulary).text == "{metric}"


@pytest.fixture
async def words(servers: Servers, database: str) -> AsyncIterator[Words]:
    dsn = servers.dsn(database, "suggestions")
    async with pool_for(dsn, "suggestions") as pool:
        await pool.execute("DELETE FROM vocabularies")
        words = Words(dsn, pool)
        await words.put(PROFIT)
        yield words


async def test_each_organization_has_its_own_connections(words: Words) -> None:
    await words.put(CHURN, org="other")
    assert await words.know("profit")
    assert not await words.know("churn")
    assert await words.know("churn", org="other")
    assert await words.of(org="third") is None
    assert await words.of("unknown") is None


async def test_what_changed_is_seen_after_a_second(words: Words) -> None:
    before = await words.of()
    await words.put(CHURN)
    assert await words.of() is before
    words.clock.advance(seconds=1)
    assert await words.know("churn")
    after = await words.of()
    assert before
    assert after
    assert before.version != after.version


async def test_connections_that_come_and_go_are_noticed(words: Words) -> None:
    assert await words.of("support") is None
    await words.put(CHURN, "support")
    words.clock.advance(seconds=1)
    assert await words.know("churn", "support")
    await words.drop("sales")
    words.clock.advance(seconds=1)
    assert await words.of() is None


async def test_the_first_connection_of_an_organization_is_seen_at_once(words: Words) -> None:
    assert await words.of(org="other") is None
    await words.put(CHURN, org="other")
    assert await words.know("churn", org="other")


async def test_what_did_not_change_is_not_read_again(words: Words) -> None:
    before = await words.of()
    await words.put(CHURN, "support")
    words.clock.advance(seconds=1)
    assert await words.know("churn", "support")
    assert await words.of() is before


async def test_within_a_second_the_database_is_not_asked(
    words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    await words.of()
    monkeypatch.setattr(words.catalogue, "_pool", Down())
    assert await words.know("profit")


async def test_while_one_looks_the_others_go_on_with_what_is_known(
    words: Words, servers: Servers, database: str
) -> None:
    before = await words.catalogue.of("acme")
    await words.put(CHURN)
    words.clock.advance(seconds=1)
    locked = connected(servers.admin_dsn(database), "suggestions")
    async with locked as admin, admin.transaction():
        await admin.execute("LOCK TABLE vocabularies IN ACCESS EXCLUSIVE MODE")
        looking = asyncio.create_task(words.catalogue.of("acme"))
        await asyncio.sleep(0)
        assert await words.catalogue.of("acme") is before
        assert not looking.done()
    assert await looking is not before


async def test_a_failed_look_is_made_again_a_second_later(
    words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    await words.of()
    await words.put(CHURN)
    words.clock.advance(seconds=1)
    with monkeypatch.context() as broken:
        broken.setattr(words.catalogue, "_pool", Down())
        with pytest.raises(asyncpg.CannotConnectNowError):
            await words.of()
        assert await words.know("profit")
    words.clock.advance(seconds=1)
    assert await words.know("churn")


class Down:
    """A database that does not answer."""

    async def fetch(self, *args: object) -> list[object]:
        raise asyncpg.CannotConnectNowError


async def test_everything_holds_the_words_of_all_connections(words: Words) -> None:
    await words.put(CHURN, "support")
    everything = (await words.catalogue.of("acme")).everything
    assert extract("profit and churn", everything).text == "{metric} and {metric}"
    nothing = (await words.catalogue.of("other")).everything
    assert extract("profit", nothing).text == "profit"


async def test_every_organization_has_the_built_in_connection(words: Words) -> None:
    assert await words.of("events", org="other") == Vocabulary.EMPTY
    await words.put(PROFIT, "events", org="other")
    words.clock.advance(seconds=1)
    assert await words.know("profit", "events", org="other")


async def test_only_so_many_organizations_are_held(
    words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    for number in range(6):
        await words.put(PROFIT, org=f"org{number}")
    for number in range(5):
        await words.of(org=f"org{number}")
    await words.of(org="org2")
    await words.of(org="org5")
    assert list(words.catalogue._held) == ["org4", "org2", "org5"]


async def test_a_connection_in_hand_is_enough(words: Words) -> None:
    async with words.pool.acquire() as conn:
        without_pool = Catalogue(None, words.clock)  # type: ignore[arg-type]
        known = await without_pool.of("acme", conn)
    assert known.vocabulary("sales")
