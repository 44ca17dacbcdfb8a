"""Whether SQL may stand in the knowledge base: what asks it later must be able to run it."""

from typing import Protocol

from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused
from services.common.errors import InvalidFields, NotFound, Violation

EVENT_STORE = "events"
FIELD = "sql"


class Catalogues(Protocol):
    async def read(self, organization_id: str, connection_id: str) -> Catalogue | None:
        """What the connection has; None where there is no such connection."""


class Explains(Protocol):
    async def explain(self, organization_id: str, connection_id: str, sql: str) -> object:
        """Raises InvalidFields where the database cannot run it."""


class Statements:
    """Checks statements. Without catalogues nothing is known of connections, and relations are
    taken as they are written; without an executor no database is asked."""

    def __init__(
        self, catalogues: Catalogues | None = None, executor: Explains | None = None
    ) -> None:
        self._catalogues = catalogues
        self._executor = executor

    async def check(self, organization_id: str, connection_id: str, sql: str) -> None:
        """Raises InvalidFields that names `sql` or `connection_id`."""
        catalogue = None
        if self._catalogues:
            try:
                catalogue = await self._catalogues.read(organization_id, connection_id)
            except NotFound:
                catalogue = None
            if catalogue is None:
                raise InvalidFields(Violation("connection_id", "there is no such connection"))
        ran = examined(organization_id, connection_id, sql, catalogue)
        if self._executor:
            await self._executor.explain(organization_id, connection_id, ran)


def examined(
    organization_id: str, connection_id: str, sql: str, catalogue: Catalogue | None
) -> str:
    """The statement as it may run. Raises InvalidFields."""
    own = organization_id if connection_id == EVENT_STORE and catalogue else None
    known = catalogue or Catalogue(connection_id, ())
    try:
        approved = examine(sql, known, free=catalogue is None, organization_id=own)
    except Refused as refused:
        where = "" if refused.position is None else f" (at position {refused.position})"
        raise InvalidFields(Violation(FIELD, f"{refused}{where}")) from None
    if approved.parameters:
        raise InvalidFields(Violation(FIELD, "has parameters ($1 …), which nobody will give"))
    return approved.sql
