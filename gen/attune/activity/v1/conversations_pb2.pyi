import datetime

from attune.common.v1 import access_pb2 as _access_pb2
from attune.common.v1 import entries_pb2 as _entries_pb2
from attune.common.v1 import json_pb2 as _json_pb2
from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Message(_message.Message):
    __slots__ = ("role", "content")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    role: str
    content: str
    def __init__(self, role: _Optional[str] = ..., content: _Optional[str] = ...) -> None: ...

class StartConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "messages", "metadata", "user_id", "started_at", "request_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    messages: _containers.RepeatedCompositeFieldContainer[Message]
    metadata: _json_pb2.Json
    user_id: str
    started_at: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., messages: _Optional[_Iterable[_Union[Message, _Mapping]]] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., user_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("id", "external_id", "user_id", "started_at", "last_message_at", "message_count", "event_count", "credits_used", "first_intent", "tools_used", "status", "completion_status", "finished_at", "user_satisfaction_signal", "extracted_use_case", "blocker_reason", "insights_source", "insights_version", "metadata", "title", "last_message", "parent_conversation_id", "parent_message_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_AT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    CREDITS_USED_FIELD_NUMBER: _ClassVar[int]
    FIRST_INTENT_FIELD_NUMBER: _ClassVar[int]
    TOOLS_USED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_STATUS_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    USER_SATISFACTION_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    EXTRACTED_USE_CASE_FIELD_NUMBER: _ClassVar[int]
    BLOCKER_REASON_FIELD_NUMBER: _ClassVar[int]
    INSIGHTS_SOURCE_FIELD_NUMBER: _ClassVar[int]
    INSIGHTS_VERSION_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PARENT_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PARENT_MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    external_id: str
    user_id: str
    started_at: _timestamp_pb2.Timestamp
    last_message_at: _timestamp_pb2.Timestamp
    message_count: int
    event_count: int
    credits_used: int
    first_intent: str
    tools_used: _json_pb2.Json
    status: str
    completion_status: str
    finished_at: _timestamp_pb2.Timestamp
    user_satisfaction_signal: int
    extracted_use_case: str
    blocker_reason: str
    insights_source: str
    insights_version: int
    metadata: _json_pb2.Json
    title: str
    last_message: str
    parent_conversation_id: str
    parent_message_id: str
    def __init__(self, id: _Optional[str] = ..., external_id: _Optional[str] = ..., user_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_message_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., message_count: _Optional[int] = ..., event_count: _Optional[int] = ..., credits_used: _Optional[int] = ..., first_intent: _Optional[str] = ..., tools_used: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., status: _Optional[str] = ..., completion_status: _Optional[str] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user_satisfaction_signal: _Optional[int] = ..., extracted_use_case: _Optional[str] = ..., blocker_reason: _Optional[str] = ..., insights_source: _Optional[str] = ..., insights_version: _Optional[int] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., title: _Optional[str] = ..., last_message: _Optional[str] = ..., parent_conversation_id: _Optional[str] = ..., parent_message_id: _Optional[str] = ...) -> None: ...

class ConversationEvent(_message.Message):
    __slots__ = ("id", "event_type", "content", "timestamp", "tool_name", "success", "credits_consumed", "client_event_id")
    ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    TOOL_NAME_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CREDITS_CONSUMED_FIELD_NUMBER: _ClassVar[int]
    CLIENT_EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    event_type: str
    content: _json_pb2.Json
    timestamp: _timestamp_pb2.Timestamp
    tool_name: str
    success: bool
    credits_consumed: int
    client_event_id: str
    def __init__(self, id: _Optional[str] = ..., event_type: _Optional[str] = ..., content: _Optional[_Union[_json_pb2.Json, _Mapping]] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., tool_name: _Optional[str] = ..., success: _Optional[bool] = ..., credits_consumed: _Optional[int] = ..., client_event_id: _Optional[str] = ...) -> None: ...

class AppendEventsRequest(_message.Message):
    __slots__ = ("conversation_id", "events")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    events: _containers.RepeatedCompositeFieldContainer[ConversationEvent]
    def __init__(self, conversation_id: _Optional[str] = ..., events: _Optional[_Iterable[_Union[ConversationEvent, _Mapping]]] = ...) -> None: ...

class AppendEventsResponse(_message.Message):
    __slots__ = ("conversation_id", "results", "appended", "conversation")
    class Result(_message.Message):
        __slots__ = ("event_id", "duplicate")
        EVENT_ID_FIELD_NUMBER: _ClassVar[int]
        DUPLICATE_FIELD_NUMBER: _ClassVar[int]
        event_id: str
        duplicate: bool
        def __init__(self, event_id: _Optional[str] = ..., duplicate: _Optional[bool] = ...) -> None: ...
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    APPENDED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    results: _containers.RepeatedCompositeFieldContainer[AppendEventsResponse.Result]
    appended: int
    conversation: Conversation
    def __init__(self, conversation_id: _Optional[str] = ..., results: _Optional[_Iterable[_Union[AppendEventsResponse.Result, _Mapping]]] = ..., appended: _Optional[int] = ..., conversation: _Optional[_Union[Conversation, _Mapping]] = ...) -> None: ...

class GetConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "page_size", "page_token", "newest_first", "up_to")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    UP_TO_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    page_size: int
    page_token: str
    newest_first: bool
    up_to: str
    def __init__(self, conversation_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., newest_first: _Optional[bool] = ..., up_to: _Optional[str] = ...) -> None: ...

