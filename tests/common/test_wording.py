"""What callers are told of a broken field rule."""

from collections.abc import Iterator

import pytest
from attune.activity.v1 import conversations_pb2, feedback_pb2, llm_usage_pb2
from buf.validate.validate_pb2 import FieldRules
from buf.validate.validate_pb2 import field as field_rules
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from gateway.routing.routes import modules
from services.common.interceptors import violations_of
from services.common.wording import PATTERNS

MODULES = [
    module
    for package in ("activity", "analytics", "common", "suggestions")
    for module in modules(package)
]


def patterns(message: Descriptor) -> Iterator[str]:
    for field in message.fields:
        rules: FieldRules = field.GetOptions().Extensions[field_rules]  # type: ignore[index]
        for one in (rules, rules.repeated.items, rules.map.keys, rules.map.values):
            if one.string.pattern:
                yield one.string.pattern
    for nested in message.nested_types:
        yield from patterns(nested)


def told(request: Message) -> list[tuple[str, str]]:
    return [(broken.field, broken.message) for broken in violations_of(request)]


def test_each_pattern_of_the_protos_is_put_in_words() -> None:
    messages = [m for one in MODULES for m in one.DESCRIPTOR.message_types_by_name.values()]
    assert {pattern for message in messages for pattern in patterns(message)} == set(PATTERNS)


def feedback(input_hash: str | None = None, text: str | None = None) -> Message:
    return feedback_pb2.SubmitFeedbackRequest(
        conversation_id="c", score=5, input_hash=input_hash, text=text
    )


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            conversations_pb2.StartConversationRequest(conversation_id="a/b"),
            ("conversation_id", "must not have spaces, '/' or ':'"),
        ),
        (
            conversations_pb2.StartConversationRequest(conversation_id=""),
            ("conversation_id", "must not be empty"),
        ),
        (
            conversations_pb2.FinishConversationRequest(conversation_id="c", status="done"),
            ("status", "must be one of completed, abandoned, blocked_by_credits"),
        ),
        (
            conversations_pb2.AppendEventsRequest(conversation_id="c"),
            ("events", "must not be empty"),
        ),
        (
            feedback_pb2.SubmitFeedbackRequest(conversation_id="c"),
            ("score", "is required"),
        ),
        (feedback(input_hash="e"), ("input_hash", "must be a SHA-256 in hex, 64 digits")),
        (feedback(text="x" * 2001), ("text", "must be at most 2000 characters")),
        (
            llm_usage_pb2.GetLlmUsageRequest(first_day="today"),
            ("first_day", "must be a date, such as 2025-12-29"),
        ),
    ],
)
def test_a_broken_rule_says_once_what_to_change(
    request_: Message, expected: tuple[str, str]
) -> None:
    assert told(request_) == [expected]
