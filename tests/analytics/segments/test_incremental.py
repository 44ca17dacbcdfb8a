"""Members that are kept by what changed are those that looking at everybody finds."""

from typing import Any

import msgspec
from attune.analytics.v1 import business_metrics_pb2 as metrics
from attune.analytics.v1 import segments_pb2 as pb
from attune.analytics.v1.metrics_pb2 import TimeRange
from attune.common.v1.json_pb2 import Json
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.analytics.segments.wire import rule_of
from tests.analytics.segments.conftest import Place
from tests.analytics.segments.happening import NAMES, PLANS, Happening
from tests.properties import quick

EXAMPLES, ROUNDS = 20, 3
RANGES = [
    None,
    TimeRange(period="last 3 days"),
    TimeRange(period="last 10 days"),
    TimeRange(start="2026-03-05", end="2026-03-11"),
]


def text(value: str) -> Json:
    return Json(utf8=msgspec.json.encode(value))


@st.composite
def events(draw: Any) -> pb.SegmentRule:
    plan = draw(st.sampled_from([None, None, *PLANS]))
    filters = []
    if plan:
        field = metrics.MetricField(column="properties", path=["plan"])
        filters = [metrics.MetricFilter(field=field, operator="=", values=[text(plan)])]
    did = pb.SegmentEvent(
        name=draw(st.sampled_from(NAMES)),
        filters=filters,
        operator=draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])),
        count=draw(st.integers(0, 3)),
        time_range=draw(st.sampled_from(RANGES)),
    )
    return pb.SegmentRule(event=did)


@st.composite
def traits(draw: Any) -> pb.SegmentRule:
    trait = pb.SegmentTrait(
        field=metrics.MetricField(column="traits", path=["plan"]),
        operator=draw(st.sampled_from(["=", "!="])),
        values=[text(draw(st.sampled_from(PLANS)))],
    )
    return pb.SegmentRule(trait=trait)


buckets = st.builds(
    lambda salt, start: pb.SegmentRule(bucket=pb.SegmentHash(salt=salt, start=start, end=0.8)),
    st.sampled_from(["a", "it's"]),
    st.sampled_from([0.0, 0.4]),
)
OTHER = "other"  # in place of a segment's id
leaves = st.one_of(
    events(), events(), events(), traits(), buckets, st.just(pb.SegmentRule(segment_id=OTHER))
)


def joined(inner: st.SearchStrategy[pb.SegmentRule]) -> st.SearchStrategy[pb.SegmentRule]:
    some = st.lists(inner, min_size=1, max_size=3)
    how = st.sampled_from(["all", "any", "none"])
    return st.builds(lambda name, rules: pb.SegmentRule(**{name: rules}), how, some)


rules = st.recursive(leaves, joined, max_leaves=5)


def placed(rule: pb.SegmentRule, other: str) -> pb.SegmentRule:
    data = rule.SerializeToString()
    if OTHER.encode() not in data:
        return rule
    made = pb.SegmentRule()
    made.CopyFrom(rule)
    put(made, other)
    return made


def put(rule: pb.SegmentRule, other: str) -> None:
    if rule.segment_id == OTHER:
        rule.segment_id = other
    for one in (*rule.all, *rule.any, *rule.none):
        put(one, other)


# An example takes half a second: shrinking one would take many minutes.
@settings(quick, max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
@given(rule=rules, other=events(), seed=st.integers(0, 100_000))
async def test_incremental_is_full_is_one_by_one(
    place: Place, rule: pb.SegmentRule, other: pb.SegmentRule, seed: int
) -> None:
    """Under late events, traits, merges and their ends, deletions and the passing of time."""
    await place.wipe()
    happening = Happening(place, seed)
    for _ in range(3):
        await happening.something()
    of_others = await place.rules(other)
    rule = placed(rule, str(of_others))
    segment = await place.rules(rule)
    for number in range(ROUNDS):
        await place.refreshed()
        now, known = place.clock(), await place.members(of_others)
        assert known == happening.world.members(rule_of(other), now, {})
        wanted = happening.world.members(rule_of(rule), now, {of_others: known})
        assert await place.members(segment) == wanted, number
        for _ in range(3):
            await happening.something()
    complete = await place.pool.fetch(
        "SELECT complete FROM segment_sizes WHERE segment_id = ANY ($1)", [of_others, segment]
    )
    assert sum(row["complete"] for row in complete) == 2  # all later ones were incremental
