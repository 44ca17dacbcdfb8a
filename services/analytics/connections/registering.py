"""Registers, changes and removes connections; each is tried before it is kept, and audited."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from services.analytics.audit.store import Entry, record
from services.analytics.connections.connections import not_builtin, unknown
from services.analytics.connections.domain import (
    EVENTS,
    MOST_CONNECTIONS,
    Connection,
    Problem,
    Report,
    Secret,
    purpose_of,
)
from services.analytics.connections.dsn import BadDsn, Dsn, parsed
from services.analytics.connections.opening import Opener
from services.analytics.connections.probing import probe
from services.analytics.connections.store import ConnectionStore
from services.analytics.results.cache import ResultCache
from services.analytics.vocabulary.publishing import publish
from services.common import db
from services.common.caller import Caller
from services.common.clock import Clock
from services.common.errors import AlreadyExists, FailedPrecondition, InvalidFields, Violation
from services.common.event_log import Hints
from services.common.idempotency import Claim, earlier_answer, keep_responses
from services.common.vault import Vault

RPC = "CreateConnection"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a connection is to be."""

    connection_id: str
    name: str
    dsn: str
    sample_values: bool
    override_reason: str | None


class Registrar:
    def __init__(
        self,
        store: ConnectionStore,
        vault: Vault,
        opener: Opener,
        results: ResultCache,
        hints: Hints,
        now: Clock,
    ) -> None:
        self._store = store
        self._vault = vault
        self._opener = opener
        self._results = results
        self._hints = hints
        self._now = now

    async def register(self, who: Caller, asked: Asked, claim: Claim | None) -> bool:
        """Whether it is new: False where an earlier request with this key made it.

        Raises InvalidFields, AlreadyExists, FailedPrecondition, IdempotencyKeyReused.
        """
        dsn, organization = dsn_of(asked.dsn), who.organization_id
        if asked.connection_id == EVENTS:
            raise AlreadyExists("the connection 'events' is built in: choose another id")
        report = await self._tried(dsn, asked.override_reason)
        # Before the transaction: the vault may take a connection of its own.
        secret = await self._sealed(organization, asked.connection_id, dsn)
        made = self._plan(who, asked, dsn, report)
        async with self._store.pool.acquire() as conn, conn.transaction():
            if await earlier_answer(conn, organization, RPC, claim, self._now) is not None:
                return False
            if not await self._store.add(conn, organization, made, secret):
                raise await self._refusal(conn, organization, asked.connection_id)
            if claim:
                kept = [(claim, made.connection_id.encode())]
                await keep_responses(conn, organization, RPC, kept)
            detail = {"dsn": dsn.shown, **overriding(asked.override_reason, report)}
            await self._audit(conn, who, "connection.created", made.connection_id, detail)
            await publish(conn, organization, made.connection_id)
        self._hints.tell(organization)
        return True

    async def change(self, who: Caller, connection_id: str, changes: Mapping[str, Any]) -> None:
        """Raises NotFound, InvalidFields, FailedPrecondition."""
        not_builtin(connection_id)
        organization, now = who.organization_id, self._now()
        before = await self._store.get(organization, connection_id)
        if before is None:
            raise unknown(connection_id)
        changed, secret, report = dict(changes), None, None
        text = changed.pop("dsn", before.dsn_shown)
        if text != before.dsn_shown:
            dsn = dsn_of(text)
            reason = changes.get("override_reason", before.override_reason)
            report = await self._tried(dsn, reason)
            changed["dsn_shown"] = dsn.shown
            secret = await self._sealed(organization, connection_id, dsn)
        async with self._store.pool.acquire() as conn, conn.transaction():
            key = (organization, connection_id)
            old = await self._store.update(conn, *key, changed, secret, now)
            if old is None:
                raise unknown(connection_id)
            if report:
                await self._store.note(*key, report, now, conn)
            detail = changed | overriding(changed.get("override_reason"), report)
            await self._audit(conn, who, "connection.updated", connection_id, detail)
        if secret:
            await self._forget(organization, connection_id, old)

    async def remove(self, who: Caller, connection_id: str, *, force: bool) -> None:
        """With its catalogue, and its secret for good.

        Raises NotFound, FailedPrecondition where something is defined on it, unless it is forced.
        """
        not_builtin(connection_id)
        key = (who.organization_id, connection_id)
        async with self._store.pool.acquire() as conn, conn.transaction():
            gone = await self._store.delete(conn, *key)
            if gone is None:
                raise unknown(connection_id)
            left = await self._store.references(conn, *key)
            if left and not force:
                raise in_use(connection_id, left)
            secret_id, dsn_shown = gone
            detail = {"dsn": dsn_shown, **({"left": left} if left else {})}
            await self._audit(conn, who, "connection.deleted", connection_id, detail)
            await publish(conn, *key)
        self._hints.tell(who.organization_id)
        await self._forget(*key, secret_id)

    async def _forget(self, organization: str, connection_id: str, secret_id: UUID) -> None:
        """What is left of a database that the connection does not lead to any more."""
        await self._vault.destroy(organization, purpose_of(secret_id))
        await self._results.invalidate(organization, connection_id=connection_id)

    async def _tried(self, dsn: Dsn, override_reason: str | None) -> Report:
        """Raises InvalidFields where it cannot be connected to, or may do more than is accepted."""
        report = await probe(self._opener, dsn)
        if report.failure:
            raise InvalidFields(Violation("dsn", report.failure))
        if report.problems and not override_reason:
            raise InvalidFields(*map(violation_of, report.problems))
        return report

    async def _sealed(self, organization: str, connection_id: str, dsn: Dsn) -> Secret:
        secret_id = uuid4()
        text = dsn.text.encode()
        purpose = purpose_of(secret_id)
        return Secret(
            secret_id, await self._vault.encrypt(organization, purpose, text, connection_id)
        )

    def _plan(self, who: Caller, asked: Asked, dsn: Dsn, report: Report) -> Connection:
        return Connection(
            connection_id=asked.connection_id,
            name=asked.name or asked.connection_id,
            dsn_shown=dsn.shown,
            sample_values=asked.sample_values,
            override_reason=asked.override_reason,
            created_by=who.subject,
            created_at=self._now(),
            problem=report.told,
            server_version=report.server_version,
        )

    async def _refusal(
        self, conn: db.Connection, organization: str, connection_id: str
    ) -> Exception:
        if await self._store.get(organization, connection_id, conn):
            return AlreadyExists(f"there is a connection {connection_id!r} already")
        return FailedPrecondition(
            f"the organization has {MOST_CONNECTIONS} connections: remove one first"
        )

    async def _audit(
        self, conn: db.Connection, who: Caller, action: str, target: str, detail: Mapping[str, Any]
    ) -> None:
        entry = Entry(who.subject, action, target, detail)
        await record(conn, who.organization_id, self._now(), entry)


def in_use(connection_id: str, left: Mapping[str, int]) -> FailedPrecondition:
    told = ", ".join(f"{kind}: {number}" for kind, number in left.items())
    return FailedPrecondition(
        f"something is defined on the connection {connection_id!r} ({told}): delete that first, or"
        " set force to leave it without a connection"
    )


def dsn_of(text: str) -> Dsn:
    """Raises InvalidFields."""
    try:
        return parsed(text)
    except BadDsn as err:
        raise InvalidFields(Violation("dsn", str(err))) from None


def violation_of(problem: Problem) -> Violation:
    return Violation("dsn", ": ".join(filter(None, (problem.message, problem.remedy))))


def overriding(reason: str | None, report: Report | None) -> dict[str, Any]:
    """What the audit log tells of a role that was accepted though it may write."""
    return dict(overridden(reason, report))


def overridden(reason: str | None, report: Report | None) -> Iterator[tuple[str, Any]]:
    if reason and report and report.problems:
        yield "override_reason", reason
        yield "accepted", [problem.message for problem in report.problems]
