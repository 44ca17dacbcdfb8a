"""What the gateway answers by itself: health, metrics, the API's description and its page."""

import asyncio
import time
from collections.abc import Mapping
from functools import partial
from importlib import resources
from pathlib import Path

import attune
import grpc
import msgspec

from gateway import metrics
from gateway.backends import readiness
from gateway.http.problems import Headers
from gateway.http.visit import Visit
from gateway.openapi.page import render
from gateway.transcode import Operation

JSON = b"application/json"
READY_SECONDS = 1.0
# `make gen` writes it beside the generated package.
OPENAPI = Path(next(iter(attune.__path__))).parent / "openapi.json"
NO_CACHE: Headers = [(b"cache-control", b"no-cache")]
# The page needs nothing from anywhere but here, and no script or style inside itself.
POLICY = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: Headers = [*NO_CACHE, (b"content-security-policy", POLICY)]


async def show(visit: Visit, body: bytes, kind: bytes, headers: Headers) -> None:
    await visit.answer(body, kind, headers=headers)


async def home(visit: Visit) -> None:
    """Whoever opens the printed address in a browser wants to read."""
    await visit.answer(b"", b"text/plain", 307, [*NO_CACHE, (b"location", b"/docs")])


async def alive(visit: Visit) -> None:
    await visit.answer(b'{"status":"alive"}', JSON, headers=NO_CACHE)


async def ready(visit: Visit, known: "Readiness") -> None:
    """200 where every service says SERVING, else 503; each is named."""
    services = await known.now()
    good = all(state == "SERVING" for state in services.values())
    body = msgspec.json.encode({"status": "ready" if good else "not ready", "services": services})
    await visit.answer(body, JSON, 200 if good else 503, NO_CACHE)


class Readiness:
    """What the services say of themselves, asked at most once a second however many want it."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._channels = channels
        self._asked = -READY_SECONDS
        self._answer: asyncio.Task[dict[str, str]] | None = None

    async def now(self) -> dict[str, str]:
        now = time.monotonic()
        if self._answer is None or now - self._asked > READY_SECONDS:
            self._asked = now
            self._answer = asyncio.create_task(readiness(self._channels))
        return await asyncio.shield(self._answer)


def operations(
    channels: Mapping[str, grpc.aio.Channel], openapi: Path = OPENAPI
) -> dict[str, Operation]:
    """The handlers by path."""
    pages = resources.files("gateway.openapi") / "pages"
    description = openapi.read_bytes()
    page = render(msgspec.json.decode(description)).encode()
    style = (pages / "docs.css").read_bytes()
    script = (pages / "docs.js").read_bytes()

    def fixed(body: bytes, kind: bytes, headers: Headers) -> Operation:
        return partial(show, body=body, kind=kind, headers=headers)

    return {
        "/": home,
        "/healthz": alive,
        "/readyz": partial(ready, known=Readiness(channels)),
        "/metrics": metrics.show,
        "/api/v1/openapi.json": fixed(description, JSON, NO_CACHE),
        "/docs": fixed(page, b"text/html; charset=utf-8", PAGE_HEADERS),
        "/docs/docs.css": fixed(style, b"text/css; charset=utf-8", NO_CACHE),
        "/docs/docs.js": fixed(script, b"text/javascript; charset=utf-8", NO_CACHE),
    }
