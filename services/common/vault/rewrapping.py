"""Rotation of master keys: data keys that an older one wraps are wrapped by the current one.

What the data keys encrypted stays as it is.
"""

from dataclasses import dataclass

import structlog

from services.common.db import Connection, Database, Pool, load_queries
from services.common.jobs import Job
from services.common.vault.errors import VaultError
from services.common.vault.keyring import Keyring, Wrapped

log = structlog.get_logger(__name__)

SQL = load_queries(__package__)
JOB = "rewrap_data_keys"
AT_ONCE = 500


@dataclass(frozen=True)
class MasterKeyUse:
    """How many data keys a master key wraps: none, and it may be taken away."""

    master_key_id: str
    data_keys: int


async def uses(db: Database) -> list[MasterKeyUse]:
    """The master keys that are in use in a schema."""
    return [MasterKeyUse(**row) for row in await db.fetch(SQL["count_keys"])]


async def rewrap(pool: Pool, keyring: Keyring) -> int:
    """Wrap by the current master key what others wrap; returns how many data keys.

    Those whose master key is unknown are left as they are. Raises VaultError at the end, naming
    one, where there are any.
    """
    done, after, failure = 0, ("", "", 0), None
    while rows := await pool.fetch(SQL["list_outdated_keys"], keyring.current, *after, AT_ONCE):
        for row in rows:
            try:
                async with pool.acquire() as conn:
                    done += await rewrap_one(conn, keyring, *row)
            except VaultError as err:
                failure = failure or err
        after = rows[-1]["organization_id"], rows[-1]["purpose"], rows[-1]["version"]
    if failure:
        raise failure
    return done


async def rewrap_one(
    conn: Connection,
    keyring: Keyring,
    organization_id: str,
    purpose: str,
    version: int,
    master_key_id: str,
    sealed: bytes,
) -> int:
    place = (organization_id, purpose)
    key = keyring.unwrap(Wrapped(master_key_id, sealed), *place)
    again = keyring.wrap(key, *place)
    args = (*place, version, sealed, again.master_key_id, again.sealed)
    status = await conn.execute(SQL["rewrap_key"], *args)
    return int(status.rpartition(" ")[2])


def rewrapping(pool: Pool, keyring: Keyring) -> Job:
    """The job that rotates, daily and when it is asked for."""

    async def run(_: bytes) -> None:
        done = await rewrap(pool, keyring)
        log.info("data keys rewrapped", data_keys=done, by=keyring.current)

    return Job(JOB, run, cron="15 1 * * *")
