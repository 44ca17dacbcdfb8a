"""The issuer's public keys, by its JWKS URL or by OpenID Connect discovery."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import jwt
import msgspec
import structlog

from services.common.clock import Clock
from services.common.errors import Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

KEYS_KEPT = timedelta(minutes=10)
# So long keys are good while the issuer cannot be asked: an outage of a night locks nobody out, and
# a key that was withdrawn because it leaked does not stay good behind an issuer cut off.
KEYS_GOOD = timedelta(hours=24)
# A kid that we do not know may be a new key; guessers must not make us fetch at will.
REFETCH_AFTER = timedelta(seconds=10)
# For all that is fetched, so that an exchange is answered before its caller gives up.
FETCH_SECONDS = 3.0
MOST_BYTES = 1024 * 1024
DISCOVERY = "/.well-known/openid-configuration"


class BadDocument(Exception):
    """What the issuer publishes is not what it should be."""


class KeySet:
    """The keys, fetched again when they are old or a new key id turns up.

    Without a URL it is looked up in the issuer's discovery document each time.
    """

    def __init__(self, url: str, client: httpx2.AsyncClient, now: Clock, issuer: str = "") -> None:
        self._url = url
        self._issuer = issuer
        self._client = client
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = datetime.min.replace(tzinfo=UTC)
        self._tried = self._fetched
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> jwt.PyJWK:
        """Raises Unauthenticated for an unknown key, Unavailable where there are none to try."""
        if not self._is_fresh(kid):
            await self._fetched_anew()
        usable = self._now() - self._fetched <= KEYS_GOOD
        if usable and kid in self._keys:
            return self._keys[kid]
        if not usable:
            raise Unavailable("the identity provider's keys cannot be read; try again")
        raise Unauthenticated("the token is signed by a key that its issuer does not publish")

    def _is_fresh(self, kid: str) -> bool:
        return kid in self._keys and self._now() - self._fetched <= KEYS_KEPT

    async def _fetched_anew(self) -> None:
        """Fetch, or wait for the fetch under way; not again so soon after the last."""
        under_way = self._fetching and not self._fetching.done()
        if not under_way and self._now() - self._tried > REFETCH_AFTER:
            self._fetching = asyncio.create_task(self._fetch())
            under_way = True
        if under_way and self._fetching:
            await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        self._tried = self._now()
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                url = self._url or await discovered(self._client, self._issuer)
                found = dict(usable_keys(await read_json(self._client, url)))
            if not found:
                raise BadDocument("no key in it can be used")
        except (httpx2.HTTPError, httpx2.InvalidURL, BadDocument, TimeoutError) as err:
            log.warning("the identity provider's keys cannot be read", error=str(err) or repr(err))
            return
        self._keys, self._fetched = found, self._tried


async def discovered(client: httpx2.AsyncClient, issuer: str) -> str:
    """The JWKS URL by OpenID Connect Discovery 1.0, 4.3: the document must name this issuer."""
    document = await read_json(client, issuer.rstrip("/") + DISCOVERY)
    url = document.get("jwks_uri")
    if document.get("issuer") != issuer:
        raise BadDocument("the discovery document names another issuer")
    if not isinstance(url, str) or not url.startswith(("https://", issuer_scheme(issuer))):
        raise BadDocument("the discovery document names no jwks_uri that is as safe as the issuer")
    return url


def issuer_scheme(issuer: str) -> str:
    return issuer.partition("//")[0] + "//"


async def read_json(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """The object at a URL, which must not lead elsewhere and not be endless."""
    body = b""
    async with client.stream("GET", url, follow_redirects=False) as response:
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise BadDocument(f"it is larger than {MOST_BYTES} bytes")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadDocument("it is no JSON object") from None


def usable_keys(document: dict[str, Any]) -> Iterator[tuple[str, jwt.PyJWK]]:
    """Key id -> key; those of kinds that we do not know stand in nobody's way."""
    listed = document.get("keys")
    for entry in listed if isinstance(listed, list) else ():
        try:
            key = jwt.PyJWK.from_dict(entry)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, KeyError):
            continue
        if isinstance(key.key_id, str) and key.key_id and key.key_type in ("RSA", "EC"):
            yield key.key_id, key
