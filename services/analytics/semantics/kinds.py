"""What is particular to items that are business metrics, dimensions and entities."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from services.analytics.knowledge.versions.domain import (
    BUSINESS_METRIC,
    DIMENSION,
    ENTITY,
    Draft,
    Item,
)
from services.analytics.semantics.checking import Checker
from services.analytics.semantics.dimensions import domain as dimensions
from services.analytics.semantics.integrity import problems
from services.analytics.semantics.metrics import domain as metrics
from services.analytics.semantics.store import definitions_of
from services.analytics.vocabulary.publishing import publish
from services.common.db import Connection
from services.common.errors import FailedPrecondition, InvalidFields, Violation
from services.common.event_log import Hints


class Defining:
    """What the three have alike: they need each other, and others learn of them."""

    def __init__(self, checker: Checker, hints: Hints) -> None:
        self._checker = checker
        self._hints = hints

    async def stored(self, conn: Connection, organization_id: str, item: Item) -> None:
        """Publishing goes first: whoever changes something at the same time waits, and is seen."""
        await publish(conn, organization_id, item.connection_id)
        known = await definitions_of(conn, organization_id, item.connection_id)
        found = next(problems(known), None)
        if found:
            raise FailedPrecondition(found)

    async def committed(self, organization_id: str) -> None:
        self._hints.tell(organization_id)


class BusinessMetrics(Defining):
    name = BUSINESS_METRIC
    noun = "business metric"

    def draft(self, connection_id: str, content: str) -> Draft:
        return metrics.draft_of(metrics.metric_in(content), connection_id)

    async def check(self, organization_id: str, draft: Draft) -> None:
        metric = metrics.metric_in(draft.content)
        form = metrics.compiled_form(metric, draft.connection_id, 1)
        with fields_named(partial(metrics.field_to_change, metric)):
            await self._checker.metric(organization_id, draft.connection_id, form)


class Dimensions(Defining):
    name = DIMENSION
    noun = "dimension"

    def draft(self, connection_id: str, content: str) -> Draft:
        return dimensions.draft_of(dimensions.dimension_in(content), connection_id)

    async def check(self, organization_id: str, draft: Draft) -> None:
        form = dimensions.compiled_form(
            dimensions.dimension_in(draft.content), draft.connection_id, 1
        )
        names = {f"dimensions.{form.name}": "field", "source": "relation"}
        with fields_named(lambda broken: names.get(broken.field, broken.field)):
            await self._checker.dimension(organization_id, draft.connection_id, form)


class Entities(Defining):
    name = ENTITY
    noun = "entity"

    def draft(self, connection_id: str, content: str) -> Draft:
        return dimensions.draft_of(dimensions.entity_in(content), connection_id)

    async def check(self, organization_id: str, draft: Draft) -> None:
        form = dimensions.compiled_form(dimensions.entity_in(draft.content), draft.connection_id, 1)
        names = {f"dimensions.{form.name}": "key", "source": "relation"}
        with fields_named(lambda broken: names.get(broken.field, broken.field)):
            await self._checker.dimension(organization_id, draft.connection_id, form)


@contextmanager
def fields_named(name: Callable[[Violation], str]) -> Iterator[None]:
    """What is checked tells the parts of a query, and the caller changes fields of a definition."""
    try:
        yield
    except InvalidFields as error:
        renamed = (Violation(name(broken), broken.message) for broken in error.violations)
        raise InvalidFields(*renamed) from None
