"""The access option of each RPC, enforced."""

from dataclasses import replace
from typing import Any

import grpc
import pytest
from attune.activity.v1 import activity_pb2, activity_pb2_grpc
from attune.common.v1 import event_log_pb2, event_log_pb2_grpc
from attune.common.v1.access_pb2 import Role
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor

from gateway.routing.routes import modules
from services.common.access import Rule, rules_of
from services.common.caller import Caller
from services.common.clock import utc_now
from services.common.errors import PermissionDenied
from services.common.scopes import SCOPES
from services.common.server import Served, serving
from services.common.tokens import TokenSigner, TokenVerifier
from tests.common.stubs import nothing, stubbed
from tests.suite import PRIVATE_KEY, PUBLIC_KEY, reason_of

MODULES = [
    module
    for package in ("activity", "analytics", "common", "suggestions")
    for module in modules(package)
]
SERVICES = [s for module in MODULES for s in module.DESCRIPTOR.services_by_name.values()]
HISTORY = "/attune.activity.v1.ActivityService/GetActivityHistory"
REBUILD = "/attune.suggestions.v1.PatternsService/RebuildQueryPatterns"
HEADS = "/attune.common.v1.EventLogService/ListHeads"
IDENTITY = "/attune.activity.v1.IdentityService"
KEYS = "/attune.activity.v1.ApiKeysService"
WEBHOOKS = "/attune.activity.v1.WebhooksService"
CONNECTIONS = "/attune.analytics.v1.ConnectionsService"
QUESTIONS = "/attune.analytics.v1.CertifiedQuestionsService"
NOT_FOR_KEYS = {
    f"{IDENTITY}/UpdateMember",
    f"{KEYS}/CreateApiKey",
    f"{KEYS}/ListApiKeys",
    f"{KEYS}/RevokeApiKey",
    f"{WEBHOOKS}/CreateWebhook",
    f"{WEBHOOKS}/UpdateWebhook",
    f"{WEBHOOKS}/DeleteWebhook",
    f"{WEBHOOKS}/RotateWebhookSecret",
    f"{WEBHOOKS}/TestWebhook",
    f"{WEBHOOKS}/ReplayWebhookDelivery",
    f"{WEBHOOKS}/ReplayFailedWebhookDeliveries",
    f"{CONNECTIONS}/CreateConnection",
    f"{CONNECTIONS}/UpdateConnection",
    f"{CONNECTIONS}/DeleteConnection",
    f"{CONNECTIONS}/TestConnection",
    f"{CONNECTIONS}/IntrospectConnection",
    "/attune.analytics.v1.AuditService/ListAuditEntries",
    # Who vouches for an answer is a person.
    f"{QUESTIONS}/ApproveQuestion",
    f"{QUESTIONS}/RevokeQuestion",
}
RULES = rules_of(SERVICES)


def who(role: str = "analyst", org: str = "acme", subject: str = "ann") -> Caller:
    return Caller(organization_id=org, subject=subject, role=role)


def metadata(caller: Caller) -> Any:
    token, _ = TokenSigner(PRIVATE_KEY, utc_now).sign(caller)
    return (("authorization", f"Bearer {token}"),)


def without_option() -> ServiceDescriptor:
    """A service with an RPC that says nothing of who may call it."""
    file = descriptor_pb2.FileDescriptorProto(name="open.proto", package="open", syntax="proto3")
    file.message_type.add(name="Empty")
    service = file.service.add(name="Open")
    service.method.add(name="Anything", input_type=".open.Empty", output_type=".open.Empty")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found: ServiceDescriptor = pool.FindServiceByName("open.Open")
    return found


def test_an_rpc_without_the_option_has_no_rule() -> None:
    with pytest.raises(ValueError, match=r"open\.Open\.Anything"):
        rules_of([without_option()])


async def test_a_service_with_an_rpc_without_the_option_does_not_start() -> None:
    served = Served(without_option(), lambda servicer, server: None, None)
    verifier = TokenVerifier(PUBLIC_KEY, utc_now)
    with pytest.raises(ValueError, match="has no access option"):
        async with serving([served], domain="open", verifier=verifier, ready=nothing):
            pass


def test_every_rpc_of_the_product_says_who_may_call_it() -> None:
    assert len(RULES) == sum(len(service.methods) for service in SERVICES)
    assert {name for name, rule in RULES.items() if rule.anyone} == {
        "/attune.activity.v1.IdentityService/ExchangeToken",
        "/attune.activity.v1.IdentityService/IssueServiceToken",
        # Each call on the stream shows a token of its own.
        "/attune.common.v1.MultiplexService/Multiplex",
    }


# Analysts read these of others, too, with personal data masked: services.activity.access says who.
MASKED_FOR_ANALYSTS = {"GetUserTraits", "GetUserProfile", "GetUserContext"}


def test_every_rpc_that_names_a_person_to_read_guards_that_field() -> None:
    for service in SERVICES:
        for method in service.methods:
            rule = RULES[f"/{service.full_name}/{method.name}"]
            reads = method.name.startswith("Get") and "user_id" in method.input_type.fields_by_name
            guarded = rule.self_field == "user_id" or method.name in MASKED_FOR_ANALYSTS
            assert not reads or guarded, method.full_name


