"""The tools of one question at work: a call in, what the model is told of it out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from services.analytics.chat import parts
from services.analytics.chat.domain import Question
from services.analytics.chat.model.describing import MOST_NAMES, event_told, name_of, relation_told
from services.analytics.chat.model.domain import Came, Ran
from services.analytics.chat.model.material import Known, Material
from services.analytics.chat.model.statements import Statements
from services.analytics.chat.model.tools import (
    BadCall,
    Description,
    KnowledgeSearch,
    Statement,
    Visualization,
    Wanted,
    wanted_of,
)
from services.analytics.chat.runs.runs import Tell
from services.analytics.masking import Masks
from services.common.llm.messages import Tool, ToolCall

# Of what a tool tells, so much goes to the model.
TOLD_BYTES = 12 * 1024


class Toolbox:
    """`tools` are those of the caller; what they bring goes into `came`."""

    def __init__(
        self,
        question: Question,
        known: Known,
        tools: Sequence[Tool],
        material: Material,
        statements: Statements,
        masks: Masks,
        came: Came,
        tell: Tell,
    ) -> None:
        self.tools = tools
        self._question = question
        self._known = known
        self._material = material
        self._statements = statements
        self._masks = masks
        self._came = came
        self._tell = tell

    async def use(self, call: ToolCall) -> str:
        """What the model is told, as JSON. Raises Stuck."""
        try:
            told = await self._used(wanted_of(call, self.tools))
        except BadCall as error:
            told = {"error": str(error)}
        text = msgspec.json.encode(told).decode()
        return text if len(text) <= TOLD_BYTES else cut(told)

    async def _used(self, wanted: Wanted) -> dict[str, Any]:
        if isinstance(wanted, Statement):
            await self._tell(parts.status_part("Running a statement that a model wrote"))
            return await self._statements.run(wanted)
        if isinstance(wanted, Visualization):
            return self._drawn(wanted)
        if isinstance(wanted, KnowledgeSearch):
            await self._tell(parts.status_part("Looking up definitions"))
            found = await self._material.found(self._question, wanted.query)
            return {"found": [{section: piece} for section, piece in found]}
        return self._described(wanted)

    def _drawn(self, wanted: Visualization) -> dict[str, Any]:
        """Of the last result; where it cannot be drawn so, it is by rule."""
        if not self._came.ran:
            raise BadCall("There is no result yet.")
        last = self._came.ran[-1]
        planned = replace(last.planned, chart=wanted.chart_type)
        self._came.ran[-1] = Ran(planned, last.answer)
        return {"chart": wanted.chart_type}

    def _described(self, wanted: Description) -> dict[str, Any]:
        relations, events = self._known.relations, self._known.events
        if not wanted.name:
            return {
                "relations": [name_of(each) for each in relations[:MOST_NAMES]],
                "events": [each.name for each in events[:MOST_NAMES]],
            }
        name = wanted.name.casefold()
        for relation in relations:
            if name in (relation.name.casefold(), name_of(relation).casefold()):
                return relation_told(relation, self._masks)
        for event in events:
            if event.name.casefold() == name:
                return event_told(event, self._masks)
        raise BadCall("There is neither a relation nor an event of this name.")


def cut(told: dict[str, Any]) -> str:
    """The beginning of what is too much, as a text in JSON that says so."""
    text = msgspec.json.encode(told).decode()[:TOLD_BYTES]
    return msgspec.json.encode({"cut_after": TOLD_BYTES, "beginning": text}).decode()
