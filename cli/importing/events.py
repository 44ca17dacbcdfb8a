"""Sending a file of events to the API, a request after the other."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cli.importing.learned import Learned
from cli.importing.mapping import EventMapping, Unusable
from cli.importing.resuming import Progress
from cli.importing.rows import Row
from cli.importing.sending import post

PATH = "/api/v1/events?imported=true"
# What a request may hold: events as the API says, bytes well below what the gateway takes.
MOST_EVENTS = 5_000
MOST_BYTES = 3 * 1024 * 1024
MOST_BYTES_OF_AN_EVENT = 32 * 1024

Reported = Callable[[Row, list[dict[str, str]]], None]
Moved = Callable[[Progress, float], None]


class EventImport:
    """What becomes of the rows; `moved` is told after each request how far in the file it is.

    Without a client nothing is sent: what the file holds is learned.
    """

    def __init__(
        self,
        client: Any,
        mapping: EventMapping,
        progress: Progress,
        reported: Reported,
        moved: Moved,
    ) -> None:
        self.learned = Learned()
        self._client = client
        self._mapping = mapping
        self._progress = progress
        self._reported = reported
        self._moved = moved
        self._batch: list[tuple[Row, bytes]] = []
        self._size = 0

    async def send(self, rows: Iterable[Row]) -> None:
        """Raises LocalError where the API takes none of it."""
        done = self._progress.line
        for row in rows:
            try:
                event = self._event_of(row)
            except Unusable as err:
                if row.number > done:
                    self._refuse(row, [{"field": "", "message": str(err)}])
                continue
            self.learned.note(event)
            if row.number > done:
                await self._add(row, msgspec.json.encode(event))
        await self._flush()

    def _event_of(self, row: Row) -> dict[str, Any]:
        if row.problem:
            raise Unusable(row.problem)
        return self._mapping.event_of(row.number, row.values)

    def _refuse(self, row: Row, errors: list[dict[str, str]]) -> None:
        self._progress.refused += 1
        self.learned.refused[errors[0]["message"].partition(":")[0]] += 1
        self._reported(row, errors)

    async def _add(self, row: Row, event: bytes) -> None:
        if len(event) > MOST_BYTES_OF_AN_EVENT:  # one alone could be more than a request holds
            problem = f"has {len(event)} bytes: an event has at most {MOST_BYTES_OF_AN_EVENT}"
            self._refuse(row, [{"field": "", "message": problem}])
            return
        if len(self._batch) == MOST_EVENTS or self._size + len(event) > MOST_BYTES:
            await self._flush()
        self._batch.append((row, event))
        self._size += len(event) + 1

    async def _flush(self) -> None:
        if not self._batch:
            return
        batch, self._batch, self._size = self._batch, [], 0
        now = self._progress
        if self._client is None:
            now.accepted += len(batch)
        else:
            body = b"[" + b",".join(event for _, event in batch) + b"]"
            answer = await post(self._client, PATH, body)
            for (row, _), result in zip(batch, answer["results"], strict=True):
                if result["status"] == "refused":
                    self._refuse(row, result["errors"])
            now.accepted += answer["accepted"]
            now.duplicates += answer["duplicates"]
        now.line = batch[-1][0].number
        self._moved(now, batch[-1][0].part)
