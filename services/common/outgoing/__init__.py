"""Calls to addresses that users configure, and that may lead to nothing inside (docs/adr/0032).

Every such call of Attune goes through here: an import of another HTTP client in a part that calls
where users say is a hole.
"""

from services.common.outgoing.addresses import Networks, is_refused, networks_of
from services.common.outgoing.client import Answer, CallFailed, OutgoingClient
from services.common.outgoing.resolving import Resolver, UnknownName, public_addresses
from services.common.outgoing.settings import OutgoingSettings
from services.common.outgoing.urls import Policy, Refused, check_host, checked_url

__all__ = [
    "Answer",
    "CallFailed",
    "Networks",
    "OutgoingClient",
    "OutgoingSettings",
    "Policy",
    "Refused",
    "Resolver",
    "UnknownName",
    "check_host",
    "checked_url",
    "is_refused",
    "networks_of",
    "public_addresses",
]
