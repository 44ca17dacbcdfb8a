"""Every service's migrations, in this process."""

from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from cli.local import secrets
from cli.local.environment import database_urls
from cli.local.errors import LocalError
from cli.local.secrets import SERVICES
from cli.settings import Settings


async def migrate_all(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make schemas and roles and apply what is new.

    `passwords` are what each service's role logs in with; a service without one keeps its own.
    Raises LocalError where the database cannot be reached or refuses.
    """
    from services.common.migrate import migrate

    async with explained("Cannot migrate the database"):
        for service in SERVICES:
            await migrate(admin_dsn, service, f"services.{service}", passwords.get(service))


async def ensure_database(admin_dsn: str, name: str) -> None:
    """Make the database where the server has none of that name."""
    import asyncpg

    async with explained(f"Cannot make the database {name}"):
        conn = await asyncpg.connect(admin_dsn)
        try:
            if not await conn.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                await conn.execute(f'CREATE DATABASE "{name}"')
        finally:
            await conn.close()


@asynccontextmanager
async def explained(what: str) -> AsyncIterator[None]:
    """Turn the driver's errors into a sentence for the user."""
    import asyncpg

    try:
        yield
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as err:
        raise LocalError(f"{what}: {err}") from err


def passwords_for(settings: Settings) -> dict[str, str]:
    """What each service logs in with: as its own URL says, else the secrets of this home.

    A service whose URL the user gave without a password keeps the one that it has.
    """
    known = secrets.load_or_create(settings.home)
    urls = database_urls(settings.database_url or "", known, settings.variables)
    found = {s: urlsplit(urls[f"ATTUNE_{s.upper()}_DATABASE_URL"]).password for s in SERVICES}
    return {service: unquote(password) for service, password in found.items() if password}


@contextmanager
def applied_by() -> Iterator[list[str]]:
    """Collect the names of the files that are applied inside the block."""
    import structlog

    files: list[str] = []

    def collect(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
        if event.get("event") == "migrated":
            files.append(str(event["file"]))
        raise structlog.DropEvent

    structlog.configure(processors=[collect], cache_logger_on_first_use=False)
    yield files
