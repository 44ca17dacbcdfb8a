"""E-mail and IP addresses."""

import ipaddress
import re
from collections.abc import Iterator

from services.common.pii import context
from services.common.pii.finding import Finding

LOCAL_MOST = 64  # octets of a local part (RFC 5321, 4.5.3.1.1)
LOCAL_SIGNS = frozenset("!#$%&'*+/=?^_`{|}~.-")
LOCAL_EDGES = "'`*_/={|}~.-!#$%&?^+"
DOMAIN = re.compile(r"(?:[^\W_][\w-]{0,62}+\.){1,8}(?:xn--[a-z0-9-]{1,59}|[^\W\d_]{2,24})(?![\w@])")
# Pictures for screens of higher density are called such as icon@2x.png.
FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "html", "json", "js"})
IP4 = re.compile(r"(?<![\w.,-])(?<!\w/)\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\w)")
IP6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?![\w:])")


def emails(text: str) -> Iterator[Finding]:
    """Addresses of letters of any language; those of software, as git@host:path, are none."""
    at = text.find("@")
    while at >= 0:
        start = local_start(text, at)
        domain = DOMAIN.match(text, at + 1)
        if start < at and domain and not is_software(text, start, domain.end()):
            yield Finding("email", start, domain.end())
        at = text.find("@", at + 1)


def local_start(text: str, at: int) -> int:
    """Where the local part before an @ begins; the place itself where there is none."""
    start = at
    floor = max(0, at - LOCAL_MOST)
    while start > floor and (text[start - 1].isalnum() or text[start - 1] in LOCAL_SIGNS):
        start -= 1
    while start < at and text[start] in LOCAL_EDGES:
        start += 1
    return start if text[at - 1 : at] != "." else at


def is_software(text: str, start: int, end: int) -> bool:
    suffix = text[text.rfind(".", start, end) + 1 : end].lower()
    return suffix in FILES or (text.startswith("git@", start) and text.startswith(":", end))


def ip4_addresses(text: str) -> Iterator[Finding]:
    """Of four numbers up to 255; those that read as a version or belong to nobody are none."""
    for found in IP4.finditer(text):
        try:
            address = ipaddress.IPv4Address(found[0])
        except ValueError:
            continue
        if is_anybodys(address) or is_version(text, found.start(), address):
            continue
        yield Finding("ip", found.start(), found.end())


def is_version(text: str, start: int, address: ipaddress.IPv4Address) -> bool:
    words = context.before(text, start)
    if context.VERSION.search(words):
        return True
    small = max(address.packed) < 32  # 1.2.3.4 and 2.11.0.31 are seldom addresses
    return small and not context.IP.search(words)


def ip6_addresses(text: str) -> Iterator[Finding]:
    for found in IP6.finditer(text):
        groups = [part for part in found[0].split(":") if part]
        if len(groups) < 3 or not any(c.isdigit() for c in found[0]):
            continue  # a time, or a name of code such as ab::cd
        try:
            address = ipaddress.IPv6Address(found[0])
        except ValueError:
            continue
        if not is_anybodys(address):
            yield Finding("ip", found.start(), found.end())


def is_anybodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_loopback or address.is_unspecified
