"""Certified questions over gRPC: who vouches for what, and for how long."""

from typing import Any

import pytest
from attune.analytics.v1 import knowledge_items_pb2
from attune.analytics.v1 import questions_pb2 as pb

from services.analytics.knowledge.questions.domain import changed, question_of
from tests.analytics.knowledge.defining import refused
from tests.analytics.knowledge.writing import approve, ask
from tests.suite import Servers, Suite, reason_of, running_suite, violations_of

ASKED = "How many people bought last week?"


async def update(
    suite: Suite, one: pb.CertifiedQuestion, *, by: Any = None, **fields: Any
) -> pb.CertifiedQuestion:
    told = pb.CertifiedQuestion(**fields)
    request = pb.UpdateCertifiedQuestionRequest(question_id=one.id, question=told)
    request.update_mask.paths.extend(fields)
    done: pb.CertifiedQuestion = await suite.questions.UpdateCertifiedQuestion(
        request, metadata=by or suite.as_()
    )
    return done


async def revoke(suite: Suite, one: pb.CertifiedQuestion) -> pb.CertifiedQuestion:
    request = pb.RevokeQuestionRequest(question_id=one.id, version=one.version, note="Wrong")
    done: pb.CertifiedQuestion = await suite.questions.RevokeQuestion(
        request, metadata=suite.as_("carl")
    )
    return done


async def listed(suite: Suite, role: str) -> list[str]:
    request = pb.ListCertifiedQuestionsRequest()
    page = await suite.questions.ListCertifiedQuestions(request, metadata=suite.as_("vic", role))
    return [each.question for each in page.questions]


async def test_a_question_is_a_draft_of_who_made_it(suite: Suite) -> None:
    made = await ask(suite, ASKED, "SELECT count(*) FROM events", category="commerce")
    assert (made.question, made.sql) == (ASKED, "SELECT count(*) FROM events")
    assert (made.connection_id, made.owner, made.author) == ("events", "ann", "ann")
    assert (made.status, made.HasField("decided_by")) == ("draft", False)


async def test_who_wrote_it_cannot_approve_it(suite: Suite) -> None:
    made = await ask(suite, ASKED)
    err = await refused(approve(suite, made, by=suite.as_("ann")))
    assert reason_of(err) == "FAILED_PRECONDITION"
    done = await approve(suite, made)
    assert (done.status, done.decided_by, done.author) == ("approved", "bob", "ann")
    assert reason_of(await refused(approve(suite, done))) == "FAILED_PRECONDITION"


async def test_where_the_installation_says_so_one_person_is_enough(
    servers: Servers, database: str
) -> None:
    told = {"knowledge_approval_by_another": False}
    async with running_suite(servers, database, of_analytics=told) as suite:
        made = await ask(suite, ASKED)
        assert (await approve(suite, made, by=suite.as_("ann"))).status == "approved"


@pytest.mark.parametrize("field", ["sql", "question"])
async def test_a_changed_question_is_not_approved_any_more(suite: Suite, field: str) -> None:
    done = await approve(suite, await ask(suite, ASKED))
    new = await update(suite, done, by=suite.as_("bob"), **{field: "SELECT 2"})
    assert (new.status, new.author, new.HasField("decided_by")) == ("draft", "bob", False)
    assert reason_of(await refused(approve(suite, new))) == "FAILED_PRECONDITION"
    back = await update(suite, new, question=ASKED, sql="SELECT 1")
    assert back.status == "draft"


async def test_what_else_is_changed_leaves_it_approved(suite: Suite) -> None:
    done = await approve(suite, await ask(suite, ASKED))
    assert (await update(suite, done, category="commerce", tags=["a"])).status == "approved"


async def test_an_approval_is_of_the_version_that_was_read(suite: Suite) -> None:
    made = await ask(suite, ASKED)
    await update(suite, made, sql="SELECT 2")
    assert reason_of(await refused(approve(suite, made))) == "VERSION_CONFLICT"


async def test_a_revoked_approval_does_not_come_back_with_a_version(suite: Suite) -> None:
    done = await approve(suite, await ask(suite, ASKED))
    gone = await revoke(suite, done)
    assert (gone.status, gone.decided_by) == ("revoked", "carl")
    assert reason_of(await refused(revoke(suite, gone))) == "FAILED_PRECONDITION"
    request = knowledge_items_pb2.RestoreItemRequest(item_id=done.id, version=done.version)
    await suite.knowledge_items.RestoreItem(request, metadata=suite.as_())
    read = pb.GetCertifiedQuestionRequest(question_id=done.id)
    now = await suite.questions.GetCertifiedQuestion(read, metadata=suite.as_())
    assert now.status == "draft"


async def test_viewers_see_what_is_approved(suite: Suite) -> None:
    made = await ask(suite, ASKED)
    viewer = suite.as_("vic", "viewer")
    read = pb.GetCertifiedQuestionRequest(question_id=made.id)
    call = suite.questions.GetCertifiedQuestion
    assert reason_of(await refused(call(read, metadata=viewer))) == "NOT_FOUND"
    versions = knowledge_items_pb2.ListItemVersionsRequest(item_id=made.id)
    history = suite.knowledge_items.ListItemVersions(versions, metadata=viewer)
    assert reason_of(await refused(history)) == "NOT_FOUND"
    assert (await listed(suite, "viewer"), await listed(suite, "analyst")) == ([], [ASKED])
    done = await approve(suite, made)
    assert await call(read, metadata=viewer) == done
    assert await listed(suite, "viewer") == [ASKED]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DELETE FROM events", "only queries"),
        ("SELECT 1; SELECT 2", "One statement"),
        ("SELECT pg_sleep(9)", "pg_sleep"),
        ("SELECT $1", "Write values in place of $1"),
        ("SELECT nothing FROM events", 'column "nothing" does not exist'),
        ("SELECT 1 FROM nowhere", "nowhere"),
        ("SELEC", "syntax"),
    ],
)
async def test_sql_that_may_not_run_is_refused(suite: Suite, sql: str, told: str) -> None:
    assert told in violations_of(await refused(ask(suite, ASKED, sql)))["sql"]
    made = await ask(suite, ASKED)
    assert told in violations_of(await refused(update(suite, made, sql=sql)))["sql"]


async def test_a_question_stays_with_its_connection(suite: Suite) -> None:
    assert "connection_id" in violations_of(await refused(ask(suite, ASKED, connection_id="x")))
    made = await ask(suite, ASKED)
    err = await refused(update(suite, made, connection_id="other"))
    assert "connection_id" in violations_of(err)


def test_a_decision_goes_with_what_it_was_about() -> None:
    content = (
        '{"question": "q", "sql": "s", "connection_id": "c", "author": "a", "owner": "a",'
        ' "decision": {"status": "approved", "by": "b", "at": "2026-01-05T09:00:00Z",'
        ' "digest": "of something else"}}'
    )
    question = question_of(content)
    assert question.status == "draft"
    assert changed(question, {"tags": ["x"]}, "b").decision is None
