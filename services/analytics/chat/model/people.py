"""What is known of who asks, as a model may hear it: activity keeps it, and people may refuse."""

from typing import Any

import grpc
import msgspec
import structlog
from attune.activity.v1 import profiles_pb2 as pb
from attune.activity.v1 import profiles_pb2_grpc as pb_grpc

from services.common.caller import Caller
from services.common.pii import masked, masked_json
from services.common.service_tokens import ServiceTokens

log = structlog.get_logger(__name__)

SECONDS = 1
# The purpose of `consent` that a person may refuse: to have a model told of them.
CONSENT = "language_models"


class People:
    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._contexts = pb_grpc.ContextServiceStub(channel)
        self._traits = pb_grpc.TraitsServiceStub(channel)
        self._tokens = tokens

    async def told_of(self, who: Caller) -> dict[str, Any]:
        """Preferences, summary and job role, as far as there are, without personal data.

        Nothing where the person refused, or activity does not answer: no answer needs it.
        """
        try:
            metadata = await self._tokens.metadata(who.organization_id)
            traits = await self._traits.GetUserTraits(
                pb.GetUserTraitsRequest(user_id=who.subject), metadata=metadata, timeout=SECONDS
            )
            if refused(traits.traits.utf8):
                return {}
            context = await self._contexts.GetUserContext(
                pb.GetUserContextRequest(user_id=who.subject), metadata=metadata, timeout=SECONDS
            )
        except grpc.aio.AioRpcError as error:
            log.warning("a model is told nothing of who asks", code=error.code().name)
            return {}
        known = {
            "preferences": msgspec.json.decode(masked_json(context.preferences.utf8 or b"{}")),
            "summary": masked(context.context_summary),
            "job_role": who.job_role,
        }
        return {name: value for name, value in known.items() if value}


def refused(traits: bytes) -> bool:
    consent = msgspec.json.decode(traits or b"{}", type=dict[str, Any]).get("consent")
    return isinstance(consent, dict) and consent.get(CONSENT) is False
