"""The text of a key: attune_<organization>_<id>_<secret>_<checksum>, each part in base32.

It leads to its organization, so that a look-up names one. Scanners of secrets find it by TEXT, and
the checksum tells a key that was cut or mistyped from one that is not known.
"""

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass, field

from services.activity.identity.domain import ORGANIZATION
from services.common.errors import Unauthenticated

PREFIX = "attune_"
TEXT = re.compile(r"attune_([a-z2-7]{2,160})_([a-z2-7]{16})_([a-z2-7]{52})_([a-z2-7]{7})")
ID_BYTES, SECRET_BYTES, CHECKSUM_BYTES = 10, 32, 4


@dataclass(frozen=True)
class Key:
    """A key as its holder has it."""

    organization_id: str
    key_id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        organization = base32(self.organization_id.encode())
        told = f"{PREFIX}{organization}_{self.key_id}_{self.secret}"
        return f"{told}_{checksum(told)}"

    @property
    def hash(self) -> bytes:
        """What is kept of it: 32 bytes that only this secret gives, for this id and organization.

        Its 256 random bits cannot be guessed, so a slow hash for passwords would add nothing.
        """
        whose = f"{self.organization_id}/{self.key_id}"
        return hmac.digest(self.secret.encode(), whose.encode(), "sha256")

    def fits(self, kept: bytes) -> bool:
        return hmac.compare_digest(self.hash, kept)


def new_key(organization_id: str) -> Key:
    key_id = base32(secrets.token_bytes(ID_BYTES))
    return Key(organization_id, key_id, base32(secrets.token_bytes(SECRET_BYTES)))


def read_key(text: str) -> Key:
    """The parts of a key. Raises Unauthenticated where it is none that we made."""
    match = TEXT.fullmatch(text)
    if match is None:
        raise Unauthenticated("the API key is not of the form attune_…_…_…_…: is it cut?")
    organization, key_id, secret, _ = match.groups()
    key = Key(decoded(organization), key_id, secret)
    if key.text != text or not ORGANIZATION.fullmatch(key.organization_id):
        raise Unauthenticated("the API key is mistyped: its checksum does not fit")
    return key


def decoded(part: str) -> str:
    """The text in base32; "" where it is none."""
    try:
        return base64.b32decode(part.upper() + "=" * (-len(part) % 8)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def checksum(text: str) -> str:
    return base32(binascii.crc32(text.encode()).to_bytes(CHECKSUM_BYTES, "big"))
