"""Secrets at rest: opened by their id alone, refused once anything about their row has changed."""

from typing import Any

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from adapters.vault.key_check import check_master_key
from adapters.vault.master_key import MasterKey, MasterKeyError
from adapters.vault.vault import PostgresVault
from domain.errors import NotFound, Refused

Pool = AsyncConnectionPool[AsyncConnection[Any]]


@pytest.fixture
def vault(pool: Pool, master_key: MasterKey) -> PostgresVault:
    return PostgresVault(pool, master_key)


@pytest.mark.parametrize("secret", [b"", b"community", bytes(range(256)) * 40])
async def test_a_secret_comes_back_and_lies_encrypted(
    database: str, vault: PostgresVault, secret: bytes
) -> None:
    secret_id = await vault.put(secret, purpose="test")
    assert await vault.read(secret_id) == secret
    with psycopg.connect(database) as conn:
        (dump,) = conn.execute("SELECT t::text FROM vault.secrets t").fetchone() or ("",)
    if secret:
        assert secret.hex() not in dump.lower()


async def test_equal_secrets_cannot_be_told(database: str, vault: PostgresVault) -> None:
    for _ in range(3):
        await vault.put(b"public", purpose="snmp")
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT count(DISTINCT ciphertext) FROM vault.secrets").fetchone() == (3,)


async def test_a_destroyed_secret_is_gone(database: str, vault: PostgresVault) -> None:
    secret_id = await vault.put(b"secret", purpose="test")
    await vault.destroy(secret_id)
    await vault.destroy(secret_id)
    with pytest.raises(NotFound, match="destroyed"):
        await vault.read(secret_id)
    with psycopg.connect(database) as conn:
        assert conn.execute("SELECT count(*) FROM vault.secrets").fetchone() == (0,)


@pytest.mark.parametrize("secret_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
async def test_an_id_that_never_was_is_not_found(vault: PostgresVault, secret_id: str) -> None:
    with pytest.raises(NotFound):
        await vault.read(secret_id)


async def test_rows_that_were_swapped_are_refused(database: str, vault: PostgresVault) -> None:
    """Else whoever can write the table could have one device answer with another's password."""
    one, other = await vault.put(b"one", purpose="test"), await vault.put(b"other", purpose="test")
    with psycopg.connect(database) as conn:
        conn.execute("CREATE TABLE taken AS SELECT * FROM vault.secrets")
        conn.execute(
            "UPDATE vault.secrets SET nonce = taken.nonce, ciphertext = taken.ciphertext FROM taken"
            " WHERE taken.id <> secrets.id"
        )
    for secret_id in (one, other):
        with pytest.raises(Refused) as refusal:
            await vault.read(secret_id)
        assert refusal.value.code == "SECRET_UNREADABLE"


@pytest.mark.parametrize(
    "change",
    [
        "ciphertext = set_byte(ciphertext, 3, get_byte(ciphertext, 3) # 1)",
        "ciphertext = substr(ciphertext, 1, length(ciphertext) - 1)",
        "ciphertext = ''",
        "nonce = set_byte(nonce, 0, get_byte(nonce, 0) # 128)",
        "nonce = ''",
        "purpose = 'other'",
    ],
)
async def test_an_altered_row_is_refused(database: str, vault: PostgresVault, change: str) -> None:
    secret_id = await vault.put(b"a secret", purpose="test")
    with psycopg.connect(database) as conn:
        conn.execute(f"UPDATE vault.secrets SET {change}".encode())
    with pytest.raises(Refused, match="altered"):
        await vault.read(secret_id)


async def test_another_master_key_opens_nothing_and_says_so(pool: Pool, vault: PostgresVault) -> None:
    secret_id = await vault.put(b"a secret", purpose="test")
    other = PostgresVault(pool, MasterKey(b"another master key of 32 bytes.."))
    with pytest.raises(Refused, match="another master key"):
        await other.read(secret_id)


def test_a_wrong_master_key_is_told_at_the_start(database: str, master_key: MasterKey) -> None:
    check_master_key(database, master_key)
    check_master_key(database, master_key)
    with pytest.raises(MasterKeyError, match="NETLEDGER_MASTER_KEY"):
        check_master_key(database, MasterKey(b"another master key of 32 bytes.."))
    check_master_key(database, master_key)
