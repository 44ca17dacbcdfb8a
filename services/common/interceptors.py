"""What every RPC goes through on the way in and out, composed once per method."""

import asyncio
import math
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol, TypeAlias, cast
from urllib.parse import quote

import asyncpg
import grpc
import structlog
from buf.validate.validate_pb2 import FieldRules, Ignore
from buf.validate.validate_pb2 import field as field_rules
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status

from services.common.access import Rule
from services.common.caller import current_caller
from services.common.db import TRANSIENT_ERRORS
from services.common.errors import (
    DomainError,
    InvalidFields,
    Unauthenticated,
    Unavailable,
    Violation,
)
from services.common.telemetry import RPC_ACTIVE, RPC_SECONDS
from services.common.tokens import TokenVerifier
from services.common.wording import words_of

if TYPE_CHECKING:
    from protovalidate import Validator

log = structlog.get_logger(__name__)

Context = grpc.aio.ServicerContext[Any, Any]
Handler = Callable[[Any, Context], Any]
Method: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Metadata = Mapping[str, str]

DEFAULT_DEADLINE_SECONDS = 30
# Errors travel as HTTP/2 metadata, of which receivers take 8 KiB: the message, percent-encoded, and
# the details, in base64.
MESSAGE_BYTES = 1_500
DETAILS_BYTES = 4_500


@cache
def validator() -> "Validator":
    """Imported with the first pipeline, so that workers, who serve nothing, are spared 10 MiB."""
    from protovalidate import Validator

    return Validator()


class DeadlineExceeded(DomainError):
    code = grpc.StatusCode.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"


class Pipeline(grpc.GenericRpcHandler):
    """Request id, metrics, errors, deadline, authentication, access, field rules, in that order.

    It takes the place of the server where servicers are registered, and wraps each method once:
    gRPC's own interceptors are looked up and composed anew for each call.
    """

    def __init__(self, domain: str, rules: dict[str, Rule], verifier: TokenVerifier) -> None:
        self._domain = domain
        self._rules = rules
        self._verifier = verifier
        self._methods: dict[str, Method] = {}
        validator()  # takes its time here, and not in the first call
        self.unary: dict[str, Unary] = {}

    def add_registered_method_handlers(self, service: str, methods: Mapping[str, Method]) -> None:
        """What the generated code calls with a servicer's methods."""
        for name, handler in methods.items():
            method = f"/{service}/{name}"
            self._methods[method] = self._wrap(handler, self._rules[method], method)

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """The generated code brings the same methods a second time, unnamed."""

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> "Method | None":
        return self._methods.get(handler_call_details.method)

    def _wrap(self, handler: Method, rule: Rule, method: str) -> Method:
        how: dict[str, Any] = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.request_streaming:
            if handler.response_streaming:
                raise TypeError(f"{method}: streams both ways are not served")
            take = self._taking(cast(Handler, handler.stream_unary), rule, method)
            return grpc.stream_unary_rpc_method_handler(take, **how)
        if handler.response_streaming:
            run = self._streaming(cast(Handler, handler.unary_stream), rule, method)
            return grpc.unary_stream_rpc_method_handler(run, **how)
        call = self._unary(cast(Handler, handler.unary_unary), rule, method)
        self.unary[method] = Unary(how["request_deserializer"], how["response_serializer"], call)
        return grpc.unary_unary_rpc_method_handler(self._alone(call), **how)

    def _alone(self, call: "Call") -> Handler:
        """The call as gRPC makes it."""

        async def run(request: Message, context: Context) -> Any:
            try:
                return await call(request, metadata_of(context), context, None)
            except DomainError as error:
                await self._abort(error, context)

        return run

    def _unary(self, behaviour: Handler, rule: Rule, method: str) -> "Call":
        async def run(
            request: Message, metadata: Metadata, context: Context | None, seconds: float | None
        ) -> Any:
            with observed(method) as call:
                try:
                    async with asyncio.timeout(min(deadline_of(rule), seconds or math.inf)):
                        self._admit(request, metadata, rule)
                        return await behaviour(request, cast(Context, context))
                except Exception as err:
                    raise call.failed(err) from err

        return run

    def _streaming(self, behaviour: Handler, rule: Rule, method: str) -> Handler:
        async def run(request: Message, context: Context) -> AsyncIterator[Any]:
            with observed(method) as call:
                try:
                    async with asyncio.timeout(deadline_of(rule)):
                        self._admit(request, metadata_of(context), rule)
                        async for response in behaviour(request, context):
                            yield response
                except Exception as err:
                    await self._abort(call.failed(err), context)

        return run

    def _taking(self, behaviour: Handler, rule: Rule, method: str) -> Handler:
        """A method that takes a stream: its first message says who may, as a lone request does."""

        async def run(requests: AsyncIterator[Message], context: Context) -> Any:
            with observed(method) as call:
                try:
                    async with asyncio.timeout(deadline_of(rule)):
                        first = await anext(requests, None)
                        if first is None:
                            raise InvalidFields(Violation("", "the stream has no message"))
                        self._admit(first, metadata_of(context), rule)
                        return await behaviour(chained(first, requests), context)
                except Exception as err:
                    await self._abort(call.failed(err), context)

        return run

    def _admit(self, request: Message, metadata: Metadata, rule: Rule) -> None:
        bound = {
            "request_id": metadata.get("x-request-id") or uuid.uuid4().hex,
            "rpc": rule.name,
        }
        structlog.contextvars.bind_contextvars(**bound)
        if not rule.anyone:
            who = self._verifier.verify(bearer(metadata))
            current_caller.set(who)
            structlog.contextvars.bind_contextvars(organization=who.organization_id)
            rule.check(who, request)
        violations = violations_of(request)
        if violations:
            raise InvalidFields(*violations)

    async def _abort(self, error: DomainError, context: Context) -> NoReturn:
        details = ("grpc-status-details-bin", self.status_of(error).SerializeToString())
        await context.abort(error.code, message_of(error), (details,))

    def status_of(self, error: DomainError) -> Status:
        """The error as it is sent."""
        return status_of(error, self._domain)


