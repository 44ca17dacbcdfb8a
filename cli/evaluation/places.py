"""A place of a suite: an organization of its own over one seeded database."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from cli.evaluation import databases
from cli.evaluation.suite import Suite
from cli.importing.sending import post
from cli.knowledge import api, planning, reading
from cli.local.api import refuse
from cli.local.errors import LocalError
from cli.local.tokens import Person, development_token

if TYPE_CHECKING:
    import asyncpg

    from cli.local.suite import Suite as Running

EVENTS_PATH = "/api/v1/events?imported=true"
MOST_EVENTS = 2_000
# What the events of a suite are, in their table of schema.sql.
EVENTS_SQL = "SELECT user_id, event, timestamp, properties::text FROM events ORDER BY timestamp"
COUNTS_SQL = "SELECT event, count(*) FROM events GROUP BY 1"
STORED_SQL = (
    "SELECT event, count(*), count(DISTINCT user_id), max(timestamp) FROM events GROUP BY 1"
)
SETTLE_SECONDS, LOOK_SECONDS = 180.0, 0.2
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Place:
    """`client` acts as an analyst of the organization, `admin` as who set it up."""

    suite: Suite
    seed: int
    database: "asyncpg.Connection[Any]" = field(repr=False)
    client: Any = field(repr=False)
    admin: Any = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.suite.name}, seed {self.seed}"

    async def state(self) -> dict[str, Any]:
        """All that no question may change, by what it is called."""
        kept = [(o.kind.section, o.name, o.version) for o in await api.there(self.admin)]
        stored = await self.stored() if self.suite.of_events else None
        tables = await databases.fingerprint(self.database)
        return {"definitions": sorted(kept), "stored events": stored, "tables": tables}

    async def learned(self) -> Counter[str]:
        """How many of each event the registry knows, by which questions name them."""
        reply = await self.client.get("/api/v1/events/schema", params={"page_size": 100})
        refuse(reply)
        return Counter({one["event"]: int(one["events"]) for one in reply.json()["event_schemas"]})

    async def stored(self) -> list[Any]:
        """The counts of what was sent. Questions are events too, by other names."""
        sent = await self.database.fetch("SELECT DISTINCT event FROM events")
        body = {"sql": STORED_SQL, "no_cache": True}
        reply = await self.client.post("/api/v1/queries:run", json=body)
        refuse(reply)
        names = {row["event"] for row in sent}
        return sorted(row for row in reply.json()["rows"] if row[0] in names)


@asynccontextmanager
async def prepared(
    running: "Running", suite: Suite, seed: int, password: str
) -> AsyncIterator[Place]:
    """A place with its data, definitions and calendar. Raises LocalError."""
    import asyncpg

    assert running.postgres
    organization = databases.name_of(suite, seed).replace("_", "-")
    async with AsyncExitStack() as stack:
        name = databases.name_of(suite, seed)
        database = await asyncpg.connect(running.postgres.dsn(name))
        stack.push_async_callback(database.close)
        await databases.fill(database, suite, seed)
        clients = [
            await stack.enter_async_context(client_of(running, organization, role))
            for role in ("analyst", "admin")
        ]
        place = Place(suite, seed, database, *clients)
        refuse(await place.admin.patch("/api/v1/organization", json={"time_zone": suite.time_zone}))
        if suite.of_events:
            await send_events(place)
        else:
            await register(place, running.postgres.dsn(name, databases.READER, password))
        await define(place)
        yield place


def client_of(running: "Running", organization: str, role: str) -> Any:
    """The REST API, as somebody of that role."""
    import httpx2

    person = Person(f"eval-{role}", role, organization)
    now, hours = datetime.now(UTC), timedelta(hours=2)
    token = development_token(person, running.secrets.jwt_secret, now, hours, {})
    return httpx2.AsyncClient(
        base_url=running.addresses.http,
        timeout=PATIENCE_SECONDS,
        trust_env=False,
        headers={"Authorization": f"Bearer {token}"},
    )


async def send_events(place: Place) -> None:
    """Through the ordinary ingest."""
    rows = await place.database.fetch(EVENTS_SQL)
    events = [event_of(at, *row) for at, row in enumerate(rows)]
    for begin in range(0, len(events), MOST_EVENTS):
        answer = await post(
            place.admin, EVENTS_PATH, msgspec.json.encode(events[begin : begin + MOST_EVENTS])
        )
        if answer.get("refused"):
            errors = next(one for one in answer["results"] if one["status"] == "refused")
            raise LocalError(f"{place.name}: an event was refused: {errors}")


async def settled(place: Place) -> None:
    """Wait until questions can name what was sent. Raises LocalError."""
    rows = await place.database.fetch(COUNTS_SQL)
    wanted = Counter(dict(rows))
    deadline = time.monotonic() + SETTLE_SECONDS
    while not wanted <= (learned := await place.learned()):
        if time.monotonic() > deadline:
            raise LocalError(
                f"{place.name}: of {wanted.total()} events that were sent, {learned.total()} were"
                f" learned after {SETTLE_SECONDS:.0f} s."
            )
        await asyncio.sleep(LOOK_SECONDS)


def event_of(
    number: int, user_id: str, event: str, timestamp: datetime, properties: str
) -> dict[str, Any]:
    return {
        "message_id": f"eval-{number}",
        "user_id": user_id,
        "event": event,
        "timestamp": timestamp,
        "properties": msgspec.json.decode(properties),
    }


async def register(place: Place, dsn: str) -> None:
    body = {
        "connection_id": place.suite.connection,
        "name": place.suite.title,
        "dsn": f"{dsn}?sslmode=disable",
    }
    refuse(await place.admin.post("/api/v1/connections", json=body))


async def define(place: Place) -> None:
    """What the files of the suite say of metrics, dimensions and the rest. Raises LocalError."""
    try:
        wanted = reading.read(place.suite.folder / "knowledge")
    except reading.Unreadable as error:
        raise LocalError(str(error)) from None
    there = await api.there(place.admin, wanted)
    _, failed = await api.apply(place.admin, planning.plan(wanted, there, prune=False))
    problems: Sequence[str] = [str(problem) for one in failed for problem in one.problems]
    if problems:
        raise LocalError("\n".join([f"{place.name}: the definitions are refused.", *problems]))
