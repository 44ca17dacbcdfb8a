"""The requests that are sent, as whole HTTP/1.1 texts."""

import json
import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bench.running import CONNECTION, Suite
from cli.demo.people import JOB_ROLES
from cli.demo.questions import SAMPLE, read_questions

LOG = "/api/v1/activity/log"
BATCH = "/api/v1/activity/log:batch"
BATCH_ROWS = 1000
PEOPLE = 32


def questions() -> list[str]:
    return [question.text for question in read_questions(SAMPLE)]


def people() -> list[tuple[str, str]]:
    """(user, job role) of those who ask."""
    return [(f"user{n:03}", JOB_ROLES[n % len(JOB_ROLES)]) for n in range(PEOPLE)]


def activity(text: str, chance: random.Random) -> dict[str, Any]:
    """An activity as the document shows it: a question with a small answer."""
    rows = [{"name": "abc", "value": chance.randint(1, 90_000)} for _ in range(3)]
    told = {"execution_time_ms": chance.randint(40, 900), "row_count": len(rows)}
    return {
        "activity_type": "query",
        "query_text": text,
        "response_data": {"data": rows, "metadata": told},
        "metadata": {"connection_id": CONNECTION},
    }


def single_logs(texts: Sequence[str], suite: Suite | None = None) -> list[str]:
    """One activity a request, everybody by turns; without a suite as the baseline takes them."""
    chance = random.Random("attune bench")
    heads = [identified(user, role, suite) for user, role in people()]
    return [
        post(LOG, heads[number % len(heads)], json.dumps(activity(text, chance)))
        for number, text in enumerate(shuffled(texts, chance))
    ]


def batch_logs(texts: Sequence[str], suite: Suite) -> list[str]:
    chance = random.Random("attune bench")
    made = []
    for user, role in people()[:4]:
        activities = [activity(chance.choice(texts), chance) for _ in range(BATCH_ROWS)]
        head = identified(user, role, suite)
        made.append(post(BATCH, head, json.dumps({"activities": activities})))
    return made


def suggestion(suite: Suite, who: tuple[str, str], typed: str, organization: str) -> str:
    path = f"/api/v1/connections/{CONNECTION}/suggestions/personalized?partial_query={quote(typed)}"
    token = suite.token(*who, organization)
    return post(path, f"authorization: Bearer {token}\r\n", "")


def identified(user: str, job_role: str, suite: Suite | None) -> str:
    if suite is None:
        return f"user: {user}\r\njob-role: {job_role}\r\n"
    return f"authorization: Bearer {suite.token(user, job_role)}\r\n"


def get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\r\n"


def post(path: str, head: str, body: str) -> str:
    return (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{head}content-type: application/json\r\n"
        f"content-length: {len(body.encode())}\r\n\r\n{body}"
    )


def shuffled(texts: Sequence[str], chance: random.Random, times: int = 8) -> list[str]:
    found = [*texts] * times
    chance.shuffle(found)
    return found
