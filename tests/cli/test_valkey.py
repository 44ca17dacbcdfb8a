from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from cli.local.process import free_ports, running
from cli.local.valkey import Valkey


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    base = tmp_path_factory.mktemp("valkey with a space")
    [port] = free_ports(1)
    valkey = Valkey(base / "data", "secret-word", port, durable=False)
    with running(valkey, base / "log"):
        yield valkey


def test_it_answers_with_the_password(server: Valkey) -> None:
    with redis.Redis.from_url(server.url()) as client:
        assert client.ping()


def test_it_refuses_without_the_password(server: Valkey) -> None:
    with redis.Redis(port=server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_only_the_owner_reads_its_password(server: Valkey) -> None:
    assert (server.folder / "valkey.conf").stat().st_mode & 0o777 == 0o600
    assert not any("secret-word" in part for part in server.program().command)


def test_it_keeps_what_it_knows_where_it_is_durable(tmp_path: Path) -> None:
    [port] = free_ports(1)
    valkey = Valkey(tmp_path / "data", "secret-word", port)
    for _ in range(2):
        with running(valkey, tmp_path / "log"), redis.Redis.from_url(valkey.url()) as client:
            client.incr("visits")
    with running(valkey, tmp_path / "log"), redis.Redis.from_url(valkey.url()) as client:
        assert client.get("visits") == b"2"
