"""API keys: made, used, listed and revoked."""

import asyncio
from datetime import UTC, timedelta
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2, identity_pb2
from attune.activity.v1 import api_keys_pb2 as pb

from services.activity.api_keys.making import MOST_OF_ONE
from services.activity.api_keys.service import dropping_ended_keys
from services.activity.api_keys.text import Key, new_key, read_key
from services.common.caller import Caller
from services.common.db import Connection, pool_for
from tests.activity.identity import CODE, Identity, code_of, serving_identity
from tests.activity.issuer import Issuer
from tests.activity.test_activities import query
from tests.databases import connected
from tests.suite import Servers, violations_of

WRITE = "activity:write"


async def member(identity: Identity, user: str = "ann", role: str = "analyst", **more: Any) -> Any:
    """Metadata of a member who is known."""
    answer = await identity.exchange(identity.hs256(sub=user, role=role, **more))
    return (("authorization", f"Bearer {answer.token}"),)


async def make(identity: Identity, who: Any, **asked: Any) -> pb.CreateApiKeyResponse:
    given = {"name": "import", "scopes": [WRITE], **asked}
    return await identity.keys.CreateApiKey(pb.CreateApiKeyRequest(**given), metadata=who)


async def listed(identity: Identity, who: Any, **how: Any) -> list[pb.ApiKey]:
    request = pb.ListApiKeysRequest(**how)
    return list((await identity.keys.ListApiKeys(request, metadata=who)).api_keys)


async def revoke(identity: Identity, who: Any, key_id: str) -> pb.ApiKey:
    return await identity.keys.RevokeApiKey(pb.RevokeApiKeyRequest(key_id=key_id), metadata=who)


async def message_of(call: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return str(err.value.details())


async def test_a_key_acts_as_its_maker_within_its_scopes(identity: Identity) -> None:
    made = await make(identity, await member(identity), scopes=["patterns:read", WRITE, WRITE])
    key = made.api_key
    assert (key.name, key.user_id, key.role, key.created_by) == ("import", "ann", "analyst", "ann")
    assert list(key.scopes) == [WRITE, "patterns:read"]
    assert await identity.caller(made.secret) == Caller(
        organization_id="acme",
        subject="ann",
        role="analyst",
        job_role="trader",
        key_id=key.id,
        scopes=frozenset({WRITE, "patterns:read"}),
    )


async def test_a_key_is_bound_to_its_scopes_where_it_is_used(identity: Identity) -> None:
    made = await make(identity, await member(identity))
    token = (await identity.exchange(made.secret)).token
    bearer = (("authorization", f"Bearer {token}"),)
    logged = await identity.activities.LogActivity(query(), metadata=bearer)
    assert logged.success
    history = activity_pb2.GetActivityHistoryRequest()
    call = identity.activities.GetActivityHistory(history, metadata=bearer)
    assert "activity:read" in await message_of(call)
    who = await identity.stub.GetCaller(identity_pb2.GetCallerRequest(), metadata=bearer)
    assert (who.user_id, who.api_key_id, list(who.scopes)) == ("ann", made.api_key.id, [WRITE])


async def test_a_key_may_not_make_list_or_revoke_keys(identity: Identity) -> None:
    made = await make(identity, await member(identity, role="admin"), scopes=["members:read"])
    bearer = (("authorization", f"Bearer {(await identity.exchange(made.secret)).token}"),)
    for call in (
        make(identity, bearer),
        listed(identity, bearer),
        revoke(identity, bearer, made.api_key.id),
    ):
        assert await code_of(call) is CODE.PERMISSION_DENIED


async def test_a_machines_key_acts_as_itself_and_outlives_its_maker(identity: Identity) -> None:
    admin = await member(identity, "root", "admin")
    made = await make(identity, admin, machine=True, role="viewer", job_role="importer")
    await disable(identity, "root")
    who = await identity.caller(made.secret)
    assert (who.subject, who.role, who.job_role) == (f"key:{made.api_key.id}", "viewer", "importer")


async def test_only_an_admin_makes_a_machines_key(identity: Identity) -> None:
    call = make(identity, await member(identity), machine=True)
    assert await code_of(call) is CODE.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("own", "asked", "given"),
    [
        ("viewer", None, "viewer"),
        ("admin", "viewer", "viewer"),
        ("admin", "admin", "admin"),
        ("viewer", "analyst", None),
        ("analyst", "admin", None),
    ],
)
async def test_a_key_gets_at_most_the_role_of_its_maker(
    identity: Identity, own: str, asked: str | None, given: str | None
) -> None:
    call = make(identity, await member(identity, role=own), role=asked)
    if given is None:
        assert await code_of(call) is CODE.PERMISSION_DENIED
    else:
        assert (await call).api_key.role == given


