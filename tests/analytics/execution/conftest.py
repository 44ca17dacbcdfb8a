from collections.abc import AsyncIterator

import pytest

from services.analytics.execution.executor import Executor
from services.analytics.execution.pools import Pools
from tests.analytics.executing import One


@pytest.fixture
async def executor(at: str) -> AsyncIterator[Executor]:
    async with Pools(2) as pools:
        yield Executor(One(at), pools)
