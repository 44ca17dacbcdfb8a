"""What a DSN may say: where a database is and who reads it, and nothing else. Pure.

Drivers take much more from a DSN: files to read keys and passwords from, settings of the session,
several hosts, sockets of this machine. So it is taken apart here, and no driver sees the text.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

SCHEMES = ("postgresql", "postgres")
SSLMODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
# Encrypted or not at all: libpq's own default lets anybody on the way turn encryption off.
DEFAULT_SSLMODE = "require"
DEFAULT_PORT = 5432
# Of identifiers, in bytes (NAMEDATALEN - 1): PostgreSQL would cut longer ones.
NAME_BYTES = 63
PASSWORD_CHARACTERS = 1000
ALLOWED = "a DSN may hold host, port, database, user, password and sslmode"
FORM = "postgresql://user:password@host:port/database?sslmode=require"

PLAIN = re.compile(r"[^\x00-\x20\x7f]*")
PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")
PORT = re.compile(r"[0-9]{1,5}")
BRACKETED = re.compile(r"\[([^\[\]]*)\](?::(.*))?")


class BadDsn(Exception):
    """What to change in the DSN. It never tells the password."""


@dataclass(frozen=True)
class Dsn:
    """A database and who reads it. `host` is a name or an address, without brackets."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str = DEFAULT_SSLMODE

    @property
    def text(self) -> str:
        """With the password: for nobody to see."""
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        return self._around(secret)

    @property
    def shown(self) -> str:
        """Without the password."""
        return self._around("")

    def _around(self, secret: str) -> str:
        host = quote(self.host, safe=":")
        host = f"[{host}]" if ":" in host else host
        place = f"{quote(self.user, safe='')}{secret}@{host}:{self.port}"
        return f"postgresql://{place}/{quote(self.database, safe='')}?sslmode={self.sslmode}"


def parsed(text: str) -> Dsn:
    """Raises BadDsn."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme.lower() not in SCHEMES:
        raise BadDsn(f"must be a URL of the form {FORM}")
    if not PLAIN.fullmatch(rest):
        raise BadDsn(
            "must hold no spaces and no control characters: write them as %20 and the like"
        )
    if "#" in rest:
        raise BadDsn("must hold no '#': in a password write it as %23")
    rest, _, query = rest.partition("?")
    authority, _, path = rest.partition("/")
    # The last "@", as a password may hold others.
    who, separator, place = authority.rpartition("@")
    if not separator:
        raise BadDsn(f"must name a user, as in {FORM}")
    user, _, password = who.partition(":")
    host, port = host_and_port(place)
    return Dsn(
        host=host,
        port=port,
        database=name_of("database", path),
        user=name_of("user", user),
        password=password_of(password),
        sslmode=sslmode_of(query),
    )


def host_and_port(place: str) -> tuple[str, int]:
    """Raises BadDsn; whether the host may be called is not looked at here."""
    if bracketed := BRACKETED.fullmatch(place):
        host, port = bracketed[1], bracketed[2]
    else:
        host, _, port = place.partition(":")
    host = decoded("host", host)
    if "," in place or "," in host:
        raise BadDsn("must name one host")
    if not host:
        raise BadDsn("must name a host")
    if "/" in host or host.startswith("@"):
        raise BadDsn("must name a host, and no socket of this machine")
    return host, port_of(port)


def port_of(text: str | None) -> int:
    if not text:
        return DEFAULT_PORT
    if not PORT.fullmatch(text) or not 0 < int(text) < 65536:
        raise BadDsn(
            "must name a port from 1 to 65535; in a password write '@', ':' and '/' as %.."
        )
    return int(text)


def name_of(what: str, text: str) -> str:
    name = decoded(what, text)
    if not name:
        raise BadDsn(f"must name a {what}, as in {FORM}")
    if len(name.encode()) > NAME_BYTES:
        raise BadDsn(f"must name a {what} of at most {NAME_BYTES} bytes")
    return name


def password_of(text: str) -> str:
    password = decoded("password", text)
    if len(password) > PASSWORD_CHARACTERS:
        raise BadDsn(f"must have a password of at most {PASSWORD_CHARACTERS} characters")
    return password


def sslmode_of(query: str) -> str:
    """The one parameter that there is. Raises BadDsn, which names any other."""
    found = DEFAULT_SSLMODE
    seen = False
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        key = decoded("parameter", name)
        if key != "sslmode":
            raise BadDsn(f"must not hold the parameter {key[:50]!r}: {ALLOWED}")
        if seen:
            raise BadDsn("must name sslmode once")
        found, seen = decoded("sslmode", value), True
    if found not in SSLMODES:
        raise BadDsn(f"must have an sslmode of {', '.join(SSLMODES)}")
    return found


def decoded(what: str, text: str) -> str:
    """Without percent signs. Raises BadDsn for what is no text."""
    if PERCENT.search(text):
        raise BadDsn(f"has a '%' in the {what} that begins no %XX: write it as %25")
    try:
        plain = unquote(text, errors="strict")
        plain.encode()
    except UnicodeError:
        raise BadDsn(f"has a {what} that is no UTF-8") from None
    if "\0" in plain:
        raise BadDsn(f"has a NUL character in the {what}")
    return plain
