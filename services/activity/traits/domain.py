"""What may be told about a person, and how it is merged. No I/O, no protobuf.

Traits are flat here: a consent is a trait of its own, `consent.<purpose>`, so that each purpose is
told, changed and remembered by itself. Values are JSON texts, never decoded but for their rules.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import available_timezones

import msgspec

from services.common.errors import InvalidFields, Violation
from services.common.payloads import check_json

TRAITS_BYTES = 16 * 1024
TRAIT_BYTES = 4 * 1024
TRAITS_KEPT = 100
# Of a cleared trait only the time is kept, so that what was told before stays away.
TIMES_KEPT = 300
AHEAD = timedelta(days=1)
NULL = "null"
CONSENT = "consent."
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
# An address has one @, something on either side, and a dot in the domain; at most 254 characters
# (RFC 5321, 4.5.3.1.3, less its brackets). Whether it takes mail only mail can tell.
EMAIL = re.compile(r"[^\s@<>,;\"]{1,64}@[^\s@<>,;\"]+\.[^\s@<>,;\".]{2,}")
EMAIL_LENGTH = 254
# Language, script, region, variants, extensions (RFC 5646, 2.1), without the grandfathered ones.
LOCALE = re.compile(
    r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    r"(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[A-WY-Za-wy-z0-9](-[A-Za-z0-9]{2,8})+)*"
)
# As identity keeps of a credential's claims.
GOALS = 20
TEXT = 200
MOST_CREDITS = 10**12

Texts: TypeAlias = Mapping[str, str]
"""Trait → JSON text."""


@dataclass(frozen=True)
class Known:
    """What is on record of a person: values of traits, and since when each is so."""

    traits: Texts = field(default_factory=dict)
    told_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """What is on record afterwards, and the traits whose value changed."""

    known: Known
    changed: tuple[str, ...]


def merged(known: Known, told: Texts, at: datetime) -> Merged:
    """Merge what was so at a time: per trait the later one wins, of the same time the later call.

    Raises InvalidFields where there would be too much.
    """
    traits, told_at = dict(known.traits), dict(known.told_at)
    changed = []
    for name, value in spread(told, known).items():
        if name in told_at and told_at[name] > at:
            continue
        told_at[name] = at
        before = traits.pop(name, NULL)
        if value != NULL:
            traits[name] = value
        if not same(before, value):
            changed.append(name)
    check_room(traits)
    return Merged(Known(traits, bounded_times(traits, told_at)), tuple(changed))


def spread(told: Texts, known: Known) -> dict[str, str]:
    """With `consent: null` as every consent that was given or refused."""
    given = dict(told)
    if given.pop("consent", None) is not None:
        given = {n: NULL for n in known.told_at if n.startswith(CONSENT)} | given
    return given


def check_room(traits: Texts) -> None:
    size = sum(len(name) + len(value.encode()) for name, value in traits.items())
    if len(traits) > TRAITS_KEPT or size > TRAITS_BYTES:
        problem = f"a person has at most {TRAITS_KEPT} traits and {TRAITS_BYTES} bytes of them"
        raise InvalidFields(Violation("traits", f"{problem}: clear some with null"))


def bounded_times(traits: Texts, told_at: Mapping[str, datetime]) -> dict[str, datetime]:
    """Without the oldest times of cleared traits, where there are very many."""
    cleared = sorted((n for n in told_at if n not in traits), key=lambda n: (told_at[n], n))
    dropped = set(cleared[: max(0, len(told_at) - TIMES_KEPT)])
    return {name: when for name, when in told_at.items() if name not in dropped}


def same(one: str, other: str) -> bool:
    """Whether two JSON texts mean the same to jsonb."""
    return one == other or normal(one) == normal(other)


def normal(text: str) -> Any:
    return json.loads(text, parse_int=number, parse_float=number)


def number(text: str) -> tuple[str, Decimal]:
    """Not equal to a boolean, as a bare number of Python's would be."""
    return ("number", Decimal(text))


