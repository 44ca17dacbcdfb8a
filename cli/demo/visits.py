"""How people use a console: they look at what is suggested, type, click or ask, and come back.

The assumptions, which decide how often a cache can answer:

- A console asks for suggestions when it is opened, with nothing typed, and again after the first
  and the second word of a question.
- Before a question somebody opens it, or comes back to its tab, one to four times: to look, or from
  reading an answer. Only the last time there is a question to ask.
- One question in five has its second word taken back and typed again.
- Whoever is suggested the very question, in whatever case, clicks it and types no further.
- What a person asks in the demo is one session, within the hour that suggestions are cached.

Looks that repeat one since the last question are counted apart, for it is they that a cache answers
for certain.
"""

import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from cli.demo.client import Client
from cli.demo.people import Colleague

OPENED = (1, 2, 3, 4)
RETYPED_SHARE = 0.2

Post = Callable[[str, Colleague, Any, int], Awaitable[None]]
"""Logs (route, who, body, how many questions it holds)."""


@dataclass
class Looks:
    """Requests for suggestions: milliseconds by where the answer came from, and the clicks."""

    hits: list[float] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    clicks: int = 0
    # Those that repeat no other since the person's last question.
    first: int = 0
    first_hits: int = 0

    @property
    def count(self) -> int:
        return len(self.hits) + len(self.misses)

    @property
    def first_hit_rate(self) -> float | None:
        return self.first_hits / self.first if self.first else None

    def as_data(self) -> dict[str, Any]:
        return {
            "first_looks": self.first,
            "first_look_hits": self.first_hits,
            "hit_p50_ms": round(median(self.hits), 2) if self.hits else None,
            "miss_p50_ms": round(median(self.misses), 2) if self.misses else None,
            "clicks": self.clicks,
        }


class Console:
    """The console of a frontend, as everybody of the demo uses it."""

    def __init__(self, client: Client, post: Post) -> None:
        self._client = client
        self._post = post
        self.looks = Looks()

    async def ask(self, who: Colleague, number: int) -> None:
        """Look, type, click the person's next question where it is suggested, and run it."""
        activity = who.activities[number]
        seen: set[str] = set()
        opened, typed = visit(activity["query_text"], random.Random(f"{who.user} {number}"))
        for _ in range(opened - 1):
            await self._look(who, "", seen)
        for text in ["", *typed]:
            suggested = await self._look(who, text, seen)
            if shown := suggested.get(activity["query_text"].casefold()):
                activity = {**activity, "query_text": shown}
                await self._click(who, activity)
                break
        await self._post("log", who, activity, 1)

    async def _look(self, who: Colleague, typed: str, seen: set[str]) -> dict[str, str]:
        """The questions suggested, by their folded text; `seen` is what was looked at before."""
        began = time.perf_counter()
        answer = await self._client.suggestions((who.user, who.job_role), typed)
        taken = (time.perf_counter() - began) * 1000
        hit = answer["source"] == "cached"
        (self.looks.hits if hit else self.looks.misses).append(taken)
        if typed not in seen:
            self.looks.first += 1
            self.looks.first_hits += hit
            seen.add(typed)
        return {one["text"].casefold(): one["text"] for one in answer["suggestions"]}

    async def _click(self, who: Colleague, activity: dict[str, Any]) -> None:
        click = {
            "activity_type": "suggestion_click",
            "suggestion_clicked": activity["query_text"],
            "metadata": activity["metadata"],
        }
        await self._post("log", who, click, 0)
        self.looks.clicks += 1


def visit(question: str, chance: random.Random) -> tuple[int, list[str]]:
    """How often the console is opened, and what stands in the box as the question is typed."""
    words = [beginning(question, 1), beginning(question, 2)]
    return chance.choice(OPENED), words * (2 if chance.random() < RETYPED_SHARE else 1)


def beginning(text: str, words: int) -> str:
    return " ".join(text.split()[:words])
