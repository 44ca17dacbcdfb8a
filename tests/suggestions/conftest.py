from collections.abc import AsyncIterator

import pytest

from tests.suite import Suite


@pytest.fixture
async def learning(suite: Suite) -> AsyncIterator[Suite]:
    """The suite with its workers running."""
    async with suite.worker():
        yield suite
