"""Sends what is due: at least once, claimed under a lease, outside of any transaction.

A delivery is recorded only after its request. Whoever dies between the two leaves it to the end of
the lease, when another one sends it again with the same webhook-id. Each endpoint has a bounded
number of requests under way, so that a slow one holds up none but itself.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from standardwebhooks import Webhook

from services.activity.webhooks.domain import Outcome, disabled_by, next_attempt
from services.activity.webhooks.outbox import Claimed, Disabling, Due, Outbox, Place, Target
from services.activity.webhooks.telemetry import ATTEMPTS, DISABLED, SECONDS
from services.common.clock import Clock
from services.common.db import TRANSIENT_ERRORS
from services.common.outgoing import Answer, CallFailed, OutgoingClient
from services.common.pii import masked
from services.common.tasks import end
from services.common.vault import KeyDestroyed, Vault

log = structlog.get_logger(__name__)

PURPOSE = "webhooks"
SWEEP_SECONDS = 1.0
# Endpoints served at once by this process, and requests of each.
ENDPOINTS_AT_ONCE = 64
OF_ONE_ENDPOINT = 8
# Of the endpoints served at once, so that many that hang leave room for the others: those of one
# organization, and those where the last attempt failed.
OF_ONE_ORGANIZATION = 16
FAILING_AT_ONCE = 32
# Beyond the time of a call: to record how it went, on a busy database too.
LEASE_MARGIN = timedelta(seconds=15)
# An endpoint that could not be served for a reason of ours.
REST = timedelta(seconds=30)
GRACE_SECONDS = 5.0
BODY_BYTES = 1024
USER_AGENT = "Attune-Webhooks/1"


@dataclass(frozen=True)
class Served:
    """An endpoint that is sent to just now."""

    task: "asyncio.Task[None]"
    failing: bool


@dataclass
class Sender:
    """One of a worker."""

    outbox: Outbox
    vault: Vault
    client: OutgoingClient
    call_seconds: float
    now: Clock
    sweep_seconds: float = SWEEP_SECONDS
    jitter: Callable[[], float] = random.random
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: dict[Place, Served] = field(default_factory=dict)
    _resting: dict[Place, datetime] = field(default_factory=dict)

    def tell(self) -> None:
        """There is something to send; a lost word costs one sweep."""
        self._wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Sender"]:
        """Send until the block ends; requests under way may finish."""
        task = asyncio.create_task(self._forever())
        try:
            yield self
        finally:
            await end(task)
            tasks = [served.task for served in self._serving.values()]
            if tasks:
                await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            await end(*tasks)

    async def _forever(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self.sweep()
            except TRANSIENT_ERRORS as err:
                log.debug("sender waits", error=str(err))
            except Exception as err:
                log.error("sender failed", exc_info=err)
            # With very many endpoints that wait, no more than half of the time is spent looking.
            await asyncio.sleep(min(time.monotonic() - began, self.sweep_seconds))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self.sweep_seconds)
            self._wake.clear()

    async def sweep(self) -> None:
        """Begin to serve each endpoint that something is due for, as far as there is room."""
        now = self.now()
        self._resting = {place: until for place, until in self._resting.items() if until > now}
        for due in await self.outbox.due(now):
            if self._has_room(due):
                place = due.place
                self._serving[place] = Served(asyncio.create_task(self._serve(place)), due.failing)

    def _has_room(self, due: Due) -> bool:
        """Whether it may be served now: those that are slow leave room for all others."""
        if due.place in self._serving or due.place in self._resting:
            return False
        organization = due.place.organization_id
        of_it = sum(place.organization_id == organization for place in self._serving)
        failing = sum(served.failing for served in self._serving.values())
        return (
            len(self._serving) < ENDPOINTS_AT_ONCE
            and of_it < OF_ONE_ORGANIZATION
            and not (due.failing and failing >= FAILING_AT_ONCE)
        )

    async def _serve(self, place: Place) -> None:
        """One batch of one endpoint, which then waits for its turn again."""
        try:
            if await self.send_due(place):
                self._wake.set()
        except TRANSIENT_ERRORS as err:
            log.debug("endpoint waits", error=str(err))
        except Exception as err:
            self._resting[place] = self.now() + REST
            log.error(
                "endpoint cannot be served",
                organization=place.organization_id,
                endpoint=str(place.endpoint_id),
                exc_info=err,
            )
        finally:
            self._serving.pop(place, None)

    async def send_due(self, place: Place) -> bool:
        """Send a batch; whether anything was due. Raises VaultError where it cannot be signed."""
        target = await self.outbox.target(place)
        if target is None:
            return await self._give_up(place, "the endpoint was removed")
        if target.disabled_reason is not None:
            return await self._give_up(place, "the endpoint is disabled")
        try:
            secrets = await self._secrets(place, target)
        except KeyDestroyed:
            return await self._give_up(place, "the endpoint's secret was destroyed: rotate it")
        now = self.now()
        lease = now + timedelta(seconds=self.call_seconds) + LEASE_MARGIN
        batch = await self.outbox.claim(place, now, lease, OF_ONE_ENDPOINT)
        ends = await asyncio.gather(
            *(self._deliver(place, target, secrets, each) for each in batch),
            return_exceptions=True,
        )
        for failure in ends:
            if failure is not None:  # not recorded: it is sent again
                raise failure
        return bool(batch)

    async def _give_up(self, place: Place, why: str) -> bool:
        return await self.outbox.give_up(place, self.now(), why) > 0

    async def _secrets(self, place: Place, target: Target) -> list[str]:
        """What to sign with: the newest secret, and the one before while it has time."""
        sealed = [target.secret]
        if target.old_secret and target.old_secret_until and self.now() < target.old_secret_until:
            sealed.append(target.old_secret)
        key = (place.organization_id, PURPOSE)
        row = str(place.endpoint_id)
        return [(await self.vault.decrypt(*key, each, row)).decode() for each in sealed]

    async def _deliver(
        self, place: Place, target: Target, secrets: Sequence[str], claimed: Claimed
    ) -> None:
        outcome = await self._attempt(target.url, secrets, claimed)
        now = self.now()
        SECONDS.observe(outcome.duration_ms / 1000)
        if outcome.arrived:
            await self.outbox.arrived(place, claimed, outcome, now)
            ATTEMPTS.labels("delivered").inc()
            return
        reason = disabled_by(outcome, target.failing_since, now)
        disabling = Disabling(reason, target.url) if reason else None
        again = next_attempt(claimed.failures + 1, now, outcome.retry_after, self.jitter())
        disabled = await self.outbox.failed(place, claimed, outcome, now, again, disabling)
        if disabled:
            DISABLED.labels(reason).inc()
            log.warning(
                "webhook disabled",
                organization=place.organization_id,
                endpoint=str(place.endpoint_id),
                reason=reason,
            )
        ATTEMPTS.labels("failed" if disabled or again is None else "retried").inc()

    async def _attempt(self, url: str, secrets: Sequence[str], claimed: Claimed) -> Outcome:
        headers = signed_headers(secrets, claimed.event_id, self.now(), claimed.payload)
        try:
            answer = await self.client.post(url, claimed.payload.encode(), headers)
        except CallFailed as err:
            return Outcome(error=str(err), duration_ms=err.duration_ms)
        return outcome_of(answer)


def signed_headers(
    secrets: Sequence[str], event_id: str, now: datetime, payload: str
) -> dict[str, str]:
    """Those of Standard Webhooks, with a signature by each secret."""
    signatures = (Webhook(secret).sign(event_id, now, payload) for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def outcome_of(answer: Answer) -> Outcome:
    # PostgreSQL's text holds no NUL.
    text = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    error = None
    if 300 <= answer.status < 400:
        error = "redirects are not followed"
    return Outcome(
        status=answer.status,
        body=masked(text),
        error=error,
        duration_ms=answer.duration_ms,
        retry_after=answer.headers.get("retry-after"),
    )
