"""How calls are carried out, for both clients: token, attempts, deadline, errors, decoding."""

import inspect
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import anyio
import httpx2
import msgspec

from attune_client.calls import Call, written
from attune_client.errors import (
    AttuneError,
    DeadlineExceeded,
    Unauthenticated,
    UnexpectedAnswer,
    Unreachable,
    refused,
)
from attune_client.retrying import Retries

T = TypeVar("T")
Token = str | Callable[[], str] | Callable[[], Awaitable[str]]

# A host that answers no packet is tried again while there is time, instead of waited for.
CONNECT_SECONDS = 5.0
# What httpx raises before the first byte of a request is on its way.
NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a client was made with. `http` are further arguments of httpx2.AsyncClient."""

    base_url: str
    token: Token = field(repr=False)
    timeout: float
    retries: Retries
    http: Mapping[str, Any] = field(repr=False)


class Credential:
    """A token, or what makes one; a made one is used until the server does not take it any more."""

    def __init__(self, token: Token) -> None:
        self._token = token
        self._made: str | None = None
        self._making = anyio.Lock()

    async def get(self) -> str:
        """Raises ValueError where it is none."""
        if isinstance(self._token, str):
            return sendable(self._token)
        async with self._making:
            if self._made is None:
                self._made = sendable(await made_by(self._token))
            return self._made

    def renew(self, refused: str) -> bool:
        """Whether there may be another token than this one."""
        if isinstance(self._token, str):
            return False
        if self._made == refused:  # else another call has had it renewed
            self._made = None
        return True


def sendable(token: str) -> str:
    """The error does not show it, for errors get into logs."""
    if not (token.isascii() and token.isprintable() and token.strip() == token):
        raise ValueError("the token has characters that no token has, such as a line's end")
    return token


async def made_by(make: Callable[[], str] | Callable[[], Awaitable[str]]) -> str:
    """In a thread, for it may fetch the token, and must not hold up other calls or the deadline."""
    token = (
        make()
        if inspect.iscoroutinefunction(make)
        else await anyio.to_thread.run_sync(make, abandon_on_cancel=True)
    )
    return str(await token if inspect.isawaitable(token) else token)


@dataclass
class Exchange:
    """Carries calls out over one pool of connections."""

    options: Options
    user_agent: str
    _credential: Credential = field(init=False)
    _http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self._credential = Credential(self.options.token)
        self._http = httpx2.AsyncClient(
            **{
                "headers": {"User-Agent": self.user_agent},
                "timeout": httpx2.Timeout(None, connect=CONNECT_SECONDS),
                **self.options.http,
            }
        )

    async def call(self, call: Call[T]) -> T:
        """The answer, read as `call.answer`. Raises AttuneError."""
        seconds = self._seconds(call)
        with anyio.move_on_after(seconds):
            response = await self._answered(call, seconds)
            return decoded(response.content, call.answer)
        raise too_late(call, seconds)

    async def parts(self, call: Call[bytes]) -> AsyncGenerator[bytes, None]:
        """A file's parts. It is not begun anew where it breaks off: Unreachable tells."""
        seconds = self._seconds(call)
        response = await self._begun(call, seconds)
        try:
            parts = response.aiter_bytes()
            while (part := await self._next(parts, call, seconds)) is not None:
                yield part
        finally:
            with anyio.CancelScope(shield=True):
                await response.aclose()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _begun(self, call: Call[bytes], seconds: float) -> httpx2.Response:
        with anyio.move_on_after(seconds):
            return await self._answered(call, seconds)
        raise too_late(call, seconds)

    async def _next(
        self, parts: AsyncIterator[bytes], call: Call[bytes], seconds: float
    ) -> bytes | None:
        with anyio.move_on_after(seconds), lost_as_unreachable():
            return await anext(parts, None)
        raise too_late(call, seconds)

    async def _answered(self, call: Call[Any], seconds: float) -> httpx2.Response:
        """A good answer, read unless it is a file, after as many attempts as may be."""
        retries, done, renewed = self.options.retries, 0, False
        deadline = retries.clock() + seconds
        while True:
            token = await self._credential.get()
            try:
                return await self._attempt(call, token)
            except Unauthenticated:
                if renewed or not self._credential.renew(token):
                    raise
                renewed = True
            except AttuneError as error:
                wait = retries.wait(error, done, repeatable=call.repeatable)
                if wait is None or retries.clock() + wait >= deadline:
                    raise
                done += 1
                await retries.sleep(wait)

    async def _attempt(self, call: Call[Any], token: str) -> httpx2.Response:
        with lost_as_unreachable():
            response = await self._http.send(self._request(call, token), stream=True)
            good = response.status_code == httpx2.codes.OK
            if good and call.answer is bytes:
                return response
            try:
                await response.aread()
            finally:
                await response.aclose()
        if good:
            return response
        if response.status_code < httpx2.codes.BAD_REQUEST:
            raise UnexpectedAnswer(f"{call.method} {call.path} got {response.status_code}")
        raise refused(response.status_code, response.headers, response.content)

    def _request(self, call: Call[Any], token: str) -> httpx2.Request:
        headers = {"Authorization": f"Bearer {token}"}
        if call.idempotency_key is not None:
            headers["Idempotency-Key"] = call.idempotency_key
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.build_request(
            call.method,
            self.options.base_url + call.path,
            params=call.query or None,
            content=None if call.body is None else encoded(call.body),
            headers=headers,
        )

    def _seconds(self, call: Call[Any]) -> float:
        seconds = self.options.timeout if call.timeout is None else call.timeout
        if not seconds > 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {seconds}")
        return seconds


def too_late(call: Call[Any], seconds: float) -> DeadlineExceeded:
    return DeadlineExceeded(f"{call.method} {call.path} had no answer within {seconds:g} s")


@contextmanager
def lost_as_unreachable() -> Iterator[None]:
    try:
        yield
    except httpx2.DecodingError as err:
        raise UnexpectedAnswer(f"the body is not what its headers say: {err}") from err
    except httpx2.TransportError as err:
        detail = str(err) or type(err).__name__
        raise Unreachable(detail, undone=isinstance(err, NOT_SENT)) from err


def encoded(body: Any) -> bytes:
    """JSON. Raises ValueError for NaN and infinity, TypeError for what JSON has no form of."""
    return json.dumps(body, allow_nan=False, separators=(",", ":"), default=in_json).encode()


def in_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def decoded(body: bytes, kind: type[T]) -> T:
    try:
        answer: T = decoder_of(kind).decode(body)  # type: ignore[arg-type]
    except msgspec.DecodeError as err:
        raise UnexpectedAnswer(f"the answer is no {kind.__name__}: {err}") from err
    return answer


@cache
def decoder_of(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)
