import datetime

from attune.activity.v1 import llm_usage_pb2 as _llm_usage_pb2
from attune.common.v1 import access_pb2 as _access_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetLlmBudgetRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class MonthlyLlmBudget(_message.Message):
    __slots__ = ("monthly_usd", "monthly_tokens", "most_usd", "most_tokens", "this_month", "changed_by", "changed_at")
    MONTHLY_USD_FIELD_NUMBER: _ClassVar[int]
    MONTHLY_TOKENS_FIELD_NUMBER: _ClassVar[int]
    MOST_USD_FIELD_NUMBER: _ClassVar[int]
    MOST_TOKENS_FIELD_NUMBER: _ClassVar[int]
    THIS_MONTH_FIELD_NUMBER: _ClassVar[int]
    CHANGED_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    monthly_usd: float
    monthly_tokens: int
    most_usd: float
    most_tokens: int
    this_month: _llm_usage_pb2.LlmBudget
    changed_by: str
    changed_at: _timestamp_pb2.Timestamp
    def __init__(self, monthly_usd: _Optional[float] = ..., monthly_tokens: _Optional[int] = ..., most_usd: _Optional[float] = ..., most_tokens: _Optional[int] = ..., this_month: _Optional[_Union[_llm_usage_pb2.LlmBudget, _Mapping]] = ..., changed_by: _Optional[str] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdateLlmBudgetRequest(_message.Message):
    __slots__ = ("budget", "update_mask")
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    budget: MonthlyLlmBudget
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, budget: _Optional[_Union[MonthlyLlmBudget, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...
