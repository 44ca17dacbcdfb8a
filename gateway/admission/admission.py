"""Who gets in: the credential is known, and neither caller nor address is over a limit."""

from ipaddress import IPv6Address, ip_address, ip_network

from gateway.admission.identity import Caller, Exchange, Metadata
from gateway.admission.limits import Limiter
from gateway.http.visit import Visit

# No organization has this name, so addresses and callers never share a count.
NOBODY = "-"


class Admission:
    """Limits callers by organization and subject, and strangers by address.

    A stranger is whoever shows no credential, or one that is not known yet: a guess counts against
    the address before the exchange is asked, and is given back where the credential was good.
    """

    def __init__(self, exchange: Exchange, callers: Limiter, strangers: Limiter) -> None:
        self._exchange = exchange
        self._callers = callers
        self._strangers = strangers

    async def admit(self, visit: Visit, anyone: bool) -> Metadata:
        """The metadata that tells services of the caller; raises a Problem of 401, 403 or 429."""
        identified = (("x-request-id", visit.request_id),)
        if anyone:
            await count(visit, self._callers, NOBODY, network(visit.address))
            return identified
        header = visit.headers.get(b"authorization")
        caller = self._exchange.known(header) if header else None
        if caller is None:
            caller = await self._introduce(visit, identified)
        visit.who = (caller.organization, caller.subject)
        await count(visit, self._callers, *visit.who)
        return caller.metadata + identified

    def look(self, visit: Visit) -> None:
        """Tell how the address stands, on an answer that counts for nobody."""
        if self._strangers.limit:
            visit.standing = self._strangers.look(NOBODY, network(visit.address))

    def forget(self, visit: Visit) -> None:
        """A service did not accept the caller's token: exchange the credential anew."""
        self._exchange.forget(visit.headers.get(b"authorization", b""))

    async def _introduce(self, visit: Visit, metadata: Metadata) -> Caller:
        address = network(visit.address)
        await count(visit, self._strangers, NOBODY, address)
        caller = await self._exchange.caller(visit.headers.get(b"authorization"), metadata)
        if self._strangers.limit:
            self._strangers.give_back(NOBODY, address)
        return caller


async def count(visit: Visit, limiter: Limiter, organization: str, subject: str) -> None:
    if not limiter.limit:
        return
    visit.standing = await limiter.take(organization, subject)
    if not visit.standing.allowed:
        raise visit.standing.problem()


def network(address: str) -> str:
    """The address, or the /64 of an IPv6 one: a single host has as many of those as it likes."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return (
        str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
    )
