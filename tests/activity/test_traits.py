"""Traits over gRPC: told, merged, read, remembered, and taken into activities."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2
from attune.activity.v1 import profiles_pb2 as pb
from attune.activity.v1.api_keys_pb2 import CreateApiKeyRequest
from attune.common.v1.json_pb2 import Json

from tests.activity.identity import Identity
from tests.activity.test_activities import query
from tests.activity.test_event_log import read
from tests.suite import Suite, violations_of

FACT = pb.TraitsChanged.DESCRIPTOR.full_name


def json_of(value: object) -> Json:
    return Json(utf8=json.dumps(value).encode())


async def identify(suite: Suite, who: Any = None, **given: Any) -> dict[str, Any]:
    """Tell traits; returns all that are known then."""
    at = given.pop("timestamp", None)
    user = given.pop("user_id", None)
    request = pb.IdentifyRequest(user_id=user, traits=json_of(given), timestamp=at)
    answer = await suite.traits.Identify(request, metadata=who or suite.as_())
    return values(answer)


def values(answer: pb.UserTraits) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.traits.utf8)
    return found


async def get(suite: Suite, user: str = "ann", who: Any = None) -> dict[str, Any]:
    request = pb.GetUserTraitsRequest(user_id=user)
    return values(await suite.traits.GetUserTraits(request, metadata=who or suite.as_()))


async def changes(suite: Suite, who: Any = None, **fields: Any) -> Sequence[pb.TraitChange]:
    request = pb.ListTraitChangesRequest(**{"user_id": "ann", **fields})
    answer = await suite.traits.ListTraitChanges(request, metadata=who or suite.as_())
    return list(answer.changes)


async def test_traits_are_merged_and_read_back(suite: Suite) -> None:
    assert await get(suite) == {}
    await identify(suite, email="ann@example.com", goals=["churn"], consent={"mail": True}, size=3)
    assert await identify(suite, size=None, plan="pro", consent={"ads": False}) == await get(suite)
    assert await get(suite) == {
        "consent": {"ads": False, "mail": True},
        "email": "ann@example.com",
        "goals": ["churn"],
        "plan": "pro",
    }


async def test_what_was_so_earlier_does_not_overwrite(suite: Suite) -> None:
    now = datetime.now(UTC)
    await identify(suite, plan="pro", timestamp=now - timedelta(hours=1))
    await identify(suite, plan="free", timestamp=now - timedelta(hours=2))
    assert await get(suite) == {"plan": "pro"}
    assert [c.trait for c in await changes(suite)] == ["plan"]


async def test_to_confirm_a_value_at_a_later_time_makes_it_so_until_then(suite: Suite) -> None:
    now = datetime.now(UTC)
    for hours in (5, 1):
        await identify(suite, plan="pro", timestamp=now - timedelta(hours=hours))
    await identify(suite, plan="free", timestamp=now - timedelta(hours=3))
    assert await get(suite) == {"plan": "pro"}


async def test_history_has_each_change_newest_first_and_in_pages(suite: Suite) -> None:
    for plan in ("a", "b", "b", None):
        await identify(suite, plan=plan, name="Ann")
    found = await changes(suite)
    assert [(c.trait, json.loads(c.value.utf8)) for c in found] == [
        ("plan", None),
        ("plan", "b"),
        ("plan", "a"),
        ("name", "Ann"),
    ]
    assert {c.changed_by for c in found} == {"ann"}
    assert [c.trait for c in await changes(suite, trait="name")] == ["name"]
    seen: list[pb.TraitChange] = []
    token = None
    while True:
        request = pb.ListTraitChangesRequest(user_id="ann", page_size=1, page_token=token)
        page = await suite.traits.ListTraitChanges(request, metadata=suite.as_())
        seen += page.changes
        token = page.next_page_token
        if not token:
            break
    assert seen == found


async def test_a_change_is_a_fact_and_no_change_is_none(suite: Suite) -> None:
    await identify(suite, plan="pro", consent={"mail": True})
    await identify(suite, plan="pro")
    [event] = (await read(suite)).events
    fact = pb.TraitsChanged.FromString(event.payload)
    assert (event.type, event.seq, fact.user_id) == (FACT, 1, "ann")
    assert sorted(fact.traits) == ["consent.mail", "plan"]


async def test_of_many_who_tell_at_once_nothing_is_lost(suite: Suite) -> None:
    await asyncio.gather(*(identify(suite, **{f"trait{n}": n}) for n in range(40)))
    assert await get(suite) == {f"trait{n}": n for n in range(40)}
    assert len(await changes(suite)) == 40


async def test_people_tell_of_themselves_and_admins_and_services_of_anybody(suite: Suite) -> None:
    for role in ("viewer", "analyst"):
        with pytest.raises(grpc.aio.AioRpcError) as err:
            await identify(suite, suite.as_("bob", role), user_id="ann", plan="x")
        assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    for role in ("admin", "service"):
        assert await identify(suite, suite.as_("bob", role), user_id="ann", by=role) == {"by": role}


async def test_viewers_read_their_own_and_analysts_others_masked(suite: Suite) -> None:
    told = {"email": "ann@example.com", "name": "Ann", "note": "call +49 30 901820", "plan": "pro"}
    await identify(suite, **told)
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await get(suite, who=suite.as_("bob", "viewer"))
    assert err.value.code() is grpc.StatusCode.PERMISSION_DENIED
    analyst = suite.as_("bob", "analyst")
    assert await get(suite, who=analyst) == {
        "email": "[email]",
        "name": "[name]",
        "note": "call [phone]",
        "plan": "pro",
    }
    masked = {c.trait: json.loads(c.value.utf8) for c in await changes(suite, analyst)}
    assert masked == await get(suite, who=analyst)
    assert await get(suite, who=suite.as_("root", "admin")) == told


async def test_another_organization_has_people_of_its_own(suite: Suite) -> None:
    await identify(suite, plan="pro")
    other = suite.as_("ann", org="other")
    assert await get(suite, who=other) == {}
    assert await changes(suite, other) == []
    await identify(suite, other, plan="free")
    assert await get(suite) == {"plan": "pro"}


async def test_mistakes_are_named_by_their_field(suite: Suite) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await identify(suite, email="nobody", time_zone="Mars/Base")
    assert set(violations_of(err.value)) == {"traits.email", "traits.time_zone"}
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await suite.traits.Identify(pb.IdentifyRequest(), metadata=suite.as_())
    assert set(violations_of(err.value)) == {"traits"}
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await identify(suite, plan="x", timestamp=datetime.now(UTC) + timedelta(days=3))
    assert set(violations_of(err.value)) == {"timestamp"}


async def told_of_next(identity: Identity, credential: str) -> dict[str, Any]:
    """What an activity says of the person whose credential this is."""
    who = (("authorization", f"Bearer {(await identity.exchange(credential)).token}"),)
    await identity.activities.LogActivity(query("q"), metadata=who)
    request = activity_pb2.GetActivityHistoryRequest(limit=1)
    [activity] = (await identity.activities.GetActivityHistory(request, metadata=who)).activities
    found: dict[str, Any] = json.loads(activity.metadata.utf8)
    return found


async def tell(identity: Identity, **traits: Any) -> None:
    request = pb.IdentifyRequest(user_id="ann", traits=json_of(traits))
    await identity.traits.Identify(request, metadata=identity.as_())


async def test_an_activity_has_the_goals_and_department_of_the_traits(identity: Identity) -> None:
    silent = identity.hs256(sub="ann", job_role=None, goals=None, department=None)
    await identity.exchange(silent)
    await tell(identity, goals=["less churn"], department="Sales", job_role="executive")
    found = await told_of_next(identity, silent)
    assert found == {"role": "analyst", "goals": ["less churn"], "department": "Sales"}


async def test_what_the_credential_tells_wins_over_traits(identity: Identity) -> None:
    await tell(identity, goals=["less churn"], department="Sales")
    telling = identity.hs256(sub="ann", job_role=None, goals=["growth"], department="Equities")
    found = await told_of_next(identity, telling)
    assert (found["goals"], found["department"]) == (["growth"], "Equities")


async def test_a_persons_api_key_has_the_goals_of_the_traits(identity: Identity) -> None:
    answer = await identity.exchange(identity.hs256(sub="ann"))
    asked = CreateApiKeyRequest(name="import", scopes=["activity:read", "activity:write"])
    who = (("authorization", f"Bearer {answer.token}"),)
    made = await identity.keys.CreateApiKey(asked, metadata=who)
    await tell(identity, goals=["less churn"])
    assert (await told_of_next(identity, made.secret))["goals"] == ["less churn"]


async def test_of_many_goals_a_token_carries_the_first(identity: Identity) -> None:
    await tell(identity, goals=["\u4eba" * 100] * 6, department="\u4eba" * 200)
    silent = identity.hs256(sub="ann", goals=None, department=None)
    found = await told_of_next(identity, silent)
    assert found["goals"] == ["\u4eba" * 100] * 2
