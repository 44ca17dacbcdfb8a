"""What is done about personal data in a vote before it is stored."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec

from services.activity.feedback.domain import Conversation, Given, Vote
from services.common.errors import InvalidFields, Violation
from services.common.pii import find, masked_json
from services.common.pii.scanning import masked_at
from services.common.vault import KeyDestroyed, Vault

HASHES = "feedback_hashes"
TEXTS = "feedback_texts"

Handling = Literal["mask", "encrypt", "refuse"]


@dataclass(frozen=True)
class Screening:
    """What ATTUNE_FEEDBACK_PII and ATTUNE_PHONE_REGION say."""

    handling: Handling
    region: str


class Screen:
    """Makes what was given fit to be stored: hashes keyed, personal data out of the text."""

    def __init__(self, vault: Vault, screening: Screening) -> None:
        self._vault = vault
        self._how = screening

    async def vote(
        self,
        organization_id: str,
        given: Given,
        conversation: Conversation,
        message_id: UUID | None,
    ) -> Vote:
        """Raises InvalidFields where personal data is refused. Call it outside transactions."""
        text, kinds = self._masked_text(given.text)
        metadata = masked_json(given.metadata, self._how.region)
        if self._how.handling == "refuse" and metadata != given.metadata:
            raise InvalidFields(Violation("metadata", "has personal data: leave it out"))
        original = None
        if kinds and self._how.handling == "encrypt":
            place = place_of(conversation.id, message_id)
            data = (given.text or "").encode()
            original = await self._vault.encrypt(organization_id, TEXTS, data, place)
        return Vote(
            conversation=conversation,
            message_id=message_id,
            score=given.score,
            text=text,
            original_text=original,
            personal_data=kinds,
            latency_ms=given.latency_ms,
            tokens_used=given.tokens_used,
            input_hash=await self.keyed(organization_id, given.input_hash),
            output_hash=await self.keyed(organization_id, given.output_hash),
            metadata=metadata,
            content_hash=await self._content_hash(organization_id, given),
        )

    def _masked_text(self, text: str | None) -> tuple[str | None, list[str]]:
        """The text without personal data, and the kinds that were in it."""
        findings = find(text, self._how.region) if text else []
        kinds = sorted({one.kind for one in findings})
        if kinds and self._how.handling == "refuse":
            problem = f"has personal data ({', '.join(kinds)}): leave it out"
            raise InvalidFields(Violation("text", problem))
        return (masked_at(text, findings) if text else text), kinds

    async def keyed(self, organization_id: str, given: str | None) -> str | None:
        """HMAC in hex of a hash in hex, by a key of the organization's."""
        if given is None:
            return None
        data = given.lower().encode()
        return (await self._vault.hmac(organization_id, HASHES, data)).hex()

    async def opened(
        self, organization_id: str, sealed: bytes, conversation_id: UUID, message_id: UUID | None
    ) -> str | None:
        """What was sealed in a vote on this message; None where its key was destroyed."""
        place = place_of(conversation_id, message_id)
        try:
            return (await self._vault.decrypt(organization_id, TEXTS, sealed, place)).decode()
        except KeyDestroyed:
            return None

    async def _content_hash(self, organization_id: str, given: Given) -> bytes:
        data = msgspec.json.encode({**vars(given), "metadata": given.metadata.decode()})
        return await self._vault.hmac(organization_id, HASHES, data)


def place_of(conversation_id: UUID, message_id: UUID | None) -> str:
    """Where an original belongs: no other vote's text can be put there in the database."""
    return f"{conversation_id} {message_id}"
