"""Calls to the REST API of the suite that runs here."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.local import secrets
from cli.local.errors import LocalError, NotRunning
from cli.local.organizations import must_exist
from cli.local.sample import ORGANIZATION
from cli.local.state import is_running, read_state
from cli.local.tokens import Person, development_token
from cli.settings import Settings

PATIENCE = 3600.0

Write = Callable[[bytes], object]


async def call_as_admin(
    settings: Settings, organization: str, method: str, path: str, body: Any = None
) -> Any:
    """Call with ATTUNE_TOKEN, else a development token of an administrator; return the JSON.

    Raises NotRunning where nothing serves, LocalError with the API's own words where it refuses.
    """
    async with client_as_admin(settings, organization) as client:
        reply = await client.request(method, path, json=body)
        refuse(reply)
        return reply.json()


async def download_as_admin(
    settings: Settings, organization: str, path: str, query: Mapping[str, str], write: Write
) -> None:
    """Hand over a file piece by piece; nothing of a refusal. Raises as `call_as_admin` does."""
    async with (
        client_as_admin(settings, organization) as client,
        client.stream("GET", path, params=query) as reply,
    ):
        if reply.status_code >= 400:
            await reply.aread()
        refuse(reply)
        async for piece in reply.aiter_bytes():
            write(piece)


@asynccontextmanager
async def client_as_admin(settings: Settings, organization: str) -> AsyncIterator[Any]:
    import httpx2

    state = read_state(settings.home)
    if state is None or not is_running(settings.home):
        raise NotRunning("Attune is not running. Start it with `make run`.")
    given = settings.variables.get("ATTUNE_TOKEN")
    if not given:
        await must_exist(state.database_url, organization)
    headers = {"Authorization": f"Bearer {admin_token(settings, organization)}"}
    how: dict[str, Any] = {"timeout": PATIENCE, "trust_env": False, "headers": headers}
    try:
        async with httpx2.AsyncClient(base_url=state.address, **how) as client:
            if given and organization != ORGANIZATION:
                await must_name(client, organization)
            yield client
    except httpx2.HTTPError as err:
        raise LocalError(f"{state.address} did not answer: {err or type(err).__name__}.") from None


async def must_name(client: Any, organization: str) -> None:
    """Raises LocalError where the token that was given is of another organization."""
    reply = await client.get("/api/v1/me")
    refuse(reply)
    if (theirs := reply.json()["organization_id"]) != organization:
        raise LocalError(f"ATTUNE_TOKEN is of the organization {theirs!r}, not {organization!r}.")


def refuse(reply: Any) -> None:
    if reply.status_code >= 400:
        raise LocalError(f"The API refused with {reply.status_code}: {problem(reply)}")


def admin_token(settings: Settings, organization: str) -> str:
    if given := settings.variables.get("ATTUNE_TOKEN"):
        return given
    known = secrets.load_or_create(settings.home)
    person = Person("attune-cli", "admin", organization)
    now, hour = datetime.now(UTC), timedelta(hours=1)
    return development_token(person, known.jwt_secret, now, hour, settings.variables)


def problem(reply: Any) -> str:
    """The sentence of an application/problem+json body."""
    try:
        data = reply.json()
        return str(data.get("detail") or data.get("title") or data)
    except (ValueError, AttributeError):
        return str(reply.text[:300])


def reason_of(reply: Any) -> str:
    """The reason of an application/problem+json body; empty where it has none."""
    try:
        return str(reply.json().get("reason", ""))
    except (ValueError, AttributeError):
        return ""
