"""A talk with a model: turn by turn, until it answers or may go on no longer."""

from collections.abc import Sequence
from typing import Any, Protocol

from services.analytics.chat.model.domain import FEWEST_TOKENS, TURN_TOKENS, Bounds, Tally
from services.analytics.chat.model.prompt import tokens_of
from services.analytics.chat.model.toolbox import Toolbox
from services.common.llm.failures import UNASKED, DegradedReason, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.messages import Tool, Turn

ENOUGH = '{"error": "No tool can be used any more: answer with what there is."}'


class Conversing(Protocol):
    """A model, as a talk needs it."""

    async def converse(
        self,
        asker: Asker,
        model: str,
        messages: Sequence[Any],
        tools: Sequence[Tool],
        *,
        most_tokens: int,
    ) -> Turn: ...


class Talk:
    def __init__(
        self, model: Conversing, asker: Asker, bounds: Bounds, toolbox: Toolbox, tally: Tally
    ) -> None:
        self._model = model
        self._asker = asker
        self._bounds = bounds
        self._toolbox = toolbox
        self._tally = tally

    async def last_words(self, messages: list[dict[str, Any]]) -> str:
        """What the model says once it wants no tool any more. Raises ModelFailure and Stuck."""
        left = self._bounds.tool_calls
        while True:
            turn = await self._turn(messages, self._toolbox.tools if left > 0 else [])
            if not turn.calls or left <= 0:
                return turn.text
            messages.append(said(turn))
            for call in turn.calls:
                left -= 1
                told = await self._toolbox.use(call) if left >= 0 else ENOUGH
                messages.append({"role": "tool", "tool_call_id": call.id, "content": told})

    async def _turn(self, messages: Sequence[dict[str, Any]], tools: Sequence[Tool]) -> Turn:
        """Raises ModelFailure, also where the question took what it may."""
        estimated = tokens_of(messages, tools)
        room = self._bounds.tokens - self._tally.tokens - estimated
        if room < FEWEST_TOKENS:
            raise ModelFailure(DegradedReason.QUESTION_LIMIT, "tokens of a question")
        before, self._tally.cost = self._tally.cost, None  # of a turn that is cut off nobody knows
        try:
            turn = await self._model.converse(
                self._asker,
                self._bounds.name,
                messages,
                tools,
                most_tokens=min(TURN_TOKENS, room),
            )
        except ModelFailure as failure:
            if failure.unanswered or failure.left_alone or failure.reason in UNASKED:
                self._tally.cost = before
            raise
        self._tally.cost = before
        self._tally.add(turn.spent, turn.cost_nano_usd, estimated)
        return turn


def said(turn: Turn) -> dict[str, Any]:
    """A turn as the server has to hear it again."""
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in turn.calls
    ]
    return {"role": "assistant", "content": turn.text or None, "tool_calls": calls}
