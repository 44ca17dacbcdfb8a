"""One FastAPI + asyncpg process that inserts an activity, and nothing else.

    python -m bench.baselines.inserting PORT DSN [--patterns VOCABULARY]

With `--patterns` it learns in the request, in the same transaction, as the documents have it: the
question's template, extracted as Attune does with the same words, is counted for the person and for
the job role.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel

from services.suggestions.templates.extract import extract
from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

POOL = 10
INSERT = """
INSERT INTO user_activity (organization_id, user_id, activity_type, query_text, response_data,
    suggestion_clicked, feedback_rating, metadata)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id
"""
UPSERT = """
INSERT INTO query_patterns AS p (organization_id, pattern_type, target_id, query_template,
    frequency, success_rate, avg_response_time, last_used, metadata)
VALUES ($1, $2, $3, $4, 1, 1, $5, now(), $6)
ON CONFLICT (organization_id, pattern_type, target_id, query_template) DO UPDATE
SET frequency = p.frequency + 1,
    success_rate = (p.success_rate * p.frequency + 1) / (p.frequency + 1),
    avg_response_time = (p.avg_response_time * p.frequency + $5) / (p.frequency + 1),
    last_used = now(), metadata = $6, updated_at = now()
"""


class Activity(BaseModel):
    """The documented body."""

    activity_type: str
    query_text: str | None = None
    response_data: dict[str, Any] | None = None
    suggestion_clicked: str | None = None
    feedback_rating: int | None = None
    metadata: dict[str, Any] | None = None


class Logged(BaseModel):
    """The documented answer."""

    success: bool
    activity_id: int
    activity_type: str


def application(dsn: str, vocabulary: Vocabulary | None) -> FastAPI:
    app = FastAPI(lifespan=pooled(dsn))

    @app.post("/api/v1/activity/log")
    async def log(
        activity: Activity,
        request: Request,
        user: Annotated[str, Header()],
        job_role: Annotated[str, Header()],
    ) -> Logged:
        pool = request.app.state.pool
        if vocabulary:
            number = await insert_and_learn(pool, activity, user, job_role, vocabulary)
        else:
            number = await insert(pool, activity, user)
        return Logged(success=True, activity_id=number, activity_type=activity.activity_type)

    return app


def pooled(dsn: str) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL) as pool:
            app.state.pool = pool
            yield

    return lifespan


async def insert(conn: Any, activity: Activity, user: str) -> int:
    number: int = await conn.fetchval(
        INSERT,
        *("bench", user, activity.activity_type, activity.query_text),
        json.dumps(activity.response_data) if activity.response_data else None,
        *(activity.suggestion_clicked, activity.feedback_rating),
        json.dumps(activity.metadata) if activity.metadata else None,
    )
    return number


async def insert_and_learn(
    pool: Any, activity: Activity, user: str, job_role: str, vocabulary: Vocabulary
) -> int:
    template = extract(activity.query_text or "", vocabulary)
    named = json.dumps({"named": [slot.term for slot in template.slots if slot.term]})
    took = (activity.response_data or {})["metadata"]["execution_time_ms"] / 1000
    async with pool.acquire() as conn, conn.transaction():
        number = await insert(conn, activity, user)
        for kind, target in (("user_specific", user), ("role_based", job_role)):
            await conn.execute(UPSERT, "bench", kind, target, template.key, took, named)
    return number


if __name__ == "__main__":
    port, dsn, *options = sys.argv[1:]
    words = parse_vocabulary(Path(options[1]).read_text()) if options else None
    uvicorn.run(
        application(dsn, words),
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_level="warning",
    )
