"""The knowledge base over the REST API: read whole, and changed a step at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from cli.knowledge.kinds import CONNECTION, EVENTS, KINDS, Kind
from cli.knowledge.planning import CREATE, DELETE, Step, There
from cli.knowledge.reading import Problem, Wanted
from cli.local.api import problem, refuse

# Statuses after which the same request may succeed (docs/errors.md).
PASSING = {429, 503, 504}
ATTEMPTS = 6
NOTE = "attune knowledge apply"
NO_ROUTE = 404


@dataclass(frozen=True)
class Failed:
    """A step that the API refused."""

    step: Step
    problems: Sequence[Problem | str]


async def there(client: Any, wanted: Sequence[Wanted] = ()) -> list[There]:
    """All items, of all connections and of those that are wanted. Raises LocalError."""
    found = []
    connections = {EVENTS, *(item.connection_id for item in wanted if item.connection_id)}
    connections |= set(await registered(client))
    for kind in KINDS:
        if "{" in kind.path:
            for connection in sorted(connections):
                found += await listed(client, kind, path_of(kind, connection), connection)
        else:
            found += await listed(client, kind, kind.path, "")
    return found


async def registered(client: Any) -> list[str]:
    """The ids of connections."""
    reply = await client.get("/api/v1/connections", params={"page_size": 100})
    if reply.status_code >= 400:
        return []
    return [one["id"] for one in reply.json().get("connections", ())]


async def listed(client: Any, kind: Kind, path: str, connection: str) -> list[There]:
    """All of a kind; of none where the API does not have the kind or the connection."""
    found, token = [], ""
    while True:
        params = {"page_size": 100} | ({"page_token": token} if token else {})
        reply = await client.get(path, params=params)
        if reply.status_code == NO_ROUTE:
            return []
        refuse(reply)
        page = reply.json()
        for one in page.get(kind.section, ()):
            where = (one.get(CONNECTION) or connection or EVENTS) if kind.of_connection else ""
            found.append(There(kind, one[kind.key], where, one))
        if not (token := page.get("next_page_token", "")):
            return found


def path_of(kind: Kind, connection: str) -> str:
    return kind.path.replace("{connection_id}", quote(connection, safe=""))


async def apply(client: Any, steps: Sequence[Step]) -> tuple[list[Step], list[Failed]]:
    """What was done, and what could not be. What fails is tried again once others are done, for it
    may need them."""
    done: list[Step] = []
    left = list(steps)
    while True:
        failed = []
        for step in left:
            problems = await take(client, step)
            if problems:
                failed.append(Failed(step, problems))
            else:
                done.append(step)
        if not failed or len(failed) == len(left):
            return done, failed
        left = [one.step for one in failed]


async def take(client: Any, step: Step) -> Sequence[Problem | str]:
    """Do one step; returns what keeps it from being done."""
    path, params = path_of(step.kind, step.connection_id), {"note": NOTE}
    if step.action == CREATE:
        body = {name: value for name, (_, value) in step.changes.items()}
        if step.kind.of_connection and "{" not in step.kind.path:
            body[CONNECTION] = step.connection_id
        key = {"Idempotency-Key": uuid4().hex}  # an answer that was lost is given again
        reply = await patient(client, "POST", path, params=params, json=body, headers=key)
    else:
        assert step.there
        path = f"{path}/{step.there.id}"
        if step.action == DELETE:
            told = {**params, "version": step.there.version}
            reply = await patient(client, "DELETE", path, params=told)
        else:
            body = {name: value for name, (_, value) in step.changes.items()}
            body["version"] = step.there.version
            reply = await patient(client, "PATCH", path, params=params, json=body)
    return () if reply.status_code < 400 else problems_of(step, reply)


async def patient(client: Any, method: str, path: str, **how: Any) -> Any:
    """What is busy is asked again."""
    for attempt in range(ATTEMPTS):
        reply = await client.request(method, path, **how)
        if reply.status_code not in PASSING:
            break
        told = reply.headers.get("retry-after", "")
        await asyncio.sleep(min(float(told) if told.isdecimal() else 0.5 * 2**attempt, 30.0))
    return reply


def problems_of(step: Step, reply: Any) -> list[Problem | str]:
    """What the API says is wrong, each with the line that it is about."""
    item = step.wanted
    if item is None:
        return [problem(reply)]
    try:
        errors = reply.json().get("errors", [])
    except ValueError:
        errors = []
    named = [item.problem(e["field"], f"{e['field']}: {e['message']}") for e in errors]
    return [*named] or [item.problem("", problem(reply))]
