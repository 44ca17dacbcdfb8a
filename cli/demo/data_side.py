"""The demo's data side: a shop's events come in, and questions are asked of them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.demo import commerce
from cli.demo.client import Client
from cli.importing.events import EventImport
from cli.importing.mapping import mapping_of
from cli.importing.resuming import Progress
from cli.importing.rows import rows

Who = tuple[str, str]


@dataclass
class DataSide:
    """What came in."""

    stored: int
    duplicates: int
    learned: dict[str, Any]

    def as_data(self) -> dict[str, Any]:
        return vars(self)


class Signed:
    """Posts as one person."""

    def __init__(self, client: Client, who: Who) -> None:
        self._client = client
        self._who = who

    async def post(self, path: str, *, content: bytes, headers: dict[str, str]) -> Any:
        signed = {**headers, **self._client.headers(self._who)}
        return await self._client.http.post(path, content=content, headers=signed)


async def play_data_side(client: Client, who: Who, count: int, today: date) -> DataSide:
    """Import the events of a shop; then is the place for questions about them."""
    return await import_shop(client, who, count, today)


async def import_shop(client: Client, who: Who, count: int, today: date) -> DataSide:
    """Write the shop's file and bring it in, as `attune import events` does."""
    with TemporaryDirectory(prefix="attune-demo-") as folder:
        path = Path(folder) / "shop.csv"
        commerce.write(path, count, today)
        progress = Progress(client.organization)
        mapping = mapping_of((), None, None, "shop")
        work = EventImport(Signed(client, who), mapping, progress, lambda *_: None, lambda *_: None)
        await work.send(rows(path))
    return DataSide(progress.accepted, progress.duplicates, work.learned.as_data())
