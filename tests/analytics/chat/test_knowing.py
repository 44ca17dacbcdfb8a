"""What the grammar is told of an organization."""

import msgspec

from services.analytics.chat.ways.knowing import units_in
from services.analytics.knowledge.versions.domain import BUSINESS_METRIC
from services.analytics.semantics.domain import Aggregate, Field
from services.analytics.semantics.metrics.domain import SIMPLE, BusinessMetric

AMOUNT = Field("properties", ("amount",))


def kept(name: str, aggregate: Aggregate, field: Field, unit: str) -> dict[str, str]:
    metric = BusinessMetric(name=name, type=SIMPLE, aggregate=aggregate, field=field, unit=unit)
    return {"kind": BUSINESS_METRIC, "content": msgspec.json.encode(metric).decode()}


def test_a_field_has_the_unit_of_the_metric_that_sums_it_up() -> None:
    rows = [
        kept("revenue", Aggregate.SUM, AMOUNT, "EUR"),
        kept("buyers", Aggregate.COUNT_DISTINCT, Field("user_id"), "people"),
    ]
    assert units_in(rows) == {("properties", ("amount",)): "EUR"}


def test_a_field_with_two_units_has_none() -> None:
    rows = [
        kept("revenue", Aggregate.SUM, AMOUNT, "EUR"),
        kept("sales", Aggregate.SUM, AMOUNT, "USD"),
    ]
    assert units_in(rows) == {}
