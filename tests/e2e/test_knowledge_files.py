"""The knowledge base as files, over REST: planned, applied, exported."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cli.knowledge import api as knowledge
from cli.knowledge.planning import Step, plan
from cli.knowledge.reading import read
from cli.knowledge.writing import export
from tests.e2e.conftest import Api

SAMPLE = Path(__file__).parents[2] / "samples" / "knowledge"


@pytest.fixture
async def analyst(api: Api, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """A client of an organization of the test's own."""
    org = request.node.name[:60]
    async with api.as_("ann", org=org, role="admin") as client:
        yield client


async def planned(client: Any, folder: Path, *, prune: bool = True) -> list[Step]:
    wanted = read(folder)
    return plan(wanted, await knowledge.there(client, wanted), prune=prune)


async def test_the_sample_is_applied_once_and_comes_back_as_it_was(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    steps = await planned(analyst, SAMPLE)
    assert {step.action for step in steps} == {"create"}
    done, failed = await knowledge.apply(analyst, steps)
    assert (len(done), failed) == (len(steps), [])
    assert await planned(analyst, SAMPLE) == []
    export(await knowledge.there(analyst), tmp_path)
    assert await planned(analyst, tmp_path) == []
    asked = {"metrics": ["revenue_per_buyer", "conversion_rate"], "dimensions": ["currency"]}
    assert (await analyst.post("/api/v1/metrics:query", json=asked)).status_code == 200
    found = (await analyst.get("/api/v1/knowledge/query?question=retention")).json()["results"]
    assert found[0]["name"] == "How we count retention"


async def test_a_change_of_a_file_changes_that_and_prune_deletes(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "entries:\n  - {title: A, content: one, tags: [x]}\n  - {title: B, content: b}\n"
    )
    await knowledge.apply(analyst, await planned(analyst, tmp_path, prune=True))
    path.write_text("entries:\n  - {title: A, content: two}\n")
    [step] = await planned(analyst, tmp_path, prune=False)
    assert dict(step.changes) == {"content": ("one", "two"), "tags": (["x"], [])}
    done, failed = await knowledge.apply(analyst, await planned(analyst, tmp_path))
    assert ([step.action for step in done], failed) == (["change", "delete"], [])
    entries = (await analyst.get("/api/v1/knowledge/entries")).json()["entries"]
    assert [(e["title"], e["content"], e["tags"]) for e in entries] == [("A", "two", [])]


async def test_a_change_within_a_metrics_field_and_source_is_applied(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    metric = (
        "business_metrics:\n  - name: revenue\n    type: simple\n    aggregate: sum\n"
        "    source: {{event: {event}}}\n"
        "    field: {{column: properties, path: [{path}], cast: numeric}}\n"
    )
    path.write_text(metric.format(event="purchase", path="revenue"))
    await knowledge.apply(analyst, await planned(analyst, tmp_path))
    path.write_text(metric.format(event="sale", path="amount"))
    done, failed = await knowledge.apply(analyst, await planned(analyst, tmp_path))
    assert ([step.action for step in done], failed) == (["change"], [])
    assert await planned(analyst, tmp_path) == []


async def test_what_is_refused_is_told_with_file_and_line_and_all_else_is_done(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "event_definitions:\n  - name: e\n    properties:\n      - name: p\n        type: text\n"
        "questions:\n  - question: q\n    sql: DELETE FROM events\n"
        "entries:\n  - {title: A, content: a}\n"
    )
    done, failed = await knowledge.apply(analyst, await planned(analyst, tmp_path))
    assert [step.name for step in done] == ["A"]
    first, second = [str(one.problems[0]) for one in failed]
    assert first.startswith(f"{path}:5: properties[0].type: must be one of")
    assert second.startswith(f"{path}:8: sql: DeleteStmt is not allowed") or ":8: sql:" in second


async def test_somebody_elses_change_since_the_plan_is_not_overwritten(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("entries:\n  - {title: A, content: one}\n")
    await knowledge.apply(analyst, await planned(analyst, tmp_path))
    path.write_text("entries:\n  - {title: A, content: two}\n")
    steps = await planned(analyst, tmp_path)
    [entry] = (await analyst.get("/api/v1/knowledge/entries")).json()["entries"]
    await analyst.patch(f"/api/v1/knowledge/entries/{entry['id']}", json={"content": "theirs"})
    done, [failed] = await knowledge.apply(analyst, steps)
    assert done == []
    assert "is not the newest" in str(failed.problems[0])


async def test_what_other_items_need_is_deleted_with_them(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    await knowledge.apply(analyst, await planned(analyst, SAMPLE))
    steps = await planned(analyst, tmp_path)
    done, failed = await knowledge.apply(analyst, steps)
    assert (len(done), failed) == (len(steps), [])
    assert await knowledge.there(analyst) == []


async def test_a_metric_that_does_not_compile_is_told_with_its_line(
    analyst: httpx2.AsyncClient, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "business_metrics:\n  - name: m\n    description: d\n    formula: sum(nothing)\n"
        "dimensions:\n  - name: d\n    relation: nowhere\n    field: {column: x}\n"
    )
    done, failed = await knowledge.apply(analyst, await planned(analyst, tmp_path))
    assert (done, len(failed)) == ([], 2)
    told = sorted(str(one.problems[0]) for one in failed)
    assert told[0].startswith(f"{path}:4: formula: ")
    assert told[1].startswith(f"{path}:7: relation: ")
    assert "no relation store.nowhere" in told[1]
