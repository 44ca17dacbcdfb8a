"""The examples of the client's README, pasted in their order, against a real gateway."""

import re
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.to_thread import run_sync

from attune_client.interactions import SHARED
from tests.client.test_contract import METHODS
from tests.e2e.conftest import Api
from tests.suite import jwt_for

README = Path("client/README.md")
EXAMPLES = re.findall(r"```python\n(.*?)```", README.read_text(), re.S)


async def test_every_example_can_be_pasted(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ATTUNE_URL", api.base_url)
    monkeypatch.setenv("ATTUNE_TOKEN", jwt_for("reader", role="admin"))
    monkeypatch.chdir(tmp_path)
    pasted: dict[str, Any] = {"__name__": "pasted"}
    for example in EXAMPLES:
        await run_sync(exec, compile(example, str(README), "exec"), pasted)
    await run_sync(SHARED.set, None)
    said = capsys.readouterr().out
    for words in ("Churn rate", "What is churn?", "Average score: 5.00/5 of 1", "no such conv"):
        assert words in said
    assert "Draw a fox" in await anyio.Path("conv-123.md").read_text()


def test_every_method_is_named() -> None:
    rows = re.findall(r"\| `client\.(\w+)` \| (.*) \|", README.read_text())
    listed = {f"{name}.{method}" for name, cell in rows for method in re.findall(r"`(\w+)`", cell)}
    assert listed == set(METHODS)
