"""Whether a statement may run, and what is wrong with it where it may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.analytics.execution.domain import Plan, ResultColumn
from services.analytics.execution.executor import Executor
from services.analytics.execution.failures import Rejected
from services.analytics.queries.checking import NotAllowed, Wall
from services.analytics.queries.domain import ALLOWED


@dataclass(frozen=True)
class Validity:
    """`position` is an offset in the statement, from 0; `plan` is how it would run, if it may."""

    valid: bool
    verdict: str = ALLOWED
    message: str = ""
    position: int | None = None
    relations: Sequence[str] = ()
    tree_hash: str = ""
    plan: Plan | None = None

    @property
    def columns(self) -> Sequence[ResultColumn]:
        return self.plan.columns if self.plan else ()


class Validator:
    """First the firewall, then PostgreSQL, which knows all names and types."""

    def __init__(self, wall: Wall, executor: Executor) -> None:
        self._wall = wall
        self._executor = executor

    async def validate(self, organization_id: str, connection_id: str, sql: str) -> Validity:
        """Raises NotFound for an unknown connection, Unavailable where it does not answer."""
        place = (organization_id, connection_id)
        try:
            approved = await self._wall.approved(*place, sql)
        except NotAllowed as refused:
            return Validity(False, refused.verdict, refused.message, refused.position)
        relations = [".".join(filter(None, name)) for name in sorted(approved.relations)]
        try:
            plan = await self._executor.explain(*place, approved.sql)
        except Rejected as error:
            told = error.written(approved.sql, sql)
            return Validity(False, ALLOWED, error.message, told.position, relations)
        return Validity(True, relations=relations, tree_hash=approved.tree_hash, plan=plan)
