from collections.abc import AsyncIterator, Iterator

import pytest

from tests.activity.identity import EC, RSA, Identity, serving_identity
from tests.activity.issuer import Issuer, serving_keys
from tests.databases import cloned
from tests.suite import Servers


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with serving_keys() as issuer:
        issuer.publish(RSA, EC)
        yield issuer


@pytest.fixture
async def identity(servers: Servers, database: str, issuer: Issuer) -> AsyncIterator[Identity]:
    async with serving_identity(servers, database, issuer) as identity:
        yield identity


@pytest.fixture(scope="module")
async def shared(servers: Servers, template_db: str) -> AsyncIterator[Identity]:
    """One identity for tests that only try to get in."""
    with serving_keys() as issuer:
        issuer.publish(RSA, EC)
        async with (
            cloned(servers, template_db) as database,
            serving_identity(servers, database, issuer) as identity,
        ):
            yield identity
