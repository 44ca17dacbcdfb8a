"""The firewall before each statement, in front of what its connection holds."""

from collections.abc import Collection
from typing import Protocol

from services.analytics.catalogue.domain import Catalogue
from services.common.errors import InvalidFields, NotFound, Violation


class Approved(Protocol):
    """A statement that the firewall let through, rendered anew."""

    @property
    def sql(self) -> str: ...
    @property
    def tree_hash(self) -> str: ...
    @property
    def relations(self) -> Collection[tuple[str, str]]: ...


class Wall(Protocol):
    """Checks statements of an organization on one of its connections."""

    async def approved(self, organization_id: str, connection_id: str, sql: str) -> Approved:
        """The statement as it may run. Raises NotAllowed, and NotFound: no such connection."""


class CataloguesRead(Protocol):
    """What connections hold, as it was last read."""

    async def read(self, organization_id: str, connection_id: str) -> Catalogue | None: ...


class NotAllowed(InvalidFields):
    """The firewall refuses the statement; `position` is an offset in its text, from 0."""

    def __init__(self, verdict: str, message: str, position: int | None) -> None:
        place = "" if position is None else f" (at position {position})"
        super().__init__(Violation("sql", message + place))
        self.verdict = verdict
        self.message = message
        self.position = position
        self.metadata["verdict"] = verdict
        if position is not None:
            self.metadata["position"] = str(position)


async def catalogue_of(
    catalogues: CataloguesRead, organization_id: str, connection_id: str
) -> Catalogue:
    """Raises NotFound where there is no such connection, or it was never read."""
    found = await catalogues.read(organization_id, connection_id)
    if found is None:
        raise NotFound(f"no connection {connection_id!r} in this organization")
    return found
