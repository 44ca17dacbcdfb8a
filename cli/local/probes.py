"""Whether a process does its work yet. A probe is data, so that `attune status` can ask again."""

import asyncio
import os
import re
import socket
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

PATIENCE = 1.0
READY_LINE = 7  # of postmaster.pid: what `pg_ctl --wait` reads


@dataclass(frozen=True)
class Probe:
    """How to ask one process.

    `target` is the data folder for postgres and valkey, the URL for http, else host:port.
    """

    kind: Literal["postgres", "valkey", "grpc", "http", "tcp"]
    target: str


async def answers(probe: Probe) -> bool:
    """True where the process is ready; False for every other outcome."""
    match probe.kind:
        case "postgres":
            return postgres_is_ready(Path(probe.target))
        case "valkey":
            return valkey_is_ready(Path(probe.target))
        case "grpc":
            return await grpc_is_ready(probe.target)
        case "http":
            return await http_is_ready(probe.target)
        case "tcp":
            return tcp_is_open(probe.target)


async def is_up(probe: Probe) -> bool:
    """The same, of a process that starts, without gRPC: 45 MiB that would stay in the launcher.

    A service listens when its database has answered, and the gateway's probe asks all services.
    """
    return tcp_is_open(probe.target) if probe.kind == "grpc" else await answers(probe)


def postgres_is_ready(folder: Path) -> bool:
    """Read what the server itself notes in its data folder."""
    with suppress(OSError, IndexError, ValueError):
        lines = (folder / "postmaster.pid").read_text().splitlines()
        return lines[READY_LINE].strip() == "ready" and is_alive(int(lines[0]))
    return False


def is_alive(pid: int) -> bool:
    """Whether the number is a process; a killed server leaves its note behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def valkey_is_ready(folder: Path) -> bool:
    """Ask with the password of its own configuration; a server that still loads says no."""
    with suppress(OSError, KeyError):
        text = (folder / "valkey.conf").read_text()
        settings = dict(re.findall(r"^(port|requirepass) (\S+)$", text, re.MULTILINE))
        request = f"AUTH {settings['requirepass']}\r\nPING\r\n".encode()
        with socket.create_connection(("127.0.0.1", int(settings["port"])), PATIENCE) as sock:
            sock.sendall(request)
            return read_lines(sock, 2) == [b"+OK", b"+PONG"]
    return False


def read_lines(sock: socket.socket, count: int) -> list[bytes]:
    with sock.makefile("rb") as stream:
        return [stream.readline().strip() for _ in range(count)]


async def grpc_is_ready(address: str) -> bool:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    async with grpc.aio.insecure_channel(address) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        with suppress(grpc.aio.AioRpcError):
            answer = await check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
    return False


async def http_is_ready(url: str) -> bool:
    return await asyncio.to_thread(http_answers, url)


def http_answers(url: str) -> bool:
    """Ask without an HTTP library, which would stay in the launcher for one question."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("GET", parts.path)
        return connection.getresponse().status == HTTPStatus.OK
    return False


def tcp_is_open(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), PATIENCE):
        return True
    return False
