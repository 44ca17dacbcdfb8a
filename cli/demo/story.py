"""The demo from beginning to end, over a suite that runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from cli.demo import replay
from cli.demo.client import Client
from cli.demo.people import Colleague, colleagues
from cli.demo.questions import Pattern, Question, Source, install, patterns_of, read_vocabulary
from cli.demo.replay import BeforeAfter, CacheUse, Change, Log, Step

SHOWN = 6
SAMPLE_CHANGES = (Change("Top", excluded="revenue"), Change("Profit", preferred="trend"))


class Stage(Protocol):
    """Where the acts are seen while they happen."""

    def logging(self, total: int) -> Step: ...
    def act(self, text: str) -> None: ...


@dataclass(frozen=True)
class Cast:
    """Who takes part, and in what."""

    source: Source
    file: Path
    questions: Sequence[Question]
    patterns: Sequence[Pattern]
    people: Sequence[Colleague]


@dataclass(frozen=True)
class Learned:
    """What was learned of one person, and of everybody in the same job."""

    user: str
    job_role: str
    own: list[dict[str, Any]]
    role: list[dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """All that the demo has to show."""

    address: str
    cast: Cast
    log: Log
    known_before: int
    patterns: list[dict[str, Any]]
    learned: list[Learned]
    changes: list[BeforeAfter]
    cache: CacheUse

    def as_data(self) -> dict[str, Any]:
        """For scripts."""
        cast, log = self.cast, self.log
        asked = sum(len(person.activities) for person in cast.people)
        return {
            "address": self.address,
            "organization": cast.source.organization,
            "connection": cast.source.connection,
            "vocabulary": str(cast.file),
            "questions": len(cast.questions),
            "question_patterns": len(cast.patterns),
            "people": len(cast.people),
            "activities": asked,
            "known_before": self.known_before,
            "seconds": round(log.seconds, 3),
            "activities_per_second": round(asked / log.seconds, 1),
            "worst_lag_seconds": round(log.worst_lag, 3),
            "last_lag_seconds": None if log.last_lag is None else round(log.last_lag, 3),
            "patterns": len(self.patterns),
            "learned": [asdict(one) for one in self.learned],
            "suggestions": [asdict(one) for one in self.changes],
            "cache": self.cache.as_data(),
        }


def cast_of(source: Source, questions: Sequence[Question], folder: Path) -> Cast:
    """Put the vocabulary in place and give everybody their questions."""
    file = install(source, folder)
    patterns = patterns_of(questions, read_vocabulary(file))
    return Cast(source, file, questions, patterns, colleagues(patterns, source.connection))


async def play(client: Client, address: str, cast: Cast, stage: Stage) -> Outcome:
    """All acts, one after the other. Raises LocalError where the API refuses."""
    people = cast.people
    one = replay.name_of(people[0])
    known = await replay.learned_so_far(client, one)
    log = await replay.replay(
        client, people, stage.logging(sum(len(person.activities) for person in people))
    )
    stage.act("Reading what was learned")
    patterns = await client.everybodys_patterns(one)
    learned = [await learned_of(client, person) for person in first_of_each_job(people)]
    stage.act("Asking for suggestions, before and after a change of preferences")
    wanted = changes_for(cast, learned[0])
    changes = [await replay.before_and_after(client, one, change) for change in wanted]
    stage.act("Typing the same again and again")
    cache = await replay.type_again(client, people)
    return Outcome(address, cast, log, known, patterns, learned, changes, cache)


async def learned_of(client: Client, who: Colleague) -> Learned:
    answer = await client.patterns(replay.name_of(who), SHOWN)
    return Learned(who.user, who.job_role, answer["user_patterns"], answer["role_patterns"])


def first_of_each_job(people: Sequence[Colleague]) -> list[Colleague]:
    found: dict[str, Colleague] = {}
    for person in people:
        found.setdefault(person.job_role, person)
    return list(found.values())


def changes_for(cast: Cast, learned: Learned) -> Sequence[Change]:
    """What to type and to change: the sample's own, else what fits what the person asks most."""
    if cast.source.is_sample:
        return SAMPLE_CHANGES
    most = learned.own[0]["query_template"] if learned.own else ""
    return (Change(replay.beginning(most.partition("{")[0] or most, 2)),)