async def test_the_role_known_now_counts_and_not_that_of_an_older_token(
    identity: Identity,
) -> None:
    older = await member(identity, role="admin")
    await member(identity, role="viewer")
    assert await code_of(make(identity, older, role="admin")) is CODE.PERMISSION_DENIED
    assert (await make(identity, older)).api_key.role == "viewer"


async def test_a_key_never_may_more_than_its_person_may_by_now(identity: Identity) -> None:
    made = await make(identity, await member(identity, role="admin"))
    assert (await identity.caller(made.secret)).role == "admin"
    await member(identity, role="viewer")
    assert (await identity.caller(made.secret)).role == "viewer"


async def disable(identity: Identity, user: str) -> None:
    request = identity_pb2.UpdateMemberRequest(
        user_id=user, member=identity_pb2.Member(disabled=True)
    )
    await identity.stub.UpdateMember(request, metadata=identity.as_())


async def test_the_keys_of_a_disabled_member_stop_and_none_are_made(identity: Identity) -> None:
    ann = await member(identity)
    made = await make(identity, ann)
    await disable(identity, "ann")
    assert await identity.refused(made.secret) is CODE.PERMISSION_DENIED
    assert await code_of(make(identity, ann)) is CODE.PERMISSION_DENIED


async def test_the_keys_of_a_member_who_was_removed_stop(
    identity: Identity, servers: Servers, database: str
) -> None:
    made = await make(identity, await member(identity))
    await member(identity, org="other")  # the same name elsewhere is another
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        await conn.execute("DELETE FROM members WHERE organization_id = 'acme'")
    assert await identity.refused(made.secret) is CODE.PERMISSION_DENIED


async def test_nobody_makes_keys_who_is_no_member(identity: Identity) -> None:
    call = make(identity, identity.as_("stranger", "admin"))
    assert await code_of(call) is CODE.PERMISSION_DENIED


async def test_a_person_may_not_pass_for_a_machine(identity: Identity) -> None:
    assert await identity.refused(identity.hs256(sub="key:abc")) is CODE.UNAUTHENTICATED


async def test_a_revoked_key_is_refused_and_tells_by_whom(identity: Identity) -> None:
    ann, root = await member(identity), await member(identity, "root", "admin")
    made = await make(identity, ann)
    ended = await revoke(identity, root, made.api_key.id)
    assert (ended.revoked_by, ended.revoked_at.ToDatetime(UTC)) == ("root", identity.clock())
    assert "revoked" in await message_of(identity.exchange(made.secret))
    identity.clock.advance(minutes=1)
    assert await revoke(identity, ann_again(identity), made.api_key.id) == ended


def ann_again(identity: Identity) -> Any:
    return identity.as_("ann", "analyst")


async def test_a_keys_token_is_good_for_a_minute_and_a_half(identity: Identity) -> None:
    made = await make(identity, await member(identity))
    answer = await identity.exchange(made.secret)
    assert answer.expires_at.ToDatetime(UTC) == identity.clock() + timedelta(seconds=90)
    assert (answer.organization_id, answer.subject) == ("acme", "ann")


async def test_a_key_ends_when_it_says(identity: Identity) -> None:
    ends = identity.clock() + timedelta(seconds=60)
    made = await make(identity, await member(identity), expires_at=ends)
    assert (await identity.exchange(made.secret)).expires_at.ToDatetime(UTC) == ends
    identity.clock.advance(seconds=60)
    assert "expired" in await message_of(identity.exchange(made.secret))


