"""Conversations over REST, as a frontend and an operator use them."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cli.__main__ import main
from cli.local.files import locked
from cli.local.state import RunState, write_state
from tests.e2e.conftest import Api
from tests.suite import jwt_for

PATH = "/api/v1/conversations"


async def test_a_conversation_from_its_start_to_its_file(client: httpx2.AsyncClient) -> None:
    started = await client.post(PATH, json={})
    assert started.status_code == 200
    name = started.json()["id"]
    assert started.json()["tools_used"] == {}
    assert "first_intent" not in started.json()
    events: list[dict[str, Any]] = [
        {"event_type": "message", "content": {"role": "user", "message": "Make a film"}},
        {
            "event_type": "tool_call",
            "client_event_id": "e-7",
            "content": {"tool": "video_gen", "params": {"style": "cinematic"}, "n": 2**70},
            "success": True,
            "credits_consumed": 4,
        },
    ]
    done = (await client.post(f"{PATH}/{name}/events", json={"events": events})).json()
    assert (done["conversation_id"], done["appended"]) == (name, 2)
    assert done["conversation"]["tools_used"] == {"video_gen": 1}
    assert done["conversation"]["extracted_use_case"] == "video_creation"
    again = (await client.post(f"{PATH}/{name}/events", json={"events": events[1:]})).json()
    assert (again["appended"], again["results"]) == (
        0,
        [{"event_id": done["results"][1]["event_id"], "duplicate": True}],
    )
    found = (await client.get(f"{PATH}/{name}", params={"page_size": 1})).json()
    assert found["events"][0]["content"] == events[0]["content"]
    rest = {"page_token": found["next_page_token"]}
    second = (await client.get(f"{PATH}/{name}", params=rest)).json()
    assert second["events"][0]["content"] == events[1]["content"]
    ended = await client.post(f"{PATH}/{name}:finish", json={"status": "completed"})
    assert ended.json()["completion_status"] == "completed"
    listed = (await client.get(PATH, params={"status": "completed"})).json()
    assert [c["id"] for c in listed["conversations"]] == [name]
    page = await client.get(f"{PATH}/{name}:export", params={"format": "markdown"})
    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.headers["content-disposition"].endswith(f'-{name}.md"')
    assert page.text.startswith("# Conversation ")
    exported = (await client.get(f"{PATH}/{name}:export")).json()
    assert exported["events"] == [found["events"][0], second["events"][0]]
    assert exported["conversation"] == listed["conversations"][0]


async def test_an_idempotency_key_gives_the_first_answer(client: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k"}
    first = await client.post(PATH, json={}, headers=headers)
    again = await client.post(PATH, json={}, headers=headers)
    assert first.json() == again.json()
    other = await client.post(PATH, json={"conversation_id": "x"}, headers=headers)
    assert (other.status_code, other.json()["reason"]) == (409, "IDEMPOTENCY_KEY_REUSED")


async def test_what_cannot_be_done_says_what_to_change(api: Api) -> None:
    async with api.as_("eve", role="viewer") as eve, api.as_("ann", role="viewer") as ann:
        await ann.post(PATH, json={"conversation_id": "anns"})
        await eve.post(PATH, json={"conversation_id": "eves"})
        await eve.post(f"{PATH}/eves:finish", json={"status": "completed"})
        event = {"events": [{"event_type": "message"}]}
        for answer, status, reason in (
            (await eve.get(f"{PATH}/nothing"), 404, "NOT_FOUND"),
            (await eve.get(f"{PATH}/anns"), 404, "NOT_FOUND"),
            (await eve.get(f"{PATH}/anns:export"), 404, "NOT_FOUND"),
            (await eve.post(f"{PATH}/anns/events", json=event), 404, "NOT_FOUND"),
            (await eve.post(f"{PATH}/eves/events", json=event), 409, "FAILED_PRECONDITION"),
            (await eve.post(PATH, json={"conversation_id": "anns"}), 409, "ALREADY_EXISTS"),
            (await eve.post(PATH, json={"user_id": "ann"}), 403, "PERMISSION_DENIED"),
            (await eve.get(PATH, params={"user_id": "ann"}), 403, "PERMISSION_DENIED"),
            (await eve.post(f"{PATH}/eves/events", json={"events": []}), 422, "INVALID_FIELD"),
            (await eve.post(PATH, json={"metadata": 7}), 422, "INVALID_FIELD"),
            (await eve.post(PATH, json={"nonsense": 7}), 422, "INVALID_FIELD"),
            (await eve.post(f"{PATH}/eves:finish", json={"status": "x"}), 422, "INVALID_FIELD"),
            (await eve.get(f"{PATH}/eves:export?format=pdf"), 422, "INVALID_FIELD"),
            (await eve.post(PATH, content=b"{"), 400, "MALFORMED_BODY"),
        ):
            problem = answer.json()
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.status_code, problem["reason"]) == (status, reason), problem
        old = {"events": [{"event_type": "message", "timestamp": "2001-01-01T00:00:00Z"}]}
        problem = (await eve.post(f"{PATH}/eves/events", json=old)).json()
        assert problem["errors"] == [
            {
                "field": "events[0].timestamp",
                "message": "must lie between two years ago and one day ahead",
            }
        ]


async def test_a_key_needs_the_scopes_of_conversations(api: Api) -> None:
    async with api.as_("kay", role="admin") as person:
        await person.post(PATH, json={"conversation_id": "kays"})
        texts = {}
        for scope in ("conversations:read", "conversations:write", "activity:read"):
            asked = {"name": scope, "scopes": [scope], "role": "viewer"}
            texts[scope] = (await person.post("/api/v1/api-keys", json=asked)).json()["secret"]
    may = {}
    for scope, text in texts.items():
        headers = {"Authorization": f"Bearer {text}"}
        async with httpx2.AsyncClient(base_url=api.base_url, headers=headers) as client:
            read = await client.get(f"{PATH}/kays")
            written = await client.post(PATH, json={})
            may[scope] = (read.status_code, written.status_code)
    assert may == {
        "conversations:read": (200, 403),
        "conversations:write": (403, 200),
        "activity:read": (403, 403),
    }


async def test_an_import_refuses_entry_by_entry(api: Api) -> None:
    entry: dict[str, Any] = {"user_id": "ann", "started_at": "2015-01-01T00:00:00Z"}
    conversations = [
        {"conversation_id": "i-1", **entry, "events": [{"event_type": "message"}]},
        {"conversation_id": "i-2", **entry, "events": [{"event_type": "message", "success": "no"}]},
        {"conversation_id": "i-3", **entry, "nonsense": 1},
        "nonsense",
    ]
    async with api.as_("root", role="admin") as client:
        body = {"conversations": conversations}
        answer = (await client.post(f"{PATH}:import", json=body)).json()
    assert (answer["accepted"], answer["refused"]) == (1, 3)
    assert [result["success"] for result in answer["results"]] == [True, False, False, False]
    fields = [result["errors"][0]["field"] for result in answer["results"][1:]]
    assert fields == ["events[0].success", "nonsense", ""]


@pytest.fixture
def home(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the command, where the suite of the test seems to run."""
    monkeypatch.setenv("ATTUNE_HOME", str(tmp_path))
    monkeypatch.setenv("ATTUNE_TOKEN", jwt_for("root", role="admin"))
    with locked(tmp_path / "run.lock", wait=False):
        write_state(tmp_path, RunState(os.getpid(), api.base_url, "postgresql://nobody@x/y", ()))
        yield tmp_path


