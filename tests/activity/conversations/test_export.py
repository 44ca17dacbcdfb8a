"""A conversation as a file."""

import json
import re
from typing import Any

import pytest
from attune.activity.v1 import conversations_pb2 as pb
from attune.common.v1.http_pb2 import HttpResponse
from markdown_it import MarkdownIt

from tests.activity.conversations.talking import Talk, at, called, said, to_json
from tests.suite import Suite

NASTY = [
    "```\n# A heading\n<script>alert(1)</script>\n```",
    "``````\n\n## User · 2026\n\n![x](http://tracker/x.png)",
    "~~~\n| a | b |\n|---|---|",
    "\r\n```\r# x\x0b\x0c\u2028```",
    "    indented\n> quoted\n- [link](javascript:alert(1))",
]


@pytest.fixture
async def ann(suite: Suite) -> Talk:
    ann = Talk(suite)
    await ann.start(conversation_id="c", metadata=to_json({"n": 2**70}))
    await ann.append(
        "c",
        at("2026-05-01T10:00:00Z", said("Make a picture of a cat")),
        at("2026-05-01T10:00:05.5Z", called("image_gen", credits_consumed=4)),
        at("2026-05-01T10:00:06Z", said("Here it is", "assistant")),
    )
    return ann


async def test_json_has_what_the_api_shows(ann: Talk) -> None:
    found = await ann.get("c")
    exported = json.loads(await ann.export("c"))
    told = exported["conversation"]
    assert (told["id"], told["external_id"]) == (found.conversation.id, "c")
    assert (told["metadata"], told["tools_used"]) == ({"n": 2**70}, {"image_gen": 1})
    assert "blocker_reason" not in told
    assert [event["id"] for event in exported["events"]] == [event.id for event in found.events]
    assert exported["events"][1] == {
        "id": found.events[1].id,
        "event_type": "tool_call",
        "content": {"tool": "image_gen", "result": "done"},
        "timestamp": "2026-05-01T10:00:05.5Z",
        "tool_name": "image_gen",
        "success": True,
        "credits_consumed": 4,
    }


async def test_markdown_is_for_people_to_read(ann: Talk) -> None:
    text = (await ann.export("c", "markdown")).decode()
    assert text.startswith("# Conversation c\n")
    assert "| First asked | Make a picture of a cat |" in text
    assert "\n## User · 2026-05-01 10:00:00 UTC\n\n```text\nMake a picture" in text
    assert "## Tool call image\\_gen · " in text
    assert "· worked · 4 credits\n" in text
    assert "| Messages | 2 |\n| Events | 3 |\n" in text
    assert "| Finished |" not in text


async def test_markdown_says_when_it_ended(ann: Talk) -> None:
    await ann.append("c", at("2026-05-01T10:01:00Z", called("zoom", credits_consumed=1)))
    ended = (await ann.finish("c")).finished_at.ToDatetime()
    text = (await ann.export("c", "markdown")).decode()
    assert f"| Finished | {ended:%Y-%m-%d %H:%M:%S} UTC |\n| Status | completed |" in text
    assert "· worked · 1 credit\n" in text


def blocks(text: str) -> list[tuple[str, str]]:
    """Each token of a page that opens or holds something, with its text."""
    tokens: list[Any] = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [(token.type, token.content) for token in tokens if token.nesting >= 0]


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("role", ["user", ""])
async def test_no_content_gets_out_of_its_place(suite: Suite, nasty: str, role: str) -> None:
    ann = Talk(suite)
    mean = re.sub(r"[/:\s]", "", nasty)[:200]
    metadata = to_json({nasty: nasty})
    await ann.start(conversation_id=mean, metadata=metadata)
    await ann.append(
        mean,
        said(nasty, role)
        if role
        else pb.ConversationEvent(event_type="message", content=to_json({"x": nasty})),
        pb.ConversationEvent(event_type="tool_call", tool_name=nasty[:200]),
    )
    page = blocks((await ann.export(mean, "markdown")).decode())
    kinds = [kind for kind, _ in page]
    assert kinds.count("heading_open") == 3
    assert kinds.count("fence") == 1
    assert kinds.count("table_open") == 1
    assert set(kinds) <= {
        *("heading_open", "inline", "fence", "table_open", "thead_open", "tbody_open"),
        *("tr_open", "th_open", "td_open"),
    }
    for kind, content in page:
        if kind == "inline":
            inside = MarkdownIt("commonmark", {"html": True}).parseInline(content)[0].children
            assert {child.type for child in inside or ()} <= {"text", "text_special"}
    if role:
        [fence] = [content for kind, content in page if kind == "fence"]
        assert fence.rstrip("\n") == re.sub(r"\r\n?", "\n", nasty).rstrip("\n")


async def test_a_long_conversation_comes_in_pieces_each_event_once(
    ann: Talk, suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.activity.conversations.service.EXPORTED_AT_ONCE", 7)
    monkeypatch.setattr("services.common.downloads.PIECE_BYTES", 1000)
    await ann.start(conversation_id="long")
    done = await ann.append("long", *(said(f"{n}") for n in range(100)))
    request = pb.ExportConversationRequest(conversation_id="long")
    parts = [
        part async for part in suite.conversations.ExportConversation(request, metadata=ann.who)
    ]
    events = json.loads(b"".join(part.data for part in parts))["events"]
    assert [event["id"] for event in events] == [result.event_id for result in done.results]
    assert len(parts) > 5
    response = HttpResponse()
    assert parts[0].extensions[0].Unpack(response)
    name = f"attune-conversation-{done.conversation.id}.json"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert (parts[0].content_type, len(parts[1].extensions)) == ("application/json", 0)


async def test_an_empty_conversation_is_a_file_too(suite: Suite) -> None:
    ann = Talk(suite)
    await ann.start(conversation_id="c")
    assert json.loads(await ann.export("c"))["events"] == []
    assert (await ann.export("c", "markdown")).startswith(b"# Conversation c\n")