def told_in(utf8: bytes) -> dict[str, str]:
    """The traits of a request, flat and checked. Raises InvalidFields that names each mistake."""
    if problem := check_json(utf8, max_bytes=TRAITS_BYTES):
        raise InvalidFields(Violation("traits", problem))
    try:
        members = msgspec.json.decode(utf8, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise InvalidFields(Violation("traits", "must be a JSON object")) from None
    given = {name: bytes(value).decode() for name, value in members.items()}
    violations = [v for name, value in given.items() for v in violations_of(name, value)]
    if violations:
        raise InvalidFields(*violations)
    return flat(given)


def flat(given: Texts) -> dict[str, str]:
    traits = dict(given)
    consents = json.loads(traits.get("consent", "{}"))
    if consents is None:
        return traits
    traits.pop("consent", None)
    return traits | {f"{CONSENT}{p}": json.dumps(value) for p, value in consents.items()}


def nested(traits: Texts) -> str:
    """Traits as callers see them: a JSON object with the consents in one."""
    plain = {n: v for n, v in sorted(traits.items()) if not n.startswith(CONSENT)}
    consents = {
        n.removeprefix(CONSENT): v for n, v in sorted(traits.items()) if n.startswith(CONSENT)
    }
    if consents:
        plain["consent"] = joined(consents)
    return joined(plain)


def joined(texts: Texts) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in texts.items()) + "}"


def violations_of(name: str, value: str) -> Iterator[Violation]:
    """What is wrong with a trait."""
    path = f"traits.{name[:100]}"
    if not NAME.fullmatch(name):
        problem = "a trait's name has 1 to 100 letters, digits, _ and -, and begins with no digit"
        yield Violation(path, problem)
    elif len(value.encode()) > TRAIT_BYTES:
        yield Violation(path, f"is larger than {TRAIT_BYTES} bytes")
    elif value != NULL and (rule := RULES.get(name)) and not rule.fits(decoded(value)):
        yield Violation(path, rule.problem)


def decoded(value: str) -> Any:
    """The value; numbers that Python takes long for as text."""
    return json.loads(value, parse_int=lambda n: int(n) if len(n) < 20 else n)


@dataclass(frozen=True)
class Rule:
    """What a trait that we know must be, and what to say where it is not."""

    fits: Callable[[Any], bool]
    problem: str


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) >= 1 and len(value) <= TEXT


def is_email(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= EMAIL_LENGTH and bool(EMAIL.fullmatch(value))


def is_locale(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT and bool(LOCALE.fullmatch(value))


def is_zone(value: Any) -> bool:
    return isinstance(value, str) and value in zones()


@cache
def zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= GOALS and all(map(is_text, value))


def is_quota(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_CREDITS


def is_consent(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(
        NAME.fullmatch(p) and (v is None or v is True or v is False) for p, v in value.items()
    )


SHORT_TEXT = Rule(is_text, f"must be a text of 1 to {TEXT} characters, or null")
RULES = {
    "email": Rule(is_email, "must be an e-mail address such as ann@example.com, or null"),
    "name": SHORT_TEXT,
    "job_role": SHORT_TEXT,
    "department": SHORT_TEXT,
    "plan": SHORT_TEXT,
    "goals": Rule(is_texts, f"must be a list of at most {GOALS} texts of 1 to {TEXT} characters"),
    "time_zone": Rule(is_zone, "must be an IANA zone such as Europe/Berlin, or null"),
    "locale": Rule(is_locale, "must be a BCP 47 tag such as de-DE, or null"),
    "credit_quota": Rule(is_quota, f"must be a whole number from 0 to {MOST_CREDITS}, or null"),
    "consent": Rule(is_consent, "must map purposes such as email_marketing to true, false or null"),
}


def when_told(given: datetime | None, now: datetime) -> datetime:
    """Since when it is so: a clock that goes ahead by up to a day is set back to ours.

    Raises InvalidFields for a time further ahead.
    """
    if given is None:
        return now
    if given > now + AHEAD:
        raise InvalidFields(Violation("timestamp", "must not lie ahead"))
    return min(given, now)
