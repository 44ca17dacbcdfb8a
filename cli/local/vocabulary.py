"""What data are called, put over the API: for samples, demos and benchmarks."""

import asyncio
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.local.errors import LocalError, UsageError

TABLES = ("metrics", "dimensions", "entities")
PATIENCE_SECONDS = 30.0
POLL_SECONDS = 0.02
# What processes hold in memory is looked at anew after a second.
SEEN_WITHIN_SECONDS = 1.5


def read_words(file: Path) -> dict[str, Any]:
    """The tables of a TOML file as docs/vocabulary.md has them: what the API takes.

    Raises UsageError where the file is none.
    """
    try:
        words = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise UsageError(f"{file}: {err}.") from None
    return {table: words.get(table, []) for table in TABLES}


async def put_words(
    client: Any, connection: str, words: Mapping[str, Any], headers: Mapping[str, str]
) -> None:
    """Have the connection called by these words, and wait until suggestions know.

    Raises LocalError where the API refuses, or where suggestions are not told.
    """
    path = f"/api/v1/connections/{connection}"
    before = await client.get(f"{path}/vocabulary", headers=headers)
    if before.status_code == 200 and same(before.json(), words):
        return
    reply = await client.put(f"{path}/vocabulary", json=words, headers=headers)
    if reply.status_code != 200:
        raise LocalError(f"The vocabulary of {connection}: {reply.status_code}, {reply.text[:300]}")
    if before.status_code == 200:
        await asyncio.sleep(SEEN_WITHIN_SECONDS)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await is_known(client, path, headers):  # noqa: ASYNC110  # elsewhere
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise LocalError(f"Suggestions were not told of the connection {connection}.") from None


async def is_known(client: Any, path: str, headers: Mapping[str, str]) -> bool:
    """Whether suggestions know the connection."""
    reply = await client.post(f"{path}/suggestions/personalized", headers=headers)
    return bool(reply.status_code == 200)


def same(stored: Mapping[str, Any], words: Mapping[str, Any]) -> bool:
    """Whether an answer of the API says what was put."""
    return all(
        [meant(one) for one in stored.get(table, [])] == [meant(one) for one in words[table]]
        for table in TABLES
    )


def meant(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry without what is empty."""
    return {key: value for key, value in entry.items() if value}
