"""Cutting a file of conversations into requests, and going on where a run stopped."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from cli.importing import reading
from cli.importing.reading import Line, Unreadable, batches, body_of, lines, pieces
from cli.importing.resuming import Progress, clear, load, save, state_file


def line(value: Any, number: int = 1) -> Line:
    return Line(number, 0, json.dumps(value).encode())


def conversation(count: int, **fields: Any) -> dict[str, Any]:
    events = [{"event_type": "message", "content": {"message": f"{n}"}} for n in range(count)]
    return {"conversation_id": "c", "user_id": "ann", "events": events, **fields}


def test_blank_lines_are_passed_over_and_the_others_keep_their_numbers() -> None:
    text = b'\xef\xbb\xbf{"a":1}\n\n  \r\n{"b":2}\r\nlast'
    found = [*lines(io.BytesIO(text))]
    assert [(one.number, one.raw) for one in found] == [
        (1, b'{"a":1}'),
        (4, b'{"b":2}'),
        (5, b"last"),
    ]
    assert found[-1].end == len(text)
    resumed = io.BytesIO(text)
    resumed.seek(found[0].end)
    assert [*lines(resumed, found[0].end, 1)] == found[1:]


@pytest.mark.parametrize(
    "raw", [b"{", b"[]", b"7", b'{"events": {}}', b'{"a": "\xff"}', b'{"events": [1,}', b"[" * 9999]
)
def test_what_is_no_conversation_says_so(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        pieces(Line(1, 0, raw))


def test_a_conversation_that_fits_is_sent_as_it_is() -> None:
    one = line(conversation(3, note=2**70))
    [piece] = pieces(one)
    assert (piece.entry, piece.events, piece.is_last) == (one.raw, 3, True)


def test_very_many_events_are_cut_and_named_as_if_they_came_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_EVENTS", 4)
    given = conversation(10, started_at="2020-01-01T00:00:00Z", completion_status="completed")
    given["events"][5] |= {"client_event_id": "mine", "timestamp": "2020-01-02T00:00:00Z"}
    found = pieces(line(given))
    entries = [json.loads(piece.entry) for piece in found]
    assert [(p.events, p.first, p.is_last) for p in found] == [
        (4, 0, False),
        (4, 4, False),
        (2, 8, True),
    ]
    assert [entry.get("completion_status") for entry in entries] == [None, None, "completed"]
    events = [event for entry in entries for event in entry["events"]]
    assert [e["client_event_id"] for e in events] == [
        *(f"import/{n}" for n in range(5)),
        "mine",
        *(f"import/{n}" for n in range(6, 10)),
    ]
    assert [e["timestamp"][8:10] for e in events] == ["01"] * 5 + ["02"] * 5
    assert [e["content"] for e in events] == [e["content"] for e in given["events"]]


def test_large_events_are_cut_by_bytes_and_one_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 4_000)
    given = conversation(10)
    for event in given["events"]:
        event["content"] = "x" * 1_000
    found = pieces(line(given))
    assert all(len(piece.entry) <= 4_000 for piece in found)
    assert sum(piece.events for piece in found) == 10
    given["events"][3]["content"] = "x" * 4_000
    with pytest.raises(Unreadable, match=r"events\[3\] is larger"):
        pieces(line(given))


def test_requests_hold_as_much_as_they_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_EVENTS", 100)
    found = [piece for n in range(450) for piece in pieces(line(conversation(1), n))]
    found += pieces(line(conversation(99))) + pieces(line(conversation(2)))
    sizes = [len(batch) for batch in batches(found)]
    assert sizes == [100, 100, 100, 100, 50, 1, 1]
    monkeypatch.undo()
    assert [len(batch) for batch in batches(found[:450])] == [200, 200, 50]
    assert len(json.loads(body_of(found[:3]))["conversations"]) == 3


def test_a_run_goes_on_where_the_last_one_of_this_file_stopped(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":2}\n')
    done = Progress("acme", offset=8, line=1, accepted=1)
    with path.open("rb") as file:
        save(path, file, done)
        assert load(path, file, "acme") == done
        assert load(path, file, "other") == Progress("other")
    with path.open("ab") as more:
        more.write(b'{"c":3}\n')
    with path.open("rb") as file:
        assert load(path, file, "acme") == done
    for changed in (b'{"x":1}\n{"b":2}\n', b"{}"):
        path.write_bytes(changed)
        with path.open("rb") as file:
            assert load(path, file, "acme") == Progress("acme")
    state_file(path).write_text("{")
    with path.open("rb") as file:
        assert load(path, file, "acme") == Progress("acme")
    clear(path)
    clear(path)
    assert not state_file(path).exists()
