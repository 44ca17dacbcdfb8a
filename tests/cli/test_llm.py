"""`attune llm`, over a real database and a real gateway."""

import asyncio
import json
from pathlib import Path

import pytest

from cli.local.files import locked
from cli.local.state import RunState, write_state
from tests.cli.conftest import Attune
from tests.e2e.conftest import gateway
from tests.suite import Servers, Suite, jwt_for


async def test_the_operator_allows_more_or_as_much_as_is_configured(
    attune: Attune, servers: Servers, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_DATABASE_URL", servers.admin_dsn(database))
    call = ("llm", "budget", "--org", "acme")
    outcome = await asyncio.to_thread(attune, *call, "--usd", "250", "--json")
    told = json.loads(outcome.out)
    assert outcome.code == 0
    assert (told["allowed_usd"], told["allowed_tokens"]) == (250, None)
    assert told["changed_by"].startswith("operator:")
    outcome = await asyncio.to_thread(attune, *call, "--tokens", "5000")
    assert "acme is allowed 250 US dollars a month" in outcome.out
    assert "acme is allowed 5000 tokens a month" in outcome.out
    outcome = await asyncio.to_thread(attune, *call, "--usd", "configured", "--json")
    assert json.loads(outcome.out)["allowed_usd"] is None


@pytest.mark.parametrize("amount", ["much", "-1", "nan", "1e99"])
def test_an_amount_that_is_none_is_a_usage_error(attune: Attune, amount: str) -> None:
    outcome = attune("llm", "budget", "--org", "acme", f"--usd={amount}")
    assert outcome.code == 2
    assert "--usd must be a number" in outcome.err


async def test_usage_is_shown_with_the_budget(
    attune: Attune, suite: Suite, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTUNE_TOKEN", jwt_for("root", role="admin"))
    async with gateway(suite) as address:
        with locked(home / "run.lock", wait=False):
            write_state(home, RunState(1, f"http://{address}", "postgresql://", ()))
            plain = await asyncio.to_thread(attune, "llm", "usage", "--by", "day", "--by", "model")
            as_json = await asyncio.to_thread(attune, "llm", "usage", "--json")
            refused = await asyncio.to_thread(attune, "llm", "usage", "--from", "yesterday")
    assert plain.code == 0
    assert "No model was asked." in plain.out
    assert "0 of 10 US dollars and 0 of 100000000 tokens are spent." in plain.out
    told = json.loads(as_json.out)
    assert (told["usage"], told["total"]["calls"], told["budget"]["cost_usd"]) == ([], 0, 10)
    assert refused.code == 1
    assert "refused with 422" in refused.err
