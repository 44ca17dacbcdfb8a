"""Connects to registered databases: to checked addresses alone, and never to Attune's own.

A name is resolved once, all that it leads to is checked, and the connection goes to one of those
addresses (DNS cannot answer otherwise a second time). A certificate is checked for the name. The
parts of the DSN are handed over one by one, so that the driver reads no environment, no file and
no socket of this machine.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from services.analytics.connections.dsn import Dsn
from services.analytics.connections.hashing import bound_hashing
from services.analytics.execution.metering import metered
from services.common.db import Connection, load_queries
from services.common.errors import FailedPrecondition
from services.common.outgoing import (
    Policy,
    Refused,
    Resolver,
    UnknownName,
    check_host,
    public_addresses,
)

SQL = load_queries(__package__, "opening.sql")
CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 2.0
# What a server may tell of itself.
MOST_READ = 256 * 1024 * 1024
OWN = "this is one of Attune's own databases, which no connection may reach"


class CannotConnect(FailedPrecondition):
    """Why a database cannot be connected to: a sentence for its admin."""


class Opener:
    """One for a process: a context manager, at whose end no name is looked up any more."""

    def __init__(self, policy: Policy, seconds: float = CONNECT_SECONDS) -> None:
        self._policy = policy
        self._seconds = seconds
        self._resolver = Resolver()

    def __enter__(self) -> Self:
        bound_hashing()
        return self

    def __exit__(self, *_: object) -> None:
        self._resolver.close()

    @asynccontextmanager
    async def opened(self, dsn: Dsn) -> AsyncIterator[Connection]:
        """A connection of its own until the block ends, which brings so much and no more.

        Raises CannotConnect.
        """
        conn = metered(await self.connect(dsn), MOST_READ)
        async with ending(conn):
            yield conn

    async def connect(self, dsn: Dsn) -> Connection:
        """Raises CannotConnect. The caller closes it."""
        try:
            async with asyncio.timeout(self._seconds):
                conn = await self._connected(dsn)
                return await not_our_own(conn)
        except TimeoutError:
            raise CannotConnect(
                f"the server did not answer within {self._seconds:g} s: is the port right, and"
                " open to the machine on which Attune runs?"
            ) from None
        except FAILURES as err:
            raise CannotConnect(said(err, dsn)) from None

    async def _connected(self, dsn: Dsn) -> Connection:
        check_host(dsn.host, self._policy)
        addresses = await public_addresses(self._resolver, self._policy, dsn.host, dsn.port)
        for address in addresses[:-1]:
            try:
                return await connected_to(str(address), dsn)
            except OSError:
                continue
        return await connected_to(str(addresses[-1]), dsn)


@asynccontextmanager
async def ending(conn: Connection) -> AsyncIterator[None]:
    """Ends the session with the block, whatever becomes of it."""
    try:
        yield
    finally:
        with suppress(TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await conn.close(timeout=CLOSE_SECONDS)


async def connected_to(address: str, dsn: Dsn) -> Connection:
    """By TLS as sslmode says; with "prefer" without it where the server offers none."""
    context = tls_context(dsn)
    try:
        return await plainly_connected(address, dsn, context)
    except ConnectionError as err:
        if dsn.sslmode != "prefer" or not offers_no_tls(err):
            raise
    return await plainly_connected(address, dsn, None)


async def plainly_connected(address: str, dsn: Dsn, context: ssl.SSLContext | None) -> Connection:
    """What is named here is not looked for in the environment."""
    conn: Connection = await asyncpg.connect(
        host=address,
        port=dsn.port,
        user=dsn.user,
        password=dsn.password,
        database=dsn.database,
        ssl=context or False,
        direct_tls=False,
        target_session_attrs=SessionAttribute.any,
        # Poolers share sessions, so that no statement is kept in one.
        statement_cache_size=0,
        server_settings={"application_name": "attune"},
    )
    return conn


async def not_our_own(conn: Connection) -> Connection:
    """The connection. Raises CannotConnect, and ends it, where it leads to Attune's data."""
    try:
        if not await conn.fetchval(SQL["holds_attune"]):
            return conn
    except BaseException:
        conn.terminate()
        raise
    conn.terminate()
    raise CannotConnect(OWN)


class NamedContext(ssl.SSLContext):
    """Checks certificates for a name, though an address is connected to."""

    name: str

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        return super().wrap_bio(*args, **kwargs | {"server_hostname": self.name})


def tls_context(dsn: Dsn) -> ssl.SSLContext | None:
    """As libpq's sslmode says, with the authorities of this machine; None is no TLS."""
    if dsn.sslmode == "disable":
        return None
    context = NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.name = dsn.host
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = dsn.sslmode == "verify-full"
    if dsn.sslmode.startswith("verify"):
        context.load_default_certs()
    else:
        context.verify_mode = ssl.CERT_NONE
    return context


FAILURES = (
    Refused,
    UnknownName,
    OSError,
    UnicodeError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
# What follows "the server".
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (UnknownName, "is not known by this name: look for a typing error in the host"),
    (ssl.SSLError, "could not be talked to by TLS"),
    (ConnectionRefusedError, "refused the connection: nothing listens on this port"),
    (asyncpg.InvalidPasswordError, "did not take this user and password"),
    (asyncpg.InvalidCatalogNameError, "has no database of this name"),
    (asyncpg.TooManyConnectionsError, "has no free connection for this user now"),
    (asyncpg.CannotConnectNowError, "is starting or stopping: try again in a moment"),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        "does not let this user into this database from the machine on which Attune runs:"
        " see its pg_hba.conf, and whether the role may LOGIN",
    ),
    (
        asyncpg.InsufficientPrivilegeError,
        "does not let this role in: GRANT CONNECT ON DATABASE … TO the role",
    ),
    (OSError, "cannot be reached: the connection broke, or no way leads there"),
)


def said(err: Exception, dsn: Dsn) -> str:
    """The failure in words, which tell nothing of what else may be at that address."""
    if isinstance(err, Refused):
        return f"the host {err}; the operator may permit more by ATTUNE_OUTGOING_ALLOWED_NETWORKS"
    if offers_no_tls(err):
        return (
            f"the server offers no TLS, which sslmode={dsn.sslmode} needs: turn it on there or,"
            " in a network that you trust, write sslmode=disable"
        )
    if isinstance(err, ssl.SSLCertVerificationError):
        return f"the server has a certificate that is not good: {err.verify_message}"
    for kind, reason in REASONS:
        if isinstance(err, kind):
            return f"the server {reason}"
    if isinstance(err, asyncpg.PostgresError):
        return f"the server refused the connection ({err.sqlstate}): {str(err)[:200]}"
    return "the server does not answer as PostgreSQL does"


def offers_no_tls(err: Exception) -> bool:
    return isinstance(err, ConnectionError) and "rejected SSL upgrade" in str(err)
