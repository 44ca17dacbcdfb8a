"""The gRPC face of queries: translate, check, store, answer."""

from asyncio import to_thread
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias
from uuid import UUID

from attune.analytics.v1 import queries_pb2 as pb
from attune.analytics.v1 import queries_pb2_grpc as pb_grpc
from attune.analytics.v1.metrics_pb2 import CompileMetricsRequest
from attune.common.v1.json_pb2 import Json
from google.api.httpbody_pb2 import HttpBody

from services.analytics.execution.domain import ROWS, ResultColumn
from services.analytics.exports.files import FILES, written
from services.analytics.queries.cancelling import Running
from services.analytics.queries.domain import EVENTS, Asked, Filters, Record, rows_json
from services.analytics.queries.running import EXPORTED_ROWS, Answer, Runner, Streamed
from services.analytics.queries.store import QueryStore
from services.analytics.results.arranging import arranged
from services.analytics.results.cache import Page, ResultCache, page_of
from services.analytics.semantics.querying.asking import rows_of
from services.common.caller import caller
from services.common.clock import Clock
from services.common.downloads import download
from services.common.errors import FailedPrecondition, InvalidFields, NotFound, Violation
from services.common.ids import uuid_of
from services.common.interceptors import Context
from services.common.moments import moment
from services.common.pages import filters_hash, page_token, position_of

QUERIES, RESULTS, DAYS = 50, 100, 7


RunRequest: TypeAlias = pb.RunQueryRequest | pb.StreamQueryRequest | pb.ExportQueryRequest


class Compiled(Protocol):
    @property
    def sql(self) -> str: ...


class MetricCompiler(Protocol):
    """Knows what the organization measures."""

    async def compiled(self, organization_id: str, asked: CompileMetricsRequest) -> Compiled:
        """The statement of a metric query. Raises InvalidFields, NotFound, Unavailable."""


