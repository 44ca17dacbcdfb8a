"""What a process that keeps secrets of organizations can be told by its environment."""

from pydantic import Field

from services.common.settings import ProcessSettings
from services.common.vault.keyring import Keyring


class EncryptionSettings(ProcessSettings):
    """Settings of a process that encrypts what it stores."""

    # Key id -> base64 of 32 bytes. The first encrypts, all decrypt.
    encryption_keys: dict[str, str] = Field(default_factory=dict, repr=False)

    @property
    def keyring(self) -> Keyring:
        """Raises MissingSetting for a key that is none."""
        return Keyring.of(self.encryption_keys)

    def check_encryption(self) -> None:
        """Raises MissingSetting where there is no good key, or in production a development one."""
        assert self.keyring.current
        self.refuse_development_secrets(*self.encryption_keys)
