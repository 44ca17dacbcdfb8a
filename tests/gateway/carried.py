"""Lets the echo's unary methods be called over a shared stream, as the services' own are."""

import asyncio
from collections.abc import Mapping
from typing import Any, NoReturn

import grpc
from google.rpc.status_pb2 import Status

from services.common.errors import DomainError
from services.common.interceptors import Unary


class Aborted(DomainError):
    """What a method ended with."""

    def __init__(self, code: grpc.StatusCode, message: str, status: Status) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Context:
    """As much of a gRPC context as the echo uses."""

    def __init__(self, metadata: Mapping[str, str]) -> None:
        self._metadata = metadata

    def invocation_metadata(self) -> list[tuple[str, str]]:
        return [*self._metadata.items()]

    async def abort(
        self, code: grpc.StatusCode, details: str = "", trailing_metadata: Any = ()
    ) -> NoReturn:
        status = Status(code=code.value[0], message=details)
        for _, value in trailing_metadata:
            status = Status.FromString(value)
        raise Aborted(code, details, status)


class Pipeline:
    """The methods of a servicer, in place of services.common.interceptors.Pipeline."""

    def __init__(self) -> None:
        self.unary: dict[str, Unary] = {}

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        pass

    def add_registered_method_handlers(self, service: str, methods: Mapping[str, Any]) -> None:
        for name, handler in methods.items():
            if not (handler.request_streaming or handler.response_streaming):
                how = (handler.request_deserializer, handler.response_serializer)
                self.unary[f"/{service}/{name}"] = Unary(*how, called(handler.unary_unary))

    def status_of(self, error: DomainError) -> Status:
        if isinstance(error, Aborted):
            return error.status
        return Status(code=error.code.value[0], message=str(error))


def called(behaviour: Any) -> Any:
    async def call(request: Any, metadata: Mapping[str, str], _: None, seconds: float) -> Any:
        try:
            async with asyncio.timeout(seconds):
                return await behaviour(request, Context(metadata))
        except TimeoutError:
            late = grpc.StatusCode.DEADLINE_EXCEEDED
            raise Aborted(late, "late", Status(code=late.value[0])) from None

    return call
