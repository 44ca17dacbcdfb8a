"""Who calls: a credential from outside, exchanged once for the token that services verify."""

import asyncio
import base64
import binascii
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import grpc
import msgspec
from attune.activity.v1 import identity_pb2

from gateway.backends import unary
from gateway.http.problems import Problem, from_rpc, unauthenticated

Metadata = tuple[tuple[str, str], ...]
Clock = Callable[[], float]
Key = TypeVar("Key")
Kept = TypeVar("Kept")

EXCHANGE = "/attune.activity.v1.IdentityService/ExchangeToken"
EXCHANGE_SECONDS = 5.0
# A token is exchanged anew so long before it ends, that it does not end on the way.
MARGIN_SECONDS = 30.0
# A refused credential is not asked about again for so long.
REFUSAL_SECONDS = 10.0
MOST_KEPT = 10_000
BEARER = re.compile(rb"[Bb][Ee][Aa][Rr][Ee][Rr] +([\x21-\x7e]{1,16384}) *")
BASIC = re.compile(rb"[Bb][Aa][Ss][Ii][Cc] +([A-Za-z0-9+/]{1,32768}={0,2}) *")
USER_ALONE = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,16384}):?")


@dataclass(frozen=True)
class Caller:
    """A verified caller, and what tells the services of them."""

    organization: str
    subject: str
    metadata: Metadata
    until: float
    # How many hints of changes had come when identity was asked.
    hints: int


@dataclass(frozen=True)
class Refusal:
    problem: Problem
    until: float


def credential_in(header: bytes | None) -> str:
    """The credential in an Authorization header: a bearer token, or the user name of Basic.

    Libraries that send events know no other way than Basic, with a key as the user name and
    without a password.
    """
    if header is None:
        raise unauthenticated(
            "this needs an Authorization header: Bearer with a token or an API key,"
            " or Basic with an API key as the user name"
        )
    match = BEARER.fullmatch(header) or user_name(header)
    if match is None:
        raise unauthenticated("the Authorization header is not of the form: Bearer <token>")
    return match[1].decode()


def user_name(header: bytes) -> re.Match[bytes] | None:
    """The user name of Basic authentication (RFC 7617), where its password is empty."""
    basic = BASIC.fullmatch(header)
    try:
        return basic and USER_ALONE.fullmatch(base64.b64decode(basic[1], validate=True))
    except binascii.Error:
        return None


class Exchange:
    """Exchanges credentials, and keeps callers until shortly before their tokens end."""

    def __init__(self, channel: grpc.aio.Channel, clock: Clock = time.time) -> None:
        request, response = identity_pb2.ExchangeTokenRequest, identity_pb2.ExchangeTokenResponse
        self._ask = unary(channel, EXCHANGE, request, response)
        self._request = request
        self._clock = clock
        self._callers: dict[bytes, Caller] = {}
        self._refusals: dict[bytes, Refusal] = {}
        self._asking: dict[bytes, asyncio.Task[Caller]] = {}
        # Organization and subject -> the number of the newest hint that they changed.
        self._changed: dict[tuple[str, str], int] = {}
        self._hints = 0

    def known(self, header: bytes) -> Caller | None:
        """The caller, where this Authorization was exchanged before and still holds."""
        caller = self._callers.get(digest(header))
        if caller is None or self._clock() >= caller.until:
            return None
        changed = self._changed.get((caller.organization, caller.subject), 0)
        return caller if changed <= caller.hints else None

    async def caller(self, header: bytes | None, metadata: Metadata) -> Caller:
        """The caller; raises a Problem of 401, 403 or 503. Concurrent calls ask once."""
        credential = credential_in(header)
        key = digest(header or b"")
        refusal = self._refusals.get(key)
        if refusal is not None and self._clock() < refusal.until:
            raise refusal.problem.with_traceback(None)  # raised before: it would grow
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(self._exchange(key, credential, metadata))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._asked(key, done))
        return await asyncio.shield(asking)

    def forget(self, header: bytes) -> None:
        """Drop a token that a service did not accept, as after a change of keys."""
        self._callers.pop(digest(header), None)

    def forget_caller(self, organization: str, subject: str) -> None:
        """What is kept of somebody holds no more, nor what identity is being asked about now."""
        self._hints += 1
        keep(self._changed, (organization, subject), self._hints)

    def _asked(self, key: bytes, done: asyncio.Task[Caller]) -> None:
        self._asking.pop(key, None)
        if not done.cancelled():
            done.exception()  # seen, also where every waiter has gone away

    async def _exchange(self, key: bytes, credential: str, metadata: Metadata) -> Caller:
        request, hints = self._request(credential=credential), self._hints
        try:
            response = await self._ask(request, timeout=EXCHANGE_SECONDS, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            problem = refusal_of(error)
            if problem.status in (401, 403):
                keep(self._refusals, key, Refusal(problem, self._clock() + REFUSAL_SECONDS))
            raise problem from error
        ends = min(response.expires_at.seconds, expiry(credential))
        caller = Caller(
            response.organization_id,
            response.subject,
            (("authorization", f"Bearer {response.token}"),),
            ends - MARGIN_SECONDS,
            hints,
        )
        keep(self._callers, key, caller)
        return caller


def refusal_of(error: grpc.aio.AioRpcError) -> Problem:
    problem = from_rpc(error)
    if problem.status == 422:  # a credential that breaks the field's rules is not a good one
        return unauthenticated("the bearer token is malformed")
    return problem


def digest(header: bytes) -> bytes:
    """What callers are kept by, so that no credential stays in memory."""
    return hashlib.sha256(header).digest()


def keep(kept: dict[Key, Kept], key: Key, value: Kept) -> None:
    if len(kept) >= MOST_KEPT:
        del kept[next(iter(kept))]
    kept[key] = value


class Claims(msgspec.Struct):
    exp: float = float("inf")


def expiry(credential: str) -> float:
    """When a JWT says that it ends; the exchange has verified it. Infinite for other kinds."""
    payload = credential.split(".")[1] if credential.count(".") == 2 else ""
    try:
        text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(text, type=Claims).exp
    except (ValueError, msgspec.MsgspecError):
        return float("inf")
