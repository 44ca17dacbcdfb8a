"""Asking the questions of a suite as people do, by the API, and gold on the same data."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cli.evaluation import databases
from cli.evaluation.comparing import Rules, decoded, same
from cli.evaluation.places import Place
from cli.evaluation.scoring import ABSTAINED, ASKED, FAILED, ROWS, Attempt
from cli.evaluation.suite import Question

CHAT = "/api/v1/analytics/chat"
PAGE = 1_000

Heard = Callable[[Attempt], None]


async def ask_all(place: Place, turns: asyncio.Semaphore, heard: Heard) -> list[Attempt]:
    """Every question in its conversation. Questions of other places take turns with these."""
    attempts = []
    conversations: dict[str, str] = {}
    for question in place.suite.questions:
        before = conversations.get(question.follows.place, "") if question.follows else ""
        async with turns:
            attempt, conversation = await ask(place, question, before)
        conversations[question.place] = conversation
        attempts.append(attempt)
        heard(attempt)
    return attempts


async def ask(place: Place, question: Question, conversation: str) -> tuple[Attempt, str]:
    """The attempt, and the conversation that it is in."""
    body = {"message": question.text, "connection_id": place.suite.connection}
    body |= {"conversation_id": conversation} if conversation else {}
    began = time.perf_counter()
    reply = await place.client.post(CHAT, json=body)
    seconds = time.perf_counter() - began
    if reply.status_code >= 400:
        attempt = Attempt(
            question=question, seed=place.seed, told=FAILED, said=reply.text[:300], seconds=seconds
        )
        return attempt, conversation
    answer = reply.json()
    return await attempt_of(place, question, answer, seconds), answer["conversation_id"]


async def attempt_of(
    place: Place, question: Question, answer: Mapping[str, Any], seconds: float
) -> Attempt:
    messages = {one["type"]: one for one in reversed(answer["messages"])}
    receipt = answer.get("receipt") or {}
    told = told_by(messages)
    rows: Sequence[Sequence[Any]] = ()
    gold: Sequence[Sequence[Any]] = ()
    if told == ROWS:
        rows = await rows_of(place, messages["query_results"]["data"])
    if question.gold:
        gold = await databases.gold(place.database, question.gold, place.suite.time_zone)
    rules = Rules(question.tolerance, question.ordered, question.extra, place.suite.time_zone)
    said = next((m["content"] for m in answer["messages"] if m["type"] != "chart"), "")
    return Attempt(
        question=question,
        seed=place.seed,
        told=told,
        matches=told == ROWS and bool(question.gold) and same(gold, rows, rules),
        way=answer.get("way", ""),
        sql=receipt.get("sql", ""),
        said=said,
        seconds=seconds,
        tokens=int(receipt.get("prompt_tokens") or 0) + int(receipt.get("completion_tokens") or 0),
        cost_usd=float(receipt.get("cost_usd") or 0),
        rows=rows,
        gold=gold,
    )


def told_by(messages: Mapping[str, Any]) -> str:
    """What kind of answer this is. Rows beside an error are rows."""
    if "query_results" in messages:
        return ROWS
    if "error" in messages:
        return FAILED
    return ASKED if "clarification" in messages else ABSTAINED


async def rows_of(place: Place, data: Mapping[str, Any]) -> list[Sequence[Any]]:
    """All rows, those too that the message does not show."""
    rows = list(data["rows"])
    path = f"/api/v1/queries/{data['query_id']}/results"
    if data["row_count"] > len(rows):
        rows, token = [], ""
        while True:
            more = {"page_token": token} if token else {}
            reply = await place.client.get(path, params={"page_size": PAGE} | more)
            reply.raise_for_status()
            page = reply.json()
            rows += page["rows"]
            token = page.get("next_page_token", "")
            if not token:
                break
    return decoded(data["columns"], rows)
