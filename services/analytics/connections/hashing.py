"""Bounds what a server may have us compute before it lets us in.

It is the server that says how often a password is hashed (SCRAM, RFC 5802), up to two billion times
and three quarters of an hour, in which the loop stands still for everybody. asyncpg takes any
number, and has no place to refuse one but where it looks for hashlib.
"""

import hashlib
from typing import Any

import asyncpg
from asyncpg.protocol import protocol

# PostgreSQL's scram_iterations is 4,096 unless it is set; a million take half a second.
MOST_ITERATIONS = 1_000_000


class BoundedHashlib:
    """hashlib, save for that bound."""

    def __getattr__(self, name: str) -> Any:
        return getattr(hashlib, name)

    def pbkdf2_hmac(self, name: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        if iterations > MOST_ITERATIONS:
            raise asyncpg.InterfaceError("the server wants a password hashed too often")
        return hashlib.pbkdf2_hmac(name, password, salt, iterations)


def bound_hashing() -> None:
    """In this process, from now on."""
    vars(protocol)["hashlib"] = BoundedHashlib()
