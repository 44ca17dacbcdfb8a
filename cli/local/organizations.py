"""Whether an organization is there, before a command acts in it.

A development token makes the organization that it names: after a mistyped name everything would
seem to be empty.
"""

from cli.local.errors import LocalError
from cli.local.migrations import explained


async def must_exist(admin_dsn: str, organization: str) -> None:
    """Raises LocalError where nobody ever signed in to it."""
    import asyncpg

    found = "SELECT 1 FROM activity.organizations WHERE organization_id = $1"
    async with explained("Cannot reach the database"):
        conn = await asyncpg.connect(admin_dsn)
        try:
            known = await conn.fetchval(found, organization)
        finally:
            await conn.close()
    if not known:
        raise LocalError(
            f"There is no organization {organization!r}. One begins with the first call in its"
            f" name: `attune token --org {organization}` makes a token for that."
        )
