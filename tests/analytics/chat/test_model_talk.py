"""A talk with a scripted model: what it is told, and what ends it."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.catalogue.domain import Column, Relation
from services.analytics.chat.domain import Question
from services.analytics.chat.model.domain import Bounds, Came
from services.analytics.chat.model.material import Known
from services.analytics.chat.model.talk import ENOUGH, Talk
from services.analytics.chat.model.toolbox import TOLD_BYTES, Toolbox
from services.analytics.chat.model.tools import DESCRIBE, EXECUTE, SEARCH, VISUALIZE, offered
from services.analytics.masking import Masks
from services.analytics.understanding import KnownEvent
from services.common.caller import Caller
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.messages import Spent, Tool, ToolCall, Turn

ANN = Caller(organization_id="acme", subject="ann", role="analyst")
ASKER = Asker(organization_id="acme", user_id="ann", purpose="chat")
ORDERS = Relation("shop", "orders", "table", (Column("mail", "text", samples=("a@example.com",)),))


class Scripted:
    """A model that says these turns, the last one for ever; `spent` tokens each."""

    def __init__(self, *turns: Turn) -> None:
        self._turns = list(turns)
        self.heard: list[list[Any]] = []
        self.offered: list[list[str]] = []
        self.most: list[int] = []

    async def converse(
        self,
        asker: Asker,
        model: str,
        messages: Sequence[Any],
        tools: Sequence[Tool],
        *,
        most_tokens: int,
    ) -> Turn:
        assert (asker, model) == (ASKER, "gpt")
        self.heard.append(list(messages))
        self.offered.append([tool.name for tool in tools])
        self.most.append(most_tokens)
        return self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]


def wanting(*calls: tuple[str, Any], spent: Spent | None = None, cost: int | None = 7) -> Turn:
    made = [ToolCall(f"c{n}", name, json.dumps(told)) for n, (name, told) in enumerate(calls)]
    return Turn("", made, spent or Spent(100, 10), cost)


def saying(text: str) -> Turn:
    return Turn(text, [], Spent(100, 10), 7)


class Asked:
    """A question to a scripted model, with tools that need no database."""

    def __init__(self, model: Scripted, events: int = 1, **bounds: Any) -> None:
        self.came = Came()
        self.model = model
        question = Question(who=ANN, text="Which?", connection_id="shop")
        known = Known([ORDERS], [KnownEvent(f"event {n} {'x' * 80}") for n in range(events)])
        never: Any = None  # what these tests do not use
        box = Toolbox(
            question, known, offered(ANN), never, never, Masks(True), self.came, self.tell
        )
        bounds = {"name": "gpt", **bounds}
        self.talk = Talk(model, ASKER, Bounds(**bounds), box, self.came.tally)

    async def tell(self, part: pb.ChatPart) -> None:
        raise AssertionError("nothing is told to people")

    async def words(self) -> str:
        return await self.talk.last_words([{"role": "user", "content": "Which?"}])

    def results(self) -> list[Any]:
        """What the last turn hears of tools."""
        told = self.model.heard[-1]
        return [json.loads(one["content"]) for one in told if one["role"] == "tool"]


async def test_what_a_tool_tells_stands_with_its_call() -> None:
    asked = Asked(Scripted(wanting((DESCRIBE, {"name": "orders"})), saying("Spain.")))
    assert await asked.words() == "Spain."
    _, said, told = asked.model.heard[-1]
    assert said["tool_calls"][0]["function"] == {
        "name": DESCRIBE,
        "arguments": '{"name": "orders"}',
    }
    assert (told["role"], told["tool_call_id"]) == ("tool", "c0")
    mail = {"type": "text", "values": ["[personal 1]"]}
    assert json.loads(told["content"]) == {"relation": "shop.orders", "columns": {"mail": mail}}
    tally = asked.came.tally
    assert (tally.prompt_tokens, tally.completion_tokens, tally.cost) == (200, 20, 14)


async def test_after_the_last_tool_it_has_to_answer() -> None:
    model = Scripted(wanting((DESCRIBE, {}), (DESCRIBE, {}), (DESCRIBE, {})))
    asked = Asked(model, tool_calls=4)
    assert await asked.words() == ""
    assert [bool(tools) for tools in model.offered] == [True, True, False]
    assert asked.results()[3:] == [asked.results()[0], json.loads(ENOUGH), json.loads(ENOUGH)]


async def test_a_question_takes_no_more_tokens_than_it_may() -> None:
    model = Scripted(wanting((DESCRIBE, {}), spent=Spent(900, 100)))
    asked = Asked(model, tokens=3_500)
    with pytest.raises(ModelFailure) as failure:
        await asked.words()
    assert failure.value.reason is DegradedReason.QUESTION_LIMIT
    assert asked.came.tally.tokens <= 3_500
    assert all(most <= 1_500 for most in model.most)


async def test_tokens_that_a_server_does_not_count_are_estimated_and_costs_are_not() -> None:
    turn = Turn("Spain.", [], None, None)
    asked = Asked(Scripted(turn))
    await asked.words()
    assert asked.came.tally.prompt_tokens > 0
    assert asked.came.tally.cost is None


async def test_what_is_too_much_is_cut_and_says_so() -> None:
    asked = Asked(Scripted(wanting((DESCRIBE, {})), saying("Spain.")), events=500)
    await asked.words()
    [told] = asked.results()
    assert (told["cut_after"], len(told["beginning"])) == (TOLD_BYTES, TOLD_BYTES)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("drop", {}), "no such tool"),
        ((DESCRIBE, {"name": "nowhere"}), "neither a relation nor an event"),
        ((DESCRIBE, {"user_id": "bob"}), "unknown field `user_id`"),
        ((VISUALIZE, {"chart_type": "line"}), "no result yet"),
        ((VISUALIZE, {"chart_type": "radar"}), "not what the tool takes"),
        ((EXECUTE, {}), "sql_query"),
        ((EXECUTE, ["x"]), "not what the tool takes"),
    ],
)
async def test_a_call_that_says_nothing_is_told_why(call: tuple[str, Any], said: str) -> None:
    asked = Asked(Scripted(wanting(call), saying("Spain.")))
    assert await asked.words() == "Spain."
    assert said in asked.results()[0]["error"]


def test_a_key_that_may_not_read_knowledge_has_no_tool_for_it() -> None:
    key = Caller(
        organization_id="acme", subject="k", role="analyst", scopes=frozenset({"queries:run"})
    )
    assert {tool.name for tool in offered(key)} == {EXECUTE, VISUALIZE, DESCRIBE}
    assert SEARCH in {tool.name for tool in offered(ANN)}


def test_no_tool_takes_an_organization_or_a_person() -> None:
    names = {name for tool in offered(ANN) for name in tool.parameters["properties"]}
    assert names == {
        *("query_type", "sql_query", "description", "suggested_actions"),
        *("chart_type", "query", "name"),
    }


class Failing(Scripted):
    """It answers once, and then fails."""

    def __init__(self, failure: BaseException) -> None:
        super().__init__(wanting((DESCRIBE, {})))
        self._failure = failure

    async def converse(self, *args: Any, **more: Any) -> Turn:
        if self.heard:
            raise self._failure
        return await super().converse(*args, **more)


@pytest.mark.parametrize(
    ("failure", "cost"),
    [
        (ModelFailure(DegradedReason.TIMEOUT), None),
        (ModelFailure(DegradedReason.NONSENSE), None),
        (asyncio.CancelledError(), None),
        (ModelFailure(DegradedReason.RATE_LIMITED, unanswered=True), 7),
        (ModelFailure(DegradedReason.SERVER_ERROR, left_alone=True), 7),
        (ModelFailure(DegradedReason.BUDGET_EXHAUSTED), 7),
    ],
)
async def test_what_a_turn_without_end_cost_is_not_known(
    failure: BaseException, cost: int | None
) -> None:
    asked = Asked(Failing(failure))
    with pytest.raises(type(failure)):
        await asked.words()
    assert asked.came.tally.cost == cost
