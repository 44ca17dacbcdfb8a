"""The sample workspace: a few weeks of questions that twelve people asked of `my-database`."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.local.errors import LocalError
from cli.local.secrets import Secrets
from cli.local.tokens import Person, development_token
from cli.local.vocabulary import put_words, read_words
from cli.settings import CHECKOUT

ORGANIZATION = "sample"
CONNECTION = "my-database"
VOCABULARY = CHECKOUT / "samples" / "vocabulary" / ORGANIZATION / f"{CONNECTION}.toml"
ACTIVITIES_EACH = 25
DURATION_MS = (40, 900)
FAILED_SHARE = 0.05
CLICKED_SHARE = 0.12

# What people in each job ask; a name in braces is filled from WORDS.
QUESTIONS: Mapping[str, Sequence[str]] = {
    "analyst": (
        "Show me {money} for {quarter}",
        "Show me quarterly profits from last 5 years",
        "Show me {money} by {group} for {quarter}",
        "Compare {money} across regions",
        "Top {count} products by {money}",
        "Average price by product category",
        "{Money} trend over the last {months} months",
    ),
    "trader": (
        "Top {count} stocks by volume",
        "Top {count} stocks by {market}",
        "Show me {market} for {quarter}",
        "Compare {market} across sectors",
        "Average {market} by sector",
        "Stocks with price above {price}",
    ),
    "executive": (
        "Show me {money} for {quarter}",
        "Compare {money} across regions",
        "Total revenue by {group} last year",
        "Profit margin by {group} this quarter",
        "{Money} trend over the last {months} months",
        "Which regions had the highest growth in {year}",
    ),
    "marketing": (
        "Top {count} customers by revenue",
        "Revenue by sales channel last month",
        "Compare churn rate across customer segments",
        "Average order value by {group}",
        "Units sold by product category in {year}",
        "Order count by week for the last {months} months",
    ),
}
WORDS: Mapping[str, Sequence[str]] = {
    "money": ("profit", "revenue", "margin", "profit margin", "cost"),
    "market": ("volume", "price", "market cap", "dividend yield", "volatility"),
    "group": ("region", "product category", "customer segment"),
    "quarter": ("Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024", "Q1 2025", "Q2 2025"),
    "year": ("2023", "2024", "2025"),
    "count": ("5", "10", "20"),
    "months": ("3", "6", "12"),
    "price": ("50", "100", "250"),
}


@dataclass(frozen=True)
class Colleague:
    """Somebody of the sample organization."""

    user: str
    job_role: str
    department: str
    goals: tuple[str, ...]


def colleagues() -> list[Colleague]:
    jobs = (
        ("analyst", "analyst", "Finance", ("understand profitability",)),
        ("trader", "trader", "Trading", ("find liquid stocks",)),
        ("exec", "executive", "Management", ("grow every region",)),
        ("marketer", "marketing", "Marketing", ("keep customers",)),
    )
    return [
        Colleague(f"{name}{number:03}", job, department, goals)
        for name, job, department, goals in jobs
        for number in (1, 2, 3)
    ]


def activities_of(who: Colleague, count: int = ACTIVITIES_EACH) -> list[dict[str, Any]]:
    """What the person did: the same on every machine. A second load of them changes nothing."""
    chance = random.Random(f"attune sample {who.user}")
    return [
        activity(who, chance) | {"request_id": f"sample-{who.user}-{number}"}
        for number in range(count)
    ]


def activity(who: Colleague, chance: random.Random) -> dict[str, Any]:
    text = question(who.job_role, chance)
    metadata = {"connection_id": CONNECTION}
    if chance.random() < CLICKED_SHARE:
        clicked = {"activity_type": "suggestion_click", "suggestion_clicked": text}
        return clicked | {"query_text": text, "metadata": metadata}
    return {
        "activity_type": "query",
        "query_text": text,
        "response_data": answer(chance),
        "metadata": metadata,
    }


def question(job_role: str, chance: random.Random) -> str:
    """A question of that job; earlier ones of the list are asked more often."""
    shapes = QUESTIONS[job_role]
    weights = range(len(shapes) + 2, 2, -1)
    [shape] = chance.choices(shapes, weights)
    words = {name: chance.choice(choices) for name, choices in WORDS.items()}
    return shape.format(**words, Money=words["money"].capitalize())


def answer(chance: random.Random) -> dict[str, Any]:
    taken = chance.randint(*DURATION_MS)
    if chance.random() < FAILED_SHARE:
        return {"error": "statement timeout", "metadata": {"execution_time_ms": taken}}
    rows = [{"value": chance.randint(1_000, 90_000)} for _ in range(chance.randint(1, 5))]
    return {"data": rows, "metadata": {"execution_time_ms": taken, "row_count": len(rows)}}


async def load_words(address: str, secrets: Secrets, variables: Mapping[str, str]) -> str:
    """Have the connection called by the sample's words; says how many. Raises LocalError."""
    words = read_words(VOCABULARY)
    headers = headers_of(colleagues()[0], secrets, variables)
    async with client_at(address) as client:
        await put_words(client, CONNECTION, words, headers)
    return f"{sum(map(len, words.values()))} words of {CONNECTION}"


async def load_activities(address: str, secrets: Secrets, variables: Mapping[str, str]) -> str:
    """Post everyone's activities through the API, each as the person; says how many were loaded.

    Raises LocalError where any is refused.
    """
    import asyncio

    people = colleagues()
    async with client_at(address) as client:
        counts = await asyncio.gather(*(post(client, who, secrets, variables) for who in people))
    return f"{sum(counts)} activities of {len(people)} people"


@asynccontextmanager
async def client_at(address: str) -> AsyncIterator[Any]:
    import httpx2

    try:
        async with httpx2.AsyncClient(base_url=address, timeout=30.0, trust_env=False) as client:
            yield client
    except httpx2.HTTPError as err:
        raise LocalError(
            f"Cannot load the sample workspace: {err or type(err).__name__}."
        ) from None


def headers_of(who: Colleague, secrets: Secrets, variables: Mapping[str, str]) -> Mapping[str, str]:
    person = Person(
        who.user,
        organization=ORGANIZATION,
        job_role=who.job_role,
        goals=who.goals,
        department=who.department,
    )
    now, hour = datetime.now(UTC), timedelta(hours=1)
    token = development_token(person, secrets.jwt_secret, now, hour, variables)
    return {"Authorization": f"Bearer {token}"}


async def post(client: Any, who: Colleague, secrets: Secrets, variables: Mapping[str, str]) -> int:
    reply = await client.post(
        "/api/v1/activity/log:batch",
        json={"activities": activities_of(who)},
        headers=headers_of(who, secrets, variables),
    )
    if reply.status_code != 200 or reply.json()["refused"]:
        reason = f"{who.user} got {reply.status_code}: {reply.text[:300]}"
        raise LocalError(reason)
    return int(reply.json()["accepted"])
