"""Development secrets: made on first start, kept in .attune/secrets.json, never constants."""

import base64
import json
import secrets as random
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cli.local.errors import LocalError
from cli.local.files import locked, write_private

SERVICES = ("activity", "suggestions", "analytics")
PREFIX = "dev-"  # by which a service in production knows and refuses them


@dataclass(frozen=True)
class Secrets:
    """`database_passwords` and `service_keys` have one for each service. `encryption_keys` are by
    their ids, the one that encrypts first.
    """

    postgres_password: str = field(repr=False)
    valkey_password: str = field(repr=False)
    database_passwords: dict[str, str] = field(repr=False)
    service_keys: dict[str, str] = field(repr=False)
    jwt_secret: str = field(repr=False)
    token_private_key: str = field(repr=False)
    token_public_key: str = field(repr=False)
    encryption_keys: dict[str, str] = field(repr=False)


def load_or_create(home: Path) -> Secrets:
    """Read the secrets, making those that are missing.

    Raises LocalError where the file cannot be read or is damaged.
    """
    path = home / "secrets.json"
    try:
        home.mkdir(parents=True, exist_ok=True)
        with locked(home / "secrets.lock"):
            known = json.loads(path.read_text()) if path.exists() else {}
            secrets = completed(known)
            if asdict(secrets) != known:
                write_private(path, json.dumps(asdict(secrets), indent=2) + "\n")
            return secrets
    except OSError as err:
        raise LocalError(f"Cannot use {err.filename}: {err.strerror}.") from None
    except (ValueError, TypeError, AttributeError):
        raise LocalError(
            f"{path} is damaged: restore it, or remove {home} to start anew."
        ) from None


def completed(known: dict[str, object]) -> Secrets:
    keys = known if "token_private_key" in known else known | key_pair()
    return Secrets(
        postgres_password=text(known, "postgres_password"),
        valkey_password=text(known, "valkey_password"),
        database_passwords=for_each_service(known.get("database_passwords")),
        service_keys=for_each_service(known.get("service_keys")),
        jwt_secret=text(known, "jwt_secret"),
        token_private_key=text(keys, "token_private_key"),
        token_public_key=text(keys, "token_public_key"),
        encryption_keys=encryption_keys(known.get("encryption_keys")),
    )


def text(known: dict[str, object], name: str) -> str:
    value = known.get(name, PREFIX + random.token_urlsafe(32))
    if not isinstance(value, str) or not value:
        raise ValueError(name)
    return value


def for_each_service(known: object) -> dict[str, str]:
    given = dict(known) if isinstance(known, dict) else {}
    return given | {name: text(given, name) for name in SERVICES}


def encryption_keys(known: object) -> dict[str, str]:
    """Those that there are, or a first one: its id says that it is a development secret."""
    if known is None:
        key = base64.b64encode(random.token_bytes(32)).decode()
        return {f"{PREFIX}{random.token_hex(4)}": key}
    if not isinstance(known, dict) or not known:
        raise ValueError("encryption_keys")
    return {name: text(known, name) for name in known}


def key_pair() -> dict[str, str]:
    """An Ed25519 key pair in PEM: it signs the tokens between services."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )
    mark = f"{PREFIX}key\n"  # PEM allows words before a key; production refuses these
    return {
        "token_private_key": mark + private.decode(),
        "token_public_key": mark + public.decode(),
    }
