"""Writes that are safe to retry: the key is claimed first, in the write's own transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.message import Message

from services.common.clock import Clock
from services.common.db import Connection, Pool, load_queries
from services.common.errors import IdempotencyKeyReused
from services.common.jobs import Job

SQL = load_queries(__package__, "idempotency.sql")
KEPT = timedelta(hours=24)
# Kept a little longer than they count, so that none goes between a claim and its reading.
FORGOTTEN = timedelta(hours=25)


@dataclass(frozen=True)
class Claim:
    """An idempotency key with the hash of the body that came with it."""

    subject: str
    key: str
    body_hash: bytes


def claim_of(subject: str, request: Message, field: str = "request_id") -> Claim | None:
    """The claim of a request that carries a key; None where it carries none."""
    key = getattr(request, field)
    if not key:
        return None
    body = type(request)()
    body.CopyFrom(request)
    body.ClearField(field)
    return Claim(subject, key, hashlib.sha256(body.SerializeToString(deterministic=True)).digest())


async def claim_keys(
    conn: Connection, organization_id: str, rpc: str, claims: Sequence[Claim], now: Clock
) -> dict[Claim, bytes | IdempotencyKeyReused]:
    """Claim the keys in the current transaction.

    Returns, for those that were used before, the first answer, or the error that the body differs.
    """
    subjects, keys, hashes = columns(claims)
    scope = (organization_id, rpc)
    moment = now()
    args = (*scope, subjects, keys, hashes, moment, moment - KEPT)
    fresh = {(r["subject"], r["key"]) for r in await conn.fetch(SQL["claim_keys"], *args)}
    used = [claim for claim in claims if (claim.subject, claim.key) not in fresh]
    if not used:
        return {}
    subjects, keys, _ = columns(used)
    rows = await conn.fetch(SQL["read_keys"], *scope, subjects, keys)
    answers = {(r["subject"], r["key"]): (r["body_hash"], r["response"]) for r in rows}
    return {claim: replay(claim, *answers[claim.subject, claim.key]) for claim in used}


async def earlier_answer(
    conn: Connection, organization_id: str, rpc: str, claim: Claim | None, now: Clock
) -> bytes | None:
    """Claim one key in the current transaction, where there is one; the first answer to a used one.

    None where the write is to be done. Raises IdempotencyKeyReused.
    """
    used = await claim_keys(conn, organization_id, rpc, [claim], now) if claim else {}
    answer = used.get(claim) if claim else None
    if isinstance(answer, Exception):
        raise answer
    return answer


async def known_answer(
    conn: Connection, organization_id: str, rpc: str, claim: Claim | None, now: Clock
) -> bytes | None:
    """The first answer to a key that was used; claims nothing, so that a write claims it after.

    For writes that do much before them. Raises IdempotencyKeyReused.
    """
    if claim is None:
        return None
    args = (organization_id, rpc, claim.subject, claim.key, now() - KEPT)
    row = await conn.fetchrow(SQL["read_answer"], *args)
    answer = replay(claim, row["body_hash"], row["response"]) if row else None
    if isinstance(answer, Exception):
        raise answer
    return answer


def replay(claim: Claim, body_hash: bytes, response: bytes) -> bytes | IdempotencyKeyReused:
    if claim.body_hash == body_hash:
        return response
    return IdempotencyKeyReused("this idempotency key was used before with another body")


async def keep_responses(
    conn: Connection, organization_id: str, rpc: str, answers: Sequence[tuple[Claim, bytes]]
) -> None:
    """Store the answers to replay, in the transaction of the claim."""
    subjects, keys, _ = columns([claim for claim, _ in answers])
    responses = [response for _, response in answers]
    await conn.execute(SQL["keep_responses"], organization_id, rpc, subjects, keys, responses)


def columns(claims: Sequence[Claim]) -> tuple[list[str], list[str], list[bytes]]:
    return [c.subject for c in claims], [c.key for c in claims], [c.body_hash for c in claims]


def forgetting(pool: Pool, now: Clock) -> Job:
    """The job that drops keys after their day."""

    async def forget(_: bytes) -> None:
        await pool.execute(SQL["forget_keys"], now() - FORGOTTEN)

    return Job("forget_idempotency_keys", forget, cron="25 * * * *")
