"""The chat as a served part, made of what it needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from attune.analytics.v1 import chat_pb2, chat_pb2_grpc
from redis.asyncio import Redis

from services.analytics.chat.answering import Answerer
from services.analytics.chat.conversations import Conversations
from services.analytics.chat.domain import Way
from services.analytics.chat.runs.journal import Journal
from services.analytics.chat.runs.runs import Runs
from services.analytics.chat.service import ChatService
from services.analytics.chat.ways.certified import Certified
from services.analytics.chat.ways.understood import Grammar
from services.analytics.knowledge.search.asking import Search
from services.analytics.knowledge.search.store import TermStore
from services.analytics.queries.checking import CataloguesRead
from services.analytics.queries.running import Runner
from services.analytics.semantics.querying.calendars import Calendars
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served
from services.common.service_tokens import ServiceTokens


@asynccontextmanager
async def chatting(
    pool: Pool,
    redis: Redis,
    catalogues: CataloguesRead,
    calendars: Calendars,
    runner: Runner,
    activity: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> AsyncIterator[Served]:
    """The chat; its runs end with the block."""
    ways: list[Way] = [
        Certified(Search(TermStore(pool), now)),
        Grammar(pool, catalogues, calendars, runner, now),
    ]
    async with Runs(Journal(redis)).looking() as runs:
        yield Served(
            chat_pb2.DESCRIPTOR.services_by_name["ChatService"],
            chat_pb2_grpc.add_ChatServiceServicer_to_server,
            ChatService(
                Answerer(ways, runner, now),
                runs,
                Conversations(activity, tokens),
                catalogues,
                now,
            ),
        )
