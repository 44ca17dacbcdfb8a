"""One call over the wire. The only module that imports openai, when the first client is made.

The library builds the request and knows what an error status means. Its retries are off, because
ours know the deadline; and its reading of answers is not used, because it builds objects of
whatever comes: the body is read up to a limit and decoded strictly.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from services.common.clock import Clock
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.settings import OPENAI_URL

ANSWER_BYTES = 1024 * 1024
MOST_TOKENS = 1_000_000  # what an answer may claim to have taken
KEY_STATUSES = (401, 403)
NO_QUOTA = "insufficient_quota"  # a 429 that waiting does not mend

Message = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is sent: `schema` is the JSON schema that the answer has to follow."""

    model: str
    messages: Sequence[Message]
    schema: Mapping[str, Any]
    schema_name: str
    most_tokens: int

    @property
    def size(self) -> int:
        """Bytes: more than the prompt can have tokens, of which none is shorter than one."""
        return len(msgspec.json.encode([self.messages, self.schema]))


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


def libraries() -> tuple[Any, Any]:
    """Imported when a process needs them, and only then."""
    import httpx2
    import openai

    return openai, httpx2


class ChatServer:
    """A server of chat completions; `opened` makes one."""

    def __init__(self, openai: Any, httpx2: Any, client: Any, base_url: str, now: Clock) -> None:
        self._openai = openai
        self._httpx2 = httpx2
        self._client = client
        self._now = now
        # OpenAI's newest models know only the one name, other servers only the older.
        self._limit = (
            "max_completion_tokens" if base_url.rstrip("/") == OPENAI_URL else "max_tokens"
        )

    @classmethod
    async def opened(cls, key: str, base_url: str, now: Clock) -> "ChatServer":
        """Import the libraries beside the event loop: they take a third of a second."""
        openai, httpx2 = await asyncio.to_thread(libraries)
        http = httpx2.AsyncClient(timeout=None, follow_redirects=False)
        client = openai.AsyncOpenAI(
            api_key=key, base_url=base_url, max_retries=0, timeout=None, http_client=http
        )
        return cls(openai, httpx2, client, base_url, now)

    async def close(self) -> None:
        await self._client.close()

    async def ask(self, question: Question) -> Reply:
        """One call, without a limit of time. Raises ModelFailure where there is no answer."""
        try:
            return reply_of(await self._body(question))
        except self._openai.APIStatusError as err:
            raise self._status_failure(err) from None
        except (self._openai.OpenAIError, self._httpx2.HTTPError) as err:
            cause = err.__cause__ or err
            unsent = (self._httpx2.ConnectError, self._httpx2.UnsupportedProtocol)
            raise ModelFailure(
                DegradedReason.UNREACHABLE,
                type(cause).__name__,
                unanswered=isinstance(cause, unsent),
            ) from None

    async def _body(self, question: Question) -> bytes:
        form = {"name": question.schema_name, "schema": question.schema, "strict": True}
        call = self._client.chat.completions.with_streaming_response.create(
            model=question.model,
            messages=question.messages,
            response_format={"type": "json_schema", "json_schema": form},
            **{self._limit: question.most_tokens},
        )
        body = bytearray()
        async with call as response:
            async for part in response.iter_bytes():
                body += part
                if len(body) > ANSWER_BYTES:
                    raise ModelFailure(DegradedReason.NONSENSE, "an answer without end")
        return bytes(body)

    def _status_failure(self, err: Any) -> ModelFailure:
        """An error status: no answer, and nothing to pay for."""
        status = int(err.status_code)
        return ModelFailure(
            reason_of(status),
            f"status {status}",
            retry_after=retry_after(err.response.headers.get("retry-after"), self._now),
            final=err.code == NO_QUOTA,
            unanswered=True,
        )


def reason_of(status: int) -> DegradedReason:
    if status in KEY_STATUSES:
        return DegradedReason.BAD_KEY
    if status == 429:
        return DegradedReason.RATE_LIMITED
    if status >= 500 or status in (408, 409):
        return DegradedReason.SERVER_ERROR
    return DegradedReason.REFUSED


def reply_of(body: bytes) -> Reply:
    """The answer in a body. Raises ModelFailure where the body is no chat completion."""
    try:
        completion = msgspec.json.decode(body, type=Completion)
        choice = completion.choices[0]
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError, RecursionError):
        raise ModelFailure(DegradedReason.NONSENSE, "no chat completion") from None
    return Reply(choice.message.content or "", spent_of(completion.usage), useless(choice))


def useless(choice: Choice) -> ModelFailure | None:
    if choice.message.refusal or choice.finish_reason == "content_filter":
        return ModelFailure(DegradedReason.REFUSED, "by the model")
    if choice.finish_reason == "length":
        return ModelFailure(DegradedReason.NONSENSE, "cut off at the most tokens")
    return None


def spent_of(usage: msgspec.Raw) -> Spent | None:
    """What a server says it counted, where that can be."""
    try:
        told = msgspec.json.decode(usage, type=Usage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    spent = Spent(told.prompt_tokens, told.completion_tokens)
    return spent if all(0 <= n <= MOST_TOKENS for n in vars(spent).values()) else None


def retry_after(header: str | None, now: Clock) -> float | None:
    """Seconds that the header asks to wait, as such or as a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(header) - now()).total_seconds()
        except (TypeError, ValueError, OverflowError):
            return None
    return max(0.0, seconds) if seconds < float("inf") else None
