"""The gRPC face of the editor's help: check, explain, complete, improve, answer."""

from attune.analytics.v1 import query_editor_pb2 as pb
from attune.analytics.v1 import query_editor_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.editor.advice import advice
from services.analytics.editor.completing import complete
from services.analytics.editor.improving.improver import Improver, Proposal, Wish
from services.analytics.editor.store import NameStore
from services.analytics.editor.validating import Validator
from services.analytics.execution.executor import Executor
from services.analytics.execution.failures import Rejected
from services.analytics.queries.checking import CataloguesRead, Wall, catalogue_of
from services.analytics.queries.domain import EVENTS
from services.analytics.queries.service import column_to_pb
from services.common.caller import caller
from services.common.interceptors import Context

PROPOSALS = 30


class QueryEditorService(pb_grpc.QueryEditorServiceServicer):
    def __init__(
        self,
        wall: Wall,
        executor: Executor,
        catalogues: CataloguesRead,
        names: NameStore,
        improver: Improver,
    ) -> None:
        self._wall = wall
        self._executor = executor
        self._catalogues = catalogues
        self._names = names
        self._validator = Validator(wall, executor)
        self._improver = improver

    async def ValidateQuery(
        self, request: pb.ValidateQueryRequest, context: Context
    ) -> pb.ValidateQueryResponse:
        place = (caller().organization_id, request.connection_id or EVENTS)
        found = await self._validator.validate(*place, request.sql)
        return pb.ValidateQueryResponse(
            valid=found.valid,
            verdict=found.verdict,
            message=found.message,
            position=found.position,
            relations=found.relations,
            columns=map(column_to_pb, found.columns),
        )

    async def ExplainQuery(
        self, request: pb.ExplainQueryRequest, context: Context
    ) -> pb.ExplainQueryResponse:
        place = (caller().organization_id, request.connection_id or EVENTS)
        approved = await self._wall.approved(*place, request.sql)
        catalogue = await catalogue_of(self._catalogues, *place)
        try:
            plan = await self._executor.explain(*place, approved.sql)
        except Rejected as error:
            raise error.written(approved.sql, request.sql) from error
        return pb.ExplainQueryResponse(
            plan=Json(utf8=plan.document.encode()),
            cost=plan.cost,
            row_count=plan.rows,
            columns=map(column_to_pb, plan.columns),
            advice=[pb.Advice(**vars(one)) for one in advice(plan, catalogue)],
        )

    async def CompleteQuery(
        self, request: pb.CompleteQueryRequest, context: Context
    ) -> pb.CompleteQueryResponse:
        place = (caller().organization_id, request.connection_id or EVENTS)
        catalogue = await catalogue_of(self._catalogues, *place)
        position = request.position if request.HasField("position") else len(request.sql)
        limit = request.limit or PROPOSALS
        words = await self._names.words(*place)
        start, items = complete(request.sql, position, catalogue, words, limit)
        return pb.CompleteQueryResponse(
            start=start,
            items=[pb.Completion(text=i.text, kind=i.kind, detail=i.detail) for i in items],
        )

    async def ImproveQuery(
        self, request: pb.ImproveQueryRequest, context: Context
    ) -> pb.ImproveQueryResponse:
        who, connection_id = caller(), request.connection_id or EVENTS
        wish = Wish(who.organization_id, who.subject, connection_id, request.sql, request.goal)
        found = await self._improver.improved(wish)
        plan = found.now.plan
        return pb.ImproveQueryResponse(
            valid=found.now.valid,
            message=found.now.message,
            position=found.now.position,
            cost=plan.cost if plan else None,
            row_count=plan.rows if plan else None,
            advice=[pb.Advice(**vars(one)) for one in found.advice],
            proposals=map(proposal_to_pb, found.proposals),
            degraded_reason=found.degraded_reason,
        )


def proposal_to_pb(proposal: Proposal) -> pb.QueryProposal:
    return pb.QueryProposal(
        sql=proposal.sql,
        reason=proposal.reason,
        cost=proposal.plan.cost,
        row_count=proposal.plan.rows,
        columns=map(column_to_pb, proposal.plan.columns),
    )
