"""The vault on real PostgreSQL: who can read what, for how long, and by which master key."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.local.encryption import rotate_master_keys, uses_of_master_keys
from services.activity import app as activity
from services.analytics import app as analytics
from services.common.db import Pool, pool_for
from services.common.vault import KeyDestroyed, Keyring, UnknownMasterKey, Unreadable, Vault
from services.common.vault.rewrapping import MasterKeyUse, rewrap, rewrapping, uses
from services.common.vault.sealing import joined, new_key, open_sealed, seal
from tests.clock import Clock
from tests.suite import Servers, Suite

OLD, NEW = os.urandom(32), os.urandom(32)
BEFORE, AFTER = Keyring({"2026": OLD}), Keyring({"2027": NEW, "2026": OLD})
SECRET = b"whsec_4711"


@pytest.fixture
async def pool(servers: Servers, database: str) -> AsyncIterator[Pool]:
    async with pool_for(servers.dsn(database, "activity"), "activity") as pool:
        yield pool


@pytest.fixture
def vault(pool: Pool) -> Vault:
    return Vault(pool, BEFORE)


async def test_what_was_encrypted_is_read_again_by_another_process(
    pool: Pool, vault: Vault
) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET, row="7")
    assert SECRET not in sealed
    assert len(sealed) == len(SECRET) + 33
    assert await Vault(pool, BEFORE).decrypt("acme", "webhooks", sealed, row="7") == SECRET


async def test_equal_texts_are_encrypted_differently(vault: Vault) -> None:
    assert await vault.encrypt("acme", "x", SECRET) != await vault.encrypt("acme", "x", SECRET)


@pytest.mark.parametrize(
    ("organization", "purpose", "row"),
    [("other", "webhooks", "7"), ("acme", "feedback", "7"), ("acme", "webhooks", "8")],
)
async def test_a_ciphertext_opens_nowhere_else(
    vault: Vault, organization: str, purpose: str, row: str
) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET, row="7")
    await vault.encrypt(organization, purpose, b"there is a key of that place, too", row)
    with pytest.raises(Unreadable):
        await vault.decrypt(organization, purpose, sealed, row)


async def test_a_data_key_of_another_organization_is_no_help(pool: Pool, vault: Vault) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET)
    await pool.execute(
        "INSERT INTO data_keys SELECT 'other', purpose, version, master_key_id, wrapped, created_at"
        " FROM data_keys WHERE organization_id = 'acme'"
    )
    with pytest.raises(Unreadable):
        await vault.decrypt("other", "webhooks", sealed)


async def test_no_changed_or_cut_ciphertext_opens(vault: Vault) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET)
    changed = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]
    cut = [sealed[:length] for length in range(len(sealed))]
    for wrong in [*changed, *cut, sealed + b"\0", b"\x01\xff\xff\xff\xff" + sealed[5:]]:
        with pytest.raises(Unreadable):
            await vault.decrypt("acme", "webhooks", wrong)


async def test_those_who_encrypt_first_at_the_same_time_share_one_key(pool: Pool) -> None:
    vaults = [Vault(pool, BEFORE) for _ in range(20)]
    sealed = await asyncio.gather(*(vault.encrypt("acme", "x", SECRET) for vault in vaults))
    assert await pool.fetchval("SELECT count(*) FROM data_keys") == 1
    assert {await vaults[0].decrypt("acme", "x", each) for each in sealed} == {SECRET}


async def test_an_hmac_is_the_same_in_every_process_and_differs_by_place(
    pool: Pool, vault: Vault
) -> None:
    made = await vault.hmac("acme", "hashes", b"text")
    assert made == await Vault(pool, AFTER).hmac("acme", "hashes", b"text")
    others = [("other", "hashes", b"text"), ("acme", "x", b"text"), ("acme", "hashes", b"t")]
    assert made not in {await vault.hmac(*other) for other in others}


async def test_after_a_rotation_old_ciphertexts_open_without_the_old_master_key(
    pool: Pool, vault: Vault
) -> None:
    sealed = {org: await vault.encrypt(org, "webhooks", SECRET) for org in ("acme", "other")}
    digest = await vault.hmac("acme", "webhooks", b"text")
    assert await rewrap(pool, AFTER) == 2
    assert await rewrap(pool, AFTER) == 0
    assert await uses(pool) == [MasterKeyUse("2027", 2)]
    later = Vault(pool, Keyring({"2027": NEW}))
    assert {await later.decrypt(org, "webhooks", each) for org, each in sealed.items()} == {SECRET}
    assert await later.hmac("acme", "webhooks", b"text") == digest


async def test_the_job_rotates(pool: Pool, vault: Vault) -> None:
    await vault.encrypt("acme", "webhooks", SECRET)
    await rewrapping(pool, AFTER).run(b"")
    assert await uses(pool) == [MasterKeyUse("2027", 1)]


async def test_the_command_rotates_by_the_keys_that_the_worker_has(
    servers: Servers, database: str, suite: Suite, pool: Pool
) -> None:
    dsn = servers.admin_dsn(database)
    keys = {"old": OLD, **suite.activity_settings.keyring.keys}
    await Vault(pool, Keyring(keys)).encrypt("acme", "webhooks", SECRET)
    assert await uses_of_master_keys(dsn) == [("activity", MasterKeyUse("old", 1))]
    texts = {name: base64.b64encode(key).decode() for name, key in reversed(keys.items())}
    known = {"encryption_keys": texts}
    async with (
        activity.working(suite.activity_settings.model_copy(update=known)),
        analytics.working(suite.analytics_settings.model_copy(update=known)),
    ):
        assert await rotate_master_keys(dsn) == [("activity", MasterKeyUse("test", 1))]


async def test_a_rotation_meets_an_unknown_master_key_and_does_the_others(
    pool: Pool, vault: Vault
) -> None:
    await Vault(pool, Keyring({"lost": new_key()})).encrypt("a", "webhooks", SECRET)
    await vault.encrypt("b", "webhooks", SECRET)
    with pytest.raises(UnknownMasterKey, match="ATTUNE_ENCRYPTION_KEYS has no key 'lost'"):
        await rewrap(pool, AFTER)
    assert await uses(pool) == [MasterKeyUse("2027", 1), MasterKeyUse("lost", 1)]


async def test_an_unknown_master_key_is_named(pool: Pool, vault: Vault) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET)
    with pytest.raises(UnknownMasterKey, match="'2026'"):
        await Vault(pool, Keyring({"2027": NEW})).decrypt("acme", "webhooks", sealed)


async def test_what_a_destroyed_key_encrypted_is_gone_and_a_new_key_starts(
    pool: Pool, vault: Vault
) -> None:
    sealed = await vault.encrypt("acme", "webhooks", SECRET)
    kept = await vault.encrypt("acme", "feedback", SECRET)
    assert await vault.destroy("acme", "webhooks") == 1
    assert await vault.destroy("acme", "webhooks") == 0
    for reader in (vault, Vault(pool, BEFORE)):
        with pytest.raises(KeyDestroyed):
            await reader.decrypt("acme", "webhooks", sealed)
    again = await vault.encrypt("acme", "webhooks", SECRET)
    assert await vault.decrypt("acme", "webhooks", again) == SECRET
    assert await vault.decrypt("acme", "feedback", kept) == SECRET
    with pytest.raises(KeyDestroyed):
        await vault.decrypt("acme", "webhooks", sealed)


async def test_an_organization_is_destroyed_alone_and_whole(pool: Pool, vault: Vault) -> None:
    sealed = {
        (org, purpose): await vault.encrypt(org, purpose, SECRET)
        for org in ("acme", "other")
        for purpose in ("webhooks", "feedback")
    }
    assert await vault.destroy("acme") == 2
    assert await pool.fetchval("SELECT count(wrapped) FROM data_keys") == 2
    for (org, purpose), each in sealed.items():
        if org == "other":
            assert await vault.decrypt(org, purpose, each) == SECRET
        else:
            with pytest.raises(KeyDestroyed):
                await vault.decrypt(org, purpose, each)


async def test_another_process_holds_a_destroyed_key_for_a_minute_at_most(pool: Pool) -> None:
    clock = Clock()
    one, two = Vault(pool, BEFORE, clock), Vault(pool, BEFORE, clock)
    sealed = await one.encrypt("acme", "webhooks", SECRET)
    assert await two.decrypt("acme", "webhooks", sealed) == SECRET
    await one.destroy("acme")
    clock.advance(seconds=60)
    with pytest.raises(KeyDestroyed):
        await two.decrypt("acme", "webhooks", sealed)


async def test_keys_stay_out_of_representations(vault: Vault) -> None:
    assert repr(OLD) not in repr(BEFORE)
    assert repr(OLD) not in repr(Vault(None, BEFORE).__dict__)  # type: ignore[arg-type]


parts = st.lists(st.text(max_size=5), max_size=4)


@given(parts, parts)
def test_only_equal_sequences_are_joined_to_the_same(one: list[str], other: list[str]) -> None:
    assert (joined(one) == joined(other)) == (one == other)


@given(st.binary(max_size=200), st.lists(st.text(), max_size=3))
def test_what_is_sealed_opens_to_the_same(plaintext: bytes, bound_to: list[str]) -> None:
    key = new_key()
    assert open_sealed(key, seal(key, plaintext, bound_to), bound_to) == plaintext
