"""The gRPC face of contexts: translate, check, read, answer."""

import asyncio
from collections.abc import AsyncIterator

from attune.activity.v1 import profiles_pb2 as pb
from attune.activity.v1 import profiles_pb2_grpc as pb_grpc

from services.activity.access import reading
from services.activity.context.copies import Copies
from services.activity.context.messages import shown
from services.activity.context.store import ContextStore
from services.activity.context.watching import Hub
from services.common.caller import caller
from services.common.interceptors import Context
from services.common.tokens import LIFETIME

# As long as a token lives: whoever lost access by then does not get in again.
WATCH_SECONDS = LIFETIME.total_seconds()


class ContextService(pb_grpc.ContextServiceServicer):
    def __init__(self, store: ContextStore, copies: Copies, hub: Hub) -> None:
        self._store = store
        self._copies = copies
        self._hub = hub

    async def GetUserContext(
        self, request: pb.GetUserContextRequest, context: Context
    ) -> pb.UserContext:
        who, user_id = caller(), request.user_id
        masking = reading(who, user_id)
        found = await self._copies.get(who.organization_id, user_id)
        if found is None:
            found = await self._store.get(who.organization_id, user_id)
            if found.version:
                await self._copies.found(who.organization_id, found)
        return shown(found, masking)

    async def WatchUserContext(
        self, request: pb.WatchUserContextRequest, context: Context
    ) -> AsyncIterator[pb.UserContext]:
        who, user_id = caller(), request.user_id
        masking, clock = reading(who, user_id), asyncio.get_running_loop().time
        ends = clock() + WATCH_SECONDS
        with self._hub.watching(who, user_id) as watcher:
            more = True
            while more:
                newest = await self._store.get(who.organization_id, user_id)
                if newest.version != watcher.version:
                    watcher.version = newest.version
                    yield shown(newest, masking)
                more = await watcher.changed(ends - clock())
