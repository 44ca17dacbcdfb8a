"""The documented functions for feedback, over a client that the process shares.

`configure` says where Attune is and who calls; without it ATTUNE_URL and ATTUNE_TOKEN do.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from threading import Lock
from typing import Any

from attune_client.client import AttuneClient
from attune_client.exchange import Token
from attune_client.feedback import Feedback

MOST_A_PAGE = 1000
# As long as the server takes for it; a million votes take minutes.
CLEANUP_SECONDS = 3600.0


class Shared:
    """The client of the functions of this module, made at its first use."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._client: AttuneClient | None = None

    def set(self, client: AttuneClient | None) -> None:
        with self._lock:
            before, self._client = self._client, client
        if before:
            before.close()

    def get(self) -> AttuneClient:
        with self._lock:
            if self._client is None:
                self._client = AttuneClient()
            return self._client


SHARED = Shared()


def configure(base_url: str | None = None, token: Token | None = None, **options: Any) -> None:
    """Say where Attune is and who calls; `options` are those of AttuneClient.

    Raises NotConfigured where neither this nor the environment gives an address and a token.
    """
    SHARED.set(AttuneClient(base_url, token, **options))


def add_interaction_log(
    conversation_id: str,
    user_feedback_score: int,
    user_feedback_text: str | None = None,
    input_hash: str | None = None,
    output_hash: str | None = None,
    latency_ms: float | None = None,
    tokens_used: int | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Rate the last answer of a conversation from 1 (poor) to 5 (excellent); durable on return.

    Raises NotFound for an unknown conversation, InvalidFields for a bad score, text or hash.
    """
    SHARED.get().feedback.submit(
        conversation_id,
        user_feedback_score,
        user_feedback_text,
        input_hash=input_hash,
        output_hash=output_hash,
        latency_ms=latency_ms,
        tokens_used=tokens_used,
        metadata=metadata,
    )


def get_interaction_logs(
    conversation_id: str | None = None,
    min_score: int | None = None,
    max_score: int | None = None,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Votes, newest first, at most `limit`, by the documented column names.

    `conversation_id` is the one that its maker brought, if any.
    """
    if limit < 1:
        return []
    votes = SHARED.get().feedback.list(
        conversation_id=conversation_id,
        min_score=min_score,
        max_score=max_score,
        page_size=min(limit, MOST_A_PAGE),
    )
    return [columns(vote) for vote in islice(votes, limit)]


def columns(vote: Feedback) -> dict[str, Any]:
    """The documented columns of interaction_logs."""
    return {
        "id": vote.id,
        "conversation_id": vote.external_id or vote.conversation_id,
        "input_hash": vote.input_hash,
        "output_hash": vote.output_hash,
        "user_feedback_score": vote.user_feedback_score,
        "user_feedback_text": vote.user_feedback_text,
        "latency_ms": vote.latency_ms,
        "tokens_used": vote.tokens_used,
        "created_at": vote.created_at,
        "metadata": vote.metadata,
    }


def get_feedback_stats(conversation_id: str | None = None) -> dict[str, Any]:
    """`total_count`, `score_1` … `score_5` and the averages `avg_score`, `avg_latency_ms` (in
    milliseconds) and `avg_tokens`, which are 0.0 where there is nothing to average."""
    stats = asdict(SHARED.get().feedback.stats(conversation_id=conversation_id))
    return {name: 0.0 if value is None else value for name, value in stats.items()}


def cleanup_old_feedback(days: int = 90) -> int:
    """Drop the organization's votes that are older than so many days, with their history; returns
    how many. Takes an admin's token; the server's own retention does it daily, too."""
    return SHARED.get().feedback.forget(days, timeout=CLEANUP_SECONDS).forgotten


def compute_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, as 64 hex characters."""
    return hashlib.sha256(text.encode()).hexdigest()
