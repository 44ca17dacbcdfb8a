"""What somebody wants of the market catalogue, with some of it said otherwise."""

from typing import Any

from services.suggestions.proposals.domain import Wanted
from tests.suggestions.ranking.samples import MARKETS, PLAIN


def wanting(typed: str = "show me profit", **changed: Any) -> Wanted:
    given: dict[str, Any] = {
        "organization_id": "acme",
        "user_id": "ann",
        "job_role": "analyst",
        "connection_id": "my-database",
        "typed": typed,
        "limit": 6,
        "learned": (),
        "preferences": PLAIN,
        "vocabulary": MARKETS,
    }
    return Wanted(**{**given, **changed})
