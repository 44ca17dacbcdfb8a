"""The jobs of profiles: made anew on demand, and brought forward as time passes."""

import asyncio

from services.activity.consuming import rebuilt
from services.activity.profiles.building import CONSUMER, Builder
from services.activity.profiles.store import ProfileStore
from services.common.clock import Clock
from services.common.jobs import Job

REBUILD = "rebuild_profiles"
AGAIN_SECONDS = 0.2


def rebuilding(store: ProfileStore, builder: Builder, now: Clock) -> Job:
    """The job that makes all profiles of the organization in its payload anew."""

    async def rebuild(payload: bytes) -> None:
        organization_id = payload.decode()
        args = (store.pool, CONSUMER, organization_id, builder.rebuild, now)
        while not await rebuilt(*args):  # noqa: ASYNC110
            await asyncio.sleep(AGAIN_SECONDS)  # another process applies a batch
        await builder.committed(organization_id)

    return Job(REBUILD, rebuild, at_once=1, instead="`attune profiles rebuild --org ORGANIZATION`")


def passing_time(store: ProfileStore, now: Clock) -> Job:
    """The job that finds who went silent: who churned and who is dormant by now."""

    async def run(_: bytes) -> None:
        for organization_id in await store.organizations_due(now()):
            await store.pass_time(organization_id, now())

    return Job("age_profiles", run, cron="*/5 * * * *")
