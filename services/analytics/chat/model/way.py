"""The way `sql`: where no definition answers a question, a model writes the statement.

The model adds and is never needed: whatever goes wrong with it, what was found without it is told.
"""

import asyncio
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.analytics.chat import parts
from services.analytics.chat.domain import Question
from services.analytics.chat.model.allowance import Allowance
from services.analytics.chat.model.domain import Bounds, Came, Stuck
from services.analytics.chat.model.grounds import asked_back, borne_out
from services.analytics.chat.model.material import Known, Material, pieces_of
from services.analytics.chat.model.people import People
from services.analytics.chat.model.prompt import SYSTEM, fitting, messages_of, tokens_of
from services.analytics.chat.model.statements import Statements
from services.analytics.chat.model.talk import Talk
from services.analytics.chat.model.toolbox import Toolbox
from services.analytics.chat.model.tools import offered
from services.analytics.chat.runs.runs import Tell
from services.analytics.masking import Masks
from services.analytics.queries.checking import Wall
from services.analytics.queries.domain import EVENTS
from services.analytics.queries.running import Runner
from services.analytics.semantics.querying.calendars import Calendars
from services.common.clock import Clock
from services.common.llm.failures import DegradedReason, ModelFailure
from services.common.llm.ledger import Asker
from services.common.llm.model import Model

PURPOSE = "chat"
STORED = (
    "store.events has one row an event: event is its name, user_id who did it, time when. Its own"
    " values are in properties, a jsonb: properties->>'country', (properties->>'amount')::numeric."
)


class ModelWay:
    def __init__(
        self,
        model: Model,
        bounds: Bounds,
        allowance: Allowance,
        material: Material,
        people: People,
        calendars: Calendars,
        runner: Runner,
        wall: Wall,
        now: Clock,
    ) -> None:
        self._model = model
        self._bounds = bounds
        self._allowance = allowance
        self._material = material
        self._people = people
        self._calendars = calendars
        self._runner = runner
        self._wall = wall
        self._now = now

    async def answer(self, question: Question, tell: Tell) -> Came:
        """What came of asking a model; the statements that it ran, and their rows, are told."""
        if not self._bounds.name:
            return Came()
        came = Came()
        try:
            await self._admitted(question)
            came.model = self._bounds.name
            async with asyncio.timeout(self._bounds.seconds):
                await self._talk(question, came, tell)
        except ModelFailure as failure:
            came.degraded = failure.reason
        except TimeoutError:
            came.degraded = DegradedReason.TIMEOUT
        except Stuck as stuck:
            came.stuck = stuck
        return came

    async def _admitted(self, question: Question) -> None:
        """Raises ModelFailure where none would be asked: nothing is read or counted for it."""
        if not self._model.has_key:
            raise ModelFailure(DegradedReason.NO_KEY)
        if reason := self._model.refusal(PURPOSE, self._bounds.name):
            raise ModelFailure(reason, left_alone=True)
        if not await self._allowance.take(question.who):
            raise ModelFailure(DegradedReason.USER_LIMIT)

    async def _talk(self, question: Question, came: Came, tell: Tell) -> None:
        """Raises ModelFailure and Stuck."""
        await tell(parts.status_part("Asking a model"))
        masks = Masks(self._bounds.masks)
        calendar = await self._calendars.of(question.who.organization_id)
        known = await self._material.known(question)
        begin = (question, calendar.zone, came, masks)
        statements = Statements(*begin, self._runner, self._wall, tell, self._now)
        tools = offered(question.who)
        box = Toolbox(question, known, tools, self._material, statements, masks, came, tell)
        who = question.who
        asker = Asker(organization_id=who.organization_id, user_id=who.subject, purpose=PURPOSE)
        messages = await self._messages(question, known, calendar.zone, came, masks)
        text = await Talk(self._model, asker, self._bounds, box, came.tally).last_words(messages)
        await self._heard(text, question, calendar.zone, came, masks)

    async def _messages(
        self, question: Question, known: Known, zone: str, came: Came, masks: Masks
    ) -> list[dict[str, Any]]:
        """The beginning of the talk, within the bound; what of the person is in it is noted."""
        found = await self._material.found(question, question.text)
        person = await self._people.told_of(question.who) if self._bounds.tells_person else {}
        about = about_of(question, zone, self._now())
        room = self._bounds.context_tokens - tokens_of(SYSTEM, about, question.text)
        pieces = pieces_of(question, known, found, person, masks)
        # In a thread: thousands of values are looked through for personal data.
        material = await asyncio.to_thread(fitting, pieces, room)
        came.context = [name for piece in material.get("asker", ()) for name in piece]
        return messages_of(question.text, about, material)

    async def _heard(
        self, text: str, question: Question, zone: str, came: Came, masks: Masks
    ) -> None:
        """Keep of the model's words what the rows bear out; without rows, what it asks."""
        said = masks.told(text).strip()
        if not came.ran:
            came.asks = await asked_back(said, self._now())
            return
        checked = await borne_out(said, came.ran, question, zone, self._now())
        came.text = checked.text
        came.tally.dropped += len(checked.dropped)


def about_of(question: Question, zone: str, now: datetime) -> dict[str, Any]:
    """What goes with each question."""
    told: dict[str, Any] = {
        "now": now.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes"),
        "time_zone_of_statements": zone,
        "connection": question.connection_id,
    }
    if question.connection_id == EVENTS:
        told["how_events_are_stored"] = STORED
    return told