async def test_the_last_use_is_noted_once_a_minute(identity: Identity) -> None:
    ann = await member(identity)
    made = await make(identity, ann)
    [key] = await listed(identity, ann)
    assert not key.HasField("last_used_at")
    first = identity.clock()
    for seconds, noted in ((0, 0), (59, 0), (1, 60), (30, 60)):
        identity.clock.advance(seconds=seconds)
        await identity.exchange(made.secret)
        [key] = await listed(identity, identity.as_("ann", "analyst"))
        assert key.last_used_at.ToDatetime(UTC) == first + timedelta(seconds=noted)


async def test_unknown_and_wrong_keys_are_refused_alike(identity: Identity) -> None:
    made = await make(identity, await member(identity))
    key = read_key(made.secret)
    wrong = Key(key.organization_id, key.key_id, new_key("acme").secret)
    elsewhere = Key("other", key.key_id, key.secret)
    said = {
        await message_of(identity.exchange(k.text)) for k in (wrong, elsewhere, new_key("acme"))
    }
    assert said == {"there is no such API key"}
    assert await identity.refused(made.secret + "a") is CODE.UNAUTHENTICATED


async def test_no_part_of_the_database_holds_the_text(
    identity: Identity, servers: Servers, database: str
) -> None:
    made = await make(identity, await member(identity), request_id="once")
    secret = read_key(made.secret).secret
    async with connected(servers.dsn(database, "activity"), "activity") as conn:
        texts = [await text_of(conn, t) for t in ("api_keys", "idempotency_keys")]
    assert all(made.api_key.id in text for text in texts)
    assert not any(secret in text for text in texts)


async def text_of(conn: Connection, table: str) -> str:
    columns = "t.*" if table == "api_keys" else "convert_from(t.response, 'utf8')"
    rows = await conn.fetch(f"SELECT row({columns})::text AS whole FROM {table} t")
    return "\n".join(row["whole"] for row in rows)


async def test_a_repeated_request_makes_no_second_key_and_does_not_tell_the_text_again(
    identity: Identity,
) -> None:
    ann = await member(identity)
    first = await make(identity, ann, request_id="once")
    again = await make(identity, ann, request_id="once")
    assert first.secret
    assert not again.HasField("secret")
    assert again.api_key == first.api_key
    assert len(await listed(identity, ann)) == 1
    assert await code_of(make(identity, ann, request_id="once", name="x")) is CODE.ABORTED


async def test_concurrent_requests_with_one_idempotency_key_make_one_key(
    identity: Identity,
) -> None:
    ann = await member(identity)
    made = await asyncio.gather(*(make(identity, ann, request_id="once") for _ in range(5)))
    assert len({m.api_key.id for m in made}) == 1
    assert sum(m.HasField("secret") for m in made) == 1


async def test_a_person_has_a_bounded_number_of_keys(identity: Identity) -> None:
    ann, bob = await member(identity), await member(identity, "bob")
    made = await asyncio.gather(*(make(identity, ann) for _ in range(MOST_OF_ONE)))
    assert await code_of(make(identity, ann)) is CODE.FAILED_PRECONDITION
    await make(identity, bob)
    await revoke(identity, ann, made[0].api_key.id)
    await make(identity, ann, expires_at=identity.clock() + timedelta(seconds=1))
    assert await code_of(make(identity, ann)) is CODE.FAILED_PRECONDITION
    identity.clock.advance(seconds=1)
    await make(identity, ann_again(identity))


async def test_an_organization_has_a_bounded_number_of_keys_also_at_once(
    servers: Servers, database: str, issuer: Issuer
) -> None:
    async with serving_identity(servers, database, issuer, api_key_limit=3) as identity:
        root = await member(identity, "root", "admin")
        calls = (make(identity, root, machine=n % 2 == 0) for n in range(8))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(o, pb.CreateApiKeyResponse) for o in outcomes) == 3
        await make(identity, await member(identity, "eve", "admin", org="other"))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": [WRITE, "everything"]}, "scopes[1]"),
        ({"scopes": ["any"]}, "scopes[0]"),
        ({"scopes": [""]}, "scopes[0]"),
        ({"role": "service"}, "role"),
        ({"job_role": ""}, "job_role"),
        ({"expires_at": -1}, "expires_at"),
        ({"expires_at": 0}, "expires_at"),
    ],
)
async def test_what_is_wrong_with_a_wish_is_named(
    identity: Identity, asked: dict[str, Any], field: str
) -> None:
    if "expires_at" in asked:
        asked = {"expires_at": identity.clock() + timedelta(seconds=asked["expires_at"])}
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await make(identity, await member(identity), **asked)
    assert field in violations_of(err.value)