class GetConversationResponse(_message.Message):
    __slots__ = ("conversation_id", "conversation", "events", "next_page_token")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    conversation: Conversation
    events: _containers.RepeatedCompositeFieldContainer[ConversationEvent]
    next_page_token: str
    def __init__(self, conversation_id: _Optional[str] = ..., conversation: _Optional[_Union[Conversation, _Mapping]] = ..., events: _Optional[_Iterable[_Union[ConversationEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListConversationsRequest(_message.Message):
    __slots__ = ("user_id", "status", "start_time", "end_time", "page_size", "page_token", "q", "parent_conversation_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    Q_FIELD_NUMBER: _ClassVar[int]
    PARENT_CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    status: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    q: str
    parent_conversation_id: str
    def __init__(self, user_id: _Optional[str] = ..., status: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., q: _Optional[str] = ..., parent_conversation_id: _Optional[str] = ...) -> None: ...

class ListConversationsResponse(_message.Message):
    __slots__ = ("conversations", "next_page_token")
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[Conversation]
    next_page_token: str
    def __init__(self, conversations: _Optional[_Iterable[_Union[Conversation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class FinishConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "status")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    status: str
    def __init__(self, conversation_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class RenameConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "title")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    title: str
    def __init__(self, conversation_id: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class BranchConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "message_id", "title", "request_id")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    message_id: str
    title: str
    request_id: str
    def __init__(self, conversation_id: _Optional[str] = ..., message_id: _Optional[str] = ..., title: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteConversationRequest(_message.Message):
    __slots__ = ("conversation_id",)
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    def __init__(self, conversation_id: _Optional[str] = ...) -> None: ...

class DeleteConversationResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportConversationRequest(_message.Message):
    __slots__ = ("conversation_id", "format")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    format: str
    def __init__(self, conversation_id: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class BatchImportConversationsRequest(_message.Message):
    __slots__ = ("conversations", "unread")
    class Entry(_message.Message):
        __slots__ = ("conversation_id", "user_id", "started_at", "events", "completion_status", "metadata")
        CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
        USER_ID_FIELD_NUMBER: _ClassVar[int]
        STARTED_AT_FIELD_NUMBER: _ClassVar[int]
        EVENTS_FIELD_NUMBER: _ClassVar[int]
        COMPLETION_STATUS_FIELD_NUMBER: _ClassVar[int]
        METADATA_FIELD_NUMBER: _ClassVar[int]
        conversation_id: str
        user_id: str
        started_at: _timestamp_pb2.Timestamp
        events: _containers.RepeatedCompositeFieldContainer[ConversationEvent]
        completion_status: str
        metadata: _json_pb2.Json
        def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[_Iterable[_Union[ConversationEvent, _Mapping]]] = ..., completion_status: _Optional[str] = ..., metadata: _Optional[_Union[_json_pb2.Json, _Mapping]] = ...) -> None: ...
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    UNREAD_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.RepeatedCompositeFieldContainer[BatchImportConversationsRequest.Entry]
    unread: _containers.RepeatedCompositeFieldContainer[_entries_pb2.UnreadEntry]
    def __init__(self, conversations: _Optional[_Iterable[_Union[BatchImportConversationsRequest.Entry, _Mapping]]] = ..., unread: _Optional[_Iterable[_Union[_entries_pb2.UnreadEntry, _Mapping]]] = ...) -> None: ...

class BatchImportConversationsResponse(_message.Message):
    __slots__ = ("results", "accepted", "refused")
    class Result(_message.Message):
        __slots__ = ("index", "success", "id", "appended", "errors")
        INDEX_FIELD_NUMBER: _ClassVar[int]
        SUCCESS_FIELD_NUMBER: _ClassVar[int]
        ID_FIELD_NUMBER: _ClassVar[int]
        APPENDED_FIELD_NUMBER: _ClassVar[int]
        ERRORS_FIELD_NUMBER: _ClassVar[int]
        index: int
        success: bool
        id: str
        appended: int
        errors: _containers.RepeatedCompositeFieldContainer[BatchImportConversationsResponse.Violation]
        def __init__(self, index: _Optional[int] = ..., success: _Optional[bool] = ..., id: _Optional[str] = ..., appended: _Optional[int] = ..., errors: _Optional[_Iterable[_Union[BatchImportConversationsResponse.Violation, _Mapping]]] = ...) -> None: ...
    class Violation(_message.Message):
        __slots__ = ("field", "message", "reason")
        FIELD_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        field: str
        message: str
        reason: str
        def __init__(self, field: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchImportConversationsResponse.Result]
    accepted: int
    refused: int
    def __init__(self, results: _Optional[_Iterable[_Union[BatchImportConversationsResponse.Result, _Mapping]]] = ..., accepted: _Optional[int] = ..., refused: _Optional[int] = ...) -> None: ...

class SetConversationInsightsRequest(_message.Message):
    __slots__ = ("conversation_id", "user_satisfaction_signal", "extracted_use_case", "blocker_reason", "source", "version")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_SATISFACTION_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    EXTRACTED_USE_CASE_FIELD_NUMBER: _ClassVar[int]
    BLOCKER_REASON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_satisfaction_signal: int
    extracted_use_case: str
    blocker_reason: str
    source: str
    version: int
    def __init__(self, conversation_id: _Optional[str] = ..., user_satisfaction_signal: _Optional[int] = ..., extracted_use_case: _Optional[str] = ..., blocker_reason: _Optional[str] = ..., source: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ConversationStarted(_message.Message):
    __slots__ = ("conversation_id", "external_id", "user_id", "started_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    external_id: str
    user_id: str
    started_at: _timestamp_pb2.Timestamp
    def __init__(self, conversation_id: _Optional[str] = ..., external_id: _Optional[str] = ..., user_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ConversationEventAppended(_message.Message):
    __slots__ = ("conversation_id", "event_id", "user_id", "event_type", "timestamp", "role", "text", "tool_name", "success", "credits_consumed", "error")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    TOOL_NAME_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    CREDITS_CONSUMED_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    event_id: str
    user_id: str
    event_type: str
    timestamp: _timestamp_pb2.Timestamp
    role: str
    text: str
    tool_name: str
    success: bool
    credits_consumed: int
    error: str
    def __init__(self, conversation_id: _Optional[str] = ..., event_id: _Optional[str] = ..., user_id: _Optional[str] = ..., event_type: _Optional[str] = ..., timestamp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., role: _Optional[str] = ..., text: _Optional[str] = ..., tool_name: _Optional[str] = ..., success: _Optional[bool] = ..., credits_consumed: _Optional[int] = ..., error: _Optional[str] = ...) -> None: ...

class ConversationChanged(_message.Message):
    __slots__ = ("conversation_id", "user_id", "status", "finished_at", "user_satisfaction_signal", "extracted_use_case", "blocker_reason", "started_at", "last_message_at", "title")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    USER_SATISFACTION_SIGNAL_FIELD_NUMBER: _ClassVar[int]
    EXTRACTED_USE_CASE_FIELD_NUMBER: _ClassVar[int]
    BLOCKER_REASON_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_AT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_id: str
    status: str
    finished_at: _timestamp_pb2.Timestamp
    user_satisfaction_signal: int
    extracted_use_case: str
    blocker_reason: str
    started_at: _timestamp_pb2.Timestamp
    last_message_at: _timestamp_pb2.Timestamp
    title: str
    def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., status: _Optional[str] = ..., finished_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., user_satisfaction_signal: _Optional[int] = ..., extracted_use_case: _Optional[str] = ..., blocker_reason: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_message_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., title: _Optional[str] = ...) -> None: ...

class ConversationDeleted(_message.Message):
    __slots__ = ("conversation_id", "user_id", "started_at", "deleted_by", "deleted_at")
    CONVERSATION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_BY_FIELD_NUMBER: _ClassVar[int]
    DELETED_AT_FIELD_NUMBER: _ClassVar[int]
    conversation_id: str
    user_id: str
    started_at: _timestamp_pb2.Timestamp
    deleted_by: str
    deleted_at: _timestamp_pb2.Timestamp
    def __init__(self, conversation_id: _Optional[str] = ..., user_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deleted_by: _Optional[str] = ..., deleted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
