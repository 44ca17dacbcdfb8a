"""gRPC channels, made the same way by every caller."""

from typing import Any

import grpc

# Servers must allow these pings: grpc.http2.min_ping_interval_without_data_ms at most 20 s.
OPTIONS: list[tuple[str, Any]] = [
    ("grpc.lb_policy_name", "round_robin"),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # Services start in any order: whoever comes first looks again soon.
    ("grpc.initial_reconnect_backoff_ms", 100),
    # For so long an attempt to connect may last, whatever its name says: on a busy machine the
    # handshake alone can take a tenth of a second.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.enable_retries", 0),  # a write is retried by its caller, who knows its key
    # What goes out was capped as a body, and may grow: JSON's "-1," is ten bytes of protobuf.
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
]


def channel_to(address: str) -> grpc.aio.Channel:
    """A channel that spreads its calls over every address that the name has.

    Instead of a name, addresses of IPv4 with commas between.
    """
    return grpc.aio.insecure_channel(target_of(address), options=OPTIONS)


def target_of(address: str) -> str:
    """What gRPC calls it."""
    if ":///" in address or address.startswith("unix:"):
        return address
    return f"ipv4:{address.replace(' ', '')}" if "," in address else f"dns:///{address}"
