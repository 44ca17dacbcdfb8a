"""Connections, and what keeps one from being used. No I/O, no protobuf."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

EVENTS = "events"
BUILTIN, POSTGRES = "builtin", "postgres"
MOST_CONNECTIONS = 100


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A database, without its password. Times are UTC."""

    connection_id: str
    name: str
    kind: str = POSTGRES
    dsn_shown: str = ""
    sample_values: bool = False
    override_reason: str | None = None
    created_by: str | None = None
    created_at: datetime
    updated_at: datetime | None = None
    tested_at: datetime | None = None
    problem: str | None = None
    server_version: str | None = None
    introspected_at: datetime | None = None
    relation_count: int = 0


# It comes before all others.
EVENT_STORE = Connection(
    connection_id=EVENTS,
    name="Events",
    kind=BUILTIN,
    created_at=datetime(1970, 1, 1, tzinfo=UTC),
)


@dataclass(frozen=True)
class Problem:
    """What is not as it should be, and the SQL that mends it, where SQL does."""

    message: str
    remedy: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What trying a connection found.

    `failure` is why it cannot be connected to; `problems` are what its role can do besides reading;
    `advice` is no reason to refuse it.
    """

    failure: str | None = None
    problems: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    server_version: str | None = None
    duration_ms: int = 0

    @property
    def told(self) -> str | None:
        """What is wrong, in one text; None where nothing is."""
        if self.failure:
            return self.failure
        return "; ".join(problem.message for problem in self.problems)[:4000] or None


@dataclass(frozen=True)
class Secret:
    """An encrypted DSN, and the key that it has in the vault."""

    secret_id: UUID
    sealed: bytes

    @property
    def purpose(self) -> str:
        return purpose_of(self.secret_id)


def purpose_of(secret_id: UUID) -> str:
    """Each DSN has a key of its own, so that it can be destroyed without the others."""
    return f"connections/{secret_id}"
