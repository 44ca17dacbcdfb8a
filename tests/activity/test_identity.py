"""Organizations, members and service tokens."""

import asyncio
from datetime import UTC
from typing import Any

import grpc
import pytest
from attune.activity.v1 import identity_pb2 as pb
from google.protobuf.field_mask_pb2 import FieldMask
from redis.asyncio import Redis

from services.common.caller import Caller
from services.common.identity_hints import CHANNEL, caller_in
from tests.activity.identity import CODE, RSA, Identity, code_of
from tests.suite import SERVICE_KEYS, Servers, violations_of


async def members(identity: Identity, org: str = "acme", **page: Any) -> pb.ListMembersResponse:
    request = pb.ListMembersRequest(**page)
    return await identity.stub.ListMembers(request, metadata=identity.as_(org=org))


async def change_member(identity: Identity, user: str, org: str = "acme", **to: Any) -> pb.Member:
    request = pb.UpdateMemberRequest(
        user_id=user, member=pb.Member(**to), update_mask=FieldMask(paths=list(to))
    )
    return await identity.stub.UpdateMember(request, metadata=identity.as_(org=org))


async def change_organization(identity: Identity, **to: Any) -> pb.Organization:
    request = pb.UpdateOrganizationRequest(
        organization=pb.Organization(**to), update_mask=FieldMask(paths=list(to))
    )
    return await identity.stub.UpdateOrganization(request, metadata=identity.as_())


async def organization(identity: Identity, org: str = "acme") -> pb.Organization:
    return await identity.stub.GetOrganization(
        pb.GetOrganizationRequest(), metadata=identity.as_(org=org)
    )


async def test_a_first_visit_makes_the_organization_and_the_member_known(
    identity: Identity,
) -> None:
    assert await code_of(organization(identity)) is CODE.NOT_FOUND
    await identity.exchange(identity.hs256())
    found = await organization(identity)
    assert (found.id, found.name, found.time_zone) == ("acme", "acme", "UTC")
    assert (found.week_start, found.fiscal_year_start) == (1, 1)
    assert found.created_at.ToDatetime(UTC) == identity.clock()
    [member] = (await members(identity)).members
    assert (member.user_id, member.role, member.job_role) == ("ann", "analyst", "trader")
    assert not member.disabled


async def test_concurrent_first_visits_make_one_member(identity: Identity) -> None:
    await asyncio.gather(*(identity.exchange(identity.hs256()) for _ in range(10)))
    assert len((await members(identity)).members) == 1


async def test_a_refused_credential_makes_nobody_known(identity: Identity) -> None:
    await identity.refused(identity.hs256("another-secret-that-is-long-enough-too"))
    await identity.refused(identity.hs256(role="service"))
    assert (await members(identity)).members == []


async def test_the_newest_credential_tells_the_roles_and_a_silent_one_keeps_them(
    identity: Identity,
) -> None:
    await identity.exchange(identity.hs256())
    who = await identity.caller(identity.hs256(role="admin", job_role="executive"))
    assert (who.role, who.job_role) == ("admin", "executive")
    who = await identity.caller(identity.hs256(role=None, job_role=None))
    assert (who.role, who.job_role) == ("admin", "executive")


async def test_without_any_role_a_person_is_a_viewer_until_an_admin_says_more(
    identity: Identity,
) -> None:
    silent = identity.hs256(role=None, job_role=None)
    assert (await identity.caller(silent)).role == "viewer"
    await change_member(identity, "ann", role="analyst", job_role="trader")
    who = await identity.caller(silent)
    assert (who.role, who.job_role) == ("analyst", "trader")
    await change_member(identity, "ann", job_role="")
    assert (await identity.caller(silent)).job_role == ""


async def test_a_disabled_member_is_refused_until_enabled_again(identity: Identity) -> None:
    await identity.exchange(identity.hs256())
    assert (await change_member(identity, "ann", disabled=True)).disabled
    assert await identity.refused(identity.hs256()) is CODE.PERMISSION_DENIED
    assert await identity.refused(RSA.sign(identity.clock())) is CODE.PERMISSION_DENIED
    await identity.exchange(identity.hs256(org="other"))  # the same name elsewhere is another
    await change_member(identity, "ann", disabled=False)
    await identity.exchange(identity.hs256())


async def test_a_change_of_a_member_is_hinted_to_those_who_keep_tokens(
    identity: Identity, servers: Servers
) -> None:
    await identity.exchange(identity.hs256())
    async with (
        Redis.from_url(servers.valkey.url()) as redis,
        redis.pubsub(ignore_subscribe_messages=True) as hints,
    ):
        await hints.subscribe(CHANNEL)
        await hints.get_message(timeout=5)
        await change_member(identity, "ann", disabled=True)
        async with asyncio.timeout(10):
            async for message in hints.listen():
                if caller_in(message["data"]) == ("acme", "ann"):
                    break


