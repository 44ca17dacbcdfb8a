"""Calls to the REST API of the suite that runs here."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cli.local import secrets
from cli.local.errors import LocalError, NotRunning
from cli.local.state import is_running, read_state
from cli.local.tokens import Person, development_token
from cli.settings import Settings

PATIENCE = 3600.0


async def call_as_admin(
    settings: Settings, organization: str, method: str, path: str, body: Any = None
) -> Any:
    """Call with ATTUNE_TOKEN, else a development token of an administrator; return the JSON.

    Raises NotRunning where nothing serves, LocalError with the API's own words where it refuses.
    """
    import httpx2

    state = read_state(settings.home)
    if state is None or not is_running(settings.home):
        raise NotRunning("Attune is not running. Start it with `make run`.")
    token = admin_token(settings, organization)
    try:
        async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            reply = await client.request(
                method,
                state.address + path,
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
    except httpx2.HTTPError as err:
        raise LocalError(f"{state.address} did not answer: {err or type(err).__name__}.") from None
    if reply.status_code >= 400:
        raise LocalError(f"The API refused with {reply.status_code}: {problem(reply)}")
    return reply.json()


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
