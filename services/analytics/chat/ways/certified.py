"""The first way: the very question has been asked before, and people vouch for its SQL."""

from services.analytics.chat.domain import CERTIFIED, Definition, Planned, Question
from services.analytics.knowledge.questions.domain import APPROVED, question_of
from services.analytics.knowledge.search.asking import Search
from services.analytics.knowledge.search.store import Scope
from services.analytics.knowledge.versions.domain import QUESTION

# Of the questions that have most in common with this one, so many are looked at.
LOOKED_AT = 10


class Certified:
    def __init__(self, search: Search) -> None:
        self._search = search

    async def plan(self, question: Question) -> Planned | None:
        """Only the same text is the same question, whatever its case, blanks and last sign.

        What reads alike may be another one: "<5 days" and ">5 days" have the same words.
        """
        wanted = bare(question.text)
        scope = Scope(
            kinds=[QUESTION],
            connection_id=question.connection_id,
            restricted=False,
            limit=LOOKED_AT,
        )
        for each in await self._search.ask(question.who.organization_id, question.text, scope):
            item, known = each.hit.item, question_of(each.hit.item.content)
            same = known.connection_id == question.connection_id
            if same and known.status == APPROVED and bare(known.question) == wanted:
                return Planned(
                    way=CERTIFIED,
                    sql=known.sql,
                    understood=known.question,
                    definitions=[Definition(QUESTION, known.question, item.version)],
                )
        return None


def bare(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip("?!. ")
