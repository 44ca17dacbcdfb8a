from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.common.clock import rfc3339


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (datetime(2026, 1, 5, 9, 10, 10, tzinfo=UTC), "2026-01-05T09:10:10Z"),
        (datetime(2026, 1, 5, 9, tzinfo=UTC), "2026-01-05T09:00:00Z"),
        (datetime(2026, 1, 5, 9, 0, 0, 250_000, UTC), "2026-01-05T09:00:00.25Z"),
        (datetime(2026, 1, 5, 9, 0, 0, 10, UTC), "2026-01-05T09:00:00.00001Z"),
        (datetime(7, 1, 5, 9, tzinfo=timezone(timedelta(hours=1))), "0007-01-05T08:00:00Z"),
    ],
)
def test_times_are_written_in_utc_with_no_more_digits_than_they_have(
    when: datetime, text: str
) -> None:
    assert rfc3339(when) == text
