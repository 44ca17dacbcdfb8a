"""Reading an answer that comes in pieces: server-sent events, each a `chat.completion.chunk`."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import msgspec

from services.common.llm.answers import ANSWER_BYTES, UNREADABLE, spent_of, useless
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.messages import Heard, Reply, ToolCall

# A token comes with some 300 bytes around it.
STREAM_BYTES = 16 * ANSWER_BYTES
MOST_CALLS = 128
DONE = b"[DONE]"
NULL = msgspec.Raw(b"null")


class FunctionDelta(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class CallDelta(msgspec.Struct):
    index: int
    id: str | None = None
    function: FunctionDelta | None = None


class Delta(msgspec.Struct):
    content: str | None = None
    refusal: str | None = None
    tool_calls: list[CallDelta] | None = None


class ChunkChoice(msgspec.Struct):
    delta: Delta | None = None
    finish_reason: str | None = None


class Chunk(msgspec.Struct):
    choices: list[ChunkChoice] = []
    usage: msgspec.Raw = NULL
    error: msgspec.Raw = NULL


class Events:
    """The data of server-sent events, out of bytes as they come (WHATWG HTML, 9.2)."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0

    def read(self, part: bytes) -> Iterator[bytes]:
        """The data of each event that ends within the part."""
        self._line += part
        if b"\n" not in part and b"\r" not in part:
            return
        lines = bytes(self._line).splitlines(keepends=True)
        # Without its "\n" a line may go on, and a "\r" be the half of its end.
        self._line = bytearray(b"" if lines[-1].endswith(b"\n") else lines.pop())
        for line in lines:
            yield from self._read_line(line.rstrip(b"\r\n"))

    def _read_line(self, line: bytes) -> Iterator[bytes]:
        self._size = self._size + len(line) + 1 if line else 0
        if not line and self._data:
            yield b"\n".join(self._data)
            self._data = []
        name, _, value = line.partition(b":")  # without a name it is a comment
        if name == b"data":
            self._data.append(value.removeprefix(b" "))

    @property
    def waiting(self) -> int:
        """Bytes of the event that has not ended."""
        return len(self._line) + self._size


@dataclass
class CallPieces:
    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Assembly:
    """An answer, as far as it has come."""

    def __init__(self) -> None:
        self.done = False
        self._text: list[str] = []
        self._calls: dict[int, CallPieces] = {}
        self._kept = 0
        self._refused = False
        self._finish_reason: str | None = None
        self._usage = NULL

    def take(self, data: bytes) -> str:
        """The text that a chunk adds. Raises ModelFailure where it is no chunk, or an error."""
        if data.strip() == DONE:
            self.done = True
            return ""
        try:
            chunk = msgspec.json.decode(data, type=Chunk)
        except UNREADABLE:
            raise ModelFailure(DegradedReason.NONSENSE, "no chunk of a completion") from None
        if bytes(chunk.error) != b"null":
            raise ModelFailure(DegradedReason.SERVER_ERROR, "in the middle of the answer")
        if bytes(chunk.usage) != b"null":
            self._usage = chunk.usage.copy()
        return self._choose(chunk.choices[0]) if chunk.choices else ""

    def _choose(self, choice: ChunkChoice) -> str:
        self._finish_reason = choice.finish_reason or self._finish_reason
        delta = choice.delta or Delta()
        self._refused = self._refused or bool(delta.refusal)
        for piece in delta.tool_calls or ():
            self._call(piece)
        text = delta.content or ""
        self._keep(text)
        self._text.append(text)
        return text

    def _call(self, piece: CallDelta) -> None:
        if not 0 <= piece.index < MOST_CALLS:
            raise ModelFailure(DegradedReason.NONSENSE, "too many calls")
        call = self._calls.setdefault(piece.index, CallPieces())
        function = piece.function or FunctionDelta()
        # Servers that tell a name again with each piece mean the same call.
        call.id = call.id or piece.id or ""
        call.name = call.name or function.name or ""
        self._keep(function.arguments or "")
        call.arguments.append(function.arguments or "")

    def _keep(self, text: str) -> None:
        self._kept += len(text)
        if self._kept > ANSWER_BYTES:
            raise ModelFailure(DegradedReason.NONSENSE, "an answer without end")

    @property
    def reply(self) -> Reply:
        """The whole answer. Raises ModelFailure where the stream broke off."""
        if not self.done and self._finish_reason is None:
            raise ModelFailure(DegradedReason.UNREACHABLE, "the stream broke off")
        text = "".join(self._text)
        failure = useless(self._finish_reason, self._refused) or self._unusable(text)
        calls = [
            ToolCall(call.id or f"call_{index}", call.name, "".join(call.arguments))
            for index, call in sorted(self._calls.items())
        ]
        return Reply(text, spent_of(self._usage), failure, calls)

    def _unusable(self, text: str) -> ModelFailure | None:
        if not text and not self._calls:
            return ModelFailure(DegradedReason.NONSENSE, "neither text nor calls")
        if not all(call.name for call in self._calls.values()):
            return ModelFailure(DegradedReason.NONSENSE, "a call of nothing")
        return None


async def streamed(parts: AsyncIterator[bytes], heard: Heard) -> Reply:
    """The answer of a stream, whose text goes to `heard` as it comes. Raises ModelFailure."""
    events, assembly, size = Events(), Assembly(), 0
    async for part in parts:
        size += len(part)
        for data in events.read(part):
            if text := assembly.take(data):
                await heard(text)
            if assembly.done:
                return assembly.reply
        if size > STREAM_BYTES or events.waiting > ANSWER_BYTES:
            raise ModelFailure(DegradedReason.NONSENSE, "an answer without end")
    return assembly.reply
