"""Entries and questions as tests make them."""

from typing import Any

from attune.analytics.v1 import entries_pb2, knowledge_pb2, questions_pb2

from tests.suite import Suite


async def write(
    suite: Suite, title: str, content: str = "So.", *, by: Any = None, **fields: Any
) -> entries_pb2.KnowledgeEntry:
    entry = entries_pb2.KnowledgeEntry(title=title, content=content, **fields)
    request = entries_pb2.CreateKnowledgeEntryRequest(entry=entry)
    made: entries_pb2.KnowledgeEntry = await suite.entries.CreateKnowledgeEntry(
        request, metadata=by or suite.as_()
    )
    return made


async def ask(
    suite: Suite, question: str, sql: str = "SELECT 1", *, by: Any = None, **fields: Any
) -> questions_pb2.CertifiedQuestion:
    told = questions_pb2.CertifiedQuestion(question=question, sql=sql, **fields)
    request = questions_pb2.CreateCertifiedQuestionRequest(question=told)
    made: questions_pb2.CertifiedQuestion = await suite.questions.CreateCertifiedQuestion(
        request, metadata=by or suite.as_()
    )
    return made


async def approve(
    suite: Suite, one: questions_pb2.CertifiedQuestion, *, by: Any = None
) -> questions_pb2.CertifiedQuestion:
    request = questions_pb2.ApproveQuestionRequest(question_id=one.id, version=one.version)
    done: questions_pb2.CertifiedQuestion = await suite.questions.ApproveQuestion(
        request, metadata=by or suite.as_("bob")
    )
    return done


async def search(
    suite: Suite, question: str, *, by: Any = None, **more: Any
) -> list[knowledge_pb2.RelevantItem]:
    request = knowledge_pb2.QueryKnowledgeRequest(question=question, **more)
    answer = await suite.knowledge.QueryKnowledge(request, metadata=by or suite.as_())
    return list(answer.results)
