"""The gRPC face of insights: compile, run as any other statement, answer with the receipt."""

from dataclasses import replace
from typing import Any

import msgspec
from attune.analytics.v1 import insights_pb2 as pb
from attune.analytics.v1 import insights_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json
from msgspec import Raw

from services.analytics.execution.domain import ROWS
from services.analytics.insights.compiling import Insights
from services.analytics.insights.domain import Plan
from services.analytics.insights.wire import did_not_do_of, funnel_of, retention_of, trend_of
from services.analytics.queries.domain import EVENTS, Asked
from services.analytics.queries.running import Answer, Runner
from services.analytics.semantics.compiler import Compiled
from services.analytics.semantics.querying.service import figures_of, receipt_of
from services.common.caller import caller
from services.common.interceptors import Context
from services.common.pages import filters_hash, page_token, position_of

PAGE = 100

Request = (
    pb.QueryTrendRequest
    | pb.QueryFunnelRequest
    | pb.QueryRetentionRequest
    | pb.QueryDidNotDoRequest
)


class InsightsService(pb_grpc.InsightsServiceServicer):
    def __init__(self, insights: Insights, runner: Runner) -> None:
        self._insights = insights
        self._runner = runner

    async def QueryTrend(
        self, request: pb.QueryTrendRequest, context: Context
    ) -> pb.QueryTrendResponse:
        return pb.QueryTrendResponse(**told(*await self._run(trend_of(request), request)))

    async def QueryFunnel(
        self, request: pb.QueryFunnelRequest, context: Context
    ) -> pb.QueryFunnelResponse:
        return pb.QueryFunnelResponse(**told(*await self._run(funnel_of(request), request)))

    async def QueryRetention(
        self, request: pb.QueryRetentionRequest, context: Context
    ) -> pb.QueryRetentionResponse:
        return pb.QueryRetentionResponse(**told(*await self._run(retention_of(request), request)))

    async def QueryDidNotDo(
        self, request: pb.QueryDidNotDoRequest, context: Context
    ) -> pb.QueryDidNotDoResponse:
        plan, after = did_not_do_of(request), ""
        size = request.page_size if request.HasField("page_size") else PAGE
        bound = filters_hash(plan, request.time_zone)
        if request.page_token:
            [after] = position_of(request.page_token, bound, tuple[str])
        page = replace(plan, limit=size + 1, after=after)
        compiled, answer = await self._run(page, request)
        people, rows = parted(answer)
        shown = rows[:size]
        figures = told(compiled, answer) | {
            "rows": Json(utf8=msgspec.json.encode(shown)),
            "row_count": len(shown),
        }
        del figures["columns"][0]  # how many people there are, which each row has
        more = page_token(bound, (msgspec.json.decode(shown[-1][0]),)) if rows[size:] else ""
        return pb.QueryDidNotDoResponse(**figures, people=people, next_page_token=more)

    async def _run(self, plan: Plan, request: Request) -> tuple[Compiled, Answer]:
        who = caller()
        compiled = await self._insights.compiled(who.organization_id, plan, request.time_zone)
        asked = Asked(compiled.sql, EVENTS, rows=ROWS, no_cache=request.no_cache)
        return compiled, await self._runner.run(who, asked)


def told(compiled: Compiled, answer: Answer) -> dict[str, Any]:
    """What all answers have."""
    receipt = receipt_of(compiled)
    del receipt["previous_start"]
    return receipt | figures_of(answer)


def parted(answer: Answer) -> tuple[int, list[list[Raw]]]:
    """How many people there are, and each person's row without that."""
    rows = [msgspec.json.decode(row, type=list[Raw]) for row in answer.result.rows]
    people = msgspec.json.decode(rows[0][0], type=int)
    return people, [row[1:] for row in rows if bytes(row[1]) != b"null"]
