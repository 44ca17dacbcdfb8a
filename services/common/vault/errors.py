"""Why something cannot be decrypted. None of them is a caller's fault."""


class VaultError(Exception):
    """Base of what the vault raises."""


class UnknownMasterKey(VaultError):
    """A data key is wrapped by a master key that ATTUNE_ENCRYPTION_KEYS does not have."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"ATTUNE_ENCRYPTION_KEYS has no key {key_id!r}, which wraps a data key")


class KeyDestroyed(VaultError):
    """The data key was destroyed, so what it encrypted is gone."""


class Unreadable(VaultError):
    """Damaged, no ciphertext of ours, or one of another organization, purpose or row."""