async def test_people_see_their_own_keys_and_admins_all(identity: Identity) -> None:
    ann, bob = await member(identity), await member(identity, "bob")
    root = await member(identity, "root", "admin")
    for who, name in ((ann, "a"), (bob, "b"), (root, "r")):
        await make(identity, who, name=name)
        identity.clock.advance(seconds=1)
    await make(identity, root, name="m", machine=True)
    assert [k.name for k in await listed(identity, ann)] == ["a"]
    assert [k.name for k in await listed(identity, root)] == ["a", "b", "r", "m"]
    assert [k.name for k in await listed(identity, root, user_id="bob")] == ["b"]
    assert await code_of(listed(identity, ann, user_id="bob")) is CODE.PERMISSION_DENIED


async def test_people_revoke_their_own_keys_only(identity: Identity) -> None:
    ann, bob = await member(identity), await member(identity, "bob")
    made = await make(identity, ann)
    assert await code_of(revoke(identity, bob, made.api_key.id)) is CODE.NOT_FOUND
    assert await code_of(revoke(identity, ann, "unknown")) is CODE.NOT_FOUND
    await identity.exchange(made.secret)
    await revoke(identity, ann, made.api_key.id)


async def test_ended_keys_are_listed_when_asked_for(identity: Identity) -> None:
    ann = await member(identity)
    revoked = await make(identity, ann, name="revoked")
    await revoke(identity, ann, revoked.api_key.id)
    identity.clock.advance(seconds=1)
    await make(identity, ann, name="short", expires_at=identity.clock() + timedelta(seconds=5))
    assert [k.name for k in await listed(identity, ann)] == ["short"]
    identity.clock.advance(seconds=5)
    assert await listed(identity, ann) == []
    found = await listed(identity, ann, include_ended=True)
    assert [k.name for k in found] == ["revoked", "short"]


async def test_keys_are_paged_in_the_order_in_which_they_were_made(identity: Identity) -> None:
    ann = await member(identity)
    for n in range(5):
        await make(identity, ann, name=str(n))
        identity.clock.advance(seconds=n % 2)
    seen: list[str] = []
    token = None
    while token != "":
        request = pb.ListApiKeysRequest(page_size=2, page_token=token)
        page = await identity.keys.ListApiKeys(request, metadata=ann)
        seen += [key.name for key in page.api_keys]
        token = page.next_page_token
    assert sorted(seen) == ["0", "1", "2", "3", "4"]


async def test_organizations_never_see_use_or_revoke_each_others_keys(identity: Identity) -> None:
    made = await make(identity, await member(identity, role="admin"))
    eve = await member(identity, "ann", "admin", org="other")
    assert await listed(identity, eve, include_ended=True) == []
    assert await code_of(revoke(identity, eve, made.api_key.id)) is CODE.NOT_FOUND
    assert (await identity.caller(made.secret)).organization_id == "acme"


async def test_what_is_left_of_ended_keys_is_dropped_after_90_days(
    identity: Identity, servers: Servers, database: str
) -> None:
    ann = await member(identity)
    ended = await make(identity, ann, name="ended")
    await make(identity, ann, name="short", expires_at=identity.clock() + timedelta(days=1))
    await make(identity, ann, name="good")
    await revoke(identity, ann, ended.api_key.id)
    async with pool_for(servers.dsn(database, "activity"), "activity") as pool:
        job = dropping_ended_keys(pool, identity.clock)
        names = []
        for days in (90, 0.1, 1):
            identity.clock.advance(days=days)
            await job.run(b"")
            rows = await listed(identity, ann_again(identity), include_ended=True)
            names.append({key.name for key in rows})
    assert names == [{"ended", "short", "good"}, {"short", "good"}, {"good"}]
