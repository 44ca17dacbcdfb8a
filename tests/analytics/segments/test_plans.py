"""All people of a segment are found by joining whole tables, whatever statistics tell."""

from typing import Any

import pytest
from attune.analytics.v1 import business_metrics_pb2 as metrics
from attune.analytics.v1 import segments_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.execution import executor
from services.analytics.execution.domain import Plan
from services.analytics.queries.domain import EVENTS
from services.analytics.segments.finding import LIMITS, compiled
from services.analytics.segments.wire import rule_of
from tests.analytics.segments.conftest import ORG, Place

LOOP = "Nested Loop"
PRO = pb.SegmentRule(
    trait=pb.SegmentTrait(
        field=metrics.MetricField(column="traits", path=["plan"]),
        operator="=",
        values=[Json(utf8=b'"pro"')],
    )
)
DID = pb.SegmentRule(event=pb.SegmentEvent(name="visit", operator=">=", count=1))
BOTH = pb.SegmentRule(all=[DID, PRO])


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Of the statements that run."""
    seen, plan_of = [], executor.plan_of

    async def noted(*told: Any) -> Plan:
        seen.append(await plan_of(*told))
        return seen[-1]

    monkeypatch.setattr(executor, "plan_of", noted)
    return seen


async def test_everybody_is_found_without_loops(place: Place, plans: list[Plan]) -> None:
    """The tables look small, so that a loop is what the planner would take."""
    await place.rules(BOTH)
    await place.refreshed()
    [plan] = plans
    assert LOOP not in kinds(plan)
    plans.clear()
    sql = compiled(rule_of(BOTH), await place.finder.around(ORG), None).sql
    approved = await place.finder.wall.approved(ORG, EVENTS, sql)
    async with place.finder.executor.running(ORG, EVENTS, approved.sql, LIMITS):
        [plan] = plans
        assert LOOP in kinds(plan)


def kinds(plan: Plan) -> set[str]:
    return {node.kind for node in plan.root.walk()}
