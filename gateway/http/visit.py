"""One HTTP request on its way through the gateway: what came, and how it is answered."""

import asyncio
import gzip
import re
import secrets
from collections.abc import Awaitable, Callable, Hashable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog

from gateway.admission.limits import Standing
from gateway.http.bodies import ClientGone, Receive
from gateway.http.problems import Headers, Problem

log = structlog.get_logger()

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SANE_ID = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,128}")
GZIP_FROM = 1024
GZIP_LEVEL = 5
ALWAYS: Headers = [(b"x-content-type-options", b"nosniff")]
# A call that is over sooner than this is not watched for a caller who goes away.
WATCH_AFTER_SECONDS = 0.05


class Visit:
    """A request and the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii", "replace")
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.address: str = (scope.get("client") or ("",))[0]
        self.receive = receive
        self.request_id = request_id(self.headers.get(b"x-request-id"))
        self.route = ""
        self.status = 0
        self.standing: Standing | None = None
        # Organization and name of an identified caller.
        self.who: Hashable = self.request_id
        self.gone = False
        self._send = send

    @property
    def wants_events(self) -> bool:
        """Whether the caller asks for server-sent events."""
        return b"text/event-stream" in self.headers.get(b"accept", b"")

    async def answer(
        self, body: bytes, content_type: bytes, status: int = 200, headers: Headers | None = None
    ) -> None:
        """Send the whole answer, gzipped where that is wanted and worth it."""
        extra = list(headers or ())
        if len(body) >= GZIP_FROM and compressible(content_type):
            extra.append((b"vary", b"accept-encoding"))
            if accepts_gzip(self.headers.get(b"accept-encoding", b"")):
                body = gzip.compress(body, GZIP_LEVEL)
                extra.append((b"content-encoding", b"gzip"))
        extra.append((b"content-length", b"%d" % len(body)))
        await self.start(status, content_type, extra)
        await self._send({"type": "http.response.body", "body": body})

    async def start(self, status: int, content_type: bytes, headers: Headers) -> None:
        self.status = status
        head = [*headers, *ALWAYS, (b"x-request-id", self.request_id.encode())]
        if content_type:
            head.append((b"content-type", content_type))
        if self.standing is not None:
            head += self.standing.headers()
        await self._send({"type": "http.response.start", "status": status, "headers": head})

    async def write(self, piece: bytes, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": piece, "more_body": more})

    async def refuse(self, problem: Problem) -> None:
        body = problem.document(self.request_id)
        await self.answer(body, b"application/problem+json", problem.status, problem.headers)

    def trouble(self, problem: Problem, cause: BaseException) -> None:
        """Log an error that is not the caller's."""
        if problem.status >= 500:
            log.error(
                "request failed",
                route=self.route,
                request_id=self.request_id,
                status=problem.status,
                exc_info=cause if problem.status == 500 else None,
                cause=str(cause)[:500],
            )

    async def until_gone(self) -> None:
        """Return once the caller has closed the connection."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True

    @contextmanager
    def cancelling(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Within, a caller who goes away cancels the work, which then raises ClientGone."""
        watching: list[asyncio.Task[None]] = []

        def watch() -> None:
            task = asyncio.ensure_future(self.until_gone())
            task.add_done_callback(lambda _: cancel() if self.gone else None)
            watching.append(task)

        timer = asyncio.get_running_loop().call_later(WATCH_AFTER_SECONDS, watch)
        try:
            yield
        except asyncio.CancelledError:
            if self.gone:
                raise ClientGone from None
            raise
        finally:
            timer.cancel()
            for task in watching:
                task.cancel()


def request_id(given: bytes | None) -> str:
    """The caller's own id where it is fit for logs, else a new one."""
    if given is not None and SANE_ID.fullmatch(given):
        return given.decode()
    return secrets.token_hex(16)


def compressible(content_type: bytes) -> bool:
    return b"json" in content_type or content_type.startswith(b"text/")


def accepts_gzip(accepted: bytes) -> bool:
    for part in accepted.split(b","):
        name, _, parameters = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return parameters.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False
