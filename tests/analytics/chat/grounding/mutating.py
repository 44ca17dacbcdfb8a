"""What is wrong with a sentence when one of its slots is."""

import re
from collections.abc import Iterator
from random import Random

from tests.analytics.chat.grounding.tables import MONTH, Case

DIGITS = re.compile(r"\d")
SLOT = re.compile(r"{(\w+)}")
OPPOSITES = (
    ("rose", "fell"), ("up", "down"), ("increase", "decrease"), ("increased", "decreased"),
    ("more", "fewer"), ("grew", "dropped"), ("growth", "decline"),
)  # fmt: skip
TURNED = dict(OPPOSITES) | {b: a for a, b in OPPOSITES}
# Slots of labels, and of those that are moments.
NAMES, MOMENTS = ("a", "b", "c", "z", "e", "g"), ("f", "l", "x", "w", "h", "o")
# Words of the sentences themselves, and what makes them false.
WORDS = (
    ("leads", "is last"), ("largest", "smallest"), ("most", "fewest"), ("fewest", "most"),
    ("Most", "Fewest"), ("highest", "lowest"), ("lowest", "highest"), ("best", "worst"),
    ("worst", "best"), ("peaked", "bottomed"), ("second", "third"), ("third", "second"),
    ("second-highest", "third-highest"), ("outperformed", "trailed"), ("ahead of", "behind"),
    ("more {m} than", "fewer {m} than"), ("fewer {m} than", "more {m} than"), ("peak", "low"),
    ("loss", "profit"), ("percentage points", "percent"), ("beats", "trails"),
    ("higher than", "lower than"), ("less than", "more than"), ("fewest", "most"),
    ("low point", "high point"), ("The fewest", "The most"),
)  # fmt: skip


def mutated(template: str, case: Case, random: Random) -> Iterator[tuple[str, str]]:
    """Kinds of fault, each with the sentence that has it."""
    names = list(dict.fromkeys(SLOT.findall(template)))
    told = {case.slots[name] for name in names}
    figures = any(DIGITS.search(value) for value in told)
    for name in names:
        value = case.slots[name]
        for kind, wrong in faults(name, value, case, random):
            if kind == "label" and not figures:
                continue  # of who outperforms whom, another may as well
            if wrong not in told:
                yield kind, template.format(**case.slots | {name: wrong})
    yield from swapped(template, names, case)
    yield from reworded(template, case)


def faults(name: str, value: str, case: Case, random: Random) -> Iterator[tuple[str, str]]:
    if name in case.others:
        yield from (("date", wrong) for wrong in case.others[name])
    elif value in TURNED:
        yield "direction", TURNED[value]
    elif name == "iso":
        yield "date", value.replace("2026", "2025")
    elif value.split()[0] in MONTH:
        used = {one for slot in case.slots.values() for one in MONTH if one in slot}
        unused = [one for one in MONTH if one not in used]
        yield "date", value.replace(value.split()[0], random.choice(unused))
        yield from wrong_label(MOMENTS if name in MOMENTS else NAMES, value, case, random)
    elif DIGITS.search(value):
        yield from wrong_figures(value, random)
    elif name in NAMES:
        yield from wrong_label(NAMES, value, case, random)


def wrong_figures(value: str, random: Random) -> Iterator[tuple[str, str]]:
    yield "digit", other_digit(value, random)
    yield "scale", scaled(value)
    if "%" in value:
        yield "unit", value.replace(" %", " percentage points").replace("%", " points")
    if value[0] in "€$£":
        yield "unit", {"€": "$", "$": "£", "£": "€"}[value[0]] + value[1:]
    if value.startswith("-"):
        yield "sign", value[1:]


def other_digit(value: str, random: Random) -> str:
    """One of the leading digits is another one: no rounding makes that true."""
    at = random.choice([one.start() for one in DIGITS.finditer(value)][:2])
    digit = random.choice([one for one in "123456789" if one != value[at]])
    return value[:at] + digit + value[at + 1 :]


def scaled(value: str) -> str:
    if "k" in value:
        return value.replace("k", "m")
    found = DIGITS.search(value)
    at = found.start() if found else 0
    digits = re.match(r"[\d,]+", value[at:])
    whole = digits.group() if digits else ""
    return value[:at] + f"{int(whole.replace(',', '')) * 10 or 10:,}" + value[at + len(whole) :]


def wrong_label(
    group: tuple[str, ...], value: str, case: Case, random: Random
) -> Iterator[tuple[str, str]]:
    """Another row's label."""
    month = value.split()[0]
    names = [case.slots[one] for one in group if month not in case.slots.get(one, month)]
    names = [one for one in names if group is MOMENTS or not DIGITS.search(one)]
    if names:
        yield "label", random.choice(names)


# Which labels may stand in either order.
SYMMETRIC = (
    "combined", "together", "Together", "gap between", "difference of", "top 3", "Between {f}",
    "between {f}",
)  # fmt: skip


def swapped(template: str, names: list[str], case: Case) -> Iterator[tuple[str, str]]:
    if any(one in template for one in SYMMETRIC):
        return
    for one, other in (("a", "b"), ("a", "z"), ("f", "l"), ("w", "x"), ("p", "q"), ("e", "g")):
        if one in names and other in names and case.slots[one] != case.slots[other]:
            both = {one: case.slots[other], other: case.slots[one]}
            yield "swap", template.format(**case.slots | both)


def reworded(template: str, case: Case) -> Iterator[tuple[str, str]]:
    for word, wrong in WORDS:
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", template):
            told = re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", wrong, template, count=1)
            yield "rank", told.format(**case.slots)
