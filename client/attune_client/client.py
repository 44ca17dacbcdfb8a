"""The two clients: AttuneClient answers at once, AsyncAttuneClient is awaited."""

import os
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from typing import Any, Generic, TypeVar

from attune_client.activity import ActivityApi
from attune_client.background import LOOPS
from attune_client.calls import Async, Call, Listing, M, Sync, Transport
from attune_client.conversations import ConversationsApi
from attune_client.errors import NotConfigured
from attune_client.exchange import Exchange, Options, Token
from attune_client.feedback import FeedbackApi
from attune_client.patterns import PatternsApi
from attune_client.preferences import PreferencesApi
from attune_client.profiles import ProfilesApi
from attune_client.retrying import Retries
from attune_client.suggestions import SuggestionsApi
from attune_client.version import __version__

T = TypeVar("T")

URL_VARIABLE, TOKEN_VARIABLE = "ATTUNE_URL", "ATTUNE_TOKEN"
DEFAULT_SECONDS = 30.0


class Client(Generic[M]):
    """The parts of the API, in one of the modes."""

    def __init__(self, transport: Transport) -> None:
        self.activity: ActivityApi[M] = ActivityApi(transport)
        self.suggestions: SuggestionsApi[M] = SuggestionsApi(transport)
        self.patterns: PatternsApi[M] = PatternsApi(transport)
        self.preferences: PreferencesApi[M] = PreferencesApi(transport)
        self.conversations: ConversationsApi[M] = ConversationsApi(transport)
        self.feedback: FeedbackApi[M] = FeedbackApi(transport)
        self.profiles: ProfilesApi[M] = ProfilesApi(transport)


class AttuneClient(Client[Sync]):
    """Attune over REST. One may be shared by threads; it keeps connections open between calls.

    `token` is a JWT or an API key, or a function that makes one, which is asked again where the
    server does not take the last one any more. Address and token are ATTUNE_URL and ATTUNE_TOKEN
    of the environment where they are not given. `timeout` is the time in seconds that a call may
    take in all, retries included. `http` are arguments of httpx2.AsyncClient, such as
    `{"verify": context}`. Raises NotConfigured where there is no address or token.
    """

    def __init__(
        self,
        base_url: str | None = None,
        token: Token | None = None,
        *,
        timeout: float = DEFAULT_SECONDS,
        retries: Retries | None = None,
        http: Mapping[str, Any] | None = None,
    ) -> None:
        options = options_of(base_url, token, timeout, retries, http)
        self._at_once = AtOnce(lambda: Exchange(options, f"attune-client/{__version__}"))
        super().__init__(self._at_once)

    def close(self) -> None:
        """Close the connections."""
        self._at_once.close()

    def __enter__(self) -> "AttuneClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncAttuneClient(Client[Async]):
    """Attune over REST, as AttuneClient is, to be awaited on the caller's own loop."""

    def __init__(
        self,
        base_url: str | None = None,
        token: Token | None = None,
        *,
        timeout: float = DEFAULT_SECONDS,
        retries: Retries | None = None,
        http: Mapping[str, Any] | None = None,
    ) -> None:
        options = options_of(base_url, token, timeout, retries, http)
        self._awaited = Awaited(Exchange(options, f"attune-client/{__version__}"))
        super().__init__(self._awaited)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._awaited.exchange.aclose()

    async def __aenter__(self) -> "AsyncAttuneClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Awaited:
    """Calls on the loop of the caller."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    async def call(self, call: Call[T]) -> T:
        return await self.exchange.call(call)

    async def entries(self, listing: Listing[T]) -> AsyncIterator[T]:
        rest: Listing[T] | None = listing
        while rest:
            page = await self.call(rest.first)
            for entry in rest.entries(page):
                yield entry
            rest = rest.after(page)

    def parts(self, call: Call[bytes]) -> AsyncGenerator[bytes, None]:
        return self.exchange.parts(call)


class AtOnce:
    """Calls on the loop of this process, waited for."""

    def __init__(self, make: Callable[[], Exchange]) -> None:
        self._make = make
        self._loop, self._made = LOOPS.current, make()

    def call(self, call: Call[T]) -> T:
        exchange = self._exchange()
        answer: T = self._loop.run(exchange.call, call)
        return answer

    def entries(self, listing: Listing[T]) -> Iterator[T]:
        rest: Listing[T] | None = listing
        while rest:
            page = self.call(rest.first)
            yield from rest.entries(page)
            rest = rest.after(page)

    def parts(self, call: Call[bytes]) -> Generator[bytes, None, None]:
        exchange = self._exchange()
        return self._loop.iterate(exchange.parts(call))

    def close(self) -> None:
        if self._loop is LOOPS.current:
            self._loop.run(self._made.aclose)

    def _exchange(self) -> Exchange:
        """One whose connections are this process's own, also after a fork."""
        if self._loop is not LOOPS.current:
            self._loop, self._made = LOOPS.current, self._make()
        return self._made


def options_of(
    base_url: str | None,
    token: Token | None,
    timeout: float,
    retries: Retries | None,
    http: Mapping[str, Any] | None,
) -> Options:
    base_url = base_url or os.environ.get(URL_VARIABLE)
    token = token or os.environ.get(TOKEN_VARIABLE)
    if not base_url or not token:
        missing = ("an address", URL_VARIABLE) if not base_url else ("a token", TOKEN_VARIABLE)
        raise NotConfigured(f"Attune needs {missing[0]}: give it, or set {missing[1]}")
    if not re.match(r"https?://[^/]", base_url):
        raise ValueError(f"base_url must be like http://127.0.0.1:8000, not {base_url!r}")
    if not timeout > 0:
        raise ValueError(f"timeout must be more than 0 seconds, not {timeout}")
    return Options(
        base_url=base_url.rstrip("/"),
        token=token,
        timeout=timeout,
        retries=retries or Retries(),
        http=http or {},
    )
