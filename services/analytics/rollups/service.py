"""The gRPC face of rollups: translate, check, read, answer."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from attune.analytics.v1 import rollups_pb2 as pb
from attune.analytics.v1 import rollups_pb2_grpc as pb_grpc

from services.analytics.rollups.counting import SQL
from services.analytics.rollups.domain import (
    DAY,
    EARLIEST,
    LATEST,
    LEAST_KEPT,
    MOST_POINTS,
    next_period,
    people_of,
    periods,
)
from services.common.caller import caller
from services.common.db import Pool
from services.common.errors import InvalidFields, Violation
from services.common.interceptors import Context
from services.common.moments import moment, timestamp_of

Point = pb.GetEventSeriesResponse.Point


class RollupsService(pb_grpc.RollupsServiceServicer):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def GetEventSeries(
        self, request: pb.GetEventSeriesRequest, context: Context
    ) -> pb.GetEventSeriesResponse:
        organization_id, granularity = caller().organization_id, request.granularity or DAY
        zone = zone_of(request.time_zone or "UTC")
        starts = starts_of(request, granularity, zone)
        ends = [*starts[1:], next_period(starts[-1], granularity, zone)]
        args = (request.event, starts, ends, request.source, LEAST_KEPT)
        pending = await self._pool.fetchval(SQL["is_pending"], organization_id, request.event)
        rows = await self._pool.fetch(SQL["read_series"], organization_id, *args)
        counted = {row["start"]: row for row in rows}
        return pb.GetEventSeriesResponse(
            event=request.event,
            granularity=granularity,
            time_zone=zone.key,
            points=[point_of(start, counted.get(start)) for start in starts],
            pending=pending,
        )


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. Raises InvalidFields."""
    if name not in available_timezones():
        raise InvalidFields(Violation("time_zone", "must be an IANA name such as Europe/Berlin"))
    return ZoneInfo(name)


def starts_of(
    request: pb.GetEventSeriesRequest, granularity: str, zone: ZoneInfo
) -> list[datetime]:
    """The beginnings of the points. Raises InvalidFields."""
    start, end = moment(request, "start_time"), moment(request, "end_time")
    for name, when in (("start_time", start), ("end_time", end)):
        if when is None or not EARLIEST <= when <= LATEST:
            raise InvalidFields(Violation(name, "must lie between 1970 and 2200"))
    assert start and end  # noqa: PT018
    if not start < end:
        raise InvalidFields(Violation("end_time", "must be after start_time"))
    starts = [*islice(periods(start, end, granularity, zone), MOST_POINTS + 1)]
    if len(starts) > MOST_POINTS:
        problem = f"the series has more than {MOST_POINTS} points; ask for less, or coarser"
        raise InvalidFields(Violation("end_time", problem))
    return starts


def point_of(start: datetime, row: object) -> Point:
    if row is None:
        return Point(start=timestamp_of(start), users_exact=True)
    users, exact = people_of(row["people"] or ())  # type: ignore[index]
    counted = row["events"]  # type: ignore[index]
    return Point(start=timestamp_of(start), events=counted, users=users, users_exact=exact)
