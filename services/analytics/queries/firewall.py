"""Wall 1 before each statement, in front of what its connection's catalogue holds."""

from services.analytics.catalogue.store import Catalogues
from services.analytics.firewall.examine import Approved, examine
from services.analytics.firewall.refusing import Refused
from services.analytics.queries.checking import NotAllowed, catalogue_of
from services.analytics.queries.domain import EVENTS


class Firewall:
    def __init__(self, catalogues: Catalogues) -> None:
        self._catalogues = catalogues

    async def approved(self, organization_id: str, connection_id: str, sql: str) -> Approved:
        """The statement as it may run. Raises NotAllowed, and NotFound: no such connection."""
        catalogue = await catalogue_of(self._catalogues, organization_id, connection_id)
        narrowed = organization_id if connection_id == EVENTS else None
        try:
            approved = examine(sql, catalogue, organization_id=narrowed)
        except Refused as refused:
            raise NotAllowed(refused.reason, refused.message, refused.position) from None
        if approved.parameters:
            raise NotAllowed("parameter", "Write values in place of $1.", place_of(sql))
        return approved


def place_of(sql: str) -> int | None:
    place = sql.find("$")
    return place if place >= 0 else None
