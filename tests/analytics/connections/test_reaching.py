"""Where connections may lead: not inside, not to Attune's own data; what failures say."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import pytest
from attune.analytics.v1 import connections_pb2 as pb

from services.analytics.connections.dsn import parsed
from services.analytics.connections.opening import CannotConnect, Opener
from services.common.outgoing import Policy, networks_of
from tests.analytics.connections.asking import create, get, refused, root
from tests.analytics.connections.shops import Shop
from tests.databases import connected
from tests.suite import PASSWORD, Servers, Suite, violations_of

LOOPBACK = Policy(networks_of(["127.0.0.0/8", "::1/128"]))


async def why(shop: Shop, policy: Policy = LOOPBACK, **changed: str) -> str:
    """Why the database cannot be connected to."""
    with Opener(policy, seconds=3) as opener, pytest.raises(CannotConnect) as err:
        await opener.connect(parsed(shop.dsn(**changed)))
    return str(err.value)


@asynccontextmanager
async def forwarded(port: int) -> AsyncIterator[int]:
    """A port that leads to another one of this machine."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(piped(reader, there[1]), piped(there[0], writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def piped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


async def test_each_failure_has_a_sentence_that_says_what_to_change(shop: Shop) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = str(unused.getsockname()[1])
        assert "nothing listens on this port" in await why(shop, port=nobody)
    assert "not known by this name" in await why(shop, host="nowhere.invalid")
    assert "did not take this user and password" in await why(shop, password="wrong")
    assert "did not take this user and password" in await why(shop, user="nobody")
    assert "no database of this name" in await why(shop, database="nothing")
    assert "offers no TLS" in await why(shop, sslmode="require")
    assert "offers no TLS" in await why(shop, sslmode="verify-full")
    await shop.execute("REVOKE CONNECT ON DATABASE " + shop.database + " FROM PUBLIC")
    assert "GRANT CONNECT" in await why(shop)
    await shop.execute("ALTER ROLE {role} NOLOGIN")
    assert "may LOGIN" in await why(shop)


async def test_no_server_says_how_long_a_password_is_hashed(shop: Shop) -> None:
    """Two billion times would hold up every call of the process for most of an hour."""

    async def scram(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        writer.write(message(b"R", (10).to_bytes(4) + b"SCRAM-SHA-256\0\0"))
        await reader.readexactly(1)
        first = await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        nonce = first.partition(b"r=")[2]
        asked = b"r=%bx,s=c2FsdHNhbHRzYWx0c2E=,i=2000000000" % nonce
        writer.write(message(b"R", (11).to_bytes(4) + asked))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(scram, "127.0.0.1", 0)
    async with server:
        port = str(server.sockets[0].getsockname()[1])
        told = await why(shop, port=port, sslmode="disable")
    assert told == "the server does not answer as PostgreSQL does"


def message(kind: bytes, body: bytes) -> bytes:
    """Of PostgreSQL's protocol."""
    return kind + (len(body) + 4).to_bytes(4) + body


async def test_what_is_no_postgres_is_told_apart_and_not_quoted(shop: Shop) -> None:
    async def banner(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(b"SSH-2.0-inside-secret\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(banner, "127.0.0.1", 0)
    async with server:
        port = str(server.sockets[0].getsockname()[1])
        for sslmode in ("disable", "prefer", "require"):
            told = await why(shop, port=port, sslmode=sslmode)
            assert "secret" not in told
            assert told.startswith("the server ")


async def test_a_server_that_says_nothing_is_given_up(shop: Shop) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = str(server.sockets[0].getsockname()[1])
        with Opener(LOOPBACK, seconds=0.2) as opener, pytest.raises(CannotConnect) as err:
            await opener.connect(parsed(shop.dsn(port=port)))
    assert "did not answer within 0.2 s" in str(err.value)


async def test_prefer_does_without_tls_where_there_is_none(shop: Shop) -> None:
    with Opener(LOOPBACK) as opener:
        async with opener.opened(parsed(shop.dsn(sslmode="prefer"))) as conn:
            assert await conn.fetchval("SELECT 1") == 1


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "localhost"),
        *("2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0.0.0.0", "[fe80::1%25eth0]"),
        *("[fd00:ec2::254]", "192.168.1.1", "db.localhost"),
    ],
)
async def test_nothing_inside_is_connected_to_unless_the_operator_permits_it(
    shop: Shop, host: str
) -> None:
    told = await why(shop, Policy(), host=host)
    assert told.startswith("the host must")
    assert "ATTUNE_OUTGOING_ALLOWED_NETWORKS" in told


