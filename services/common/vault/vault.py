"""Encrypts and decrypts with the data keys of organizations."""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from services.common.clock import Clock, utc_now
from services.common.db import Pool, load_queries
from services.common.vault.errors import KeyDestroyed, Unreadable
from services.common.vault.keyring import Keyring, Wrapped
from services.common.vault.sealing import new_key, open_sealed, seal

SQL = load_queries(__package__)

FORMAT = b"\x01"
VERSION_BYTES = 4
HELD = timedelta(seconds=60)
HELD_KEYS = 10_000

# Organization, purpose and version; None for the one that encrypts.
Place: TypeAlias = tuple[str, str, int | None]


@dataclass(frozen=True)
class DataKey:
    """A data key in the clear, for a moment."""

    version: int
    key: bytes = field(repr=False)
    until: datetime


class Vault:
    """One for a process and schema.

    A method may take a connection of the pool: call none while holding one, or a pool of which
    each connection is held by a caller who waits for another stands still. Keys are held in memory
    for a minute, and so long at most a destroyed one goes on.
    """

    def __init__(self, pool: Pool, keyring: Keyring, now: Clock = utc_now) -> None:
        self._pool = pool
        self._keyring = keyring
        self._now = now
        self._held: OrderedDict[Place, DataKey] = OrderedDict()

    async def encrypt(
        self, organization_id: str, purpose: str, plaintext: bytes, row: str = ""
    ) -> bytes:
        """Encrypt for this organization and purpose and, where it is given, this row alone.

        `purpose` is a word of the caller's, such as "webhooks"; what has one purpose shares a key
        and is destroyed together. The answer is 33 bytes longer than the plaintext.
        """
        key = await self._live(organization_id, purpose)
        head = FORMAT + key.version.to_bytes(VERSION_BYTES, "big")
        return head + seal(key.key, plaintext, (organization_id, purpose, row))

    async def decrypt(
        self, organization_id: str, purpose: str, ciphertext: bytes, row: str = ""
    ) -> bytes:
        """What was encrypted for the same organization, purpose and row.

        Raises Unreadable where it was not, KeyDestroyed, and UnknownMasterKey.
        """
        start = len(FORMAT) + VERSION_BYTES
        if len(ciphertext) < start or ciphertext[: len(FORMAT)] != FORMAT:
            raise Unreadable("no ciphertext of the vault")
        version = int.from_bytes(ciphertext[len(FORMAT) : start], "big")
        key = await self._of_version(organization_id, purpose, version)
        return open_sealed(key.key, ciphertext[start:], (organization_id, purpose, row))

    async def hmac(self, organization_id: str, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes: the same for the same data until the key is destroyed."""
        key = await self._live(organization_id, purpose)
        # A key of its own: one key is not used by two algorithms.
        own = hmac.digest(key.key, b"attune hmac", hashlib.sha256)
        return hmac.digest(own, data, hashlib.sha256)

    async def destroy(self, organization_id: str, purpose: str | None = None) -> int:
        """Destroy the organization's keys, of one purpose or of all; returns how many.

        What they encrypted is unreadable for good, here at once and in other processes within a
        minute. Copies of the database from before can still be read with the master keys.
        """
        rows = await self._pool.fetch(SQL["destroy_keys"], organization_id, purpose, self._now())
        for held in list(self._held):
            if held[0] == organization_id and purpose in (None, held[1]):
                del self._held[held]
        return len(rows)

    async def _live(self, organization_id: str, purpose: str) -> DataKey:
        """The key that encrypts, made where there is none yet."""
        place = (organization_id, purpose)
        if held := self._look_up((*place, None)):
            return held
        while (row := await self._pool.fetchrow(SQL["newest_key"], *place)) is None:
            made = self._keyring.wrap(new_key(), *place)
            args = (made.master_key_id, made.sealed, self._now())
            await self._pool.execute(SQL["add_key"], *place, *args)
        key = self._unwrapped(*place, *row)
        self._hold((*place, None), key)
        return key

    async def _of_version(self, organization_id: str, purpose: str, version: int) -> DataKey:
        place = (organization_id, purpose, version)
        if held := self._look_up(place):
            return held
        # A version that no column can hold was never given.
        known = 0 < version < 2**31
        row = await self._pool.fetchrow(SQL["get_key"], *place) if known else None
        if row is None:
            raise Unreadable(f"there is no data key {version} of this organization and purpose")
        if row["wrapped"] is None:
            raise KeyDestroyed(f"data key {version} of this organization and purpose is destroyed")
        key = self._unwrapped(organization_id, purpose, *row)
        self._hold(place, key)
        return key

    def _unwrapped(
        self, organization_id: str, purpose: str, version: int, master_key_id: str, sealed: bytes
    ) -> DataKey:
        wrapped = Wrapped(master_key_id, sealed)
        key = self._keyring.unwrap(wrapped, organization_id, purpose)
        return DataKey(version, key, self._now() + HELD)

    def _look_up(self, place: Place) -> DataKey | None:
        key = self._held.get(place)
        return key if key is not None and self._now() < key.until else None

    def _hold(self, place: Place, key: DataKey) -> None:
        self._held[place] = key
        self._held.move_to_end(place)
        if len(self._held) > HELD_KEYS:
            self._held.popitem(last=False)
