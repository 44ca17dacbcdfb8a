"""Events of a shop that does not exist, the same for the same seed and day."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

SEED = 20_260_101
DAYS = 90
PEOPLE = 6_000
COLUMNS = (
    *("timestamp", "event", "user_id", "message_id", "product_id", "category", "price"),
    *("quantity", "revenue", "coupon", "country", "device"),
)
CATEGORIES = {"books": 15, "games": 40, "kitchen": 60, "garden": 80, "electronics": 300}
COUNTRIES, DEVICES = ("DE", "FR", "IN", "US", "BR"), ("phone", "desktop", "tablet")
# After what comes what, and how often.
NEXT = {
    "product_viewed": (("product_added", 0.28),),
    "product_added": (("checkout_started", 0.55),),
    "checkout_started": (("purchase", 0.72),),
    "purchase": (("refund_requested", 0.04),),
}
Row = dict[str, object]


def rows(count: int, end: date, seed: int = SEED) -> Iterator[Row]:
    """The events of the 90 days before a day, visit by visit."""
    random, made = Random(f"{seed} {end}"), 0
    start = datetime.combine(end - timedelta(days=DAYS), time(), UTC)
    while made < count:
        for row in visit(random, start):
            row["message_id"] = f"shop-{end}-{made}"
            yield row
            made += 1
            if made == count:
                return


def visit(random: Random, start: datetime) -> Iterator[Row]:
    """What one person does in one go; more of them come in the evening and towards the end."""
    day = DAYS * random.random() ** 0.8
    at = start + timedelta(days=int(day), hours=random.triangular(0, 24, 19))
    user = f"customer-{int(PEOPLE * random.random() ** 2)}"
    about = {"country": COUNTRIES[hash_of(user) % len(COUNTRIES)], "device": random.choice(DEVICES)}
    for _ in range(random.randint(1, 5)):
        bought = product(random)
        name = "product_viewed"
        while name:
            at += timedelta(seconds=random.randint(5, 240))
            yield {"timestamp": at.isoformat(), "event": name, "user_id": user, **about,
                   **detail(random, name, bought)}  # fmt: skip
            name = following(random, name)


def product(random: Random) -> Row:
    category = random.choice([*CATEGORIES])
    number = random.randint(1, 40)
    price = round(CATEGORIES[category] * (0.5 + number / 40), 2)
    return {"product_id": f"{category}-{number}", "category": category, "price": price}


def detail(random: Random, event: str, bought: Row) -> Row:
    """The properties of an event; only purchases have revenue, and few a coupon."""
    if event != "purchase":
        return bought
    quantity = random.choice([1, 1, 1, 2, 3])
    revenue = round(float(str(bought["price"])) * quantity, 2)
    coupon = {"coupon": "WELCOME10"} if random.random() < 0.1 else {}
    return {**bought, "quantity": quantity, "revenue": revenue, **coupon}


def following(random: Random, event: str) -> str:
    return next((name for name, share in NEXT.get(event, ()) if random.random() < share), "")


def hash_of(user: str) -> int:
    """The same in every process, which `hash` is not."""
    return sum(map(ord, user))


def write(path: Path, count: int, end: date, seed: int = SEED) -> None:
    """A CSV file of these events."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count, end, seed))
