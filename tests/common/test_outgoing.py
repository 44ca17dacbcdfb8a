"""Calls to addresses of users: none reaches inside, whatever is written, resolved or answered."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from services.common.outgoing import (
    CallFailed,
    OutgoingClient,
    OutgoingSettings,
    Policy,
    Refused,
    checked_url,
    is_refused,
    networks_of,
)
from services.common.settings import MissingSetting, read_settings
from tests.properties import quick
from tests.receiver import Arrived, Receiver, Told, receiving, request_of

LOOPBACK = Policy(networks_of(["127.0.0.0/8"]), allows_http=True)
STRICT = Policy(allows_http=True)
PRIVATE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "100.100.100.200"),
    *("168.63.129.16", "192.0.0.192", "198.18.0.1", "203.0.113.7", "224.0.0.1"),
    *("239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1"),
    *("100::1", "fec0::1", "5f00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1"),
    *("64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1"),
]
PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1"),
    *("168.63.129.15", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"),
    *("64:ff9b::808:808", "2002:808:808::1"),
]

octets = st.integers(0, 255)
inner = st.sampled_from([a for a in PRIVATE if "." in a and ":" not in a])


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_refused(address: str) -> None:
    assert is_refused(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused(address: str) -> None:
    assert not is_refused(ipaddress.ip_address(address))


@quick
@given(st.integers(0, 2**32 - 1))
def test_whatever_python_holds_to_be_private_is_refused(number: int) -> None:
    address = ipaddress.IPv4Address(number)
    if not address.is_global or address.is_multicast:
        assert is_refused(address)


@quick
@given(st.integers(0, 2**128 - 1))
def test_nothing_outside_global_unicast_is_reached_but_by_nat64(number: int) -> None:
    address = ipaddress.IPv6Address(number)
    if number >> 125 != 1:
        assert is_refused(address)


@quick
@given(inner)
def test_an_ipv4_address_inside_an_ipv6_address_is_refused_alike(address: str) -> None:
    number = int(ipaddress.IPv4Address(address))
    for high in (0xFFFF << 32, 0x64FF9B << 96, 0):
        assert is_refused(ipaddress.IPv6Address(high | number))
    assert is_refused(ipaddress.IPv6Address(0x2002 << 112 | number << 80))


def notations(address: str) -> list[str]:
    """How inet_aton and its kin read one IPv4 address."""
    number = int(ipaddress.IPv4Address(address))
    a, b, c, d = ipaddress.IPv4Address(address).packed
    return [
        str(number),
        hex(number),
        hex(number).upper().replace("0X", "0X"),
        f"0{number:o}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a}.{b}.{c << 8 | d}",
        f"{a}.{b << 16 | c << 8 | d}",
        f"{a}.{b}.{c}.{d}.",
        f"{a:03}.{b:03}.{c:03}.{d:03}",
        f"{a}%2e{b}%2e{c}%2e{d}",
        f"{a}。{b}。{c}。{d}",  # a full stop that IDNA reads as a dot
        "".join(chr(ord(x) + 0xFEE0) if x.isdigit() else x for x in address),  # full width
        f"[::ffff:{address}]",
        f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[0:0:0:0:0:ffff:{address}]",
        f"[64:ff9b::{address}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]",
        f"[::{address}]",
    ]


@quick
@given(inner, st.sampled_from(["http", "https", "HTTP"]), st.sampled_from(["", ":80", ":8443"]))
def test_no_notation_of_an_inner_address_passes(address: str, scheme: str, port: str) -> None:
    for host in (address, *notations(address)):
        with pytest.raises(Refused):
            checked_url(f"{scheme}://{host}{port}/", STRICT)


@quick
@given(octets, octets, octets, octets)
def test_what_passes_as_an_address_is_a_public_one(a: int, b: int, c: int, d: int) -> None:
    address = ipaddress.IPv4Address(bytes((a, b, c, d)))
    try:
        url = checked_url(f"http://{address}/", STRICT)
    except Refused:
        assert is_refused(address)
    else:
        assert url.host == str(address)
        assert not is_refused(address)


@quick
@given(st.text(max_size=40))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    for prefix in ("", "http://", "http://a.example/", "http://["):
        with suppress(Refused):
            assert checked_url(prefix + text, STRICT).scheme in ("http", "https")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://example.com/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("//example.com/", "https://"),
        ("example.com", "https://"),
        ("http://ann:secret@example.com/", "user"),
        ("http://ann@example.com/", "user"),
        ("http://@example.com/", "user"),
        ("http://example.com/#part", "#"),
        ("http:///path", "host"),
        ("http://example.com:0/", "port"),
        ("http://example.com:99999/", "port"),
        ("http://exa mple.com/", "spaces"),
        ("http://example.com/a\r\nHost: b", "spaces"),
        ("http://example.com./", "dot"),
        ("http://a..example.com/", "host"),
        ("http://localhost/", "public"),
        ("http://a.localhost:8000/", "public"),
        ("http://" + "a" * 64 + ".example.com/", "host"),
        ("http://example.com/" + "a" * 2000, "2000"),
        ("http://example.0x7f/", "decimal"),
        ("http://[fe80::1%25eth0]/", "host"),
    ],
)
def test_a_url_that_may_not_be_called_says_what_to_change(url: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checked_url(url, STRICT)


def test_a_name_goes_out_as_punycode() -> None:
    assert checked_url("https://bücher.example/", Policy()).raw_host == b"xn--bcher-kva.example"


def test_production_calls_https_alone_unless_it_is_allowed() -> None:
    made = {
        allow: OutgoingSettings(environment="production", outgoing_allow_http=allow)
        for allow in (False, True)
    }
    with pytest.raises(Refused, match=r"https://$"):
        checked_url("http://example.com/", made[False].outgoing_policy)
    assert checked_url("http://example.com/", made[True].outgoing_policy)
    assert checked_url("http://example.com/", OutgoingSettings().outgoing_policy)


def test_allowed_networks_are_read_and_a_wrong_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATTUNE_OUTGOING_ALLOWED_NETWORKS", "127.0.0.0/8, fd00::/8")
    networks = read_settings(OutgoingSettings).outgoing_policy.allowed
    assert list(map(str, networks)) == ["127.0.0.0/8", "fd00::/8"]
    monkeypatch.setenv("ATTUNE_OUTGOING_ALLOWED_NETWORKS", "127.0.0.1/8")
    with pytest.raises(MissingSetting, match="ATTUNE_OUTGOING_ALLOWED_NETWORKS"):
        read_settings(OutgoingSettings)


async def post(
    url: str, policy: Policy = LOOPBACK, *, context: ssl.SSLContext | None = None, **limits: Any
) -> Any:
    given = {"seconds": 10, "body_limit": 1024, **limits}
    async with OutgoingClient(policy, ssl_context=context, **given) as client:
        return await client.post(url, b"{}", {"Content-Type": "application/json"})


async def test_an_allowed_network_is_called() -> None:
    async with receiving() as receiver:
        answer = await post(receiver.url + "?a=1")
    [arrived] = receiver.arrived
    assert (answer.status, answer.body) == (200, b"ok")
    assert (arrived.method, arrived.path, arrived.body) == ("POST", "/hook?a=1", b"{}")
    assert arrived.headers["host"] == receiver.address


async def test_nothing_is_sent_to_an_address_inside() -> None:
    async with receiving() as receiver:
        port = receiver.address.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]", "0x7f.1"):
            with pytest.raises(CallFailed) as failed:
                await post(f"http://{host}:{port}/", STRICT)
            assert failed.value.refused
    assert receiver.arrived == []


class Names:
    """A name server that gives each of its answers once, in order, and the last one again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if not str(host).endswith(".example"):
            return self.real(host, port, *args, **kwargs)
        self.asked.append(str(host))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["10.0.0.1"], ["1.1.1.1", "169.254.169.254"]])
