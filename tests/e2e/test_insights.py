"""The commands of docs/insights.md over REST, as they stand there."""

import json
import re
from pathlib import Path
from typing import Any

import httpx2

GUIDE = Path(__file__).parents[2] / "docs" / "insights.md"
COMMAND = re.compile(r"curl -s http://127\.0\.0\.1:8000(\S+).*?-d '(.*?)'\n```", re.DOTALL)
COLUMNS = {
    "trend": ["country", "time", "people"],
    "funnel": ["step", "event", "people", "of_first", "of_previous"],
    "retention": ["cohort", "period", "size", "people", "share"],
    "didNotDo": ["person", "times", "last_at"],
}
VIEWED = {"event": "product_viewed", "user_id": "a", "properties": {"country": "DE"}}


async def test_the_commands_of_the_guide_work(client: httpx2.AsyncClient) -> None:
    sent = await client.post("/api/v1/events", json=[VIEWED])
    assert sent.status_code == 200, sent.text
    commands = COMMAND.findall(GUIDE.read_text())
    assert [path.partition(":")[2] for path, _ in commands] == list(COLUMNS)
    for path, body in commands:
        response = await client.post(path, json=json.loads(body))
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        columns = [column["name"] for column in answer["columns"]]
        assert columns == COLUMNS[path.partition(":")[2]]
        assert answer["rows"]
        assert all(len(row) == len(columns) for row in answer["rows"])
        assert answer["time_zone"] == "UTC"
        assert answer["start"] < answer["end"]
        # What it rests on runs by itself.
        again = await client.post("/api/v1/queries:run", json={"sql": answer["sql"]})
        assert again.status_code == 200, again.text


async def test_what_is_wrong_is_told_by_field(client: httpx2.AsyncClient) -> None:
    asked = {
        "step": {"event": "x"},
        "measure": {"quantity": "avg"},
        "time_range": {"period": "today"},
    }
    answer = await client.post("/api/v1/insights:trend", json=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "measure.field"
