"""Makes keys: so many as there may be, and one for a request however often it comes."""

from dataclasses import dataclass
from datetime import datetime

from services.activity.api_keys.domain import ApiKey, Asked, machine_user, role_for
from services.activity.api_keys.store import ApiKeyStore
from services.activity.api_keys.text import Key, new_key
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.db import Connection
from services.common.errors import FailedPrecondition, PermissionDenied
from services.common.idempotency import Claim, earlier_answer, keep_responses

RPC = "CreateApiKey"
MOST_OF_ONE = 25


@dataclass(frozen=True)
class Made:
    """A key; without its text where it was made by an earlier request."""

    key: ApiKey
    text: str | None


class KeyMaker:
    def __init__(self, store: ApiKeyStore, most: int, now: Clock) -> None:
        self._store = store
        self._most = most
        self._now = now

    async def make(self, who: Caller, asked: Asked, claim: Claim | None) -> Made:
        """Raises PermissionDenied, FailedPrecondition, IdempotencyKeyReused."""
        organization, now = who.organization_id, self._now()
        async with self._store.pool.acquire() as conn, conn.transaction():
            maker = await self._store.maker(conn, organization, who.subject)
            if maker is None or maker.disabled:
                raise PermissionDenied("only a member of the organization makes keys")
            if earlier := await self._earlier(conn, organization, claim):
                return Made(earlier, None)
            secret = new_key(organization)
            key = planned(secret, who, asked, role_for(asked, maker.role), now)
            await self._check_room(conn, organization, key.user_id, now)
            made = await self._store.create(conn, organization, key, secret.hash)
            if claim:
                kept = [(claim, key.key_id.encode())]
                await keep_responses(conn, organization, RPC, kept)
        return Made(made, secret.text)

    async def _earlier(
        self, conn: Connection, organization: str, claim: Claim | None
    ) -> ApiKey | None:
        """The key that an earlier request with this idempotency key made.

        Of its answer the id is kept and never the text, so that keys can be read nowhere.
        """
        answer = await earlier_answer(conn, organization, RPC, claim, self._now)
        if answer is None:
            return None
        return await self._store.get(conn, organization, answer.decode())

    async def _check_room(
        self, conn: Connection, organization: str, user_id: str, now: datetime
    ) -> None:
        counts = await self._store.counts(conn, organization, user_id, now)
        if counts.of_one >= MOST_OF_ONE:
            raise FailedPrecondition(f"you have {MOST_OF_ONE} keys: revoke one that is not needed")
        if counts.of_all >= self._most:
            raise FailedPrecondition(f"the organization has {self._most} keys: revoke one first")


def planned(secret: Key, who: Caller, asked: Asked, role: str, now: datetime) -> ApiKey:
    """The key that is to be made."""
    return ApiKey(
        key_id=secret.key_id,
        name=asked.name,
        user_id=machine_user(secret.key_id) if asked.machine else who.subject,
        role=role,
        job_role=asked.job_role,
        scopes=sorted(set(asked.scopes)),
        created_by=who.subject,
        created_at=now,
        expires_at=asked.expires_at,
        last_used_at=None,
        revoked_by=None,
        revoked_at=None,
    )
