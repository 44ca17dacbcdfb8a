"""Envelope encryption of what a service stores for an organization (docs/adr/0029).

A data key of each organization and purpose encrypts; it is stored wrapped by a master key of
ATTUNE_ENCRYPTION_KEYS. Destroying a data key makes all that it encrypted unreadable for good.
"""

from services.common.vault.errors import KeyDestroyed, UnknownMasterKey, Unreadable, VaultError
from services.common.vault.keyring import Keyring
from services.common.vault.rewrapping import rewrapping
from services.common.vault.settings import EncryptionSettings
from services.common.vault.vault import Vault

__all__ = [
    "EncryptionSettings",
    "KeyDestroyed",
    "Keyring",
    "UnknownMasterKey",
    "Unreadable",
    "Vault",
    "VaultError",
    "rewrapping",
]
