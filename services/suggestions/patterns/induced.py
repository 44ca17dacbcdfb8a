"""The tables of induction: one method for each query in induction.sql."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.db import Connection, load_queries
from services.suggestions.induction.known import Induced, Known
from services.suggestions.induction.lexicon import Words
from services.suggestions.patterns.domain import Base
from services.suggestions.patterns.merging import Patterns
from services.suggestions.patterns.store import pattern_of

SQL = load_queries(__package__, "induction.sql")


@dataclass(frozen=True)
class State:
    """How far induction is: the version known, and how many bases came, with the next look at."""

    version: int
    mark: UUID
    bases: int
    next_look: int


class InducedStore:
    async def hold(self, conn: Connection, organization_id: str) -> State | None:
        """The organization's state, held until the transaction ends; None where there is none."""
        row = await conn.fetchrow(SQL["hold_state"], organization_id)
        return State(**row) if row else None

    async def peek(self, conn: Connection, organization_id: str) -> State | None:
        """The same without holding it."""
        row = await conn.fetchrow(SQL["peek_state"], organization_id)
        return State(**row) if row else None

    async def begin(self, conn: Connection, organization_id: str) -> None:
        await conn.execute(SQL["add_state"], organization_id)

    async def known(self, conn: Connection, organization_id: str, version: int) -> Known:
        templates = await conn.fetch(SQL["list_templates"], organization_id)
        values = await conn.fetch(SQL["list_values"], organization_id)
        return Known(
            version,
            tuple(induced_of(row) for row in templates),
            {tuple(row["value"].split(" ")): row["version"] for row in values},
        )

    async def keep_progress(
        self, conn: Connection, organization_id: str, bases: int, next_look: int
    ) -> None:
        await conn.execute(SQL["keep_state"], organization_id, bases, next_look)

    async def extend(
        self,
        conn: Connection,
        organization_id: str,
        known: Known,
        templates: Sequence[Induced],
        values: Sequence[Words],
        now: datetime,
    ) -> None:
        """Add what is new in `known`, and make its version the organization's."""
        await conn.execute(SQL["next_version"], organization_id, known.version)
        if templates:
            await conn.execute(
                SQL["add_templates"],
                organization_id,
                [template.number for template in templates],
                [template.template_key for template in templates],
                [joined(template.words) for template in templates],
                known.version,
                templates[0].takes_names,
                now,
            )
        merged = [template for template in known.templates if template.into is not None]
        numbers, into = [one.number for one in merged], [one.into for one in merged]
        await conn.execute(SQL["merge_templates"], organization_id, numbers, into)
        texts = [joined(value) for value in values]
        await conn.execute(SQL["add_values"], organization_id, texts, known.version)

    async def add_bases(
        self, conn: Connection, organization_id: str, after: int, bases: Mapping[bytes, Base]
    ) -> int:
        """Add those that are not there; returns how many these were."""
        columns = (
            list(bases),
            [base.text for base in bases.values()],
            [joined(base.words) for base in bases.values()],
        )
        status = await conn.execute(SQL["add_bases"], organization_id, after, *columns)
        return int(status.rpartition(" ")[2])

    async def unread_bases(self, conn: Connection, organization_id: str) -> dict[bytes, str]:
        """Texts of templates learned before there was induction."""
        rows = await conn.fetch(SQL["unread_bases"], organization_id)
        return {row["template_key"]: row["text"] for row in rows}

    async def read_bases(
        self, conn: Connection, organization_id: str, words: Mapping[bytes, Words]
    ) -> None:
        texts = [joined(one) for one in words.values()]
        numbers = list(range(1, len(texts) + 1))
        await conn.execute(SQL["read_bases"], organization_id, list(words), texts, numbers)

    async def newest_bases(
        self, conn: Connection, organization_id: str, limit: int
    ) -> dict[bytes, Base]:
        rows = await conn.fetch(SQL["newest_bases"], organization_id, limit)
        return dict(map(base_of, rows))

    async def bases_with(
        self, conn: Connection, organization_id: str, words: Sequence[str]
    ) -> dict[bytes, Base]:
        """The bases that have all of these words, in whichever order."""
        rows = await conn.fetch(SQL["bases_with"], organization_id, joined(words))
        return dict(map(base_of, rows))

    async def merge(
        self,
        conn: Connection,
        organization_id: str,
        merges: Mapping[bytes, bytes],
        version: int,
        now: datetime,
    ) -> None:
        """Put merges on record; the bases wait no longer."""
        away = {old: new for old, new in merges.items() if old != new}
        args = (list(away), list(away.values()), version, now)
        await conn.execute(SQL["add_merges"], organization_id, *args)
        await conn.execute(SQL["drop_bases"], organization_id, list(merges))

    async def take_patterns(
        self, conn: Connection, organization_id: str, template_keys: Sequence[bytes]
    ) -> dict[int, Patterns]:
        """Remove the patterns of these templates; returns them by generation."""
        keys = list(template_keys)
        found: dict[int, Patterns] = {}
        for row in await conn.fetch(SQL["patterns_of_templates"], organization_id, keys):
            fields = dict(row)
            generation = fields.pop("generation")
            key, pattern = pattern_of(fields)
            found.setdefault(generation, {})[key] = pattern
        await conn.execute(SQL["drop_patterns"], organization_id, keys)
        return found


def joined(words: Sequence[str]) -> str:
    """Words for an array: none of them holds a space."""
    return " ".join(words)


def induced_of(row: Any) -> Induced:
    return Induced(**{**dict(row), "words": tuple(row["words"])})


def base_of(row: Any) -> tuple[bytes, Base]:
    return row["template_key"], Base(row["text"], tuple(row["words"]))
