"""`python -m bench.memory`: what the rules of memory make of noisy conversations.

Fails where a fact was invented. The development half is for work on the rules; the test half is not
looked at for that.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services.activity.memory.domain import CURRENT, Fact, words_of
from services.activity.memory.extracting import PERSON, Message, mentions_in
from services.activity.memory.folding import Limits, folded
from services.common.ids import uuid7

DATA = Path(__file__).parent / "data"
HALVES = {"development": "memory_dev.txt", "test": "memory_test.txt"}
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
LIMITS = Limits(facts=200, kept=timedelta(days=365))


@dataclass
class Person:
    """What one person's conversations hold, and what should be remembered of them."""

    conversations: list[list[Message]] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)

    def facts(self) -> list[Fact]:
        mentions = [m for messages in self.conversations for m in mentions_in(messages)]
        now = START + timedelta(days=30)
        found = folded(mentions, (), LIMITS, now)
        return [fact for fact in found if fact.state == CURRENT]


@dataclass
class Counts:
    """Facts that are right, that should be there, that are, and what is wrong with the others."""

    right: int = 0
    expected: int = 0
    found: int = 0
    duplicates: int = 0
    invented: int = 0

    @property
    def junk(self) -> int:
        return self.found - self.right


def people_of(lines: Sequence[str]) -> dict[str, Person]:
    """The people of a file of conversations."""
    people: dict[str, Person] = {}
    person, said_at = Person(), START
    for line in filter(None, map(str.rstrip, lines)):
        if line.startswith("#"):
            continue
        said_at += timedelta(minutes=1)
        if line.startswith("== "):
            person = people.setdefault(line.split()[1], Person())
            person.conversations.append([])
        elif line.startswith("+ "):
            person.expected.add(line[2:])
        else:
            role, _, text = line.partition(": ")
            text = text.replace("\\n", "\n")
            message = Message(uuid7(said_at), uuid7(START), role, text, said_at)
            person.conversations[-1].append(message)
    return people


def score(people: dict[str, Person]) -> Counts:
    counts = Counts()
    for person in people.values():
        found = [fact.triple.statement for fact in person.facts() if fact.triple]
        counts.found += len(found)
        counts.expected += len(person.expected)
        counts.right += len({*found} & person.expected)
        counts.duplicates += len(found) - len({*found})
        counts.invented += len([*invented(person)])
    return counts


def invented(person: Person) -> Iterator[str]:
    """Facts with words that the messages they name do not have, or that name none of the person."""
    texts = {
        message.event_id: message.text
        for messages in person.conversations
        for message in messages
        if message.role == PERSON
    }
    for fact in person.facts():
        if fact.triple is None or not {*fact.event_ids} <= {*texts}:
            yield "without a source"
            continue
        said = {word for event in fact.event_ids for word in words_of(texts[event])}
        if not {*words_of(fact.triple.value)} - {"over"} <= said:
            yield fact.triple.statement


def mistakes(people: dict[str, Person]) -> Iterator[str]:
    """What was missed (-) and what is remembered without reason (+)."""
    for name, person in people.items():
        found = {fact.triple.statement for fact in person.facts() if fact.triple}
        yield from (f"- {name}: {each}" for each in sorted(person.expected - found))
        yield from (f"+ {name}: {each}" for each in sorted(found - person.expected))


def messages_in(people: dict[str, Person]) -> int:
    return sum(len(each) for person in people.values() for each in person.conversations)


def row(name: str, people: dict[str, Person]) -> list[str]:
    counts = score(people)
    found, expected = max(1, counts.found), max(1, counts.expected)
    return [
        name,
        str(messages_in(people)),
        str(counts.expected),
        f"{counts.right / found:.3f}",
        f"{counts.right / expected:.3f}",
        f"{counts.junk / found:.3f}",
        f"{counts.duplicates / found:.3f}",
        str(counts.invented),
    ]


def read(half: str) -> dict[str, Person]:
    return people_of((DATA / HALVES[half]).read_text().splitlines())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mistakes", action="store_true", help="list those of the development half"
    )
    asked = parser.parse_args()
    table = Table(title="Memory by rules alone", box=None, title_justify="left")
    headings = (
        "half",
        "messages",
        "facts",
        "precision",
        "recall",
        "junk",
        "duplicates",
        "invented",
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "half" else "right")
    halves = {half: read(half) for half in HALVES}
    for half, people in halves.items():
        table.add_row(*row(half, people))
    console = Console()
    console.print(table)
    if asked.mistakes:
        console.print(*mistakes(halves["development"]), sep="\n")
    return int(any(score(people).invented for people in halves.values()))


if __name__ == "__main__":
    sys.exit(main())
