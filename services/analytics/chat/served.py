"""The chat as a served part, made of what it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
from attune.analytics.v1 import chat_pb2, chat_pb2_grpc
from redis.asyncio import Redis

from services.analytics.chat.answering import Answerer
from services.analytics.chat.conversations import Conversations
from services.analytics.chat.domain import Way
from services.analytics.chat.model.allowance import Allowance
from services.analytics.chat.model.domain import Bounds
from services.analytics.chat.model.material import Material
from services.analytics.chat.model.people import People
from services.analytics.chat.model.way import ModelWay
from services.analytics.chat.quality.marking import Marking
from services.analytics.chat.quality.recording import Recorder
from services.analytics.chat.quality.store import AnswerStore
from services.analytics.chat.runs.journal import Journal
from services.analytics.chat.runs.runs import Runs
from services.analytics.chat.service import ChatService
from services.analytics.chat.ways.certified import Certified
from services.analytics.chat.ways.pasted import Pasted
from services.analytics.chat.ways.understood import Grammar
from services.analytics.knowledge.search.asking import Search
from services.analytics.knowledge.search.store import TermStore
from services.analytics.queries.checking import CataloguesRead, Wall
from services.analytics.queries.running import Runner
from services.analytics.semantics.querying.calendars import Calendars
from services.analytics.settings import Settings
from services.common.clock import Clock
from services.common.db import Pool
from services.common.llm.model import Model
from services.common.server import Served
from services.common.service_tokens import ServiceTokens


@dataclass(frozen=True)
class Asking:
    """The model that writes SQL, what it may take, and the wall before what it writes."""

    model: Model
    bounds: Bounds
    wall: Wall


def bounds_of_chat(settings: Settings) -> Bounds:
    return Bounds(
        name=settings.chat_model,
        context_tokens=settings.chat_model_context_tokens,
        tokens=settings.chat_model_tokens,
        tool_calls=settings.chat_model_tool_calls,
        seconds=settings.chat_model_seconds,
        questions=settings.chat_model_questions_per_hour,
        tells_person=settings.chat_model_user_context,
        masks=settings.chat_model_mask_personal_data,
    )


@asynccontextmanager
async def chatting(
    pool: Pool,
    redis: Redis,
    catalogues: CataloguesRead,
    calendars: Calendars,
    runner: Runner,
    asking: Asking,
    activity: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> AsyncIterator[Served]:
    """The chat; its runs end with the block."""
    search = Search(TermStore(pool), now)
    grammar = Grammar(pool, catalogues, calendars, runner, now)
    ways: list[Way] = [Pasted(asking.wall), Certified(search), grammar]
    allowance = Allowance(redis, asking.bounds.questions, now)
    told = (Material(pool, catalogues, search), People(activity, tokens), calendars)
    model = ModelWay(asking.model, asking.bounds, allowance, *told, runner, asking.wall, now)
    answerer, conversations = Answerer(ways, model, runner, now), Conversations(activity, tokens)
    answers = AnswerStore(pool)
    recorder = Recorder(answers, Marking(answers, now), now)
    async with Runs(Journal(redis)).looking() as runs:
        yield Served(
            chat_pb2.DESCRIPTOR.services_by_name["ChatService"],
            chat_pb2_grpc.add_ChatServiceServicer_to_server,
            ChatService(answerer, runs, conversations, catalogues, recorder, now),
        )
