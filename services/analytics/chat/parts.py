"""What is told of an answer, as its messages."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import msgspec
from attune.analytics.v1 import chat_pb2 as pb
from attune.common.v1.json_pb2 import Json

from services.analytics.chat import actions
from services.analytics.chat.charting import Drawn
from services.analytics.chat.domain import ABSTAIN, SHOWN_ROWS, Planned, Question, Unclear
from services.analytics.chat.runs.run import About
from services.analytics.queries.domain import columns_json, rows_json
from services.analytics.queries.running import Answer
from services.common.errors import DomainError
from services.common.moments import timestamp_of

NOT_UNDERSTOOD = (
    "I cannot answer this with what is defined here. Say it with the names of metrics, events or"
    " properties that there are, or add the definition that is missing."
)

NEXT = (
    "Ask it in other words, or open the statement in the editor: it is in sql, and position says"
    " where it fails."
)


def run_part(about: About) -> pb.ChatPart:
    run = pb.ChatRun(
        run_id=str(about.run_id),
        conversation_id=about.conversation_id,
        message_id=str(about.message_id),
    )
    return pb.ChatPart(type="run", run=run)


def status_part(text: str) -> pb.ChatPart:
    return pb.ChatPart(type="status", content=text)


def sql_part(planned: Planned) -> pb.ChatPart:
    return pb.ChatPart(type="sql", content=planned.sql)


def receipt_part(receipt: pb.ChatReceipt) -> pb.ChatPart:
    return pb.ChatPart(type="receipt", receipt=receipt)


def message_part(
    kind: str,
    content: str,
    now: datetime,
    data: bytes | None = None,
    next_: Sequence[pb.ChatAction] = (),
) -> pb.ChatPart:
    message = pb.ChatMessage(
        id=str(uuid4()),
        type=kind,
        content=content,
        timestamp=timestamp_of(now),
        data=Json(utf8=data) if data is not None else None,
        actions=next_,
    )
    return pb.ChatPart(type=kind, message=message)


def results_part(
    question: Question, planned: Planned, answer: Answer, now: datetime
) -> pb.ChatPart:
    """The rows, of many the first; how many there are is told of all of them."""
    result = answer.result
    data = (
        b'{"columns":%b,"rows":%b,"row_count":%d,"shown":%d,"truncated":%b,"query_id":"%b"}'
    ) % (
        columns_json(result.columns),
        rows_json(result.rows[:SHOWN_ROWS]),
        len(result.rows),
        min(len(result.rows), SHOWN_ROWS),
        msgspec.json.encode(result.truncated),
        str(answer.query_id).encode(),
    )
    found = actions.of_results(question, planned, answer)
    return message_part("query_results", planned.understood, now, data, found)


def text_part(text: str, now: datetime) -> pb.ChatPart:
    return message_part("text", text, now)


def chart_part(question: Question, planned: Planned, chart: Drawn, now: datetime) -> pb.ChatPart:
    found = actions.of_chart(question, planned, chart)
    return message_part("chart", chart.title, now, chart.spec, found)


def error_part(error: DomainError, planned: Planned, now: datetime) -> pb.ChatPart:
    """With the statement, where in it, and what to do next."""
    told = {"reason": error.reason, "sql": planned.sql, "next": NEXT} | error.metadata
    return message_part("error", str(error), now, msgspec.json.encode(told))


def unclear_part(question: Question, unclear: Unclear, now: datetime) -> pb.ChatPart:
    kind = "clarification" if unclear.asks_back else "text"
    found = actions.offered(question.who, unclear.offers)
    return message_part(kind, unclear.content, now, next_=found)


def receipt_of(question: Question, planned: Planned, answer: Answer | None) -> pb.ChatReceipt:
    receipt = pb.ChatReceipt(
        way=planned.way,
        understood=planned.understood,
        sql=planned.sql,
        connection_id=question.connection_id,
        definitions=Json(utf8=msgspec.json.encode(list(planned.definitions))),
        assumptions=planned.assumptions,
        follows=planned.follows,
    )
    if answer is not None:
        receipt.query_id = str(answer.query_id)
        receipt.row_count = len(answer.result.rows)
        receipt.truncated = answer.result.truncated
        receipt.execution_time_ms = answer.milliseconds
        receipt.cached = answer.cached
        receipt.as_of.CopyFrom(timestamp_of(answer.result.as_of))
    return receipt


def abstention_of(question: Question) -> pb.ChatReceipt:
    return pb.ChatReceipt(
        way=ABSTAIN, connection_id=question.connection_id, definitions=Json(utf8=b"[]")
    )
