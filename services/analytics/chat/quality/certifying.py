"""From an answer to a certified question that another person may approve."""

from collections.abc import Iterator

from services.analytics.chat.quality.domain import ANSWERED, CERTIFIABLE, frozen_dates
from services.analytics.chat.quality.store import AnswerStore, Kept
from services.analytics.knowledge.questions.domain import Question, changed, draft_of
from services.analytics.knowledge.versions.domain import QUESTION, Item
from services.analytics.knowledge.versions.items import Items
from services.common.caller import Caller
from services.common.errors import FailedPrecondition, InvalidFields, NotFound, Violation
from services.common.idempotency import Claim
from services.common.ids import uuid_of

CONTEXT = "says little without the questions before it: ask it whole"


class Certifier:
    def __init__(self, store: AnswerStore, items: Items) -> None:
        self._store = store
        self._items = items

    async def propose(
        self, who: Caller, message_id: str, told: Question, note: str, claim: Claim | None
    ) -> Item:
        """A draft of a certified question; of `told` what is empty is as in the answer.

        Raises NotFound, FailedPrecondition, InvalidFields and AlreadyExists.
        """
        answer = await self._answer(who, message_id)
        violations = list(violations_of(answer, told))
        if violations:
            raise InvalidFields(*violations)
        changes = {
            "question": told.question or answer.question,
            "sql": told.sql or answer.sql,
            "category": told.category,
            "tags": told.tags,
        }
        empty = Question(
            question="",
            sql="",
            connection_id=answer.connection_id,
            author=who.subject,
            owner="",
            answer_id=str(answer.message_id),
        )
        draft = draft_of(changed(empty, changes, who.subject))
        return await self._items.create(who, QUESTION, draft, note=note, claim=claim)

    async def _answer(self, who: Caller, message_id: str) -> Kept:
        known = uuid_of(message_id)
        answer = known and await self._store.get(who.organization_id, known)
        if not answer or not (who.may_read_others or answer.user_id == who.subject):
            raise NotFound(f"no answer {message_id!r} of yours")
        if answer.way not in CERTIFIABLE or answer.outcome != ANSWERED:
            raise FailedPrecondition("the answer has no statement that could be certified")
        return answer


def violations_of(answer: Kept, told: Question) -> Iterator[Violation]:
    """Why the answer as it is would answer something else when it is asked again."""
    if answer.follows and not told.question:
        yield Violation("question", CONTEXT)
    dates = frozen_dates(answer.sql, told.question or answer.question)
    if dates and not told.sql:
        yield Violation("sql", f"is needed: that of the answer is of {dates[0]} for ever")
