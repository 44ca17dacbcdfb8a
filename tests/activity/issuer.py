"""An identity provider of the test's own: it signs JWTs and serves its keys over HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.suite import AUDIENCE, ISSUER, ORGANIZATION


@dataclass(frozen=True)
class SigningKey:
    """A private key with the id and the algorithm that it is published under."""

    kid: str
    algorithm: str
    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def rsa(cls, kid: str = "rsa") -> "SigningKey":
        return cls(kid, "RS256", rsa.generate_private_key(65537, 2048))

    @classmethod
    def ec(cls, kid: str = "ec") -> "SigningKey":
        return cls(kid, "ES256", ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self) -> dict[str, Any]:
        public = self.key.public_key()
        made = (
            RSAAlgorithm.to_jwk(public, as_dict=True)
            if isinstance(public, rsa.RSAPublicKey)
            else ECAlgorithm.to_jwk(public, as_dict=True)
        )
        return {**made, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    @property
    def public_pem(self) -> bytes:
        form = PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(Encoding.PEM, form)

    def sign(self, now: datetime, header: dict[str, Any] | None = None, **claims: Any) -> str:
        headers = {"kid": self.kid} if header is None else header
        told = claims_of(now, **claims)
        return jwt.encode(told, self.key, algorithm=self.algorithm, headers=headers)


def claims_of(now: datetime, **changed: Any) -> dict[str, Any]:
    """The claims of ann, some changed; None leaves a claim out."""
    told = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "org": ORGANIZATION,
        "role": "analyst",
        "job_role": "trader",
        "iat": now,
        "exp": now + timedelta(hours=1),
        **changed,
    }
    return {name: value for name, value in told.items() if value is not None}


class Issuer:
    """What the endpoints of an identity provider answer, and how often they were asked."""

    def __init__(self) -> None:
        self.keys: Any = []
        self.status = 200
        # Another body than the keys; another address than this one in the discovery document.
        self.raw: bytes | None = None
        self.discovered: dict[str, Any] = {}
        # Answers wait for this.
        self.answering = threading.Event()
        self.answering.set()
        self.asked = 0
        self.discovery_asked = 0
        self.address = ""

    @property
    def url(self) -> str:
        return f"{self.address}/keys"

    def publish(self, *keys: SigningKey) -> None:
        self.keys = [key.jwk for key in keys]

    def answer(self, path: str) -> bytes:
        """The discovery document, or the keys wherever providers have theirs."""
        if path.endswith("/openid-configuration"):
            self.discovery_asked += 1
            told = {"issuer": self.address, "jwks_uri": self.url, **self.discovered}
            return json.dumps(told).encode()
        self.asked += 1
        return json.dumps({"keys": self.keys}).encode() if self.raw is None else self.raw


@contextmanager
def serving_keys() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = issuer.answer(self.path)
            issuer.answering.wait(30)
            self.send_response(issuer.status)
            self.send_header("content-length", str(len(body)))
            self.send_header("location", "/elsewhere")
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            issuer.answering.set()
            server.shutdown()
            thread.join()
