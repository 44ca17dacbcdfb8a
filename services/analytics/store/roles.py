"""The role that an organization's SQL logs in as: made on first use, its password in the vault."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit, urlunsplit

from services.analytics.store.scram import verifier
from services.common.db import Pool, load_queries
from services.common.vault import KeyDestroyed, Unreadable, Vault

SQL = load_queries(__package__)

PURPOSE = "query role"
PASSWORD_BYTES = 32
HELD_LOGINS = 10_000


@dataclass(frozen=True)
class Login:
    """A role of the database that can read one organization's rows through views, and no more."""

    user: str
    password: str = field(repr=False)


class QueryRoles:
    """One for a process."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault
        self._held: OrderedDict[str, Login] = OrderedDict()

    async def login(self, organization_id: str) -> Login:
        """What the organization's statements log in with. Call it without holding a connection."""
        login = self._held.get(organization_id) or await self._found_or_given(organization_id)
        self._held[organization_id] = login
        self._held.move_to_end(organization_id)
        if len(self._held) > HELD_LOGINS:
            self._held.popitem(last=False)
        return login

    def forget(self, organization_id: str) -> None:
        """Look it up anew: the server did not take what was held."""
        self._held.pop(organization_id, None)

    async def _found_or_given(self, organization_id: str) -> Login:
        while True:
            row = await self._pool.fetchrow(SQL["find_role"], organization_id)
            if row is not None and row["usable"]:
                try:
                    password = await self._opened(organization_id, row["password"])
                    return Login(row["role"], password)
                except (Unreadable, KeyDestroyed):
                    pass  # erased, or of another installation: the role gets a new one
            await self._give(organization_id, row["password"] if row is not None else None)

    async def _give(self, organization_id: str, unreadable: bytes | None) -> None:
        """A new password for the organization's role, unless another process has just given one."""
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        sealed = await self._vault.encrypt(organization_id, PURPOSE, password.encode())
        args = (organization_id, verifier(password), sealed, unreadable)
        await self._pool.execute(SQL["give_role"], *args)

    async def _opened(self, organization_id: str, sealed: bytes) -> str:
        return (await self._vault.decrypt(organization_id, PURPOSE, sealed)).decode()


def store_dsn(database_url: str, login: Login) -> str:
    """The service's own database, as this role."""
    url = urlsplit(database_url)
    place = url.netloc.rpartition("@")[2]
    user = f"{quote(login.user, safe='')}:{quote(login.password, safe='')}"
    return urlunsplit(url._replace(netloc=f"{user}@{place}"))