async def chained(first: Message, rest: AsyncIterator[Message]) -> AsyncIterator[Message]:
    """A stream from its first message on; raises InvalidFields where a later one breaks a rule."""
    yield first
    async for request in rest:
        violations = violations_of(request)
        if violations:
            raise InvalidFields(*violations)
        yield request


class Call(Protocol):
    """A unary method within the pipeline; whatever goes wrong is a DomainError.

    `seconds` is how long the caller waits, where that is known. Calls of gRPC's own have a context.
    """

    def __call__(
        self, request: Any, metadata: Metadata, context: Context | None, seconds: float | None
    ) -> Awaitable[Any]: ...


class Unary(NamedTuple):
    """A unary method, with how its messages are read and written."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]
    call: Call


class Observed:
    """One call as the metrics will see it."""

    code = "OK"

    def failed(self, err: Exception) -> DomainError:
        """Note how the call ends; returns what its caller may see of the exception."""
        error = as_domain_error(err)
        self.code = error.code.name
        if error.code is grpc.StatusCode.INTERNAL:
            log.error("rpc failed", exc_info=err)
        return error


@contextmanager
def observed(method: str) -> Iterator[Observed]:
    call = Observed()
    started = time.perf_counter()
    RPC_ACTIVE.inc()
    try:
        yield call
    except asyncio.CancelledError:
        call.code = "CANCELLED"
        raise
    finally:
        RPC_ACTIVE.dec()
        seconds_of(method, call.code).observe(time.perf_counter() - started)


seconds_of = lru_cache(maxsize=1024)(RPC_SECONDS.labels)


def deadline_of(rule: Rule) -> float:
    """Seconds; the caller's own, shorter deadline is kept by gRPC itself."""
    return rule.deadline_seconds or DEFAULT_DEADLINE_SECONDS


