"""The gRPC face of what goes across all kinds of knowledge: translate, check, answer."""

from datetime import timedelta

from attune.analytics.v1 import knowledge_pb2 as pb
from attune.analytics.v1 import knowledge_pb2_grpc as pb_grpc
from attune.common.v1.json_pb2 import Json

from services.analytics.knowledge.lint.domain import Finding
from services.analytics.knowledge.lint.linting import Lint
from services.analytics.knowledge.search.asking import Relevant, Search
from services.analytics.knowledge.search.store import Scope
from services.analytics.knowledge.serving import may_see_restricted
from services.analytics.knowledge.versions.domain import KINDS
from services.common.caller import caller
from services.common.interceptors import Context

RESULTS = 10
UNUSED_DAYS = 90


class KnowledgeService(pb_grpc.KnowledgeServiceServicer):
    def __init__(self, search: Search, lint: Lint) -> None:
        self._search = search
        self._lint = lint

    async def QueryKnowledge(
        self, request: pb.QueryKnowledgeRequest, context: Context
    ) -> pb.QueryKnowledgeResponse:
        scope = Scope(
            kinds=request.kinds or KINDS,
            connection_id=request.connection_id,
            restricted=may_see_restricted(),
            limit=request.limit or RESULTS,
        )
        relevant = await self._search.ask(caller().organization_id, request.question, scope)
        return pb.QueryKnowledgeResponse(results=map(relevant_to_pb, relevant))

    async def LintKnowledge(
        self, request: pb.LintKnowledgeRequest, context: Context
    ) -> pb.LintKnowledgeResponse:
        days = timedelta(days=request.unused_days or UNUSED_DAYS)
        report = await self._lint.run(caller().organization_id, days)
        return pb.LintKnowledgeResponse(
            findings=map(finding_to_pb, report.findings), checked=report.checked
        )


def finding_to_pb(finding: Finding) -> pb.KnowledgeFinding:
    return pb.KnowledgeFinding(
        rule=finding.rule,
        severity=finding.severity,
        kind=finding.item.kind,
        item_id=str(finding.item.item_id),
        name=finding.item.name,
        message=finding.message,
        advice=finding.advice,
    )


def relevant_to_pb(relevant: Relevant) -> pb.RelevantItem:
    item = relevant.hit.item
    return pb.RelevantItem(
        id=str(item.item_id),
        kind=item.kind,
        name=item.name,
        connection_id=item.connection_id or None,
        category=item.category,
        tags=item.tags,
        version=item.version,
        updated_at=item.updated_at,
        content=Json(utf8=item.content.encode()),
        score=relevant.hit.score,
        why=relevant.why,
    )
