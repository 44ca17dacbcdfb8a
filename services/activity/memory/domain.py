"""What is remembered of a person, and what it rests on. No I/O, no protobuf.

A fact is a triple of which the person is the subject: an attribute of ATTRIBUTES, what it is about
where the attribute needs that, and a value in the person's own words. Triples and not sentences, so
that a value can be looked for in its source, and so that what contradicts is found by its key.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

RULES, MODEL, USER = "rules", "model", "user"
CURRENT, SUPERSEDED, EXPIRED = "current", "superseded", "expired"
CORRECTED, FORGOTTEN = "corrected", "forgotten"
STATES = (CURRENT, SUPERSEDED, EXPIRED, CORRECTED, FORGOTTEN)
# Closed by the person: nothing that is said or rebuilt changes these.
SETTLED = (CORRECTED, FORGOTTEN)

VALUE_LENGTH = 200
ABOUT_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What can be remembered. `{value}` and `{about}` stand in its sentence.

    `family`: attributes that speak of the same things, so that one may take back what another says.
    `single`: only one value holds at a time, a newer one closes the older; else each value has a
    life of its own.
    """

    kind: str
    sentence: str
    family: str
    single: bool = False
    negative: bool = False


def one(kind: str, name: str, sentence: str) -> Attribute:
    return Attribute(kind=kind, sentence=sentence, family=name, single=True)


def of_many(kind: str, family: str, sentence: str, *, negative: bool = False) -> Attribute:
    return Attribute(kind=kind, sentence=sentence, family=family, negative=negative)


ATTRIBUTES = {
    "name": one("name", "name", "Is called {value}"),
    "job_title": one("role", "job_title", "Has the job title {value}"),
    "works_at": one("role", "works_at", "Works at {value}"),
    "works_in": one("role", "works_in", "Works in {value}"),
    "team": one("role", "team", "Is in the team {value}"),
    "lives_in": one("place", "lives_in", "Lives in {value}"),
    "office": one("place", "office", "Has the office in {value}"),
    "time_zone": one("place", "time_zone", "Is in the time zone {value}"),
    "answer_language": one("language", "answer_language", "Wants answers in {value}"),
    "speaks": of_many("language", "speaks", "Speaks {value}"),
    "does_not_speak": of_many("language", "speaks", "Does not speak {value}", negative=True),
    "prefers": of_many("preference", "prefers", "Prefers {value}"),
    "likes": of_many("preference", "likes", "Likes {value}"),
    "dislikes": of_many("preference", "likes", "Dislikes {value}", negative=True),
    "uses": of_many("tool", "uses", "Uses {value}"),
    "does_not_use": of_many("tool", "uses", "Does not use {value}", negative=True),
    "always": of_many("instruction", "instruction", "Asks to always {value}"),
    "never": of_many("instruction", "instruction", "Asks to never {value}", negative=True),
    "goal": of_many("goal", "goal", "Wants to {value}"),
    "must": of_many("constraint", "must", "Must {value}"),
    "must_not": of_many("constraint", "must", "Must not {value}", negative=True),
    "has": one("thing", "has", "{about}: {value}"),
}
KINDS = tuple(dict.fromkeys(attribute.kind for attribute in ATTRIBUTES.values()))

