"""What two organizations know of their data, and a third that the grammar was not made by."""

from services.analytics.semantics.domain import Aggregate, Cast, Field
from services.analytics.understanding import (
    Knowledge,
    KnownDimension,
    KnownEvent,
    KnownMetric,
    KnownProperty,
)


def number(name: str, unit: str = "", *synonyms: str) -> KnownProperty:
    field = Field("properties", (name,), Cast.NUMERIC)
    return KnownProperty(name, field, synonyms, numeric=True, unit=unit)


def text(name: str, *values: str) -> KnownProperty:
    return KnownProperty(name, Field("properties", (name,), Cast.TEXT), values=values)


SHOP = Knowledge(
    metrics=(
        KnownMetric(
            "revenue",
            "Revenue",
            ("sales", "turnover"),
            "sum of amount over purchase",
            Aggregate.SUM,
        ),
        KnownMetric("orders", "Orders", ("purchases",), "count of purchase", Aggregate.COUNT),
        KnownMetric(
            "average_order_value",
            "Average order value",
            ("AOV", "basket size"),
            "revenue by orders",
            ratio=True,
        ),
        KnownMetric(
            "active_customers",
            "Active customers",
            (),
            "people with a purchase",
            Aggregate.COUNT_DISTINCT,
        ),
        KnownMetric("profit", "Profit", ("earnings",), "revenue - costs"),
        KnownMetric("refund_rate", "Refund rate", (), "refunds by orders", ratio=True),
    ),
    dimensions=(
        KnownDimension(
            "country",
            "Country",
            ("nation", "market"),
            ("Germany", "France", "Italy", "United States", "US", "Spain"),
        ),
        KnownDimension("device", "Device", ("platform",), ("mobile", "desktop", "tablet")),
        KnownDimension("plan", "Plan", ("tier",), ("free", "pro", "enterprise")),
        KnownDimension("product", "Product", ("item", "article"), ("Blue Mug", "Red Lamp")),
        KnownDimension("category", "Category", (), ("kitchen", "lighting", "garden")),
        KnownDimension("amount", "Amount", (), numeric=True, unit="EUR"),
        KnownDimension("customer", "Customer", ("buyer",), entity=True),
    ),
    events=(
        KnownEvent("signup", ("register", "account created"), (text("channel", "ads", "email"),)),
        KnownEvent(
            "purchase",
            ("buy", "order"),
            (number("amount", "EUR"), number("quantity"), text("coupon", "SUMMER")),
        ),
        KnownEvent("product_viewed", ("view product",)),
        KnownEvent("add_to_cart", ("add to basket",)),
        KnownEvent("checkout_started", ("start checkout",)),
        KnownEvent("refund_requested", ("ask for refund",)),
    ),
)

VIDEO = Knowledge(
    metrics=(
        KnownMetric(
            "watch_time",
            "Watch time",
            ("viewing time", "minutes watched"),
            "sum of seconds over video_watched",
            Aggregate.SUM,
        ),
        KnownMetric(
            "active_viewers",
            "Active viewers",
            ("active users", "audience"),
            "people with video_watched",
            Aggregate.COUNT_DISTINCT,
        ),
        KnownMetric("completion_rate", "Completion rate", (), "completed by started", ratio=True),
        KnownMetric("mrr", "Monthly recurring revenue", ("recurring revenue",), "", None),
        KnownMetric(
            "average_session_length",
            "Average session length",
            ("session length",),
            "average of length over session",
            Aggregate.AVG,
        ),
    ),
    dimensions=(
        KnownDimension("genre", "Genre", (), ("drama", "comedy", "documentary", "sports")),
        KnownDimension("subscription", "Subscription", ("plan",), ("basic", "premium", "family")),
        KnownDimension("region", "Region", ("territory",), ("EMEA", "APAC", "Americas")),
        KnownDimension("app", "App", ("client",), ("iOS", "Android", "web", "smart TV")),
        KnownDimension("show", "Show", ("series", "title"), ("Night Train", "The Harbour")),
        KnownDimension("creator", "Creator", (), entity=True),
    ),
    events=(
        KnownEvent("trial_started", ("start trial", "trial")),
        KnownEvent("subscribed", ("subscribe", "subscription started")),
        KnownEvent(
            "video_watched",
            ("watch video", "watch", "view"),
            (number("seconds", "seconds"), text("quality", "hd", "sd")),
        ),
        KnownEvent("video_shared", ("share video", "share")),
        KnownEvent("canceled", ("cancel", "cancellation", "cancelled")),
        KnownEvent("comment_posted", ("comment", "post comment")),
    ),
)

HOTEL = Knowledge(
    metrics=(
        KnownMetric(
            "occupancy", "Occupancy", ("occupancy rate",), "nights by capacity", ratio=True
        ),
        KnownMetric("room_revenue", "Room revenue", ("room sales",), "", Aggregate.SUM),
        KnownMetric("bookings", "Bookings", ("reservations",), "count of booked", Aggregate.COUNT),
        KnownMetric("average_daily_rate", "Average daily rate", ("ADR",), "", ratio=True),
    ),
    dimensions=(
        KnownDimension("hotel", "Hotel", ("property",), ("Grand Azul", "Riverside")),
        KnownDimension("city", "City", (), ("Lisbon", "Porto", "New York")),
        KnownDimension("room_type", "Room type", (), ("single", "double", "suite")),
        KnownDimension("channel", "Channel", (), ("direct", "agency", "web")),
        KnownDimension("guest", "Guest", ("traveller",), entity=True),
    ),
    events=(
        KnownEvent("room_searched", ("search", "search room", "search for room")),
        KnownEvent("booked", ("book", "booking"), (number("nights"), number("price", "EUR"))),
        KnownEvent("checked_in", ("check in",)),
        KnownEvent("booking_cancelled", ("booking cancellation",)),
    ),
)

TRACKER = Knowledge(
    metrics=(
        KnownMetric(
            "tasks_completed", "Tasks completed", ("completed tasks",), "", Aggregate.COUNT
        ),
        KnownMetric("cycle_time", "Cycle time", ("lead time",), "", Aggregate.AVG),
        KnownMetric("open_bugs", "Open bugs", (), "", Aggregate.COUNT),
        KnownMetric("velocity", "Velocity", ("points delivered",), "", Aggregate.SUM),
    ),
    dimensions=(
        KnownDimension("team", "Team", ("squad",), ("design", "backend", "mobile")),
        KnownDimension("project", "Project", (), ("Apollo", "Gemini")),
        KnownDimension("priority", "Priority", (), ("low", "medium", "high")),
    ),
    events=(
        KnownEvent("project_created", ("project creation",)),
        KnownEvent("task_created", ("task creation",), (number("estimate"),)),
        KnownEvent("comment_added", ("comment",)),
        KnownEvent("member_invited", ("invite",)),
    ),
)
