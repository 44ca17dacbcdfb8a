"""What charts on dashboards showed last, in Redis: seen at once, while they are read anew."""

from datetime import UTC, timedelta
from typing import Any

import structlog
from attune.analytics.v1 import charts_pb2 as pb
from google.protobuf.message import DecodeError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.analytics.charts.domain import KeptChart
from services.analytics.queries.domain import version_at
from services.common.caller import Caller
from services.common.clock import Clock

log = structlog.get_logger(__name__)

# Who looks in the morning sees the evening before.
KEPT = timedelta(hours=24)
# What is larger takes its time anyway.
MOST_BYTES = 256 * 1024


class Remembered:
    """Redis is speed and never the truth: without it nothing is remembered."""

    def __init__(self, redis: Redis, now: Clock) -> None:
        self._redis = redis
        self._now = now

    async def get(self, who: Caller, chart: KeptChart) -> pb.DrawnChart | None:
        """What people of the caller's role saw; None where what comes now is as quick."""
        try:
            found: Any = await self._redis.get(name_of(who, chart))
            drawn = pb.DrawnChart.FromString(found) if found else None
        except (RedisError, OSError, DecodeError) as err:
            log.debug("nothing is remembered", error=str(err))
            return None
        if drawn is None:
            return None
        as_of = drawn.metadata.as_of.ToDatetime(UTC)
        return None if version_at(as_of) == version_at(self._now()) else drawn

    async def put(self, who: Caller, chart: KeptChart, drawn: pb.DrawnChart) -> None:
        """Rows that came with the chart are there anyway."""
        if not drawn.HasField("metadata") or drawn.ByteSize() > MOST_BYTES:
            return
        try:
            await self._redis.set(name_of(who, chart), drawn.SerializeToString(), ex=KEPT)
        except (RedisError, OSError) as err:
            log.debug("not remembered", error=str(err))

    async def drop(self, who: Caller, chart: KeptChart) -> None:
        try:
            await self._redis.delete(name_of(who, chart))
        except (RedisError, OSError) as err:
            log.debug("still remembered", error=str(err))


def name_of(who: Caller, chart: KeptChart) -> str:
    """Rows are masked by role; a chart that was changed is another one."""
    place = f"attune:dashboards:{{{who.organization_id}}}"
    return f"{place}:chart:{chart.id}:{chart.version}:{who.role}"
