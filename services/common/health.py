"""`python -m services.common.health ADDRESS`: exit code 0 where a service is ready, else 1."""

import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

SECONDS = 3.0
USAGE = 2


def is_serving(address: str) -> bool:
    """Whether the service at host:port says that it is serving."""
    with grpc.insecure_channel(address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def main() -> None:
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m services.common.health ADDRESS\n")
        sys.exit(USAGE)
    sys.exit(0 if is_serving(sys.argv[1]) else 1)


if __name__ == "__main__":
    main()
