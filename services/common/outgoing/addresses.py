"""Which addresses are public: what may be called, and what never is.

The ranges are those of the IANA special-purpose address registries (RFC 6890, as of 2025).
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks: TypeAlias = Sequence[Network]

NOT_PUBLIC_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by carriers (CGNAT); metadata of Alibaba
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # metadata of Azure, though its range is public
            "169.254.0.0/16",  # link-local; metadata of most clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; metadata of Oracle
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# Global unicast is all that is given out. Loopback, link-local (fe80::/10), unique local (fc00::/7,
# with the metadata of AWS) and multicast (ff00::/8) are outside it.
GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo, which leads to IPv4
            "2001:db8::/32",  # documentation
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


def networks_of(texts: Iterable[str]) -> Networks:
    """Raises ValueError for what is no network in CIDR notation."""
    return [ipaddress.ip_network(text) for text in texts]


def is_refused(address: Address, allowed: Networks = ()) -> bool:
    """Whether nobody's configuration may lead there; `allowed` is what the operator permits."""
    inner = embedded(address)
    if any(each in network for each in (address, inner) for network in allowed):
        return False
    if isinstance(inner, ipaddress.IPv4Address):
        return any(inner in network for network in NOT_PUBLIC_4)
    return inner not in GLOBAL_6 or any(inner in network for network in NOT_PUBLIC_6)


def embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    number = int(address)
    if address in MAPPED or address in NAT64:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    return address


def literal(host: str) -> Address | None:
    """The address that a URL's host is; None for a name."""
    if "%" in host:  # a zone of this machine
        return None
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
