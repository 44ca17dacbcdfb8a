"""Each organization's connections and what their data are called, held in memory for a moment."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from services.common.clock import Clock
from services.common.db import Database, Pool
from services.suggestions.templates.vocabulary import Vocabulary
from services.suggestions.vocabularies.store import VocabularyStore

# Looked again whether anything changed after so long.
FRESH_FOR = timedelta(seconds=1)
# Organizations whose vocabularies are held in memory.
REMEMBERED = 1_000
# Analytics' own event store: a connection that every organization has, words or not.
BUILT_IN = "events"


@dataclass(frozen=True)
class Connections:
    """One organization's connections by name."""

    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def vocabulary(self, connection_id: str) -> Vocabulary | None:
        """The vocabulary of a connection; None where the organization has no such connection."""
        without = Vocabulary.EMPTY if connection_id == BUILT_IN else None
        return self.vocabularies.get(connection_id, without)

    @cached_property
    def everything(self) -> Vocabulary:
        """The vocabulary of all connections together."""
        return Vocabulary.merged(self.vocabularies.values())


NONE = Connections()


@dataclass
class Held:
    """What is known of an organization, and when it was last looked at."""

    as_of: datetime
    connections: Connections


class Catalogue:
    def __init__(self, pool: Pool, now: Clock) -> None:
        self._pool = pool
        self._store = VocabularyStore()
        self._now = now
        self._held: OrderedDict[str, Held] = OrderedDict()

    async def of(self, organization_id: str, database: "Database | None" = None) -> Connections:
        """The organization's connections as of a second ago at most.

        `database` is the connection of whoever holds one: the pool may have no other.
        """
        now = self._now()
        held = self._held.get(organization_id)
        if held and now - held.as_of < FRESH_FOR:
            self._held.move_to_end(organization_id)
            return held.connections
        if held:  # others go on with what is known while this one looks
            held.as_of = now
        known = held.connections if held else NONE
        found = await self._read(database or self._pool, organization_id, known)
        if not found.vocabularies:  # who has none waits for the first one: it is seen at once
            self._held.pop(organization_id, None)
            return found
        self._held[organization_id] = Held(now, found)
        self._held.move_to_end(organization_id)
        while len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return found

    async def _read(
        self, database: Database, organization_id: str, known: Connections
    ) -> Connections:
        stored = await self._store.read(database, organization_id, known.versions)
        versions = {name: one.version for name, one in stored.items()}
        if versions == known.versions:
            return known
        return Connections(
            {name: one.vocabulary or known.vocabularies[name] for name, one in stored.items()},
            versions,
        )