@pytest.mark.parametrize(
    ("rule", "role", "allowed"),
    [
        (RULES[HISTORY], "viewer", True),
        (RULES[HISTORY], "service", True),
        (RULES[REBUILD], "viewer", False),
        (RULES[REBUILD], "analyst", False),
        (RULES[REBUILD], "admin", True),
        (RULES[REBUILD], "service", True),
    ],
)
def test_only_the_named_roles_may_call(rule: Rule, role: str, allowed: bool) -> None:
    assert permits(rule, who(role)) == allowed


@pytest.mark.parametrize(
    ("rule", "caller", "told"),
    [
        (RULES[REBUILD], who("analyst"), "this needs the role admin, and yours is analyst"),
        (RULES[HEADS], who("admin"), "this needs the role service, and yours is admin"),
        (RULES[HEADS], who("service"), "this needs a token of no organization"),
        (RULES[HISTORY], who("service", org=""), "this needs a token of one organization"),
    ],
)
def test_who_may_not_is_told_what_it_takes_in_words_of_every_api(
    rule: Rule, caller: Caller, told: str
) -> None:
    with pytest.raises(PermissionDenied, match=f"^{told}$"):
        rule.check(caller, activity_pb2.GetActivityHistoryRequest())


@pytest.mark.parametrize(
    ("role", "named", "allowed"),
    [
        ("viewer", None, True),
        ("viewer", "ann", True),
        ("viewer", "bob", False),
        ("analyst", "bob", False),
        ("admin", "bob", True),
        ("service", "bob", True),
    ],
)
def test_naming_another_person_needs_an_admin_or_a_service(
    role: str, named: str | None, allowed: bool
) -> None:
    assert permits(RULES[HISTORY], who(role), user_id=named) == allowed


def test_a_token_of_the_system_is_good_for_system_calls_and_no_others() -> None:
    system, acting = who("service", org=""), who("service")
    assert permits(RULES[HEADS], system)
    assert not permits(RULES[HEADS], acting)
    for name, rule in RULES.items():
        if not rule.anyone and not rule.system:
            assert not permits(rule, system), name


def of_key(*scopes: str, role: str = "admin") -> Caller:
    return replace(who(role), key_id="k", scopes=frozenset(scopes))


def test_a_key_may_call_what_its_scopes_name() -> None:
    assert permits(RULES[HISTORY], of_key("activity:read"))
    assert permits(RULES[HISTORY], of_key("patterns:read", "activity:read"))
    assert not permits(RULES[HISTORY], of_key("activity:write", "any", ""))
    assert not permits(RULES[HISTORY], of_key())


def test_a_scope_gives_no_more_than_the_role() -> None:
    assert permits(RULES[REBUILD], of_key("patterns:write"))
    assert not permits(RULES[REBUILD], of_key("patterns:write", role="analyst"))
    key = of_key("activity:read", role="viewer")
    assert not permits(RULES[HISTORY], key, user_id="bob")


def test_a_key_may_ask_who_it_is_and_never_call_what_has_no_scope() -> None:
    assert permits(RULES[f"{IDENTITY}/GetCaller"], of_key())
    everything = of_key(*SCOPES, "any", "")
    assert not permits(RULES[f"{IDENTITY}/UpdateMember"], everything)


def test_every_rpc_for_people_has_a_scope_or_is_kept_from_keys_on_purpose() -> None:
    """What gives access to others is for people: a key that leaks must not beget more."""
    people = {name: rule for name, rule in RULES.items() if rule.roles - {Role.ROLE_SERVICE}}
    assert {name for name, rule in people.items() if not rule.scope} == NOT_FOR_KEYS
    assert not any(rule.scope for name, rule in RULES.items() if name not in people)


def test_every_scope_is_of_use() -> None:
    assert {rule.scope for rule in RULES.values()} == SCOPES | {"", "any"}


def permits(rule: Rule, caller: Caller, **fields: Any) -> bool:
    try:
        rule.check(caller, activity_pb2.GetActivityHistoryRequest(**fields))
    except PermissionDenied:
        return False
    return True


async def test_the_pipeline_refuses_before_the_servicer_is_reached() -> None:
    async def reached(_: Any) -> Any:
        raise AssertionError("the servicer was reached")

    async with stubbed(reached) as channel:
        activities = activity_pb2_grpc.ActivityServiceStub(channel)
        heads = event_log_pb2_grpc.EventLogServiceStub(channel)
        asked = activity_pb2.GetActivityHistoryRequest(user_id="bob")
        for call in (
            activities.GetActivityHistory(asked, metadata=metadata(who())),
            activities.GetActivityHistory(asked, metadata=metadata(who("service", org=""))),
            heads.ListHeads(event_log_pb2.ListHeadsRequest(), metadata=metadata(who("service"))),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await call
            assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
            assert reason_of(refused.value) == "PERMISSION_DENIED"
        system = metadata(who("service", org=""))
        await heads.ListHeads(event_log_pb2.ListHeadsRequest(), metadata=system)


@pytest.mark.parametrize(
    "given",
    [
        (),
        (("authorization", ""),),
        (("authorization", "Bearer "),),
        (("authorization", "Basic a"),),
    ],
)
async def test_without_a_bearer_token_nobody_gets_in(given: Any) -> None:
    async with stubbed(nothing_asked) as channel:
        activities = activity_pb2_grpc.ActivityServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await activities.GetActivityHistory(
                activity_pb2.GetActivityHistoryRequest(), metadata=given
            )
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def nothing_asked(_: Any) -> Any:
    return activity_pb2.GetActivityHistoryResponse()
