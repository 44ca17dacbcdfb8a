"""What of an answer is kept in its conversation."""

import json
from uuid import UUID

from attune.analytics.v1 import chat_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.chat.conversations import answer_event


def results(*rows: str) -> pb.ChatMessage:
    told = {"columns": [], "rows": [[row] for row in rows], "row_count": 1, "truncated": False}
    return pb.ChatMessage(type="query_results", data=Json(utf8=json.dumps(told).encode()))


def test_the_rows_that_are_kept_are_those_of_the_statement_that_is() -> None:
    looked, answered = results("Spain", "France"), results("120")
    receipt = pb.ChatReceipt(sql="SELECT count(*) FROM orders")
    event = answer_event(UUID(int=1), [looked, answered], receipt)
    kept = json.loads(event.content.utf8)
    assert (kept["sql"], kept["results"]["rows"]) == (receipt.sql, [["120"]])
