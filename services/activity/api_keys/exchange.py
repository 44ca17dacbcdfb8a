"""A key from outside, as the caller that it stands for."""

from datetime import datetime, timedelta

from services.activity.api_keys.domain import FoundKey
from services.activity.api_keys.store import ApiKeyStore
from services.activity.api_keys.text import PREFIX, Key, read_key
from services.activity.identity.domain import aims_of
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.errors import Unauthenticated

# Whoever exchanges a key may keep its token for so long, and a revoked key is good for as long: the
# gateway, which renews tokens half a minute before they end, for a minute.
GOOD_FOR = timedelta(seconds=90)
# A use is noted this often, so that a busy key is no row that is written all the time.
NOTED_EVERY = timedelta(minutes=1)


class KeyExchange:
    def __init__(self, store: ApiKeyStore, now: Clock) -> None:
        self._store = store
        self._now = now

    def takes(self, credential: str) -> bool:
        """Whether a credential is meant to be an API key."""
        return credential.startswith(PREFIX)

    async def caller(self, credential: str) -> tuple[Caller, datetime]:
        """Whom a key stands for, and until when that holds.

        Raises Unauthenticated where the key is not good, PermissionDenied where its person may not
        get in.
        """
        key, now = read_key(credential), self._now()
        found = await self._store.find(key.organization_id, key.key_id)
        if found is None or not key.fits(found.secret_hash):
            raise Unauthenticated("there is no such API key")
        found.check(now)
        if found.last_used_at is None or now - found.last_used_at >= NOTED_EVERY:
            await self._store.note_use(key.organization_id, key.key_id, now)
        until = now + GOOD_FOR
        return caller_of(key, found), min(until, found.expires_at or until)


def caller_of(key: Key, found: FoundKey) -> Caller:
    return Caller(
        organization_id=key.organization_id,
        subject=found.user_id,
        role=found.role_now,
        job_role=found.job_role_now,
        **aims_of(found.goals, found.department)._asdict(),
        key_id=found.key_id,
        scopes=frozenset(found.scopes),
    )
