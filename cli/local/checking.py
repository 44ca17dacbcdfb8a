"""Statements through the firewall, without running them."""

import json
from dataclasses import dataclass
from typing import Any

from cli.local.errors import LocalError
from cli.local.migrations import explained
from services.analytics.catalogue.domain import Catalogue
from services.analytics.firewall.examine import examine
from services.analytics.firewall.refusing import Refused

EVENTS = "events"


@dataclass(frozen=True)
class Checker:
    """Of one connection. `organization_id` is None where it is not the event store."""

    catalogue: Catalogue
    free: bool = False
    organization_id: str | None = None

    def verdict(self, line: bytes) -> dict[str, Any]:
        try:
            sql = json.loads(line)["sql"]
            if not isinstance(sql, str):
                raise TypeError
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"allowed": False, "reason": 'This line is no JSON object with a text "sql".'}
        try:
            organization_id = self.organization_id
            examine(sql, self.catalogue, free=self.free, organization_id=organization_id)
        except Refused as refused:
            told = {"allowed": False, "reason": refused.message}
            return told if refused.position is None else told | {"position": refused.position}
        return {"allowed": True, "reason": None}


def schema_free_checker() -> Checker:
    return Checker(Catalogue("", ("public",)), free=True)


async def known_checker(admin_dsn: str, organization_id: str, connection_id: str) -> Checker:
    """Raises LocalError where the organization has no such connection."""
    from services.analytics.app import SCHEMA
    from services.analytics.catalogue.store import Catalogues, CatalogueStore
    from services.common.clock import utc_now
    from services.common.db import pool_for

    async with explained("Cannot read the catalogue"), pool_for(admin_dsn, SCHEMA, size=1) as pool:
        store = CatalogueStore(pool)
        catalogue = await Catalogues(store, utc_now).read(organization_id, connection_id)
    if catalogue is None:
        raise LocalError(f"{organization_id} has no connection {connection_id!r} that was read.")
    return Checker(catalogue, organization_id=organization_id if connection_id == EVENTS else None)
