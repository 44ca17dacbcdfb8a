"""Who calls keeps to one replica while it is there, and all callers together use every one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import grpc
import pytest
from attune.common.v1 import multiplex_pb2 as pb
from attune.common.v1 import multiplex_pb2_grpc as pb_grpc

from cli.local.process import free_ports
from gateway import replicas as module
from gateway.replicas import Replicas, resolved
from services.common.channels import target_of
from tests.waiting import until

SECONDS = 10.0


class Named(pb_grpc.MultiplexServiceServicer):
    """Answers every call with its name."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    async def Multiplex(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802
        async for request in requests:
            yield pb.MultiplexResponse(
                answers=[
                    pb.MultiplexResponse.Answer(id=call.id, response=self._name)
                    for call in request.calls
                ]
            )


@asynccontextmanager
async def serving(name: bytes, port: int) -> AsyncIterator[None]:
    server = grpc.aio.server()
    pb_grpc.add_MultiplexServiceServicer_to_server(Named(name), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    yield
    await server.stop(None)


async def ask(known: Replicas, number: int) -> bytes:
    return await known.of(("acme", f"user{number}")).call("/echo/Echo", b"", SECONDS, ())


async def test_callers_spread_over_the_replicas_and_each_keeps_to_one() -> None:
    ports = free_ports(2)
    async with AsyncExitStack() as stack:
        for name, port in zip((b"a", b"b"), ports, strict=True):
            await stack.enter_async_context(serving(name, port))
        address = ",".join(f"127.0.0.1:{port}" for port in ports)
        known = await stack.enter_async_context(Replicas(address).looked_up())
        first = [await ask(known, number) for number in range(100)]
        assert [await ask(known, number) for number in range(100)] == first
        assert min(Counter(first)[name] for name in (b"a", b"b")) > 20


async def test_where_a_replica_is_not_there_another_takes_over_until_it_is_back() -> None:
    here, gone = free_ports(2)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(b"here", here))
        address = f"127.0.0.1:{here},127.0.0.1:{gone}"
        known = await stack.enter_async_context(Replicas(address).looked_up())

        async def answered(wanted: set[bytes]) -> bool:
            calls = (ask(known, number) for number in range(40))
            return set(await asyncio.gather(*calls, return_exceptions=True)) == wanted

        await until(lambda: answered({b"here"}))
        await stack.enter_async_context(serving(b"back", gone))
        await until(lambda: answered({b"here", b"back"}))


async def test_a_name_that_leads_elsewhere_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = free_ports(2)
    led_to = [f"127.0.0.1:{ports[0]}"]

    async def look_up(address: str) -> list[str]:
        return led_to

    monkeypatch.setattr(module, "resolved", look_up)
    monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.01)
    monkeypatch.setattr(module, "SOONER_SECONDS", 0.0)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(serving(b"old", ports[0]))
        await stack.enter_async_context(serving(b"new", ports[1]))
        known = await stack.enter_async_context(Replicas("a.name:50052").looked_up())
        assert await ask(known, 1) == b"old"
        led_to[:] = [f"127.0.0.1:{ports[1]}"]

        async def followed() -> bool:
            return await ask(known, 1) == b"new"

        await until(followed)
        led_to.clear()  # a name that leads nowhere for a while changes nothing
        assert await ask(known, 1) == b"new"


async def test_addresses_are_found_by_list_and_by_name() -> None:
    listed = await resolved("127.0.0.1:5, 127.0.0.1:4,[::1]:6")
    assert listed == ["127.0.0.1:4", "127.0.0.1:5", "[::1]:6"]
    assert "127.0.0.1:7" in await resolved("localhost:7")
    assert await resolved("nowhere.invalid:7") == []
    assert await resolved("unix:/tmp/a.sock") == ["unix:/tmp/a.sock"]
    assert await resolved("ipv4:///127.0.0.1:4") == ["ipv4:///127.0.0.1:4"]


def test_channels_lead_to_a_name_or_to_listed_addresses() -> None:
    assert target_of("activity:50051") == "dns:///activity:50051"
    assert target_of("127.0.0.1:4,127.0.0.1:5") == "ipv4:127.0.0.1:4,127.0.0.1:5"
    assert target_of("unix:/tmp/a.sock") == "unix:/tmp/a.sock"
