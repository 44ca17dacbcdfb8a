"""The demo's data side: a shop's events come in, and questions are asked of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.demo import commerce
from cli.demo.client import Client, Refusal
from cli.importing.events import EventImport
from cli.importing.mapping import mapping_of
from cli.importing.resuming import Progress
from cli.importing.rows import rows
from cli.local.errors import LocalError

Who = tuple[str, str]

# What the shop's revenue is, told once; whoever asks for it means the same by it.
KNOWLEDGE: dict[str, Sequence[dict[str, Any]]] = {
    "/api/v1/knowledge/business-metrics": [
        {
            "name": "revenue",
            "description": "What was paid.",
            "type": "simple",
            "source": {"relation": "events", "time": "timestamp", "event": "purchase"},
            "aggregate": "sum",
            "field": {"column": "properties", "path": ["revenue"], "cast": "numeric"},
            "unit": "EUR",
        },
        {
            "name": "buyers",
            "description": "People who bought something.",
            "type": "simple",
            "source": {"relation": "events", "time": "timestamp", "event": "purchase"},
            "aggregate": "count_distinct",
            "field": {"column": "user_id"},
        },
        {
            "name": "revenue_per_buyer",
            "description": "What a buyer spends.",
            "type": "ratio",
            "numerator": "revenue",
            "denominator": "buyers",
            "unit": "EUR",
        },
    ],
    "/api/v1/connections/events/dimensions": [
        {
            "name": "country",
            "relation": "events",
            "field": {"column": "properties", "path": ["country"], "cast": "text"},
        }
    ],
}
ASKED = {
    "metrics": ["revenue", "buyers", "revenue_per_buyer"],
    "dimensions": ["country"],
    "time_range": {"period": "last 90 days"},
}
REFUSED_SQL = "SELECT event, pg_read_file('/etc/passwd') FROM events"
EXPORTED_SQL = "SELECT user_id, event, timestamp FROM events WHERE event = 'purchase'"


@dataclass(frozen=True)
class Answers:
    """A metric query, what the firewall said of a statement, and how large an export was."""

    metric: dict[str, Any]
    refused_sql: str
    refusal: str
    exported_rows: int
    exported_bytes: int


@dataclass(frozen=True)
class DataSide:
    """What came in, and what it answers."""

    stored: int
    duplicates: int
    learned: dict[str, Any]
    answers: Answers

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


class Signed:
    """Posts as one person."""

    def __init__(self, client: Client, who: Who) -> None:
        self._client = client
        self._who = who

    async def post(self, path: str, *, content: bytes, headers: dict[str, str]) -> Any:
        signed = {**headers, **self._client.headers(self._who)}
        return await self._client.http.post(path, content=content, headers=signed)


async def play_data_side(client: Client, who: Who, count: int, today: date) -> DataSide:
    """Import the events of a shop, define what is measured, and ask."""
    progress, learned = await import_shop(client, who, count, today)
    await define(client, who)
    return DataSide(progress.accepted, progress.duplicates, learned, await ask(client, who))


async def import_shop(
    client: Client, who: Who, count: int, today: date
) -> tuple[Progress, dict[str, Any]]:
    """Write the shop's file and bring it in, as `attune import events` does."""
    with TemporaryDirectory(prefix="attune-demo-") as folder:
        path = Path(folder) / "shop.csv"
        commerce.write(path, count, today)
        progress = Progress(client.organization)
        mapping = mapping_of((), None, None, "shop")
        work = EventImport(Signed(client, who), mapping, progress, lambda *_: None, lambda *_: None)
        await work.send(rows(path))
    return progress, work.learned.as_data()


async def define(client: Client, who: Who) -> None:
    """Tell what is measured, unless an earlier run has."""
    for path, definitions in KNOWLEDGE.items():
        for definition in definitions:
            try:
                await client.call("POST", path, who, definition)
            except Refusal as refused:
                if refused.reason != "ALREADY_EXISTS":
                    raise


async def ask(client: Client, who: Who) -> Answers:
    """A question with an answer, one that nobody may ask, and a file."""
    metric = await client.call("POST", "/api/v1/metrics:query", who, ASKED)
    export = await client.export(who, EXPORTED_SQL)
    return Answers(
        metric=metric,
        refused_sql=REFUSED_SQL,
        refusal=await refusal_of(client, who, REFUSED_SQL),
        exported_rows=export.count(b"\n") - 1,  # the first line names the columns
        exported_bytes=len(export),
    )


async def refusal_of(client: Client, who: Who, sql: str) -> str:
    """Why the statement does not run. Raises LocalError where it does."""
    try:
        await client.call("POST", "/api/v1/queries:run", who, {"sql": sql})
    except Refusal as refused:
        return str(refused)
    raise LocalError(f"This should not have run: {sql}")
