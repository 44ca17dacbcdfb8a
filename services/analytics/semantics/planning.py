"""What a definition compiles to, seen by the firewall and by PostgreSQL before it is kept."""

from services.analytics.execution.executor import Executor
from services.analytics.execution.failures import Rejected
from services.analytics.queries.checking import NotAllowed, Wall
from services.common.errors import InvalidFields, Violation


class Planning:
    def __init__(self, wall: Wall, executor: Executor) -> None:
        self._wall = wall
        self._executor = executor

    async def plan(self, organization_id: str, connection_id: str, sql: str) -> None:
        """Raises InvalidFields, without a place: it would be one in our SQL; and Unavailable."""
        key = (organization_id, connection_id)
        try:
            approved = await self._wall.approved(*key, sql)
            await self._executor.explain(*key, approved.sql)
        except NotAllowed as refused:
            raise InvalidFields(Violation("definition", refused.message)) from None
        except Rejected as rejected:
            raise InvalidFields(Violation("definition", rejected.message)) from None
