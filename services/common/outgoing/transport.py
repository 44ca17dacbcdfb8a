"""Connects to checked addresses alone: what was checked is what is connected to.

A name is resolved once, all that it leads to is checked, and the connection is made to one of those
addresses. A second look-up, which an attacker's name server could answer otherwise (DNS rebinding),
does not happen. TLS and the Host header keep the name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from functools import partial

import httpcore2
import httpx2

from services.common.outgoing.addresses import Address
from services.common.outgoing.resolving import Resolver, public_addresses
from services.common.outgoing.urls import Policy, Refused, checked_url

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


class CheckingBackend(httpcore2.AsyncNetworkBackend):
    """Resolves, checks and connects."""

    def __init__(self, policy: Policy, resolver: Resolver) -> None:
        self._policy = policy
        self._resolver = resolver
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore2 calls it
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises Refused, and httpcore2's errors where no address can be connected to."""
        addresses = await self.addresses(host, port)
        connect = partial(
            self._backend.connect_tcp, port=port, timeout=timeout, socket_options=socket_options
        )
        for address in addresses[:-1]:
            try:
                return await connect(str(address))
            except httpcore2.ConnectError:
                continue
        return await connect(str(addresses[-1]))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # as httpcore2 calls it
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise Refused("must lead to a public address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def addresses(self, host: str, port: int) -> list[Address]:
        """What the host leads to, all of it public. Raises Refused, UnknownName."""
        return await public_addresses(self._resolver, self._policy, host, port)


class ResponseStream(httpx2.AsyncByteStream):
    """The body as httpcore2 gives it."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._response.stream, AsyncIterable)
        async for part in self._response.stream:
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class CheckingTransport(httpx2.AsyncBaseTransport):
    """For httpx2 clients. A connection serves one request, so each is checked anew."""

    def __init__(self, policy: Policy, ssl_context: ssl.SSLContext | None = None) -> None:
        self._policy = policy
        self._resolver = Resolver()
        self._pool = httpcore2.AsyncConnectionPool(
            # Here, or each connection would read all authorities' certificates: 40 ms of the loop.
            ssl_context=ssl_context or httpcore2.default_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=CheckingBackend(policy, self._resolver),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises Refused, and httpcore2's errors."""
        url = checked_url(str(request.url), self._policy)
        assert isinstance(request.stream, httpx2.AsyncByteStream)
        response = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=ResponseStream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._pool.aclose()
        self._resolver.close()
