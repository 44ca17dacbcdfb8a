"""Master keys, which wrap data keys and encrypt nothing else."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.common.settings import MissingSetting
from services.common.vault.errors import UnknownMasterKey
from services.common.vault.sealing import KEY_BYTES, open_sealed, seal

VARIABLE = "ATTUNE_ENCRYPTION_KEYS"
KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


@dataclass(frozen=True)
class Wrapped:
    """A data key, and which master key wraps it."""

    master_key_id: str
    sealed: bytes


@dataclass(frozen=True)
class Keyring:
    """Key id -> 32 bytes; the first wraps, all unwrap."""

    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Keyring":
        """Key id -> base64. Raises MissingSetting, which tells the key's id and not the key."""
        for key_id in texts:
            if not KEY_ID.fullmatch(key_id):
                raise MissingSetting(
                    f"{VARIABLE}: a key's id has 1 to 50 letters, digits, '.', '_', '-'"
                    f" and {key_id!r} is none"
                )
        return cls({key_id: decoded(key_id, text) for key_id, text in texts.items()})

    @property
    def current(self) -> str:
        """The id of the key that wraps. Raises MissingSetting where there is none."""
        if not self.keys:
            raise MissingSetting(f"{VARIABLE} is needed: key id -> base64 of {KEY_BYTES} bytes")
        return next(iter(self.keys))

    def wrap(self, data_key: bytes, organization_id: str, purpose: str) -> Wrapped:
        key_id = self.current
        bound_to = (key_id, organization_id, purpose)
        return Wrapped(key_id, seal(self.keys[key_id], data_key, bound_to))

    def unwrap(self, wrapped: Wrapped, organization_id: str, purpose: str) -> bytes:
        """Raises UnknownMasterKey, and Unreadable where it is that of somebody else."""
        key = self.keys.get(wrapped.master_key_id)
        if key is None:
            raise UnknownMasterKey(wrapped.master_key_id)
        bound_to = (wrapped.master_key_id, organization_id, purpose)
        return open_sealed(key, wrapped.sealed, bound_to)


def decoded(key_id: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise MissingSetting(f"{VARIABLE}: {key_id!r} must be base64 of {KEY_BYTES} bytes")
    return key
