"""The statements of one question: each on its way like any other, and what is told of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.chat import parts
from services.analytics.chat.domain import MOST_ROWS, SQL, Planned, Question
from services.analytics.chat.model.domain import RETRIES, Came, Ran, Stuck
from services.analytics.chat.model.grounds import borne_out
from services.analytics.chat.model.renaming import personal_names
from services.analytics.chat.model.tools import PEOPLE, Statement
from services.analytics.chat.runs.runs import Tell
from services.analytics.execution.failures import TookTooLong
from services.analytics.firewall import grammar
from services.analytics.firewall.refusing import Refused
from services.analytics.masking import Masks
from services.analytics.queries.checking import NotAllowed, Wall
from services.analytics.queries.domain import Asked, Result
from services.analytics.queries.running import Answer, Runner
from services.common.clock import Clock
from services.common.errors import DomainError, InvalidFields

# Of a result so much is told to a model; people see more of it.
TOLD_ROWS, TOLD_BYTES = 50, 8 * 1024
LONGEST_DESCRIPTION = 300
AROUND = 40  # characters of a statement around the place of an error
NOTHING_READ = "It reads no relation: what it brings would not be from the data."


class Statements:
    """Runs what a model writes, on behalf of who asked; tells the statement, and its rows."""

    def __init__(
        self,
        question: Question,
        zone: str,
        came: Came,
        masks: Masks,
        runner: Runner,
        wall: Wall,
        tell: Tell,
        now: Clock,
    ) -> None:
        self._question = question
        self._zone = zone
        self._came = came
        self._masks = masks
        self._runner = runner
        self._wall = wall
        self._tell = tell
        self._now = now
        self._failed: dict[str, DomainError] = {}
        self._results: dict[str, dict[str, Any]] = {}

    async def run(self, wanted: Statement) -> dict[str, Any]:
        """What the model is told of it. Raises Stuck where the question ends with it."""
        tree = tree_of(wanted.sql_query)
        if tree in self._results:
            return {"note": "This ran already.", **self._results[tree]}
        planned = self._planned(wanted)
        if tree in self._failed:
            raise Stuck(planned, self._failed[tree])
        await self._tell(parts.sql_part(planned))
        try:
            answer = await self._answer(planned)
        except (InvalidFields, TookTooLong) as error:
            return self._mendable(tree, planned, error)
        except DomainError as error:
            raise Stuck(planned, error) from None
        self._results[tree] = await self._told(wanted, planned, answer)
        return self._results[tree]

    def _planned(self, wanted: Statement) -> Planned:
        zone = self._zone
        return Planned(
            way=SQL,
            sql=wanted.sql_query,
            understood=self._question.text,
            chart="table" if wanted.query_type == PEOPLE else "",
            time_zone=zone,
            assumptions=[] if zone == "UTC" else [f"Days and hours are those of {zone}"],
        )

    async def _answer(self, planned: Planned) -> Answer:
        """Raises what Runner raises, and NotAllowed for what has nothing to do with the data."""
        who, connection_id = self._question.who, self._question.connection_id
        asked = Asked(planned.sql, connection_id, MOST_ROWS, time_zone=self._zone)
        answer = await self._runner.run(who, asked)
        approved = await self._wall.approved(who.organization_id, connection_id, planned.sql)
        if not approved.relations:
            raise NotAllowed("no_relation", NOTHING_READ, None)
        return answer

    def _mendable(self, tree: str, planned: Planned, error: DomainError) -> dict[str, Any]:
        """What the model needs to mend it. Raises Stuck where it had its tries."""
        self._failed[tree] = error
        self._came.tally.sql_errors += 1
        if self._came.tally.sql_errors > RETRIES:
            raise Stuck(planned, error) from None
        # PostgreSQL repeats values of rows: 'invalid input syntax for type integer: "…"'.
        told: dict[str, Any] = {"error": self._masks.text(str(error)), **error.metadata}
        position = getattr(error, "position", None)
        if position is not None:
            told["near"] = planned.sql[max(0, position - AROUND) : position + AROUND]
        told["hint"] = "Mend the statement and run it again. The same statement is not run again."
        return told

    async def _told(self, wanted: Statement, planned: Planned, answer: Answer) -> dict[str, Any]:
        """Tell people the rows, and the model as many as it may see."""
        said = self._masks.told(wanted.description)[:LONGEST_DESCRIPTION]
        here = [Ran(planned, answer)]
        around = (self._question, self._zone, self._now())
        understood = (await borne_out(said, here, *around)).text
        ran = Ran(replace(planned, understood=understood or self._question.text), answer)
        self._came.ran.append(ran)
        part = parts.results_part(self._question, ran.planned, answer, self._now())
        put_first(part, wanted.suggested_actions)
        await self._tell(part)
        return await asyncio.to_thread(told_to_model, planned.sql, answer.result, self._masks)


def put_first(part: pb.ChatPart, kinds: Sequence[str]) -> None:
    """Of the actions that there are, those first that a model suggests; it adds none."""
    part.message.actions.sort(key=lambda action: action.type not in kinds)


def told_to_model(sql: str, result: Result, masks: Masks) -> dict[str, Any]:
    """The first rows, masked; how many there are is told of all of them."""
    personal = personal_names(sql) if masks.masks else ()
    names = [column.name for column in result.columns]
    rows: list[list[Any]] = []
    room = TOLD_BYTES
    for row in result.rows[:TOLD_ROWS]:
        room -= len(row)
        if room < 0:
            break
        rows.append(masks.row(names, msgspec.json.decode(row, type=list[Any]), personal))
    return {
        "columns": [{"name": column.name, "type": column.type} for column in result.columns],
        "rows": rows,
        "row_count": len(result.rows),
        "rows_here": len(rows),
        "more_rows_than_counted": result.truncated,
    }


def tree_of(sql: str) -> str:
    """The same for texts that mean the same; what is no SQL is compared by its words."""
    try:
        return grammar.tree_hash(grammar.parse(sql))
    except Refused:
        return " ".join(sql.casefold().split())
