"""Times of results as a chart's clock shows them."""

from datetime import datetime
from zoneinfo import ZoneInfo

SHORTEST_DAY = len("2026-01-31")


def local(value: object, zone: ZoneInfo) -> str | None:
    """ISO 8601 without a zone; None for what no axis shows, such as infinity.

    What has no zone of its own, such as a date, is the same everywhere.
    """
    if not isinstance(value, str):
        return None
    text = value if len(value) >= SHORTEST_DAY else f"{value}-01"
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds")
