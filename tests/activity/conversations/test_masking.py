"""Analysts read everybody's conversations, and nobody's personal data but their own."""

import json

import pytest
from attune.activity.v1 import conversations_pb2 as pb

from tests.activity.conversations.talking import Talk, called, said, to_json
from tests.suite import Suite

EMAIL = "jane.roe@example.com"
CARD = "4111 1111 1111 1111"


@pytest.fixture
async def ann(suite: Suite) -> Talk:
    ann = Talk(suite)
    await ann.start(conversation_id="c", metadata=to_json({"contact": {"mail": EMAIL}}))
    await ann.append(
        "c",
        said(f"Write to {EMAIL}"),
        called("send_mail", error=f"{EMAIL} bounced, card {CARD}"),
    )
    return ann


async def all_that_is_told(talk: Talk) -> str:
    parts = [str(await talk.get("c")), str(await talk.list())]
    parts += [(await talk.export("c", form)).decode() for form in ("json", "markdown")]
    return "".join(parts)


async def test_an_analyst_sees_no_personal_data_of_others(ann: Talk, suite: Suite) -> None:
    analyst = Talk(suite, "bob", "analyst")
    told = await all_that_is_told(analyst)
    assert EMAIL not in told
    assert "4111" not in told
    found = await analyst.get("c")
    assert found.conversation.first_intent == "Write to [email]"
    assert json.loads(found.conversation.metadata.utf8) == {"contact": {"mail": "[email]"}}
    assert json.loads(found.events[1].content.utf8)["tool"] == "send_mail"
    [listed] = (await analyst.list(user_id="ann")).conversations
    assert listed == found.conversation


@pytest.mark.parametrize(
    ("user", "role"), [("ann", "viewer"), ("ann", "analyst"), ("root", "admin"), ("x", "service")]
)
async def test_others_who_may_read_it_see_it_as_it_is(
    ann: Talk, suite: Suite, user: str, role: str
) -> None:
    told = await all_that_is_told(Talk(suite, user, role))
    assert told.count(EMAIL) >= 8


async def test_an_address_that_the_cut_of_the_first_intent_divides_is_not_shown(
    suite: Suite,
) -> None:
    ann = Talk(suite)
    text = "x " * 244 + EMAIL
    await ann.start(conversation_id="c", messages=[pb.Message(role="user", content=text)])
    assert (await ann.get("c")).conversation.first_intent.endswith("jane.roe@exa")
    seen = (await Talk(suite, "bob", "analyst").get("c")).conversation.first_intent
    assert "jane" not in seen
    assert seen.startswith("x x x")
