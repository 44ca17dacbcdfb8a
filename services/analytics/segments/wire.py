"""Definitions as messages, and back."""

import math
from collections.abc import Sequence
from uuid import UUID

from attune.analytics.v1 import segments_pb2 as pb

from services.analytics.insights.domain import Step
from services.analytics.segments.domain import (
    AllOf,
    AnyOf,
    Definition,
    Did,
    HasTrait,
    InBucket,
    InSegment,
    Kind,
    NoneOf,
    Rule,
    Uploaded,
    Written,
)
from services.analytics.semantics.domain import Filter, Operator
from services.analytics.semantics.querying.asking import range_of
from services.analytics.semantics.wire import field_of, filters_of, scalar_of
from services.common.errors import InvalidFields, Violation
from services.common.ids import uuid_of

JOINED: dict[str, type[AllOf | AnyOf | NoneOf]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}
FORMS = ("all", "any", "none", "event", "trait", "segment_id", "bucket")
# Protobuf itself reads up to a hundred levels.
DEEPEST = 20


def rule_of(told: pb.SegmentRule, where: str = "criteria", depth: int = 0) -> Rule:
    """Raises InvalidFields, with the place in the tree, as all here do."""
    given = [form for form in FORMS if is_given(told, form)]
    if len(given) != 1:
        problem = f"has {', '.join(given) or 'nothing'}: exactly one of {', '.join(FORMS)}"
        raise InvalidFields(Violation(where, problem))
    [form] = given
    if depth > DEEPEST:
        raise InvalidFields(Violation(where, f"is nested more than {DEEPEST} levels deep"))
    if form in JOINED:
        inner = rules_of(getattr(told, form), f"{where}.{form}", depth + 1)
        return JOINED[form](inner)
    return leaf_of(told, form, f"{where}.{form}")


def is_given(told: pb.SegmentRule, form: str) -> bool:
    if form in ("event", "trait", "bucket"):
        return told.HasField(form)
    return bool(getattr(told, form))


def rules_of(told: Sequence[pb.SegmentRule], where: str, depth: int) -> tuple[Rule, ...]:
    return tuple(rule_of(one, f"{where}[{n}]", depth) for n, one in enumerate(told))


def leaf_of(told: pb.SegmentRule, form: str, where: str) -> Rule:
    if form == "event":
        return did_of(told.event, where)
    if form == "trait":
        return trait_of(told.trait, where)
    if form == "segment_id":
        return InSegment(segment_id_of(told.segment_id, where))
    return hash_of(told.bucket, where)


def did_of(told: pb.SegmentEvent, where: str) -> Did:
    try:
        time_range = range_of(told.time_range) if told.HasField("time_range") else None
    except InvalidFields as err:
        raise InvalidFields(
            *(Violation(f"{where}.{one.field}", one.message) for one in err.violations)
        ) from None
    return Did(
        step=Step(told.name, filters_of(told.filters, f"{where}.filters")),
        operator=Operator(told.operator or ">="),
        count=told.count if told.HasField("count") else 1,
        time_range=time_range,
    )


def trait_of(told: pb.SegmentTrait, where: str) -> HasTrait:
    return HasTrait(
        Filter(
            operator=Operator(told.operator),
            values=tuple(scalar_of(value, f"{where}.values") for value in told.values),
            field=field_of(told.field),
        )
    )


def hash_of(told: pb.SegmentHash, where: str) -> InBucket:
    if not 0 <= told.start < told.end <= 1 or math.isnan(told.start):
        raise InvalidFields(Violation(where, "needs 0 <= start < end <= 1"))
    return InBucket(told.salt, told.start, told.end)


def segment_id_of(text: str, where: str) -> UUID:
    known = uuid_of(text)
    if known is None:
        raise InvalidFields(Violation(where, f"there is no segment {text!r}"))
    return known


def bucket_of(told: pb.SegmentBucket) -> Rule:
    share = hash_of(told.hash, "bucket.hash")
    if not told.segment_id:
        return share
    return AllOf((InSegment(segment_id_of(told.segment_id, "bucket.segment_id")), share))


def definition_of(segment_id: UUID, kind: str, spec: bytes) -> Definition:
    """What is kept, as the compiler takes it."""
    match kind:
        case Kind.RULES:
            return rule_of(pb.SegmentRule.FromString(spec))
        case Kind.BUCKET:
            return bucket_of(pb.SegmentBucket.FromString(spec))
        case Kind.UPLOAD:
            return Uploaded(segment_id)
    return Written(spec.decode())
