"""Attune from Python: activity, suggestions, conversations, feedback and profiles.

    with AttuneClient("http://127.0.0.1:8000", token) as client:
        client.activity.log("query", "Churn rate by region")

AsyncAttuneClient has the same methods, to be awaited. All that a call raises is an AttuneError.
"""

from attune_client.activity import Activity, Logged, LoggedBatch, LoggedEntry, NewActivity
from attune_client.client import AsyncAttuneClient, AttuneClient
from attune_client.conversations import (
    Appended,
    Conversation,
    ConversationWithEvents,
    Event,
    Message,
    NewEvent,
)
from attune_client.errors import (
    AlreadyExists,
    AttuneError,
    BodyTooLarge,
    Cancelled,
    DeadlineExceeded,
    FailedPrecondition,
    IdempotencyKeyReused,
    Internal,
    InvalidFields,
    MalformedBody,
    MethodNotAllowed,
    NoRoute,
    NotConfigured,
    NotFound,
    PermissionDenied,
    RateLimited,
    Refused,
    ServerDeadlineExceeded,
    Unauthenticated,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
    UnsupportedMediaType,
    VersionConflict,
    Violation,
)
from attune_client.feedback import Feedback, FeedbackStats, FeedbackTrend, Submitted
from attune_client.interactions import (
    add_interaction_log,
    cleanup_old_feedback,
    compute_hash,
    configure,
    get_feedback_stats,
    get_interaction_logs,
)
from attune_client.patterns import QueryPattern, UserPatterns
from attune_client.preferences import UNCHANGED, Preferences
from attune_client.profiles import UserContext, UserProfile, UserTraits
from attune_client.retrying import NEVER, Retries
from attune_client.suggestions import Suggestion, Suggestions
from attune_client.version import __version__

__all__ = [
    "NEVER",
    "UNCHANGED",
    "Activity",
    "AlreadyExists",
    "Appended",
    "AsyncAttuneClient",
    "AttuneClient",
    "AttuneError",
    "BodyTooLarge",
    "Cancelled",
    "Conversation",
    "ConversationWithEvents",
    "DeadlineExceeded",
    "Event",
    "FailedPrecondition",
    "Feedback",
    "FeedbackStats",
    "FeedbackTrend",
    "IdempotencyKeyReused",
    "Internal",
    "InvalidFields",
    "Logged",
    "LoggedBatch",
    "LoggedEntry",
    "MalformedBody",
    "Message",
    "MethodNotAllowed",
    "NewActivity",
    "NewEvent",
    "NoRoute",
    "NotConfigured",
    "NotFound",
    "PermissionDenied",
    "Preferences",
    "QueryPattern",
    "RateLimited",
    "Refused",
    "Retries",
    "ServerDeadlineExceeded",
    "Submitted",
    "Suggestion",
    "Suggestions",
    "Unauthenticated",
    "Unavailable",
    "UnexpectedAnswer",
    "Unreachable",
    "UnsupportedMediaType",
    "UserContext",
    "UserPatterns",
    "UserProfile",
    "UserTraits",
    "VersionConflict",
    "Violation",
    "__version__",
    "add_interaction_log",
    "cleanup_old_feedback",
    "compute_hash",
    "configure",
    "get_feedback_stats",
    "get_interaction_logs",
]
