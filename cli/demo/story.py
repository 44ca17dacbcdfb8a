"""The demo from beginning to end, over a suite that runs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from cli.demo import replay
from cli.demo.client import Client
from cli.demo.data_side import DataSide
from cli.demo.people import Colleague, colleagues
from cli.demo.questions import Pattern, Question, Source, patterns_of, read_vocabulary
from cli.demo.replay import BeforeAfter, Change, Log, Step
from cli.demo.talk import Talk, talk
from cli.demo.visits import beginning
from cli.local.vocabulary import TABLES, put_words, read_words

SHOWN = 6
NO_WORDS: Mapping[str, Any] = {table: [] for table in TABLES}
POPULAR_SHOWN = 5
SAMPLE_CHANGES = (Change("Top", excluded="revenue"), Change("Profit", preferred="trend"))


class Stage(Protocol):
    """Where the acts are seen while they happen."""

    def logging(self, total: int) -> Step: ...
    def act(self, text: str) -> None: ...


@dataclass(frozen=True)
class Cast:
    """Who takes part, and in what."""

    source: Source
    words: Mapping[str, Any]
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
class Metrics:
    """What the services counted: of the replay alone, and as it is now."""

    requests: int
    hits: int
    entries: int
    entries_hit: int
    breakdown: dict[str, Any]
    popular: list[dict[str, Any]]

    @property
    def hit_rate(self) -> float | None:
        return self.hits / self.requests if self.requests else None

    def as_data(self) -> dict[str, Any]:
        rate = self.hit_rate
        return {
            "requests": self.requests,
            "hits": self.hits,
            "hit_rate": None if rate is None else round(rate, 4),
            "entries": self.entries,
            "entries_hit": self.entries_hit,
        }


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
    metrics: Metrics
    talk: Talk
    data: DataSide | None = None

    def as_data(self) -> dict[str, Any]:
        """For scripts."""
        cast, log = self.cast, self.log
        asked = sum(len(person.activities) for person in cast.people)
        return {
            "address": self.address,
            "organization": cast.source.organization,
            "connection": cast.source.connection,
            "vocabulary": str(cast.source.vocabulary) if cast.source.vocabulary else None,
            "questions": len(cast.questions),
            "question_patterns": len(cast.patterns),
            "people": len(cast.people),
            "activities": asked,
            "known_before": self.known_before,
            "seconds": round(log.seconds, 3),
            "activities_per_second": round(asked / log.seconds, 1),
            "worst_lag_seconds": None if log.worst_lag is None else round(log.worst_lag, 3),
            "last_lag_seconds": None if log.last_lag is None else round(log.last_lag, 3),
            "patterns": len(self.patterns),
            "patterns_with_slots": sum("{" in p["query_template"] for p in self.patterns),
            "questions_not_shown": log.hidden,
            "learned": [asdict(one) for one in self.learned],
            "suggestions": [asdict(one) for one in self.changes],
            "cache": {**self.metrics.as_data(), **log.looks.as_data()},
            "popular_suggestions": self.metrics.popular,
            "breakdown": self.metrics.breakdown,
            "conversation": self.talk.as_data(),
            "data": self.data and self.data.as_data(),
        }


def cast_of(source: Source, questions: Sequence[Question]) -> Cast:
    """Give everybody their questions."""
    file = source.vocabulary
    patterns = patterns_of(questions, read_vocabulary(file))
    people = colleagues(patterns, source.connection)
    return Cast(source, read_words(file) if file else NO_WORDS, questions, patterns, people)


async def play(client: Client, address: str, cast: Cast, stage: Stage) -> Outcome:
    """All acts, one after the other. Raises LocalError where the API refuses."""
    people = cast.people
    one = replay.name_of(people[0])
    stage.act("Saying what the data are called")
    await put_words(client.http, client.connection, cast.words, client.headers(one))
    known = await replay.learned_so_far(client, one)
    counted = await client.cache_metrics(one)
    log = await replay.replay(
        client, people, stage.logging(sum(len(person.activities) for person in people))
    )
    stage.act("Reading what was learned")
    metrics = await metrics_since(client, one, counted)
    patterns = await client.everybodys_patterns(one)
    learned = [await learned_of(client, person) for person in first_of_each_job(people)]
    stage.act("Asking for suggestions, before and after a change of preferences")
    wanted = changes_for(cast, learned[0])
    changes = [await replay.before_and_after(client, one, change) for change in wanted]
    stage.act("Having a conversation, and rating it")
    talked = await talk(client, one)
    return Outcome(address, cast, log, known, patterns, learned, changes, metrics, talked)


async def metrics_since(client: Client, who: tuple[str, str], before: Any) -> Metrics:
    """The service's own counts of the time since `before`."""
    now = await client.cache_metrics(who)
    return Metrics(
        requests=now["requests"] - before["requests"],
        hits=now["hits"] - before["hits"],
        entries=now["entries"],
        entries_hit=now["entries_hit"],
        breakdown=await client.breakdown(who),
        popular=await client.popular_suggestions(who, POPULAR_SHOWN),
    )


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
    return (Change(beginning(most.partition("{")[0] or most, 2)),)