async def test_a_name_is_looked_up_once_and_all_that_it_leads_to_is_checked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answers(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        # What a name server of an attacker says first, and what it would say then.
        return [(0, 0, 0, "", (["93.184.216.34", "127.0.0.1"][len(asked) - 1], port))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    calls: list[str] = []

    async def connect(address: str, *_: Any) -> Any:
        calls.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("services.analytics.connections.opening.connected_to", connect)
    assert "nothing listens" in await why(shop, Policy(), host="rebind.example.com")
    assert (asked, calls) == (["rebind.example.com"], ["93.184.216.34"])
    assert "public address" in await why(shop, Policy(), host="rebind.example.com")
    assert calls == ["93.184.216.34"]
    assert ip_address(calls[0]).is_global


async def test_the_environment_adds_nothing_to_a_dsn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("PGPASSWORD", "p@ss/w:rd#1%"),
        ("PGHOST", "127.0.0.9"),
        ("PGSSLMODE", "verify-full"),
        ("PGSERVICE", "x"),
        ("PGTARGETSESSIONATTRS", "standby"),
        ("PGSSLNEGOTIATION", "direct"),
    ):
        monkeypatch.setenv(name, value)
    with Opener(LOOPBACK) as opener:
        async with opener.opened(parsed(shop.dsn())) as conn:
            assert await conn.fetchval("SELECT 1") == 1
    assert "did not take this user and password" in await why(shop, password="")


async def test_attunes_own_database_is_never_reached_whatever_it_is_called(
    suite: Suite, servers: Servers, database: str
) -> None:
    """By the superuser, by the service's own role, by another name, and by another port."""
    port = servers.postgres.port
    superuser = f"postgres:{servers.postgres.password}"
    service = f"attune_analytics:{PASSWORD}"
    async with forwarded(port) as other:
        for place in (
            f"{superuser}@127.0.0.1:{port}",
            f"{service}@127.0.0.1:{port}",
            f"attune_activity:{PASSWORD}@127.0.0.1:{port}",
            f"{service}@localhost:{port}",
            f"{service}@127.0.0.1:{other}",
            f"{superuser}@127.0.0.1:{other}",
        ):
            dsn = f"postgresql://{place}/{database}?sslmode=disable"
            request = pb.CreateConnectionRequest(
                connection_id="own", dsn=dsn, override_reason="let me"
            )
            err = await refused(suite.connections.CreateConnection(request, metadata=root(suite)))
            assert "Attune's own" in violations_of(err)["dsn"], place


async def test_a_reader_in_the_same_cluster_reaches_its_database_and_not_attunes(
    suite: Suite, shop: Shop, database: str
) -> None:
    assert (await create(suite, shop)).id == "shop"
    err = await refused(create(suite, shop, "own", dsn=shop.dsn(database=database)))
    assert "Attune's own" in violations_of(err)["dsn"]


async def test_a_connection_that_comes_to_lead_to_attune_is_refused_each_time(
    suite: Suite, shop: Shop
) -> None:
    """As where a name or a port leads somewhere else since it was registered."""
    await create(suite, shop)
    await shop.execute(
        "CREATE ROLE attune_moved_owner; CREATE SCHEMA moved AUTHORIZATION attune_moved_owner"
    )
    try:
        request = pb.TestConnectionRequest(connection_id="shop")
        report = await suite.connections.TestConnection(request, metadata=root(suite))
        assert "Attune's own" in report.problems[0].message
        assert not report.ok
        assert "Attune's own" in (await get(suite)).problem
        err = await refused(
            suite.connections.IntrospectConnection(
                pb.IntrospectConnectionRequest(connection_id="shop"), metadata=root(suite)
            )
        )
        assert "Attune's own" in str(err.details())
    finally:
        async with connected(shop.admin_dsn) as conn:
            await conn.execute("DROP SCHEMA moved; DROP ROLE attune_moved_owner")
