"""From the messages of a conversation to what they say of the person. Pure.

Only what the person says counts, and what somebody else said before in the same conversation is
nobody's news: text that was recalled to the person must not become a fact again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.activity.memory.domain import (
    COMPARED,
    MODEL,
    RULES,
    Key,
    Mention,
    Triple,
    canonical,
    words_of,
)
from services.activity.memory.grammar import Said, said_by, said_in
from services.activity.memory.reading import LONGEST_SENTENCE, begins_play, ends_play, sentences
from services.activity.memory.words import SENSITIVE
from services.common.pii import find, masked

PERSON, ASSISTANT = "user", "assistant"
# So many words repeated in their order are a repetition and no coincidence.
REPEATED_WORDS = 4
LONGEST_OTHER = 4000
# So many messages before one decide whether it counts.
WINDOW = 200

MASK = re.compile(r"\[[a-z_]+\]")
SENTENCE_ENDS = re.compile(r"(?<=[.!?;:…])\s+|\n+|\s[-*•]\s")
# How others speak of the person: turned into the first person, the same grammar reads it.
OF_THE_PERSON = re.compile(
    r"(?i)^(?:\W*(?:that|and|so|got it|noted|okay|ok|understood|i'?(?:ll| will)? (?:remember"
    r"|noted?)"
    r"(?: that)?|i see(?: that)?|since|as)\W+)*(?:the user|user|you|he|she|they)(?:'re| are|'s"
    r"| is)?\b"
)
TO_PERSON = re.compile(r"(?i)\b(?:you|your|yours|user|user's|customer|client)\b")
IS_IT = re.compile(r"(?i)(?:'re| are|'s| is)$")
THEIRS = re.compile(r"(?i)\b(?:your|the user'?s|user'?s|their|his|her)\b")
THIRD_PERSON = re.compile(
    r"(?i)^(i )?((?:\w+ly |always |also |mostly )*)(prefer|like|love|enjoy|hate|dislike|use|work"
    r"|live|speak|want|aim"
    r"|plan|hope|lead|manage|need|run)s\b"
)


@dataclass(frozen=True)
class Message:
    """A message of a conversation. `role`: who spoke; empty where not told."""

    event_id: UUID
    conversation_id: UUID
    role: str
    text: str
    said_at: datetime


@dataclass
class Heard:
    """What others said in a conversation so far, and whether the person plays somebody."""

    keys: set[tuple[str, str, str]] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    # Sentences that may tell of the person: all of systems and tools, of assistants those to "you".
    told: list[str] = field(default_factory=list)
    playing: bool = False

    def hear(self, message: Message) -> None:
        if message.role == PERSON:
            self.playing = begins_play(message.text) or (
                self.playing and not ends_play(message.text)
            )
            return
        text = message.text[:LONGEST_OTHER]
        self.texts.append(" ".join(words_of(text)))
        for sentence in SENTENCE_ENDS.split(text):
            if sentence.rstrip().endswith("?"):
                continue
            if len(sentence) <= LONGEST_SENTENCE:
                self.keys |= {key_of(said.triple) for said in said_of_person(sentence)}
            if message.role != ASSISTANT or TO_PERSON.search(sentence):
                self.told.append(f" {canonical(sentence)} ")

    def repeats(self, sentence: str, triple: Triple) -> bool:
        """Whether it is what another one said before, in these words or as this fact."""
        words = words_of(sentence)
        plain = " ".join(words)
        literal = len(words) >= REPEATED_WORDS and any(plain in text for text in self.texts)
        return literal or key_of(triple) in self.keys or self._was_told(triple)

    def _was_told(self, triple: Triple) -> bool:
        """Whether somebody who told of the person named the value."""
        sides = [f" {canonical(side)} " for side in COMPARED.split(triple.value)]
        return any(all(side in told for side in sides) for told in self.told)


def key_of(triple: Triple) -> tuple[str, str, str]:
    key: Key = triple.key
    return key.family, key.topic, key.held


def said_of_person(sentence: str) -> Iterator[Said]:
    """What somebody else says of the person, turned into the first person."""
    plain = sentence.strip(" .!;*-•\t\"'")
    turned = OF_THE_PERSON.sub(lambda m: "I am" if IS_IT.search(m[0]) else "I", plain)
    turned = THEIRS.sub("my", turned)
    turned = THIRD_PERSON.sub(lambda m: f"I {m[2]}{m[3]}", turned)
    yield from said_in(turned)
    if turned != plain:
        yield from said_by(plain)


def mentions_in(messages: Sequence[Message], start: int = 0) -> Iterator[Mention]:
    """What the person says of themselves in the messages from `start` on, oldest first.

    What was said before a message, up to WINDOW messages, decides whether it counts: so the result
    for a message is the same whether it is read as it comes or in a rebuild.
    """
    for place in range(start, len(messages)):
        message = messages[place]
        if message.role != PERSON or not (found := [*candidates(message)]):
            continue
        heard = Heard()
        for before in messages[max(0, place - WINDOW) : place]:
            heard.hear(before)
        if not heard.playing or ends_play(message.text):
            yield from mentions_of(message, found, heard)


def candidates(message: Message) -> Iterator[tuple[str, Said]]:
    """The sentences of the person that a rule reads, and what they say."""
    for sentence in sentences(message.text):
        for said in said_in(sentence):
            yield sentence, said


def mentions_of(
    message: Message, found: Sequence[tuple[str, Said]], heard: Heard
) -> Iterator[Mention]:
    place = 0
    for sentence, said in found:
        triple = accepted(said.triple, sentence)
        if triple and not heard.repeats(sentence, triple):
            yield mention_of(message, triple, said.confidence, place)
            place += 1


def mention_of(
    message: Message, triple: Triple, confidence: float, place: int, model: str | None = None
) -> Mention:
    """That the message says the triple: found by rules, or by a model."""
    return Mention(
        triple=triple,
        event_id=message.event_id,
        conversation_id=message.conversation_id,
        said_at=message.said_at,
        place=place,
        confidence=confidence,
        origin=MODEL if model else RULES,
        model=model,
    )


def accepted(triple: Triple, source: str) -> Triple | None:
    """The triple as it may be remembered, if it may: said in its source, which keeps no secret."""
    if not is_entailed(triple, source) or SENSITIVE.search(source) or has_secret(source):
        return None
    return permitted(triple)


def permitted(triple: Triple) -> Triple | None:
    """The triple without personal data; None where nothing else is in it, or something secret."""
    text = f"{triple.about} {triple.value}"
    value, about = masked(triple.value), masked(triple.about)
    if has_secret(text) or not canonical(MASK.sub("", value)):
        return None
    return replace(triple, value=value, about=about)


def has_secret(text: str) -> bool:
    return any(finding.kind == "secret" for finding in find(text))


def is_entailed(triple: Triple, source: str) -> bool:
    """Whether each word of the triple stands in the source."""
    return {*words_of(triple.value), *words_of(triple.about)} - CONNECTING <= {*words_of(source)}


# What the grammar itself puts between two things that are compared.
CONNECTING = frozenset({"over"})
