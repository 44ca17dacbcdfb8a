"""`attune import events` against the running API: all of it once, however often it is stopped."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2

from cli.importing import events, resuming
from cli.importing.events import EventImport
from cli.importing.mapping import mapping_of
from cli.importing.resuming import Progress
from cli.importing.rows import Row, rows
from tests.analytics.following import pool_of
from tests.e2e.conftest import Api

FILE = Path(__file__).parents[2] / "samples" / "events" / "shop.csv"


class Stopped(Exception):
    """What a killed run ends with."""


async def sent(
    client: httpx2.AsyncClient, path: Path, progress: Progress, moved: Callable[..., None]
) -> list[tuple[Row, Any]]:
    refused: list[tuple[Row, Any]] = []
    mapping = mapping_of((), None, None, "file")
    work = EventImport(client, mapping, progress, lambda *told: refused.append(told), moved)
    await work.send(rows(path))
    return refused


async def test_a_run_that_is_stopped_goes_on_and_nothing_comes_twice(
    api: Api, monkeypatch: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(events, "MOST_EVENTS", 50)
    path = tmp_path / "shop.csv"
    path.write_bytes(FILE.read_bytes())
    parts: list[float] = []

    def moved(now: Progress, part: float) -> None:
        parts.append(part)
        if len(parts) == 3:
            raise Stopped  # stored, but not noted as done
        with path.open("rb") as source:
            resuming.save(path, source, now)

    async with api.as_("root", role="admin") as client:
        with suppress(Stopped):
            await sent(client, path, Progress("acme"), moved)
        with path.open("rb") as source:
            progress = resuming.load(path, source, "acme")
        assert (progress.line, progress.accepted) == (100, 100)
        assert await sent(client, path, progress, moved) == []
    assert (progress.line, progress.accepted, progress.duplicates) == (300, 250, 50)
    assert parts[-1] == 1.0
    async with pool_of(api.suite) as pool:
        query = "SELECT count(*) FROM events WHERE organization_id = 'acme' AND message_id LIKE $1"
        assert await pool.fetchval(query, "shop-2026-01-01-%") == 300


async def test_refused_rows_are_told_with_their_reasons_and_old_ones_are_stored(
    api: Api, tmp_path: Path
) -> None:
    path = tmp_path / "old.jsonl"
    told = [
        {"event": "old", "timestamp": "1999-05-01T00:00:00Z", "user_id": "u"},
        {"event": "x" * 201, "timestamp": "1999-05-01T00:00:00Z"},
        {"event": "old", "timestamp": "1959-05-01T00:00:00Z", "user_id": "u"},
        {"event": "old", "user_id": "u"},
    ]
    path.write_text("\n".join(map(json.dumps, told)))
    progress = Progress("acme")
    async with api.as_("root", role="admin") as client:
        refused = await sent(client, path, progress, lambda *_: None)
    assert (progress.accepted, progress.refused) == (1, 3)
    fields = {row.number: [error["field"] for error in errors] for row, errors in refused}
    assert fields == {2: ["event"], 3: ["timestamp"], 4: [""]}
