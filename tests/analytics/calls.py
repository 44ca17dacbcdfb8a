"""Calls that fail."""

from typing import Any

import grpc
import pytest


async def refused(call: Any) -> grpc.aio.AioRpcError:
    """The error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as err:
        await call
    return err.value
