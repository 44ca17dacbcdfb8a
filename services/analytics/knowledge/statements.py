"""Whether SQL may stand in the knowledge base: what asks it later must be able to run it."""

from typing import Protocol

from services.analytics.execution.failures import Rejected
from services.analytics.queries.checking import Wall
from services.common.errors import InvalidFields, NotFound, Violation

EVENT_STORE = "events"


class Explains(Protocol):
    async def explain(self, organization_id: str, connection_id: str, sql: str) -> object:
        """Raises Rejected where the database cannot run it."""


class Statements:
    """Checks statements by the firewall, and by having the database plan them."""

    def __init__(self, wall: Wall, executor: Explains) -> None:
        self._wall = wall
        self._executor = executor

    async def check(self, organization_id: str, connection_id: str, sql: str) -> None:
        """Raises InvalidFields that names `sql` or `connection_id`, and Unavailable."""
        try:
            ran = (await self._wall.approved(organization_id, connection_id, sql)).sql
        except NotFound as err:
            raise InvalidFields(Violation("connection_id", str(err))) from None
        try:
            await self._executor.explain(organization_id, connection_id, ran)
        except Rejected as err:
            raise err.written(ran, sql) from None
