from typing import Any

import grpc
import pytest
from attune.suggestions.v1 import preferences_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask

from tests.suggestions.asking import suggest
from tests.suite import Suite, violations_of


async def put(suite: Suite, who: Any = None, **wanted: Any) -> pb.Preferences:
    request = pb.UpdatePreferencesRequest(
        preferences=pb.Preferences(**wanted), update_mask=FieldMask(paths=list(wanted))
    )
    return (
        await suite.preferences.UpdatePreferences(request, metadata=who or suite.as_())
    ).preferences


async def get(suite: Suite, who: Any = None, **fields: Any) -> pb.Preferences:
    request = pb.GetPreferencesRequest(**fields)
    return await suite.preferences.GetPreferences(request, metadata=who or suite.as_())


async def test_without_any_the_defaults_are_returned(suite: Suite) -> None:
    found = await get(suite)
    assert (found.user_id, found.max_suggestions) == ("ann", 6)
    assert not found.show_advanced_queries
    assert not found.HasField("updated_at")


async def test_an_update_changes_only_what_it_names_and_an_empty_list_clears(
    suite: Suite,
) -> None:
    await put(suite, preferred_metrics=["profit"], excluded_metrics=["debug"], max_suggestions=8)
    changed = await put(suite, excluded_metrics=[], show_advanced_queries=True)
    assert [*changed.preferred_metrics] == ["profit"]
    assert not changed.excluded_metrics
    assert (changed.max_suggestions, changed.show_advanced_queries) == (8, True)
    assert await get(suite) == changed


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"max_suggestions": 0}, "preferences.max_suggestions"),
        ({"max_suggestions": 13}, "preferences.max_suggestions"),
        ({"preferred_query_types": ["dance"]}, "preferences.preferred_query_types[0]"),
        ({"excluded_metrics": [" "]}, "excluded_metrics"),
    ],
)
async def test_a_bad_preference_is_refused_by_field(
    suite: Suite, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await put(suite, **wanted)
    assert field in violations_of(err.value)
    assert not (await get(suite)).HasField("updated_at")


async def test_a_named_number_without_a_value_goes_back_to_its_default(suite: Suite) -> None:
    await put(suite, max_suggestions=8, preferred_metrics=["profit"])
    request = pb.UpdatePreferencesRequest(
        preferences=pb.Preferences(), update_mask=FieldMask(paths=["max_suggestions"])
    )
    answer = await suite.preferences.UpdatePreferences(request, metadata=suite.as_())
    assert answer.preferences.max_suggestions == 6
    assert [*answer.preferences.preferred_metrics] == ["profit"]


async def test_what_names_nothing_changes_nothing_and_keeps_cached_suggestions(
    suite: Suite,
) -> None:
    await put(suite, max_suggestions=4)
    before = await get(suite)
    await suggest(suite)
    assert await put(suite) == before
    assert (await suggest(suite)).source == "cached"


async def test_what_was_read_may_be_sent_back(suite: Suite) -> None:
    await put(suite, max_suggestions=4)
    found = await get(suite)
    names = [field.name for field in pb.Preferences.DESCRIPTOR.fields]
    request = pb.UpdatePreferencesRequest(preferences=found, update_mask=FieldMask(paths=names))
    answer = await suite.preferences.UpdatePreferences(request, metadata=suite.as_())
    assert answer.preferences.max_suggestions == 4


async def test_another_persons_preferences_need_an_admin_of_the_same_organization(
    suite: Suite,
) -> None:
    await put(suite, max_suggestions=4)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await get(suite, suite.as_("bob"), user_id="ann")
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    admin = suite.as_("bob", "admin")
    assert (await get(suite, admin, user_id="ann")).max_suggestions == 4
    stranger = suite.as_("bob", "admin", org="other")
    assert (await get(suite, stranger, user_id="ann")).max_suggestions == 6
