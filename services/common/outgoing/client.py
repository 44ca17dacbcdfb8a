"""The client for calls to addresses that users configure: bounded in time and size."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore2
import httpx2

from services.common.outgoing.resolving import UnknownName
from services.common.outgoing.transport import CheckingTransport
from services.common.outgoing.urls import Policy, Refused


class CallFailed(Exception):
    """There was no answer; the message says why, in words for who configured the URL."""

    def __init__(self, message: str, duration_ms: int, *, refused: bool = False) -> None:
        super().__init__(message)
        self.duration_ms = duration_ms
        # Not tried at all: the URL leads where nothing may be called.
        self.refused = refused


@dataclass(frozen=True)
class Answer:
    """What came back. Redirects are answers like others: none is followed."""

    status: int
    headers: Mapping[str, str]
    # The first bytes, as they were sent, up to the limit.
    body: bytes
    duration_ms: int


class OutgoingClient:
    """Calls public addresses. An async context manager."""

    def __init__(
        self,
        policy: Policy,
        *,
        seconds: float,
        body_limit: int,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`seconds` is for a whole call; of a body `body_limit` bytes are read."""
        self._seconds = seconds
        self._body_limit = body_limit
        self._client = httpx2.AsyncClient(
            transport=CheckingTransport(policy, ssl_context),
            follow_redirects=False,
            trust_env=False,
            timeout=seconds,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises CallFailed where there was no answer in time, or the URL is refused."""
        start = time.monotonic()
        try:
            async with asyncio.timeout(self._seconds):
                return await self._answer(url, content, headers, start)
        except TimeoutError:
            raise CallFailed(f"no answer within {self._seconds:g} s", since(start)) from None
        except Refused as err:
            raise CallFailed(f"the URL {err}", since(start), refused=True) from None
        except FAILURES as err:
            raise CallFailed(said(err), since(start)) from None

    async def _answer(
        self, url: str, content: bytes, headers: Mapping[str, str], start: float
    ) -> Answer:
        # What is compressed could be large once it is not.
        asked = {"Accept-Encoding": "identity", **headers}
        body = bytearray()
        async with self._client.stream("POST", url, content=content, headers=asked) as response:
            async for part in response.aiter_raw():
                body += part[: self._body_limit - len(body)]
                if len(body) >= self._body_limit:
                    break
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, known, bytes(body), since(start))


FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
    UnicodeError,
    ssl.SSLError,
)


def since(start: float) -> int:
    """Milliseconds."""
    return round((time.monotonic() - start) * 1000)


def said(err: Exception) -> str:
    """The failure in words that tell nothing of the network inside."""
    if isinstance(err, httpcore2.TimeoutException | httpx2.TimeoutException):
        return "no answer in time"
    cause = err.__cause__ or err.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"the certificate is not good: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return "TLS failed"
    if isinstance(err, UnknownName):
        return "the name is not known"
    if isinstance(err, httpcore2.ConnectError):
        return "no connection"
    if isinstance(err, httpcore2.RemoteProtocolError):
        return "the answer is no HTTP"
    return "the connection broke"
