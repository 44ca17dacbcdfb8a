"""Who asks what: forty people in four jobs, each job and each person with favourites."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cli.demo.questions import Pattern
from cli.local.sample import answer

JOB_ROLES = ("analyst", "merchandiser", "marketer", "executive")
PEOPLE = 40
ACTIVITIES = 2_000
FAVOURITE_SHARE = 0.85
# The earlier part of what somebody asked comes as one batch, as an import would send it.
BATCHED = 10


@dataclass(frozen=True)
class Colleague:
    """Somebody of the demo's organization, with all that this person will do."""

    user: str
    job_role: str
    activities: tuple[dict[str, Any], ...]


def colleagues(patterns: Sequence[Pattern], connection: str) -> list[Colleague]:
    """The same people asking the same on every machine."""
    return [
        colleague(number, JOB_ROLES[number % len(JOB_ROLES)], patterns, connection)
        for number in range(PEOPLE)
    ]


def colleague(
    number: int, job_role: str, patterns: Sequence[Pattern], connection: str
) -> Colleague:
    user = f"{job_role}{number // len(JOB_ROLES) + 1:02}"
    chance = random.Random(f"attune demo {user}")
    favourites = favourites_of(job_role, patterns)
    chance.shuffle(favourites)
    weights = [1 / (rank + 1) for rank in range(len(favourites))]
    activities = []
    for _ in range(ACTIVITIES // PEOPLE):
        [pattern] = chance.choices(favourites, weights)
        if chance.random() > FAVOURITE_SHARE:
            pattern = chance.choice(patterns)
        activities.append(activity(chance.choice(pattern).text, connection, chance))
    return Colleague(user, job_role, tuple(activities))


def favourites_of(job_role: str, patterns: Sequence[Pattern]) -> list[Pattern]:
    """What the file says that this job asks; where it says nothing, each job gets a share."""
    named = [p for p in patterns if p[0].job_role == job_role]
    dealt = list(patterns[JOB_ROLES.index(job_role) :: len(JOB_ROLES)])
    return named or dealt or list(patterns)


def activity(text: str, connection: str, chance: random.Random) -> dict[str, Any]:
    return {
        "activity_type": "query",
        "query_text": text,
        "response_data": answer(chance),
        "metadata": {"connection_id": connection},
    }