async def test_members_are_paged_in_the_order_of_their_first_visit(identity: Identity) -> None:
    names = [f"user{n}" for n in (3, 1, 4, 5, 9, 2, 6)]
    for name in names:
        await identity.exchange(identity.hs256(sub=name))
        identity.clock.advance(seconds=1)
    seen: list[str] = []
    token = None
    while True:
        page = await members(identity, page_size=3, page_token=token)
        seen += [member.user_id for member in page.members]
        token = page.next_page_token
        if not token:
            break
    assert seen == names


async def test_an_organization_is_changed_in_what_is_named(identity: Identity) -> None:
    await identity.exchange(identity.hs256())
    await change_organization(identity, time_zone="Asia/Kolkata", fiscal_year_start=4)
    found = await change_organization(identity, name="Acme", week_start=7, id="other")
    assert (found.id, found.name, found.time_zone) == ("acme", "Acme", "Asia/Kolkata")
    assert (found.week_start, found.fiscal_year_start) == (7, 4)
    assert await organization(identity) == found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time_zone", "Mars/Olympus"),
        ("time_zone", ""),
        ("time_zone", "../etc/passwd"),
        ("week_start", 0),
        ("fiscal_year_start", 0),
        ("name", " "),
        ("nonsense", None),
    ],
)
async def test_a_bad_value_of_an_organization_is_named(
    identity: Identity, field: str, value: Any
) -> None:
    await identity.exchange(identity.hs256())
    request = pb.UpdateOrganizationRequest(
        organization=pb.Organization(**({field: value} if value is not None else {"name": "x"})),
        update_mask=FieldMask(paths=[field]),
    )
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await identity.stub.UpdateOrganization(request, metadata=identity.as_())
    assert field in violations_of(err.value)


@pytest.mark.parametrize("role", ["root", "service", ""])
async def test_a_member_gets_no_role_that_there_is_not(identity: Identity, role: str) -> None:
    await identity.exchange(identity.hs256())
    assert await code_of(change_member(identity, "ann", role=role)) is CODE.INVALID_ARGUMENT


@pytest.mark.parametrize("role", ["viewer", "analyst", "service"])
async def test_only_an_admin_changes_members_and_the_organization(
    identity: Identity, role: str
) -> None:
    await identity.exchange(identity.hs256())
    who = identity.as_("x", role)
    for call in (
        identity.stub.UpdateMember(
            pb.UpdateMemberRequest(user_id="ann", member=pb.Member(role="admin")), metadata=who
        ),
        identity.stub.UpdateOrganization(
            pb.UpdateOrganizationRequest(organization=pb.Organization(name="x")), metadata=who
        ),
    ):
        assert await code_of(call) is CODE.PERMISSION_DENIED


async def test_organizations_never_see_or_change_each_other(identity: Identity) -> None:
    await identity.exchange(identity.hs256())
    await identity.exchange(identity.hs256(org="other", sub="eve"))
    await change_organization(identity, name="Acme")
    assert [m.user_id for m in (await members(identity)).members] == ["ann"]
    assert [m.user_id for m in (await members(identity, "other")).members] == ["eve"]
    assert (await organization(identity, "other")).name == "other"
    assert await code_of(change_member(identity, "ann", "other", disabled=True)) is CODE.NOT_FOUND
    await identity.exchange(identity.hs256())


async def service_token(identity: Identity, **fields: Any) -> Caller:
    given = {"service": "suggestions", "key": SERVICE_KEYS["suggestions"], **fields}
    answer = await identity.stub.IssueServiceToken(pb.IssueServiceTokenRequest(**given))
    return identity.verifier.verify(answer.token)


async def test_a_service_gets_a_token_for_an_organization_or_for_the_system(
    shared: Identity,
) -> None:
    acting = await service_token(shared, organization_id="acme")
    assert (acting.organization_id, acting.subject) == ("acme", "service:suggestions")
    assert acting.is_service
    assert (await service_token(shared)).organization_id == ""


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"key": "wrong"}, CODE.UNAUTHENTICATED),
        ({"key": "é😀"}, CODE.UNAUTHENTICATED),
        ({"service": "unknown"}, CODE.UNAUTHENTICATED),
        ({"service": "", "key": ""}, CODE.INVALID_ARGUMENT),
        ({"organization_id": "a b"}, CODE.INVALID_ARGUMENT),
        ({"organization_id": "x" * 101}, CODE.INVALID_ARGUMENT),
    ],
)
async def test_a_wrong_name_key_or_organization_gets_no_service_token(
    shared: Identity, fields: dict[str, str], code: grpc.StatusCode
) -> None:
    assert await code_of(service_token(shared, **fields)) is code


async def test_a_caller_is_told_who_it_is(shared: Identity) -> None:
    answer = await shared.exchange(shared.hs256())
    metadata = (("authorization", f"Bearer {answer.token}"),)
    who = await shared.stub.GetCaller(pb.GetCallerRequest(), metadata=metadata)
    assert (who.user_id, who.organization_id, who.role, who.job_role) == (
        "ann",
        "acme",
        "analyst",
        "trader",
    )
