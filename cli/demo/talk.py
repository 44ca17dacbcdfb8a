"""A conversation of one person: rated, and what it changes of what is known about them.

Three briefs, so that `make demo` tells another story when it is run again.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from cli.demo.client import Client

# A context is there within a second of an event; whoever waits so long has no worker.
PATIENCE_SECONDS = 15.0
LOOK_SECONDS = 0.02
RATING = 5
WORDS = "Exactly what I needed, mail me at {user}@example.com when the long version is ready"


@dataclass(frozen=True)
class Brief:
    """What the person wants of the assistant, and how it should look."""

    wish: str
    style: str
    tone: str


BRIEFS = (
    Brief("Make a poster for our spring campaign", "cinematic", "playful"),
    Brief("Make a banner for the autumn sale", "flat", "professional"),
    Brief("Make a picture for the product launch post", "minimal", "warm"),
)


@dataclass(frozen=True)
class Talk:
    """What was said and given, and what is known of the person before and after."""

    user: str
    conversation: dict[str, Any]
    feedback: dict[str, Any]
    kept: dict[str, Any]
    stats: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any]
    lag: float | None  # seconds until the context told of it; None where it did not

    def as_data(self) -> dict[str, Any]:
        """For scripts."""
        lag = None if self.lag is None else round(self.lag, 3)
        return {**vars(self), "lag": None} | {"lag_seconds": lag}


async def talk(client: Client, who: tuple[str, str]) -> Talk:
    """Have the conversation, rate it and see the context change. Raises LocalError."""
    user = who[0]
    before = await context_of(client, who)
    brief = BRIEFS[before["version"] % len(BRIEFS)]
    begun = await client.call("POST", "/api/v1/conversations", who, opening(brief))
    path = f"/api/v1/conversations/{begun['id']}"
    await client.call("POST", f"{path}/events", who, {"events": made(brief)})
    ended = await client.call("POST", f"{path}:finish", who, {"status": "completed"})
    rating = {"score": RATING, "text": WORDS.format(user=user), "latency_ms": 2140.0}
    rated_at = time.monotonic()
    feedback = await client.call("POST", f"/api/v1/feedback/{begun['id']}", who, rating)
    after, lag = await changed(client, who, brief.wish, before, rated_at)
    listed = await client.call("GET", "/api/v1/feedback", who, conversation_id=begun["id"])
    stats = await client.call("GET", "/api/v1/feedback/stats", who)
    return Talk(user, ended, feedback, listed["feedback"][0], stats, before, after, lag)


async def context_of(client: Client, who: tuple[str, str]) -> Any:
    return await client.call("GET", f"/api/v1/users/{who[0]}/context", who)


async def changed(
    client: Client, who: tuple[str, str], wish: str, before: Any, since: float
) -> tuple[Any, float | None]:
    """The context once it tells of the wish and the rating, and how long that took."""
    while True:
        context = await context_of(client, who)
        waited = time.monotonic() - since
        newer = context["version"] > before["version"] and context["recent_intents"][:1] == [wish]
        if newer and context.get("recent_rating") is not None:
            return context, waited
        if waited > PATIENCE_SECONDS:
            return context, None
        await asyncio.sleep(LOOK_SECONDS)


def opening(brief: Brief) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": brief.wish}]}


def made(brief: Brief) -> list[dict[str, Any]]:
    """What the assistant did: it called a tool, once more for a larger one, and said so."""
    params = {"style": brief.style, "tone": brief.tone}
    calls = [
        {
            "event_type": "tool_call",
            "content": {"tool": "image_gen", "params": {**params, "size": size}, "result": "done"},
            "credits_consumed": 4,
        }
        for size in ("small", "large")
    ]
    return [
        *calls,
        {"event_type": "message", "content": {"role": "assistant", "message": "Here it is."}},
        {"event_type": "message", "content": {"role": "user", "message": "Great, thank you!"}},
    ]
