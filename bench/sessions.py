"""Sessions: what people asked, one after the other; from a file, or made with known habits.

A file has one JSON object a line, in any order:

    {"time": "2026-03-02T09:05:00Z", "user": "ann", "text": "Revenue by country for last month",
     "session": "ann-17", "job_role": "analyst"}

`time` (RFC 3339), `user` and `text` are needed. `session` names the sitting; without it a question
belongs with the person's last one of the half hour before. `job_role` is what patterns are shared
by.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from cli.demo.people import JOB_ROLES
from cli.demo.questions import SAMPLE, Question, read_questions

SEED = "attune next question"
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
WEEKS = 8
PEOPLE = 12
# Of the questions that are no habit, so many of a hundred are anything that anybody asks.
ANYTHING_PERCENT = 10
FAVOURITES = 24
# Of the favourites, so many of a hundred are asked with another filling than usual.
VARIED_PERCENT = 25
VARYING = (
    ("Germany", "France", "Spain", "Poland", "Japan", "Italy", "Austria"),
    ("January", "March", "May", "June", "August", "October", "November"),
    ("5", "10", "15", "20", "25", "50"),
    ("2023", "2024", "2025"),
)
RITUALS = 4
CHAINS, CHAIN_LENGTH, FOLLOWS_PERCENT = 3, 3, 75
LONGEST_SESSION = 5


@dataclass(frozen=True, order=True)
class Ask:
    """A question as it was asked."""

    time: datetime
    user: str
    text: str
    session: str = ""
    job_role: str = ""


class BadSessions(ValueError):
    """The file is none of sessions; says what to change."""


def read_sessions(path: Path) -> list[Ask]:
    """The questions of a file by time. Raises BadSessions."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as err:
        raise BadSessions(f"cannot read {path}: {err}") from None
    asks = [
        ask_of(line, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not asks:
        raise BadSessions(f"{path} has no questions")
    return sorted(asks)


def ask_of(line: str, where: str) -> Ask:
    try:
        fields = json.loads(line)
        time = datetime.fromisoformat(fields["time"])
        user, text = fields["user"], fields["text"]
        rest = {name: fields.get(name) or "" for name in ("session", "job_role")}
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise BadSessions(f'{where}: needs "time", "user" and "text" ({err})') from None
    texts = (user, text, *rest.values())
    if not all(isinstance(one, str) for one in texts) or not (user and text.strip()):
        raise BadSessions(f'{where}: "user", "text", "session" and "job_role" are texts')
    return Ask(time if time.tzinfo else time.replace(tzinfo=UTC), user, text.strip(), **rest)


def as_line(ask: Ask) -> str:
    """The question as a line of a file."""
    fields: dict[str, Any] = {"time": ask.time.isoformat(), "user": ask.user, "text": ask.text}
    told = {"session": ask.session, "job_role": ask.job_role}
    return json.dumps(fields | {name: value for name, value in told.items() if value})


def generated(seed: str = SEED, weeks: int = WEEKS, people: int = PEOPLE) -> list[Ask]:
    """Sessions of people with habits, the same for the same seed.

    * Each job role has favourites, chains of questions that follow each other, and its people.
    * Each person has favourites of the role's in an order of their own, and a few of other roles;
      rituals, asked in one hour of one weekday; and a chain of their own.
    * In one of the middle weeks a person's interest changes: half of the favourites go.
    """
    everything = read_questions(SAMPLE)
    jobs = {role: Job(role, everything, random.Random(f"{seed} {role}")) for role in JOB_ROLES}
    asks: list[Ask] = []
    for number in range(people):
        role = JOB_ROLES[number % len(JOB_ROLES)]
        name = f"{role}{number // len(JOB_ROLES) + 1:02}"
        asks += Person(name, jobs[role], everything, seed, weeks).asks()
    return sorted(asks)


class Job:
    """What people of one job role have in common."""

    def __init__(self, role: str, everything: Sequence[Question], chance: random.Random) -> None:
        self.role = role
        self.texts = [q.text for q in everything if q.job_role == role]
        self.chains = [chance.sample(self.texts, CHAIN_LENGTH) for _ in range(CHAINS)]


class Person:
    """Somebody with habits."""

    def __init__(
        self, name: str, job: Job, everything: Sequence[Question], seed: str, weeks: int
    ) -> None:
        self._name, self._job, self._weeks = name, job, weeks
        self._anything = [question.text for question in everything]
        self._chance = chance = random.Random(f"{seed} {name}")
        self._change = START + timedelta(weeks=chance.uniform(0.3, 0.8) * weeks)
        before = chance.sample(job.texts, min(FAVOURITES, len(job.texts)))
        self._before = before[:-4] + chance.sample(self._anything, 4)
        chance.shuffle(self._before)
        kept = self._before[::2]
        new = [text for text in job.texts if text not in self._before]
        self._after = chance.sample(new, min(len(kept), len(new))) + kept
        chance.shuffle(self._after)
        self._rituals = {
            (chance.randrange(5), chance.randint(8, 16)): chance.choice(self._anything)
            for _ in range(RITUALS)
        }
        self._following = dict(self._pairs([*job.chains, chance.sample(self._before, 3)]))

    def _pairs(self, chains: Iterable[Sequence[str]]) -> Iterator[tuple[str, str]]:
        for chain in chains:
            yield from pairwise(chain)

    def asks(self) -> Iterator[Ask]:
        chance = self._chance
        for day in range(7 * self._weeks):
            weekday = day % 7
            if weekday >= 5:
                continue
            due = {hour for at, hour in self._rituals if at == weekday}
            hours = due | {h for h in range(8, 18) if chance.random() < 0.12}
            for hour in sorted(hours):
                at = START + timedelta(days=day, hours=hour, minutes=chance.randrange(50))
                yield from self._session(at, self._rituals.get((weekday, hour)))

    def _session(self, at: datetime, ritual: str | None) -> Iterator[Ask]:
        chance = self._chance
        session = f"{self._name}-{at:%m%d%H%M}"
        last = ""
        for number in range(chance.randint(1, LONGEST_SESSION)):
            following = self._following.get(last, "")
            if number == 0 and ritual and chance.random() < 0.9:
                last = ritual
            elif following and chance.randrange(100) < FOLLOWS_PERCENT:
                last = following
            else:
                last = self._favourite(at)
            yield Ask(at, self._name, last, session, self._job.role)
            at += timedelta(seconds=chance.randint(20, 240))

    def _favourite(self, at: datetime) -> str:
        text = self._drawn(at)
        return self._varied(text) if self._chance.randrange(100) < VARIED_PERCENT else text

    def _varied(self, text: str) -> str:
        """The same of another country, month, year or number."""
        for said in VARYING:
            if word := next((one for one in said if one in text.split()), None):
                return text.replace(word, self._chance.choice(said))
        return text

    def _drawn(self, at: datetime) -> str:
        if self._chance.randrange(100) < ANYTHING_PERCENT:
            return self._chance.choice(self._anything)
        favourites = self._before if at < self._change else self._after
        weights = [1 / (rank + 1) for rank in range(len(favourites))]
        return self._chance.choices(favourites, weights)[0]
