"""What a receipt tells of the model."""

from attune.analytics.v1 import chat_pb2 as pb

from services.analytics.chat.model.domain import Came

NANO = 1_000_000_000


def with_model(receipt: pb.ChatReceipt, came: Came) -> pb.ChatReceipt:
    """The same receipt. All of it is what was counted here: nothing of it is the model's word."""
    tally = came.tally
    receipt.model = came.model
    receipt.prompt_tokens = tally.prompt_tokens
    receipt.completion_tokens = tally.completion_tokens
    if came.model and tally.cost is not None:
        receipt.cost_usd = tally.cost / NANO
    receipt.sql_errors = tally.sql_errors
    receipt.dropped_sentences = tally.dropped
    receipt.context[:] = came.context
    receipt.degraded_reason = came.degraded or ""
    return receipt
