"""The suite with a model's server, and somebody who asks."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from services.common.llm import model
from tests.databases import cloned
from tests.e2e.chat_model.asking import AN_HOUR, Asking, post
from tests.e2e.conftest import Api, gateway
from tests.model_stub import KEY, ModelStub, model_stub
from tests.suite import Servers, running_suite


@pytest.fixture(scope="module")
async def suite_with_a_model(servers: Servers, template_db: str) -> AsyncIterator[Asking]:
    """The whole suite, with a model's server that does as it is told."""
    patch = pytest.MonkeyPatch()
    patch.setattr(model, "COST_SECONDS", 20)  # however busy the machine of the tests is
    async with (
        model_stub() as stub,
        cloned(servers, template_db) as database,
        running_suite(
            servers,
            database,
            of_analytics={
                "openai_api_key": KEY,
                "openai_base_url": stub.url,
                "llm_breaker_failures": 1000,
                "llm_ledger_seconds": 20,
                "llm_tries": 1,
                "llm_timeout_seconds": 8,
                "chat_model_questions_per_hour": AN_HOUR,
            },
        ) as suite,
        suite.worker(),
        gateway(suite) as address,
    ):
        yield Asking(Api(address, suite), stub)
    patch.undo()


@pytest.fixture
def stub(suite_with_a_model: Asking) -> ModelStub:
    suite_with_a_model.stub.asked.clear()
    return suite_with_a_model.stub


@pytest.fixture
async def ann(
    suite_with_a_model: Asking, request: pytest.FixtureRequest
) -> AsyncIterator[httpx2.AsyncClient]:
    """An analyst of an organization of the test's own, with purchases in two countries."""
    organization = "".join(char if char.isalnum() else "_" for char in request.node.name)[-60:]
    async with suite_with_a_model.api.as_("ann", org=organization) as ann:
        sold = (("bob", "France"), ("cleo", "Spain"), ("dora", "Spain"))
        events = [
            {"event": "purchase", "user_id": user, "properties": {"country": country}}
            for user, country in sold
        ]
        await post(ann, "/api/v1/events", events)
        yield ann
