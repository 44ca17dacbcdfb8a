"""The worker is killed while it sends webhooks: each of them arrives all the same."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from standardwebhooks import Webhook

from cli.local.process import free_ports
from cli.local.suite import Suite, running_suite
from cli.local.tokens import Person, development_token
from cli.settings import read_settings
from tests.chaos.test_kill import Watcher, pid_of
from tests.receiver import Arrived, Told, receiving

EVENTS = 12
KILLS = 2


@pytest.fixture
async def running(folder: Path) -> AsyncIterator[tuple[Suite, Watcher]]:
    """The whole suite as `attune run` starts it, which may call loopback and has short leases."""
    [port] = free_ports(1)
    mine = {k: v for k, v in os.environ.items() if not k.startswith("ATTUNE_")}
    own = {
        "ATTUNE_HOME": str(folder / "home"),
        "ATTUNE_HTTP_PORT": str(port),
        "ATTUNE_OUTGOING_ALLOWED_NETWORKS": "127.0.0.0/8",
        "ATTUNE_WEBHOOK_TIMEOUT_SECONDS": "1",
    }
    watcher = Watcher()
    async with running_suite(read_settings(mine | own), watcher) as suite:
        yield suite, watcher


async def test_a_worker_killed_while_it_sends_loses_no_delivery(
    running: tuple[Suite, Watcher],
) -> None:
    suite, watcher = running
    person = Person("root", organization="chaos", role="admin")
    token = development_token(person, suite.secrets.jwt_secret, datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    address = suite.addresses.http
    async with (
        receiving() as receiver,
        httpx2.AsyncClient(base_url=address, headers=headers, timeout=35) as client,
    ):
        killed: set[int] = set()

        async def kill(_: Arrived) -> Told:
            """Kill the worker that waits for this answer, and never answer it."""
            worker = pid_of(suite, "worker")
            if len(killed) < KILLS or worker in killed:
                if worker not in killed:
                    killed.add(worker)
                    os.kill(worker, signal.SIGKILL)
                await asyncio.Event().wait()
            return Told(204)

        receiver.behaviour = kill
        made = (await client.post("/api/v1/webhooks", json={"url": receiver.url})).json()
        webhook = f"/api/v1/webhooks/{made['webhook']['id']}"
        sent = {
            (await client.post(f"{webhook}:test", json={})).json()["event_id"]
            for _ in range(EVENTS)
        }

        async def all_delivered() -> bool:
            page = (await client.get(f"{webhook}/deliveries?status=delivered")).json()
            return len(page["deliveries"]) == EVENTS

        async with asyncio.timeout(120):  # two leases have to run out
            while not await all_delivered():  # noqa: ASYNC110  # it happens in other processes
                await asyncio.sleep(0.2)
    assert watcher.restarted["worker"] == KILLS
    for arrived in receiver.arrived:
        Webhook(made["secret"]).verify(arrived.body, arrived.headers)
    assert {arrived.headers["webhook-id"] for arrived in receiver.arrived} == sent
    assert len(receiver.arrived) > EVENTS
