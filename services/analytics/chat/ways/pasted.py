"""What is no question: SQL, which is not run unasked, and what has no words."""

import re

from services.analytics.chat.domain import RUN, Offer, Question, Unclear
from services.analytics.queries.checking import NotAllowed, Wall
from services.analytics.understanding.tokens import tokens_of

WORDLESS = "There is no question in this: ask in words, with the names of metrics or events."
SQL = "This is SQL, which is not run unasked: run it as it is, or ask in words for what it tells."
REFUSED = "This is SQL that may not run here: {}."
# What English may begin with too: whether it is SQL, PostgreSQL's grammar says.
OPENING = re.compile(
    r"\s*(?:select|with|values|table|explain|insert|update|delete|merge|drop|create|alter|truncate|"
    r"grant|revoke|copy|set|show|vacuum|begin|--|/\*|\()\b",
    re.IGNORECASE,
)
NO_SQL = "syntax"


class Pasted:
    def __init__(self, wall: Wall) -> None:
        self._wall = wall

    async def plan(self, question: Question) -> Unclear | None:
        if not any(token.kind in ("word", "quoted") for token in tokens_of(question.text)):
            return Unclear(WORDLESS, final=True)
        if len(question.text.split()) < 2 or not OPENING.match(question.text):
            return None
        place = (question.who.organization_id, question.connection_id)
        try:
            await self._wall.approved(*place, question.text)
        except NotAllowed as refused:
            if refused.verdict == NO_SQL:
                return None
            return Unclear(REFUSED.format(refused.message.rstrip(".")), final=True)
        body = {"sql": question.text, "connection_id": question.connection_id}
        return Unclear(SQL, offers=[Offer(RUN, "Run this SQL", body)], final=True)
