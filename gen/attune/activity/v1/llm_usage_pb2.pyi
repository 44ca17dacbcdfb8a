from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReserveLlmBudgetRequest(_message.Message):
    __slots__ = ("reservation_id", "user_id", "purpose", "model", "prompt_tokens", "completion_tokens")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    user_id: str
    purpose: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    def __init__(self, reservation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., purpose: _Optional[str] = ..., model: _Optional[str] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ...) -> None: ...

class ReserveLlmBudgetResponse(_message.Message):
    __slots__ = ("cost_nano_usd",)
    COST_NANO_USD_FIELD_NUMBER: _ClassVar[int]
    cost_nano_usd: int
    def __init__(self, cost_nano_usd: _Optional[int] = ...) -> None: ...

class SettleLlmUsageRequest(_message.Message):
    __slots__ = ("reservation_id", "tokens")
    RESERVATION_ID_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    reservation_id: str
    tokens: LlmTokens
    def __init__(self, reservation_id: _Optional[str] = ..., tokens: _Optional[_Union[LlmTokens, _Mapping]] = ...) -> None: ...

class LlmTokens(_message.Message):
    __slots__ = ("prompt", "completion")
    PROMPT_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_FIELD_NUMBER: _ClassVar[int]
    prompt: int
    completion: int
    def __init__(self, prompt: _Optional[int] = ..., completion: _Optional[int] = ...) -> None: ...

class SettleLlmUsageResponse(_message.Message):
    __slots__ = ("cost_nano_usd",)
    COST_NANO_USD_FIELD_NUMBER: _ClassVar[int]
    cost_nano_usd: int
    def __init__(self, cost_nano_usd: _Optional[int] = ...) -> None: ...

class GetLlmUsageRequest(_message.Message):
    __slots__ = ("first_day", "last_day", "user_id", "purpose", "model", "group_by", "page_size", "page_token")
    FIRST_DAY_FIELD_NUMBER: _ClassVar[int]
    LAST_DAY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    first_day: str
    last_day: str
    user_id: str
    purpose: str
    model: str
    group_by: _containers.RepeatedScalarFieldContainer[str]
    page_size: int
    page_token: str
    def __init__(self, first_day: _Optional[str] = ..., last_day: _Optional[str] = ..., user_id: _Optional[str] = ..., purpose: _Optional[str] = ..., model: _Optional[str] = ..., group_by: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class LlmUsage(_message.Message):
    __slots__ = ("day", "user_id", "purpose", "model", "calls", "estimated_calls", "prompt_tokens", "completion_tokens", "cost_usd", "failed_calls")
    DAY_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_CALLS_FIELD_NUMBER: _ClassVar[int]
    PROMPT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_TOKENS_FIELD_NUMBER: _ClassVar[int]
    COST_USD_FIELD_NUMBER: _ClassVar[int]
    FAILED_CALLS_FIELD_NUMBER: _ClassVar[int]
    day: str
    user_id: str
    purpose: str
    model: str
    calls: int
    estimated_calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    failed_calls: int
    def __init__(self, day: _Optional[str] = ..., user_id: _Optional[str] = ..., purpose: _Optional[str] = ..., model: _Optional[str] = ..., calls: _Optional[int] = ..., estimated_calls: _Optional[int] = ..., prompt_tokens: _Optional[int] = ..., completion_tokens: _Optional[int] = ..., cost_usd: _Optional[float] = ..., failed_calls: _Optional[int] = ...) -> None: ...

class LlmBudget(_message.Message):
    __slots__ = ("month", "cost_usd", "spent_usd", "reserved_usd", "tokens", "spent_tokens", "reserved_tokens")
    MONTH_FIELD_NUMBER: _ClassVar[int]
    COST_USD_FIELD_NUMBER: _ClassVar[int]
    SPENT_USD_FIELD_NUMBER: _ClassVar[int]
    RESERVED_USD_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    SPENT_TOKENS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_TOKENS_FIELD_NUMBER: _ClassVar[int]
    month: str
    cost_usd: float
    spent_usd: float
    reserved_usd: float
    tokens: int
    spent_tokens: int
    reserved_tokens: int
    def __init__(self, month: _Optional[str] = ..., cost_usd: _Optional[float] = ..., spent_usd: _Optional[float] = ..., reserved_usd: _Optional[float] = ..., tokens: _Optional[int] = ..., spent_tokens: _Optional[int] = ..., reserved_tokens: _Optional[int] = ...) -> None: ...

class GetLlmUsageResponse(_message.Message):
    __slots__ = ("usage", "total", "budget", "next_page_token")
    USAGE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    usage: _containers.RepeatedCompositeFieldContainer[LlmUsage]
    total: LlmUsage
    budget: LlmBudget
    next_page_token: str
    def __init__(self, usage: _Optional[_Iterable[_Union[LlmUsage, _Mapping]]] = ..., total: _Optional[_Union[LlmUsage, _Mapping]] = ..., budget: _Optional[_Union[LlmBudget, _Mapping]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
