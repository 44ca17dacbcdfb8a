from collections.abc import AsyncIterator

import pytest

from tests.client.calling import KINDS, Calling, Time, calling
from tests.client.stub import Stub, running_stub


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with running_stub() as stub:
        yield stub


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def client(kind: str, stub: Stub, time: Time) -> AsyncIterator[Calling]:
    """A client of the stub, of each kind, whose waits take no time."""
    async with calling(kind, stub.url, "token-1", timeout=30.0, retries=time.retries()) as client:
        yield client