async def test_a_name_that_leads_inside_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: list[str]
) -> None:
    names = Names(monkeypatch, found)
    with pytest.raises(CallFailed, match="public address") as failed:
        await post("http://hooks.example/", STRICT)
    assert failed.value.refused
    assert not any(address in str(failed.value) for address in found)
    assert names.asked == ["hooks.example"]


async def test_a_name_that_changes_its_answer_after_the_check_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    async with receiving() as receiver:
        port = receiver.address.rpartition(":")[2]
        policy = Policy(networks_of(["127.0.0.1/32"]), allows_http=True)
        assert (await post(f"http://hooks.example:{port}/", policy)).status == 200
        assert names.asked == ["hooks.example"]
        with pytest.raises(CallFailed, match="public address"):
            await post(f"http://hooks.example:{port}/", policy)
    assert [arrived.headers["host"] for arrived in receiver.arrived] == [f"hooks.example:{port}"]


async def test_the_second_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver:
        port = receiver.address.rpartition(":")[2]
        Names(monkeypatch, ["127.0.0.9", "127.0.0.1"])
        assert (await post(f"http://hooks.example:{port}/")).status == 200


async def test_names_that_no_server_answers_for_hold_up_no_other_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names, answered = Names(monkeypatch, ["127.0.0.1"]), threading.Event()
    asked: list[str] = []

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if str(host).endswith(".dead.example"):
            asked.append(str(host))
            answered.wait(30)
        return names(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    outgoing = OutgoingClient(LOOPBACK, seconds=20, body_limit=1024)
    async with receiving() as receiver, outgoing as client:
        port = receiver.address.rpartition(":")[2]
        dead = [
            asyncio.create_task(client.post(f"http://{n % 40}.dead.example:{port}/", b"", {}))
            for n in range(80)
        ]
        answer = await client.post(f"http://hooks.example:{port}/", b"", {})
        assert (answer.status, len(receiver.arrived)) == (200, 1)
        assert await asyncio.to_thread(lambda: "free") == "free"
        assert len(asked) == len(set(asked))  # of those who ask for a name, one has it looked up
        answered.set()
        assert {one.status for one in await asyncio.gather(*dead)} == {200}


async def test_authorities_are_read_once_and_not_for_each_call(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[Any] = []
    load = ssl.SSLContext.load_verify_locations

    def count(self: ssl.SSLContext, *args: Any, **kwargs: Any) -> None:
        read.append(args)
        load(self, *args, **kwargs)

    server, _ = certificates("hooks.example", tmp_path)
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", count)
    outgoing = OutgoingClient(LOOPBACK, seconds=10, body_limit=1024)
    async with receiving(server) as receiver, outgoing as client:
        for _ in range(3):
            with pytest.raises(CallFailed, match="certificate"):
                await client.post(f"https://{receiver.address}/", b"", {})
    assert len(read) <= 1


def certificates(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate for the name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "server.pem").write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem")
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_tls_is_checked_against_the_name_and_not_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Names(monkeypatch, ["127.0.0.1"])
    server, client = certificates("hooks.example", tmp_path)
    async with receiving(server) as receiver:
        port = receiver.address.rpartition(":")[2]
        assert (await post(f"https://hooks.example:{port}/", context=client)).status == 200
        assert receiver.server_names == ["hooks.example"]
        for host in ("other.example", "127.0.0.1"):
            with pytest.raises(CallFailed, match="certificate"):
                await post(f"https://{host}:{port}/", context=client)
        with pytest.raises(CallFailed, match="certificate"):
            await post(f"https://hooks.example:{port}/")
    assert len(receiver.arrived) == 1


async def test_a_redirect_is_an_answer_and_not_followed() -> None:
    async with receiving() as receiver, receiving() as inside:
        receiver.will(Told(302, headers={"location": inside.url}))
        answer = await post(receiver.url)
    assert (answer.status, answer.headers["location"]) == (302, inside.url)
    assert inside.arrived == []


async def test_of_a_long_body_the_beginning_is_read() -> None:
    async with receiving() as receiver:
        receiver.will(Told(body=b"x" * 5_000_000))
        assert (await post(receiver.url, body_limit=1000)).body == b"x" * 1000


async def test_a_compressed_body_is_not_inflated() -> None:
    async with receiving() as receiver:
        receiver.will(Told(body=b"no gzip", headers={"content-encoding": "gzip"}))
        assert (await post(receiver.url)).body == b"no gzip"
    assert receiver.arrived[0].headers["accept-encoding"] == "identity"


async def test_who_does_not_answer_in_time_is_given_up() -> None:
    async with receiving() as receiver:
        never = asyncio.Event()

        async def silent(_: Arrived) -> Told:
            await never.wait()
            return Told()

        receiver.behaviour = silent
        with pytest.raises(CallFailed, match=r"within 0\.2 s") as failed:
            await post(receiver.url, seconds=0.2)
    assert not failed.value.refused
    assert failed.value.duration_ms >= 200


async def trickling(writer: asyncio.StreamWriter) -> None:
    """Answer a byte at a time, each in time for a limit between bytes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    with suppress(OSError):
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)


async def nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\0\1\2 no http\r\n\r\n")


async def nothing(writer: asyncio.StreamWriter) -> None:
    """Close at once."""


@pytest.mark.parametrize(
    ("behave", "why"), [(trickling, "within"), (nonsense, "HTTP"), (nothing, "HTTP")]
)
async def test_a_server_that_misbehaves_is_a_failure_with_a_reason(behave: Any, why: str) -> None:
    done = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        await behave(writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(CallFailed, match=why):
        await post(f"http://127.0.0.1:{port}/", seconds=0.3)
    await done.wait()
    server.close()
    await server.wait_closed()


async def test_an_unknown_name_and_a_closed_port_are_failures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(CallFailed, match="no connection"):
            await post(f"http://127.0.0.1:{taken.getsockname()[1]}/")

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(CallFailed, match="name is not known"):
        await post("http://nobody.example/")


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as receiver, receiving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.address}")
        monkeypatch.setenv("ALL_PROXY", f"http://{proxy.address}")
        assert (await post(receiver.url)).status == 200
    assert proxy.arrived == []
    assert isinstance(receiver, Receiver)