def metadata_of(context: Context) -> Metadata:
    return {key: str(value) for key, value in context.invocation_metadata() or ()}


def bearer(metadata: Metadata) -> str:
    scheme, _, token = metadata.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("a bearer token is needed")
    return token


def violations_of(request: Message) -> list[Violation]:
    """Every broken field rule of the proto, by the field's path; what is said twice, once."""
    told = (
        Violation(path_of(found.proto.field), words_of(found))
        for found in validator().collect_violations(request)
    )
    broken = list(dict.fromkeys(told))
    if b"\0" in request.SerializeToString():  # rarely, and then mostly in a number
        broken += [Violation(path, "must not hold the character U+0000") for path in nuls(request)]
    return broken


def nuls(message: Message, prefix: str = "") -> Iterator[str]:
    """Paths of the strings that hold NUL, which PostgreSQL cannot store."""
    for field, value in message.ListFields():
        rules: FieldRules = field.GetOptions().Extensions[field_rules]  # type: ignore[index]
        if rules.repeated.items.ignore == Ignore.IGNORE_ALWAYS:
            continue  # the entries are checked one by one
        values = enumerate(value) if field.is_repeated else [(None, value)]
        for index, item in values:
            path = prefix + field.name + ("" if index is None else f"[{index}]")
            if isinstance(item, str) and "\0" in item:
                yield path
            elif isinstance(item, Message):
                yield from nuls(item, f"{path}.")


def path_of(path: Any) -> str:
    parts = []
    for element in path.elements:
        parts.append(element.field_name)
        if element.subscript is not None and element.subscript.field == "index":
            parts[-1] += f"[{element.subscript.value}]"
    return ".".join(parts)


def as_domain_error(err: Exception) -> DomainError:
    """What a caller may see of an exception: an unknown one is a bug and stays inside."""
    if isinstance(err, DomainError):
        return err
    if isinstance(err, TimeoutError | asyncpg.QueryCanceledError):
        return DeadlineExceeded("the deadline passed and the work was cancelled")
    if isinstance(err, TRANSIENT_ERRORS):
        return Unavailable("the database cannot do this now; try again")
    if isinstance(err, grpc.aio.AioRpcError) and err.code() is grpc.StatusCode.UNAVAILABLE:
        return Unavailable("a service that this one needs does not answer; try again")
    return DomainError("internal error")


def message_of(error: DomainError) -> str:
    """What the error says, in valid Unicode and cut to what fits."""
    text = unicode_of(str(error))[:MESSAGE_BYTES]
    while len(quote(text)) > MESSAGE_BYTES:
        text = text[:-50]
    return text


def status_of(error: DomainError, domain: str) -> Status:
    """The error with its reason, metadata and violations, as google.rpc.Status.

    Of very many violations those are named that fit.
    """
    status = Status(code=error.code.value[0], message=message_of(error))
    info = ErrorInfo(reason=error.reason, domain=f"{domain}.attune", metadata=error.metadata)
    status.details.add().Pack(info)
    if isinstance(error, InvalidFields):
        room = DETAILS_BYTES - status.ByteSize()
        status.details.add().Pack(bad_request(error, room))
    return status


def bad_request(error: InvalidFields, room: int) -> BadRequest:
    bad = BadRequest()
    for violation in error.violations:
        bad.field_violations.add(
            field=unicode_of(violation.field)[:200],
            description=unicode_of(violation.message)[:500],
            reason=error.reason,
        )
        if bad.ByteSize() > room:
            del bad.field_violations[-1]
            break
    return bad


def unicode_of(text: str) -> str:
    """The text without halves of surrogate pairs, which cannot be sent."""
    return text.encode(errors="replace").decode()
