"""Texts whose personal data is known: generated with hard negatives, and labelled by hand."""

import hashlib
import random
import re
import string
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from services.common.pii import Finding

LABEL = re.compile(r"\{\{(\w+)\|(.*?)\}\}")


class Sample(NamedTuple):
    """A text and the personal data in it."""

    text: str
    spans: tuple[Finding, ...]


def read_labelled(path: Path) -> list[Sample]:
    """Lines "language | text", with {{kind|value}} around what is personal; # begins a remark."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [unlabelled(line.partition(" | ")[2]) for line in lines if not line.startswith("#")]


def unlabelled(marked: str) -> Sample:
    text, spans, at = "", [], 0
    for label in LABEL.finditer(marked):
        text += marked[at : label.start()]
        spans.append(Finding(label[1], len(text), len(text) + len(label[2])))
        text, at = text + label[2], label.end()
    return Sample(text + marked[at:], tuple(spans))


def generated(chance: random.Random, count: int) -> list[Sample]:
    """Sentences with up to two values each, personal or only looking so, the same for a seed."""
    return [unlabelled(sentence(chance)) for _ in range(count)]


def sentence(chance: random.Random) -> str:
    parts = []
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        if chance.random() < 0.5:
            kind, before, make = chance.choice(PERSONAL)
            parts.append(f"{chance.choice(before)} {{{{{kind}|{make(chance)}}}}}")
        else:
            before, make = chance.choice(NEGATIVE)
            parts.append(f"{chance.choice(before)} {make(chance)}")
    parts.append(
        chance.choice(("it was slow", "thank you", "the answer is wrong", "danke", "merci"))
    )
    chance.shuffle(parts)
    return chance.choice((", ", " and ", ". ")).join(parts) + chance.choice(("", ".", "!"))


def digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choices(string.digits, k=count))


def email(chance: random.Random) -> str:
    name = chance.choice(("anna", "j.smith", "k_lee", "maria+test", "o.brien", "info7"))
    host = chance.choice(("mail", "ac-me", "uni.edu"))
    return f"{name}@{host}.{chance.choice(('com', 'de', 'co.uk', 'io'))}"


def phone(chance: random.Random) -> str:
    area = f"{chance.choice((212, 415, 303, 617))}"
    line = f"{chance.randint(200, 999)}", digits(chance, 4)
    return chance.choice(
        (
            f"({area}) {line[0]}-{line[1]}",
            f"{area}-{line[0]}-{line[1]}",
            f"+1 {area} {line[0]} {line[1]}",
            f"+49 30 {digits(chance, 7).replace('0', '3')}",
            f"+336{digits(chance, 8)}",
        )
    )


def with_luhn(body: str) -> str:
    doubled = (int(c) * (2 - i % 2) for i, c in enumerate(reversed(body)))
    total = sum(n - 9 if n > 9 else n for n in doubled)
    return body + str(-total % 10)


def card(chance: random.Random) -> str:
    number = with_luhn(chance.choice(("4", "51", "55")).ljust(2, "7") + digits(chance, 13))
    sign = chance.choice(("", " ", "-"))
    return sign.join(number[at : at + 4] for at in range(0, 16, 4))


def iban(chance: random.Random) -> str:
    country, size = chance.choice((("DE", 18), ("ES", 20), ("CH", 17), ("AT", 16)))
    body = digits(chance, size)
    check = 98 - int(body + "".join(str(int(c, 36)) for c in country) + "00") % 97
    number = f"{country}{check:02}{body}"
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return chance.choice((number, grouped))


def ssn(chance: random.Random) -> str:
    return f"{chance.randint(1, 665):03}-{chance.randint(1, 99):02}-{chance.randint(1, 9999):04}"


def dni(chance: random.Random) -> str:
    number = digits(chance, 8)
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nir(chance: random.Random) -> str:
    born = f"{chance.choice('12')}{digits(chance, 2)}{chance.randint(1, 12):02}"
    body = f"{born}{chance.randint(10, 95)}{digits(chance, 6)}"
    return f"{body}{97 - int(body) % 97:02}"


def ip(chance: random.Random) -> str:
    parts = (chance.choice((10, 84, 172, 203)), *(chance.randint(20, 254) for _ in range(3)))
    four = ".".join(map(str, parts))
    six = f"2001:db8:{chance.randint(1, 65535):x}::{chance.randint(1, 65535):x}:{digits(chance, 2)}"
    return chance.choice((four, four, six))


def secret(chance: random.Random) -> str:
    word = "".join(chance.choices(string.ascii_letters + string.digits, k=40))
    return chance.choice(
        ("AKIA" + word[:16].upper(), f"ghp_{word[:36]}", f"sk-proj-7{word}", f"xoxb-1{word[:24]}")
    )


def moment(chance: random.Random) -> str:
    when = datetime(2020, 1, 1) + timedelta(minutes=chance.randrange(3_000_000))  # noqa: DTZ001
    forms = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%H:%M:%S", "%Y%m%d")
    return when.strftime(chance.choice(forms))


def price(chance: random.Random) -> str:
    amount = chance.randint(100, 99_999_999) / 100
    return chance.choice((f"${amount:,.2f}", f"{amount:.2f} EUR", f"{amount:,.0f}"))


def order(chance: random.Random) -> str:
    year = chance.randint(2018, 2025)
    return chance.choice(
        (digits(chance, 10), digits(chance, 12), f"{year}-{digits(chance, 6)}", digits(chance, 16))
    )


def version(chance: random.Random) -> str:
    return ".".join(str(chance.randint(0, 30)) for _ in range(chance.choice((2, 3, 4))))


def isbn(chance: random.Random) -> str:
    return f"978-{chance.randint(0, 9)}-{digits(chance, 2)}-{digits(chance, 6)}-{digits(chance, 1)}"


def hashed(chance: random.Random) -> str:
    return hashlib.new(chance.choice(("md5", "sha1", "sha256")), chance.randbytes(8)).hexdigest()


def identifier(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


Maker = Callable[[random.Random], str]
PERSONAL: tuple[tuple[str, tuple[str, ...], Maker], ...] = (
    ("email", ("write to", "my mail is", "contact"), email),
    ("phone", ("call", "my number is", "reach me at"), phone),
    ("card", ("charged to", "my card", "paid with"), card),
    ("iban", ("transfer to", "account", "IBAN"), iban),
    ("national_id", ("my SSN is", "social security number"), ssn),
    ("national_id", ("mi DNI es", "DNI"), dni),
    ("national_id", ("numéro", "NIR"), nir),
    ("ip", ("blocked from", "my address is", "host"), ip),
    ("secret", ("I pasted", "the key", "it shows"), secret),
)
NEGATIVE: tuple[tuple[tuple[str, ...], Maker], ...] = (
    (("on", "since", "am"), moment),
    (("it costs", "total", "instead of"), price),
    (("order", "invoice no.", "order number", "Bestellung", "commande"), order),
    (("version", "v", "we run"), version),
    (("ISBN", "the book"), isbn),
    (("commit", "sha"), hashed),
    (("trace", "id"), identifier),
)
