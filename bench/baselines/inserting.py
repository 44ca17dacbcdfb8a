"""One FastAPI + asyncpg process that inserts an activity, and nothing else.

    python -m bench.baselines.inserting PORT DSN [--patterns]

With `--patterns` it counts the question's pattern for the person and for the job role in the
request too, in the same transaction: the design of the documents.
"""

import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import uvicorn
from fastapi import FastAPI, Header, Request
from pydantic import BaseModel

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
VALUES ($1, $2, $3, $4, 1, 1, $5, now(), '{}')
ON CONFLICT (organization_id, pattern_type, target_id, query_template) DO UPDATE
SET frequency = p.frequency + 1,
    success_rate = (p.success_rate * p.frequency + 1) / (p.frequency + 1),
    avg_response_time = (p.avg_response_time * p.frequency + $5) / (p.frequency + 1),
    last_used = now(), updated_at = now()
"""
VARYING = re.compile(r"\b(?:\d+|last \w+|q[1-4])\b")


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


def application(dsn: str, patterns: bool) -> FastAPI:
    app = FastAPI(lifespan=pooled(dsn))

    @app.post("/api/v1/activity/log")
    async def log(
        activity: Activity,
        request: Request,
        user: Annotated[str, Header()],
        job_role: Annotated[str, Header()],
    ) -> Logged:
        pool = request.app.state.pool
        if patterns:
            number = await insert_and_count(pool, activity, user, job_role)
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


async def insert_and_count(pool: Any, activity: Activity, user: str, job_role: str) -> int:
    template = VARYING.sub("{N}", (activity.query_text or "").lower())
    took = (activity.response_data or {})["metadata"]["execution_time_ms"] / 1000
    async with pool.acquire() as conn, conn.transaction():
        number = await insert(conn, activity, user)
        for kind, target in (("user_specific", user), ("role_based", job_role)):
            await conn.execute(UPSERT, "bench", kind, target, template, took)
    return number


if __name__ == "__main__":
    port, dsn, *options = sys.argv[1:]
    uvicorn.run(
        application(dsn, "--patterns" in options),
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_level="warning",
    )
