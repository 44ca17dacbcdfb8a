"""A bare Starlette application before a bare gRPC service, each a process.

python -m bench.baselines.echo serve PORT
python -m bench.baselines.echo forward PORT SERVICE_PORT
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import uvicorn
import uvloop
from google.protobuf.wrappers_pb2 import BytesValue
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SERVICE, METHOD = "bench.Echo", "Echo"


async def serve(port: int) -> None:
    async def echo(request: BytesValue, context: Any) -> BytesValue:
        return request

    handler = grpc.unary_unary_rpc_method_handler(
        echo,
        request_deserializer=BytesValue.FromString,
        response_serializer=BytesValue.SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler})]
    )
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


def forwarding(service_port: int) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{service_port}") as channel:
            app.state.echo = channel.unary_unary(
                f"/{SERVICE}/{METHOD}",
                request_serializer=BytesValue.SerializeToString,
                response_deserializer=BytesValue.FromString,
            )
            yield

    async def forward(request: Request) -> Response:
        answer = await request.app.state.echo(BytesValue(value=await request.body()))
        return Response(answer.value, media_type="application/json")

    return Starlette(routes=[Route("/echo", forward, methods=["POST"])], lifespan=lifespan)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        uvloop.run(serve(int(sys.argv[2])))
    else:
        uvicorn.run(
            forwarding(int(sys.argv[3])),
            host="127.0.0.1",
            port=int(sys.argv[2]),
            access_log=False,
            log_level="warning",
        )
