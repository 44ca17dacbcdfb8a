"""Questions with their SQL, and who vouches for it. No I/O, no protobuf."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.analytics.knowledge.versions.domain import Draft
from services.common.errors import FailedPrecondition, InvalidFields, Violation

DRAFT, APPROVED, REVOKED = "draft", "approved", "revoked"
ASKED = ("question", "sql", "connection_id")


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decided of what was asked, which `digest` tells."""

    status: str
    by: str
    at: datetime
    digest: str


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question with its SQL. `author` wrote one of them as they are now."""

    question: str
    sql: str
    connection_id: str
    author: str
    owner: str
    category: str = ""
    tags: Sequence[str] = ()
    # The answer of the chat that it was made from; None where people wrote it.
    answer_id: str | None = None
    decision: Decision | None = None

    @property
    def digest(self) -> str:
        """Of what is decided on."""
        text = "\0".join(getattr(self, field) for field in ASKED)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def standing(self) -> Decision | None:
        """The decision, while what it was about is as it was."""
        return self.decision if self.decision and self.decision.digest == self.digest else None

    @property
    def status(self) -> str:
        return self.standing.status if self.standing else DRAFT


def question_of(content: str) -> Question:
    return msgspec.json.decode(content, type=Question)


def changed(question: Question, changes: Mapping[str, Any], by: str) -> Question:
    """With each tag once; who changes what is decided on is its author."""
    new = msgspec.structs.replace(question, **changes)
    author = question.author if new.digest == question.digest else by
    tags = sorted(set(new.tags))
    return msgspec.structs.replace(
        new, tags=tags, author=author, owner=new.owner or author, decision=new.standing
    )


def approved(question: Question, by: str, at: datetime, *, another: bool) -> Question:
    """Raises FailedPrecondition; `another` is whether the author may not approve."""
    if question.status == APPROVED:
        raise FailedPrecondition("the question is approved already")
    if another and by == question.author:
        raise FailedPrecondition("you wrote it: another person has to approve it")
    return decided(question, APPROVED, by, at)


def revoked(question: Question, by: str, at: datetime) -> Question:
    """Raises FailedPrecondition."""
    if question.status != APPROVED:
        raise FailedPrecondition(f"the question is not approved: it is {question.status}")
    return decided(question, REVOKED, by, at)


def decided(question: Question, status: str, by: str, at: datetime) -> Question:
    decision = Decision(status=status, by=by, at=at, digest=question.digest)
    return msgspec.structs.replace(question, decision=decision)


def draft_of(question: Question) -> Draft:
    """What is stored; questions are told apart whatever their case. Raises InvalidFields."""
    violations = list(violations_of(question))
    if violations:
        raise InvalidFields(*violations)
    return Draft(
        name=question.question,
        key=key_of(question.question),
        content=msgspec.json.encode(question).decode(),
        connection_id=question.connection_id,
        category=question.category,
        tags=question.tags,
        body=question.sql,
        restricted=question.status != APPROVED,
    )


def key_of(question: str) -> str:
    """What no two questions of a connection share."""
    return question.casefold()[:500]


def violations_of(question: Question) -> Iterator[Violation]:
    for field in ("question", "sql"):
        if not getattr(question, field).strip():
            yield Violation(field, "must not be empty")
