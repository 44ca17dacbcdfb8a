"""Suggestions follow what analytics says: live, late, over again, and each organization its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from attune.analytics.v1 import vocabulary_pb2 as pb

from services.suggestions import app
from services.suggestions.templates.extract import extract
from services.suggestions.vocabularies.catalogue import Catalogue, Connections
from services.suggestions.vocabularies.projecting import vocabulary_of
from tests.clock import Clock
from tests.databases import connected
from tests.suite import Servers, Suite
from tests.waiting import until

Words = pb.Vocabulary


class Told:
    """Puts words by analytics' API, and sees what suggestions know."""

    def __init__(self, suite: Suite, dsn: str) -> None:
        self.suite = suite
        self._dsn = dsn

    async def put(self, connection: str, *metrics: str, org: str = "acme") -> None:
        words = [Words.Metric(name=name) for name in metrics]
        request = pb.ReplaceVocabularyRequest(connection_id=connection, metrics=words)
        who = self.suite.as_(org=org)
        await self.suite.vocabularies.ReplaceVocabulary(request, metadata=who)

    async def drop(self, connection: str) -> None:
        request = pb.DeleteVocabularyRequest(connection_id=connection)
        await self.suite.vocabularies.DeleteVocabulary(request, metadata=self.suite.as_())

    async def known(self, org: str = "acme") -> Connections:
        async with connected(self._dsn, "suggestions") as conn:
            return await Catalogue(None, Clock()).of(org, conn)  # type: ignore[arg-type]

    async def names(self, connection: str, org: str = "acme") -> list[str] | None:
        vocabulary = (await self.known(org)).vocabulary(connection)
        return [term.name for term in vocabulary.terms] if vocabulary else None

    async def until_named(self, connection: str, *names: str, org: str = "acme") -> None:
        async def named() -> bool:
            return await self.names(connection, org) == [*names]

        await until(named)

    async def until_gone(self, connection: str) -> None:
        async def gone() -> bool:
            return await self.names(connection) is None

        await until(gone)

    async def forget_log(self) -> None:
        """Drop analytics' log, as if all of it were old and passed."""
        async with connected(self._dsn, "analytics") as admin, admin.transaction():
            await admin.execute("DELETE FROM event_log")
            await admin.execute("UPDATE event_head SET dropped = seq")


@pytest.fixture
def told(suite: Suite, servers: Servers, database: str) -> Told:
    return Told(suite, servers.admin_dsn(database))


@asynccontextmanager
async def working(told: Told) -> AsyncIterator[None]:
    async with app.working(told.suite.suggestions_settings):
        yield


async def test_words_are_known_when_put_and_gone_when_dropped(told: Told) -> None:
    async with working(told):
        await told.put("clinic", "waiting time")
        await told.until_named("clinic", "waiting time")
        await told.put("clinic", "no-show rate", "waiting time")
        await told.until_named("clinic", "no-show rate", "waiting time")
        await told.drop("clinic")
        await told.until_gone("clinic")
    assert await told.names("my-database")


async def test_organizations_know_their_own_words(told: Told) -> None:
    async with working(told):
        await told.put("clinic", "waiting time")
        await told.put("clinic", "churn", org="other")
        await told.until_named("clinic", "waiting time")
        await told.until_named("clinic", "churn", org="other")


async def test_what_was_put_while_no_worker_ran_is_caught_up_with(told: Told) -> None:
    for n in range(7):
        await told.put("clinic", f"m{n}")
    await told.drop("clinic")
    await told.put("hotel", "occupancy")
    async with working(told):
        await told.until_named("hotel", "occupancy")
    assert await told.names("clinic") is None


async def test_whose_log_is_gone_starts_over_from_all_that_there_is(told: Told) -> None:
    await told.put("clinic", "waiting time")
    async with working(told):
        await told.until_named("clinic", "waiting time")
    await told.drop("clinic")
    for n in range(5):
        await told.put(f"hotel{n}", "occupancy")
    await told.forget_log()
    async with working(told):
        await told.until_named("hotel4", "occupancy")
        assert await told.names("clinic") is None
        assert {*(await told.known()).vocabularies} == {"events", *(f"hotel{n}" for n in range(5))}
        await told.put("clinic", "no-show rate")
        await told.until_named("clinic", "no-show rate")


async def test_a_description_that_changed_changes_no_version(told: Told) -> None:
    async with working(told):
        await told.put("clinic", "waiting time")
        await told.until_named("clinic", "waiting time")
        before = await told.known()
        await told.put("clinic", "waiting time")
        await told.put("hotel", "occupancy")
        await told.until_named("hotel", "occupancy")
    after = await told.known()
    assert after.versions["clinic"] == before.versions["clinic"]


def test_terms_of_one_name_are_one_and_what_nobody_can_say_is_left_out() -> None:
    fact = pb.VocabularyChanged(
        terms=[
            pb.Term(name="product", kind=pb.Term.KIND_DIMENSION, values=["Shoes", "--"]),
            pb.Term(name="Product", kind=pb.Term.KIND_ENTITY, synonyms=["article"]),
            pb.Term(name="conversion_rate", kind=pb.Term.KIND_METRIC, derived=True),
            pb.Term(name="--", kind=pb.Term.KIND_METRIC),
            pb.Term(name="of a later version", kind=99),  # type: ignore[arg-type]
        ]
    )
    words = vocabulary_of(fact)
    assert [(term.name, term.kinds) for term in words.terms] == [
        ("product", ("dimension", "entity")),
        ("conversion_rate", ("metric",)),
    ]
    assert words.terms[0].values == ("Shoes",)
    asked = "Conversion rate by article for shoes"
    assert extract(asked, words).text == "{metric} by {dimension} for {value}"
