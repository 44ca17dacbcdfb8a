"""What goes to a model and what comes back, as data."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from services.common.llm.failures import ModelFailure

MOST_TOKENS = 1_000_000  # what an answer may claim to have taken

# As OpenAI has them: of the roles system, user, assistant (maybe with tool_calls) and tool.
Message = Mapping[str, Any]
# Takes the text of an answer, piece by piece as it comes.
Heard = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What a model may call. `parameters`: JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]

    @property
    def described(self) -> dict[str, Any]:
        """As the wire has it."""
        return {"type": "function", "function": vars(self)}


@dataclass(frozen=True)
class ToolCall:
    """A call that a model wants. `arguments` are as it wrote them: maybe no JSON at all."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is sent: `more` is what stands beside the messages, as tools or an answer's schema."""

    model: str
    messages: Sequence[Message]
    most_tokens: int
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes: more than the prompt can have tokens, of which none is shorter than one."""
        return len(msgspec.json.encode([self.messages, self.more]))


@dataclass(frozen=True)
class Spent:
    """Tokens as the server counted them."""

    prompt: int
    completion: int


@dataclass(frozen=True)
class Reply:
    """The answer's text, and what it took; None where the server does not tell.

    `failure` is set where there is an answer, and it is not one that can be used.
    """

    text: str
    spent: Spent | None
    failure: ModelFailure | None = None
    calls: Sequence[ToolCall] = ()


@dataclass(frozen=True)
class Turn:
    """What a model said, and the tools that it wants called.

    `cost_nano_usd` is None where the ledger did not tell it in time.
    """

    text: str
    calls: Sequence[ToolCall]
    spent: Spent | None
    cost_nano_usd: int | None