class QueriesService(pb_grpc.QueriesServiceServicer):
    def __init__(
        self,
        runner: Runner,
        metrics: MetricCompiler,
        running: Running,
        store: QueryStore,
        cache: ResultCache,
        now: Clock,
    ) -> None:
        self._runner = runner
        self._metrics = metrics
        self._running = running
        self._store = store
        self._cache = cache
        self._now = now

    async def RunQuery(self, request: pb.RunQueryRequest, context: Context) -> pb.RunQueryResponse:
        asked = replace(await self._asked(request), no_cache=request.no_cache)
        return answer_to_pb(await self._runner.run(caller(), asked))

    async def StreamQuery(
        self, request: pb.StreamQueryRequest, context: Context
    ) -> AsyncIterator[pb.StreamQueryResponse]:
        as_of = self._now()
        async with self._runner.streaming(caller(), await self._asked(request)) as streamed:
            columns = map(column_to_pb, streamed.columns)
            yield pb.StreamQueryResponse(query_id=str(streamed.id), columns=columns)
            async for batch in streamed.batches():
                yield pb.StreamQueryResponse(rows=Json(utf8=rows_json(batch)))
        yield pb.StreamQueryResponse(metadata=stream_metadata(streamed, as_of))

    async def ListQueries(
        self, request: pb.ListQueriesRequest, context: Context
    ) -> pb.ListQueriesResponse:
        who, limit, before = caller(), request.page_size or QUERIES, None
        wanted = filters_of(request, "" if who.may_read_others else who.subject)
        told = filters_hash("queries", *vars(wanted).values())
        if request.page_token:
            [before] = position_of(request.page_token, told, tuple[UUID])
        found = await self._store.page(who.organization_id, wanted, before, limit)
        page, more = found[:limit], len(found) > limit
        return pb.ListQueriesResponse(
            queries=map(record_to_pb, page),
            next_page_token=page_token(told, (page[-1].id,)) if more else None,
        )

    async def GetQuery(self, request: pb.GetQueryRequest, context: Context) -> pb.Query:
        return record_to_pb(await self._record(request.query_id))

    async def GetQueryResults(
        self, request: pb.GetQueryResultsRequest, context: Context
    ) -> pb.GetQueryResultsResponse:
        record, size, start = await self._record(request.query_id), request.page_size or RESULTS, 0
        told = filters_hash("results", request.query_id, request.order_by, request.text)
        if request.page_token:
            [start] = position_of(request.page_token, told, tuple[int])
        page = None
        if record.result_id is not None and 0 <= start <= ROWS:
            page = await self._page(request, record.result_id, start, size)
        if page is None:
            raise FailedPrecondition("the result is not kept: run the query anew")
        after = start + len(page.rows)
        return pb.GetQueryResultsResponse(
            columns=map(column_to_pb, page.head.columns),
            rows=Json(utf8=rows_json(page.rows)),
            row_count=page.head.row_count,
            as_of=page.head.as_of,
            next_page_token=page_token(told, (after,)) if after < page.head.row_count else None,
        )

    async def _page(
        self, request: pb.GetQueryResultsRequest, result_id: UUID, start: int, size: int
    ) -> Page | None:
        """Raises InvalidFields where it is to be sorted by what is no column."""
        organization_id = caller().organization_id
        if not request.order_by and not request.text:
            return await self._cache.page(organization_id, result_id, start, size)
        result = await self._cache.result(organization_id, result_id)
        if result is None:
            return None
        told = (result.columns, result.rows, request.order_by, request.text)
        try:
            rows = await to_thread(arranged, *told)
        except LookupError:
            names = ", ".join(column.name for column in result.columns[:20])
            violation = Violation("order_by", f"is no column: there are {names}")
            raise InvalidFields(violation) from None
        return page_of(result, rows, start, size)

    async def CancelQuery(self, request: pb.CancelQueryRequest, context: Context) -> pb.Query:
        record = await self._record(request.query_id)
        await self._running.cancel((caller().organization_id, record.id))
        return record_to_pb(await self._record(request.query_id))

    async def GetQueryStats(
        self, request: pb.GetQueryStatsRequest, context: Context
    ) -> pb.GetQueryStatsResponse:
        who, by = caller(), request.by or "connection"
        since = self._now() - timedelta(days=request.days or DAYS)
        user = request.user_id or ("" if who.may_read_others else who.subject)
        place = (who.organization_id, since, user)
        total = await self._store.figures(*place, by="")
        return pb.GetQueryStatsResponse(
            since=since,
            total=pb.QueryFigures(**vars(total[0])) if total else pb.QueryFigures(),
            by=by,
            groups=[pb.QueryFigures(**vars(f)) for f in await self._store.figures(*place, by=by)],
            slowest=map(record_to_pb, await self._store.slowest(*place)),
        )

    async def ExportQuery(
        self, request: pb.ExportQueryRequest, context: Context
    ) -> AsyncIterator[HttpBody]:
        kind = FILES[request.format or "csv"]
        asked = replace(await self._asked(request, EXPORTED_ROWS), exported_as=kind.suffix)
        name = f"{request.name.strip() or 'query'}.{kind.suffix}"
        async with self._runner.streaming(caller(), asked) as streamed:
            file = kind(streamed.columns)
            async for part in download(kind.content_type, name, written(file, streamed.batches())):
                yield part

    async def _asked(self, request: RunRequest, most: int = ROWS) -> Asked:
        """The statement, as it was written or as the metrics compile. Raises InvalidFields."""
        sql, connection_id, rows = request.sql, request.connection_id, request.limit or most
        if request.HasField("metric_query"):
            if sql or connection_id:
                problem = "says all by itself: leave out sql and connection_id"
                raise InvalidFields(Violation("metric_query", problem))
            wanted = request.metric_query
            compiled = await self._metrics.compiled(caller().organization_id, wanted)
            sql, connection_id = compiled.sql, wanted.connection_id
            rows = min(rows, rows_of(wanted))
        if not sql:
            raise InvalidFields(Violation("sql", "is needed, or a metric_query"))
        return Asked(
            sql=sql,
            connection_id=connection_id or EVENTS,
            rows=rows,
            time_zone=request.time_zone or "UTC",
        )

    async def _record(self, query_id: str) -> Record:
        """One that the caller may see. Raises NotFound."""
        who, known = caller(), uuid_of(query_id)
        found = await self._store.get(who.organization_id, known) if known else None
        if found is None or not (who.may_read_others or found.user_id == who.subject):
            raise NotFound(f"no query {query_id!r} of yours")
        return found


def filters_of(request: pb.ListQueriesRequest, of_user: str) -> Filters:
    return Filters(
        user_id=request.user_id or of_user,
        status=request.status or None,
        connection_id=request.connection_id,
        text=request.text,
        since=moment(request, "since"),
        until=moment(request, "until"),
    )


def answer_to_pb(answer: Answer) -> pb.RunQueryResponse:
    result = answer.result
    return pb.RunQueryResponse(
        columns=map(column_to_pb, result.columns),
        rows=Json(utf8=rows_json(result.rows)),
        metadata=pb.QueryMetadata(
            query_id=str(answer.query_id),
            row_count=len(result.rows),
            execution_time_ms=answer.milliseconds,
            truncated=result.truncated,
            cached=answer.cached,
            as_of=result.as_of,
        ),
    )


def stream_metadata(streamed: Streamed, as_of: datetime) -> pb.QueryMetadata:
    return pb.QueryMetadata(
        query_id=str(streamed.id),
        row_count=streamed.rows.count,
        execution_time_ms=streamed.milliseconds,
        truncated=streamed.rows.truncated,
        as_of=as_of,
    )


def column_to_pb(column: ResultColumn) -> pb.ResultColumn:
    return pb.ResultColumn(name=column.name, type=column.type)


def record_to_pb(record: Record) -> pb.Query:
    fields = {
        **vars(record),
        "id": str(record.id),
        "result": Json(utf8=record.result.encode()) if record.result else None,
    }
    del fields["result_id"]
    return pb.Query(**fields)
