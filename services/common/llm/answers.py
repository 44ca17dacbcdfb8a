"""Reading an answer that comes whole: strictly, and without objects of whatever comes."""

import msgspec

from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.messages import MOST_TOKENS, Reply, Spent

ANSWER_BYTES = 1024 * 1024
# What the decoder raises for bytes that are not what they should be.
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Usage(msgspec.Struct):
    prompt_tokens: int
    completion_tokens: int


class AnswerMessage(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    message: AnswerMessage
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    choices: list[Choice]
    usage: msgspec.Raw = msgspec.Raw(b"null")


def reply_of(body: bytes) -> Reply:
    """The answer in a body. Raises ModelFailure where the body is no chat completion."""
    try:
        completion = msgspec.json.decode(body, type=Completion)
        choice = completion.choices[0]
    except (*UNREADABLE, IndexError):
        raise ModelFailure(DegradedReason.NONSENSE, "no chat completion") from None
    failure = useless(choice.finish_reason, bool(choice.message.refusal))
    return Reply(choice.message.content or "", spent_of(completion.usage), failure)


def useless(finish_reason: str | None, refused: bool) -> ModelFailure | None:
    """Why an answer cannot be used, by what its server says of it."""
    if refused or finish_reason == "content_filter":
        return ModelFailure(DegradedReason.REFUSED, "by the model")
    if finish_reason == "length":
        return ModelFailure(DegradedReason.NONSENSE, "cut off at the most tokens")
    return None


def spent_of(usage: msgspec.Raw) -> Spent | None:
    """What a server says it counted, where that can be."""
    try:
        told = msgspec.json.decode(usage, type=Usage)
    except UNREADABLE:
        return None
    spent = Spent(told.prompt_tokens, told.completion_tokens)
    return spent if all(0 <= n <= MOST_TOKENS for n in vars(spent).values()) else None
