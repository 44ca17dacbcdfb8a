"""AES-256-GCM with random nonces and data that must be the same when it is opened.

A random nonce of 96 bits is good for 2^32 messages under one key (NIST SP 800-38D, 8.3).
"""

import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.common.vault.errors import Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


def new_key() -> bytes:
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal(key: bytes, plaintext: bytes, bound_to: Sequence[str]) -> bytes:
    """Nonce, ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, joined(bound_to))


def open_sealed(key: bytes, sealed: bytes, bound_to: Sequence[str]) -> bytes:
    """Raises Unreadable where the key or what it is bound to differs, or a bit was changed."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise Unreadable("too short to be a ciphertext")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], joined(bound_to))
    except InvalidTag:
        raise Unreadable("not encrypted for this place, or damaged") from None


def joined(parts: Sequence[str]) -> bytes:
    """Bytes of its own for each sequence: a length stands before each part."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
