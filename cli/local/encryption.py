"""The master keys that wrap data keys, over the database."""

from typing import TYPE_CHECKING

from cli.local.jobs import connected, run_job
from cli.local.secrets import SERVICES

if TYPE_CHECKING:
    from services.common.vault.rewrapping import MasterKeyUse


async def uses_of_master_keys(admin_dsn: str) -> "list[tuple[str, MasterKeyUse]]":
    """Each service's, with the service's name. Raises LocalError where there is no database."""
    from services.common.vault.rewrapping import uses

    found = []
    for service in SERVICES:
        async with connected(admin_dsn, service) as (conn, _):
            found += [(service, use) for use in await uses(conn)]
    return found


async def rotate_master_keys(admin_dsn: str) -> "list[tuple[str, MasterKeyUse]]":
    """Have workers rewrap all data keys; what is in use afterwards.

    Raises LocalError where a worker could not, or there is none.
    """
    from services.common.vault.rewrapping import JOB

    await run_job(admin_dsn, JOB)
    return await uses_of_master_keys(admin_dsn)