WORD = re.compile(r"[^\W_]+(?:[.'+#/-]+[^\W_]+)*[+#]*")
UNSAID = frozenset({"a", "an", "the", "my", "our", "your", "please", "really", "very"})
# Of each two only one can be preferred.
OPPOSITES = {
    word: name
    for name, pair in {
        "length": ("short", "long", "brief", "detailed", "concise", "verbose", "thorough"),
        "shade": ("dark", "light"),
        "tone": ("formal", "informal", "casual"),
        "units": ("metric", "imperial"),
        "order": ("ascending", "descending"),
        "time": ("weekly", "daily", "monthly", "quarterly"),
    }.items()
    for word in pair
}
COMPARED = re.compile(r"\s+(?:over|instead of|rather than|more than|to)\s+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Triple:
    """What is said of the person. `gone`: that it holds no longer."""

    attribute: str
    value: str
    about: str = ""
    gone: bool = False

    @property
    def what(self) -> Attribute:
        return ATTRIBUTES[self.attribute]

    @property
    def statement(self) -> str:
        """A sentence for people and prompts; it has no first person, which no rule reads."""
        about = self.about[:1].upper() + self.about[1:]
        return self.what.sentence.format(value=self.value, about=about)

    @property
    def key(self) -> "Key":
        family = f"{self.what.family}:{canonical(self.about)}"
        if self.what.single:
            return Key(family, "", canonical(self.value))
        sides = [canonical(side) for side in COMPARED.split(self.value)]
        if self.attribute == "prefers" and len(sides) == 2:
            return Key(family, " | ".join(sorted(sides)), sides[0])
        topic, chosen = opposed(canonical(self.value))
        held = "no" if self.what.negative else "yes"
        if chosen and self.attribute in ("prefers", "always"):
            return Key(family, topic, f"{held} {chosen}")
        return Key(family, canonical(self.value), held)


@dataclass(frozen=True)
class Key:
    """Where a triple stands: of one family and topic only one `held` can be true at a time."""

    family: str
    topic: str
    held: str

    def digest(self, salt: UUID) -> bytes:
        """What is kept of a forgotten one, to know it again."""
        text = "\0".join((self.family, self.topic, self.held))
        return hashlib.sha256(salt.bytes + text.encode()).digest()


def canonical(text: str) -> str:
    """The words in lower case, without articles and plural endings."""
    return " ".join(singular(w) for w in words_of(text) if w not in UNSAID)


def opposed(words: str) -> tuple[str, str]:
    """The words with the name of a choice in place of what was chosen, and that."""
    each = words.split()
    chosen = [word for word in each if word in OPPOSITES]
    return " ".join(f"<{OPPOSITES[w]}>" if w in OPPOSITES else w for w in each), " ".join(chosen)


def words_of(text: str) -> list[str]:
    return WORD.findall(text.casefold().replace("\u2019", "'"))


def singular(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A triple that a message of the person says, and what found it there.

    `place`: the how-manieth of its message. `confidence`: from 0 to 1.
    """

    triple: Triple
    event_id: UUID
    conversation_id: UUID
    said_at: datetime
    place: int
    confidence: float
    origin: str = RULES
    model: str | None = None

    @property
    def position(self) -> tuple[datetime, UUID, str, int]:
        return self.said_at, self.event_id, self.origin, self.place


@dataclass(kw_only=True)
class Fact:
    """A triple and for how long it held (`valid_…`) and was believed (`recorded_at` on).

    The sources are events and their conversations, oldest first, each the other's partner.
    `digests`: of a fact that the person settled, what it was, to be known again.
    """

    id: UUID
    triple: Triple | None
    confidence: float
    valid_from: datetime
    said_at: datetime
    recorded_at: datetime
    origin: str
    model: str | None = None
    valid_to: datetime | None = None
    superseded_at: datetime | None = None
    expires_at: datetime | None = None
    state: str = CURRENT
    event_ids: list[UUID] = field(default_factory=list)
    conversation_ids: list[UUID] = field(default_factory=list)
    corrects: UUID | None = None
    digests: list[bytes] = field(default_factory=list)

    def covers(self, mention: Mention) -> bool:
        """Whether a settled fact was (among others) this mention's."""
        if mention.event_id not in self.event_ids:
            return False
        if self.state == FORGOTTEN and mention.origin == MODEL:
            return True  # a model words it otherwise each time
        return mention.triple.key.digest(self.id) in self.digests


def free_of(mentions: Sequence[Mention], settled: Sequence[Fact]) -> list[Mention]:
    """The mentions that no settled fact covers."""
    return [m for m in mentions if not any(fact.covers(m) for fact in settled)]
