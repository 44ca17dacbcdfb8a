"""What a model writes, checked against what its statements brought."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
import structlog

from services.analytics.chat.charting import columns_of
from services.analytics.chat.domain import Question
from services.analytics.chat.model.domain import Ran
from services.analytics.chat.prose import Checked, Evidence, Table, checked
from services.analytics.chat.prose.checking import LONGEST_TEXT
from services.analytics.chat.prose.neutral import neutralised

log = structlog.get_logger(__name__)

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
FIGURE = re.compile(r"\d")
# In "which one?" it is no figure.
THE_ONE = re.compile(r"(?i)\bones?\b")


def grounded(
    text: str, ran: Sequence[Ran], question: Question, zone: str, now: datetime
) -> Checked:
    """The sentences that the rows bear out, or the question itself. Pure."""
    tables = [table_of(each) for each in ran]
    told = [line for each in ran for line in each.planned.assumptions]
    return checked(text, Evidence(tables, told, zone, now, asked=[question.text]))


async def borne_out(
    text: str, ran: Sequence[Ran], question: Question, zone: str, now: datetime
) -> Checked:
    """The same beside the event loop; nothing where it cannot be checked: the rows came already."""
    try:
        return await asyncio.to_thread(grounded, text, ran, question, zone, now)
    except Exception as err:
        log.error("words were not checked", exc_info=err)
        return Checked("", [text])


def table_of(ran: Ran) -> Table:
    result = ran.answer.result
    return Table(
        columns=columns_of(ran.planned, result),
        rows=[msgspec.json.decode(row, type=list[object]) for row in result.rows],
        truncated=result.truncated,
        row_count=len(result.rows),
    )


async def asked_back(text: str, now: datetime) -> str:
    """What a text asks, found beside the event loop; nothing where that cannot be."""
    try:
        return await asyncio.to_thread(questions_in, text, now)
    except Exception as err:
        log.error("a question back was not checked", exc_info=err)
        return ""


def questions_in(text: str, now: datetime) -> str:
    """Of a text what it asks, without a figure in it: nothing ran that could bear one out. Pure."""
    if len(text) > LONGEST_TEXT:
        return ""
    nothing = Evidence(tables=[], told=[], time_zone="UTC", now=now)
    asked = (each.strip() for each in SENTENCE.findall(neutralised(text)) if each.endswith("?"))
    return " ".join(
        each
        for each in asked
        if not FIGURE.search(each) and checked(THE_ONE.sub("that", each), nothing).text
    )
