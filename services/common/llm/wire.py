"""One call over the wire. The only module that imports openai, when the first client is made.

The library builds the request and knows what an error status means. Its retries are off, because
ours know the deadline; and its reading of answers is not used, because it builds objects of
whatever comes: the body is read up to a limit and decoded strictly.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import Any

from services.common.clock import Clock
from services.common.llm.answers import ANSWER_BYTES, reply_of
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.messages import Heard, Question, Reply
from services.common.llm.settings import OPENAI_URL
from services.common.llm.streams import streamed

KEY_STATUSES = (401, 403)
NO_QUOTA = "insufficient_quota"  # a 429 that waiting does not mend
STREAMING = {"stream": True, "stream_options": {"include_usage": True}}


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
        body = bytearray()
        async with self._answering(question, {}) as response:
            async for part in response.iter_bytes():
                body += part
                if len(body) > ANSWER_BYTES:
                    raise ModelFailure(DegradedReason.NONSENSE, "an answer without end")
        return reply_of(bytes(body))

    async def stream(self, question: Question, heard: Heard) -> Reply:
        """The same, where the text of the answer goes to `heard` as it comes."""
        async with self._answering(question, STREAMING) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                raise ModelFailure(DegradedReason.NONSENSE, "no stream")
            return await streamed(response.iter_bytes(), heard)

    @asynccontextmanager
    async def _answering(self, question: Question, way: Mapping[str, Any]) -> AsyncIterator[Any]:
        """The library's response, with a body that is yet to come. Raises ModelFailure."""
        try:
            async with self._client.chat.completions.with_streaming_response.create(
                model=question.model,
                messages=question.messages,
                **{self._limit: question.most_tokens},
                **question.more,
                **way,
            ) as response:
                yield response
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
