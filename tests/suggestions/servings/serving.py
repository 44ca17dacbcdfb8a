"""An answer as it is recorded."""

from datetime import datetime

from services.common.clock import utc_now
from services.suggestions.ranking.model import Suggestion
from services.suggestions.servings.domain import Serving


def serving(*texts: str, at: datetime | None = None, user: str = "ann") -> Serving:
    return Serving(
        organization_id="acme",
        user_id=user,
        job_role="",
        connection_id="my-database",
        session_id=None,
        source="patterns",
        original_source=None,
        typed=0,
        suggestions=tuple(Suggestion(t, "trend", "", "", template=t) for t in texts),
        served_at=at or utc_now(),
    )
