"""The calls of the demo: plain REST, each with the token of the person who acts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.local.api import problem, reason_of
from cli.local.errors import LocalError
from cli.local.tokens import Person, development_token

LIFETIME = timedelta(hours=2)
PAGE = 1000
METRIC_HOURS = 2160


class Refusal(LocalError):
    """The API answered with a problem of this reason; the message is its own words."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass
class Client:
    """The REST API, as any of an organization's people."""

    http: Any
    organization: str
    connection: str
    secret: str
    variables: Mapping[str, str]
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, who: tuple[str, str], body: Any = None, **query: Any
    ) -> Any:
        """The JSON of an answer. Raises Refusal, with the API's own words."""
        reply = await self.http.request(
            method,
            path,
            json=body,
            params=query,
            headers=self.headers(who),
        )
        refuse(reply)
        return reply.json()

    async def export(self, who: tuple[str, str], sql: str) -> bytes:
        """The rows of a statement as a CSV file. Raises Refusal."""
        body = {"sql": sql, "format": "csv"}
        reply = await self.http.post("/api/v1/queries:export", json=body, headers=self.headers(who))
        refuse(reply)
        return bytes(reply.content)

    def headers(self, who: tuple[str, str]) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._token(who)}"}

    async def suggestions(self, who: tuple[str, str], typed: str) -> Any:
        path = f"/api/v1/connections/{self.connection}/suggestions/personalized"
        return await self.call("POST", path, who, partial_query=typed)

    async def patterns(self, who: tuple[str, str], limit: int) -> Any:
        return await self.call("GET", "/api/v1/activity/patterns", who, limit=limit)

    async def everybodys_patterns(self, who: tuple[str, str]) -> list[Any]:
        """All patterns of the organization, most used first."""
        found: list[Any] = []
        more: dict[str, str] = {}
        while True:
            page = await self.call("GET", "/api/v1/patterns", who, page_size=PAGE, **more)
            found += page["patterns"]
            if not page.get("next_page_token"):
                return found
            more = {"page_token": page["next_page_token"]}

    async def cache_metrics(self, who: tuple[str, str]) -> Any:
        """What the service itself counted, over the longest window."""
        path = "/api/v1/suggestions/metrics/cache"
        return await self.call("GET", path, who, hours=METRIC_HOURS)

    async def popular_suggestions(self, who: tuple[str, str], limit: int) -> Any:
        path = "/api/v1/suggestions/metrics/popular"
        answer = await self.call("GET", path, who, by="hits", limit=limit)
        return answer["suggestions"]

    async def breakdown(self, who: tuple[str, str]) -> Any:
        return await self.call("GET", "/api/v1/activity/metrics/breakdown", who, days=1)

    def _token(self, who: tuple[str, str]) -> str:
        """A development token of (user, job role)."""
        if who not in self._tokens:
            user, job_role = who
            person = Person(user, organization=self.organization, job_role=job_role)
            self._tokens[who] = development_token(
                person, self.secret, datetime.now(UTC), LIFETIME, self.variables
            )
        return self._tokens[who]


def refuse(reply: Any) -> None:
    """Raises Refusal where the answer is a problem."""
    if reply.status_code >= 400:
        asked = f"{reply.request.method} {reply.request.url.path}"
        message = f"{asked} got {reply.status_code}: {problem(reply)}"
        raise Refusal(message, reason_of(reply))


@asynccontextmanager
async def connected(
    address: str, organization: str, connection: str, secret: str, variables: Mapping[str, str]
) -> AsyncIterator[Client]:
    """Raises LocalError where the address does not answer."""
    import httpx2

    try:
        async with httpx2.AsyncClient(base_url=address, timeout=30.0, trust_env=False) as http:
            yield Client(http, organization, connection, secret, variables)
    except httpx2.HTTPError as err:
        raise LocalError(f"{address} did not answer: {err or type(err).__name__}.") from None
