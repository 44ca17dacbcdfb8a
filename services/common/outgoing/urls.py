"""What is wrong with a URL, before anything is resolved."""

import re
from dataclasses import dataclass

import httpx2

from services.common.outgoing.addresses import Networks, is_refused, literal

MAX_LENGTH = 2000
PRINTABLE = re.compile(r"[^\x00-\x20\x7f]+")
# A last label that is a number makes an IPv4 address of a name (WHATWG URL, 3.5), also of
# 2130706433, 0x7f.1 and 0177.0.0.1.
NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
NAME = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
AUTHORITY = re.compile(r"[^/]*//([^/?#]*)")
LOCAL = re.compile(r"(.+\.)?(localhost|localdomain)", re.IGNORECASE)


class Refused(Exception):
    """The URL may not be called; the message says what to change and tells no address."""


@dataclass(frozen=True)
class Policy:
    """What the operator permits: plain http, and networks that are not public."""

    allowed: Networks = ()
    allows_http: bool = False


def checked_url(text: str, policy: Policy) -> httpx2.URL:
    """The URL, with its name as it goes out. Raises Refused.

    What a name leads to is checked when it is called, each time.
    """
    if len(text) > MAX_LENGTH or not PRINTABLE.fullmatch(text):
        raise Refused(f"must be a URL of at most {MAX_LENGTH} characters, without spaces")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise Refused("is no URL") from None
    if (authority := AUTHORITY.match(text)) and "@" in authority[1]:
        raise Refused("must hold no user or password")
    check_parts(url, policy)
    check_host(url.raw_host.decode("ascii"), policy)
    return url


def check_parts(url: httpx2.URL, policy: Policy) -> None:
    if url.scheme != "https" and not (url.scheme == "http" and policy.allows_http):
        raise Refused(f"must begin with https://{' or http://' if policy.allows_http else ''}")
    if url.fragment:
        raise Refused("must hold no part after #, which is not sent")
    if url.port is not None and not 0 < url.port < 65536:
        raise Refused("must name a port from 1 to 65535")


def check_host(host: str, policy: Policy) -> None:
    if not host:
        raise Refused("must name a host")
    address = literal(host)
    if address is not None:
        if is_refused(address, policy.allowed):
            raise Refused("must lead to a public address")
        return
    if NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2]):
        raise Refused("must write an address as four decimal numbers")
    if not NAME.fullmatch(host) or len(host) > 253:
        raise Refused("must name a host as in hooks.example.com, without a dot at its end")
    if LOCAL.fullmatch(host) and not policy.allowed:
        raise Refused("must lead to a public address")
