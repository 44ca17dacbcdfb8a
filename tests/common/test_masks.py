import pytest
from attune.activity.v1.identity_pb2 import Organization
from attune.analytics.v1.business_metrics_pb2 import BusinessMetric, MetricField
from attune.suggestions.v1.preferences_pb2 import Preferences
from google.protobuf.field_mask_pb2 import FieldMask

from services.common.errors import InvalidFields
from services.common.masks import masked


def test_only_what_the_mask_names_is_changed() -> None:
    given = Preferences(max_suggestions=3, preferred_metrics=["profit"])
    assert masked(given, FieldMask(paths=["max_suggestions"])) == {"max_suggestions": 3}


def test_a_named_field_that_is_unset_has_its_empty_value() -> None:
    mask = FieldMask(paths=["excluded_metrics", "show_advanced_queries", "max_suggestions"])
    assert masked(Preferences(), mask) == {
        "excluded_metrics": [],
        "show_advanced_queries": False,
        "max_suggestions": 0,
    }


def test_without_a_mask_what_is_set_is_changed() -> None:
    assert masked(Organization(name="Acme", week_start=7), FieldMask()) == {
        "name": "Acme",
        "week_start": 7,
    }


def test_what_is_the_servers_may_be_sent_back_and_is_not_changed() -> None:
    given = Organization(id="other", name="Acme")
    mask = FieldMask(paths=["id", "name", "created_at"])
    assert masked(given, mask, ignore={"id", "created_at"}) == {"name": "Acme"}


def test_a_path_into_a_message_names_all_of_it() -> None:
    given = BusinessMetric(field=MetricField(column="properties", path=["amount"]))
    mask = FieldMask(paths=["field.column", "field.path", "name"])
    assert masked(given, mask) == {"field": given.field, "name": ""}


@pytest.mark.parametrize("path", ["field.nope", "name.first", "filters.operator", "field."])
def test_a_path_into_what_has_no_such_field_is_named(path: str) -> None:
    with pytest.raises(InvalidFields, match="is not a field"):
        masked(BusinessMetric(), FieldMask(paths=[path]))


@pytest.mark.parametrize("path", ["nope", "name.first", "", "*", "Name"])
def test_every_path_that_is_no_field_is_named(path: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        masked(Organization(name="Acme"), FieldMask(paths=["name", path, "neither"]))
    assert [v.field for v in refused.value.violations] == [path, "neither"]