def lines_of(count: int) -> list[str]:
    return [
        json.dumps(
            {
                "conversation_id": f"cli-{n}",
                "user_id": "cleo",
                "events": [
                    {
                        "event_type": "message",
                        "content": {"role": "user", "message": f"{n}/{k}"},
                        "timestamp": "2016-01-01T00:00:00Z",
                    }
                    for k in range(20)
                ],
            }
        )
        for n in range(count)
    ]


async def test_the_command_brings_in_a_file_and_reports_what_was_refused(
    api: Api, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.importing.reading.MOST_CONVERSATIONS", 7)
    monkeypatch.setattr("cli.importing.reading.MOST_EVENTS", 150)
    file = home / "old.jsonl"
    bad = [json.dumps({"conversation_id": "a/b", "user_id": "x", "events": []}), "{no json"]
    file.write_text("\n".join([*lines_of(20), *bad, "", *lines_of(21)[20:]]) + "\n")

    async def attune(*args: str) -> tuple[object, dict[str, Any]]:
        command = ["attune", "import", "conversations", str(file), "--org", "acme", "--json"]
        monkeypatch.setattr(sys, "argv", [*command, *args])
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
        return ended.value.code, json.loads(capsys.readouterr().out)

    report = home / "old.jsonl.refused.jsonl"
    code, told = await attune()
    assert (code, told) == (
        1,
        {"accepted": 21, "refused": 2, "events": 420, "refused_file": str(report)},
    )
    refused = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["line"] for line in refused] == [21, 22]
    assert refused[0]["errors"][0]["field"] == "conversation_id"
    assert refused[1]["entry"] == "{no json"
    code, told = await attune()
    assert (code, told["accepted"], told["events"]) == (1, 21, 0)
    assert not (home / "old.jsonl.progress.json").exists()
    async with api.as_("cleo") as client:
        found = (await client.get(PATH, params={"user_id": "cleo"})).json()["conversations"]
    assert len(found) == 21
    assert {c["event_count"] for c in found} == {20}


async def test_a_command_that_was_stopped_goes_on(
    api: Api, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.importing.reading.MOST_CONVERSATIONS", 2)
    file = home / "more.jsonl"
    file.write_text("\n".join(line.replace("cli-", "more-") for line in lines_of(6)))
    argv = ["attune", "import", "conversations", str(file), "--org", "acme"]
    monkeypatch.setattr(sys, "argv", argv)
    sent = 0

    def stops(*_: object) -> float:
        raise KeyboardInterrupt

    async def first_only(self: Any, body: bytes) -> Any:
        nonlocal sent
        sent += 1
        return stops() if sent == 3 else await post(self, body)

    from cli.importing.sending import Import

    post = Import._post
    with monkeypatch.context() as broken:
        broken.setattr(Import, "_post", first_only)
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
    assert ended.value.code == 130
    assert "Run the same command again" in capsys.readouterr().err
    assert json.loads((home / "more.jsonl.progress.json").read_text())["line"] == 4
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main)
    assert (ended.value.code, sent) == (0, 3)
    assert capsys.readouterr().out == "On record: 6 conversations; 120 new events.\n"
