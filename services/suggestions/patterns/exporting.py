"""Patterns as rows of a file. No I/O."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from services.common.exporting import Row

COLUMNS = (
    *("id", "pattern_type", "target_id", "query_template", "frequency", "success_rate"),
    *("avg_response_time", "last_used", "metadata", "created_at", "updated_at"),
)


@dataclass(frozen=True, kw_only=True)
class ExportedPattern:
    """A row of query_patterns as it is exported; `metadata` is JSON text."""

    id: int
    pattern_type: str
    target_id: str
    query_template: str
    frequency: int
    success_rate: float
    avg_response_time: float | None
    last_used: datetime
    metadata: str
    created_at: datetime
    updated_at: datetime


def row_of(pattern: ExportedPattern) -> Row:
    return vars(pattern) | {"metadata": msgspec.Raw(pattern.metadata.encode())}
