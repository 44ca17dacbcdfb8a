"""The RPC services of segments, each made of what it needs."""

from collections.abc import Iterator

import grpc
from attune.analytics.v1 import (
    segment_members_pb2,
    segment_members_pb2_grpc,
    segments_pb2,
    segments_pb2_grpc,
)

from services.analytics.queries.running import Runner
from services.analytics.queries.store import QueryStore
from services.analytics.segments.answers import Answers
from services.analytics.segments.finding import Finder
from services.analytics.segments.members.service import SegmentMembersService
from services.analytics.segments.saving import Saver
from services.analytics.segments.seeing import Segments
from services.analytics.segments.service import SegmentsService
from services.analytics.segments.store import SegmentStore
from services.analytics.segments.trying import Trial
from services.common.clock import Clock
from services.common.db import Pool
from services.common.server import Served
from services.common.service_tokens import ServiceTokens


def served_segments(
    pool: Pool,
    finder: Finder,
    runner: Runner,
    activity: grpc.aio.Channel,
    tokens: ServiceTokens,
    now: Clock,
) -> Iterator[Served]:
    store = SegmentStore(pool)
    segments = Segments(store, now)
    answers = Answers(QueryStore(pool), activity, tokens)
    trial = Trial(store, finder, runner)
    yield Served(
        segments_pb2.DESCRIPTOR.services_by_name["SegmentsService"],
        segments_pb2_grpc.add_SegmentsServiceServicer_to_server,
        SegmentsService(store, segments, Saver(store, finder, now), trial, answers, now),
    )
    yield Served(
        segment_members_pb2.DESCRIPTOR.services_by_name["SegmentMembersService"],
        segment_members_pb2_grpc.add_SegmentMembersServiceServicer_to_server,
        SegmentMembersService(store, segments, now),
    )
