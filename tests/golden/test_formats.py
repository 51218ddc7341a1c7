"""Bytes that ledgers in the field rest on: were one of these to change, they could no longer be verified or opened."""

from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.ledger.seals import LedgerSeals
from adapters.vault.master_key import MasterKey
from domain.alert import alert_id
from domain.chain import GENESIS, link
from domain.user import user_id

MASTER = MasterKey(bytes(range(32)))
SEALS = LedgerSeals(MASTER.derive("ledger"))
ID = UUID("0b9f6b58-6a5c-4b7e-9e55-3a4d1d1b7a01")


def test_the_chain() -> None:
    first = link(GENESIS, 1, ID, 1, "alert.raised.v1", b'{"data":{}}')
    second = link(first, 2, ID, 2, "alert.resolved.v1", '{"data":{"title":"ü"}}'.encode())
    assert GENESIS.hex() == "72eb91c55574b50f91935799cb3a83e2a06b4136f8b209d2b2974aa0b0594c6f"
    assert first.hex() == "cafc386842a1b1596375cd47c620ba262f780c85f0180e1383c700f0c725485b"
    assert second.hex() == "36222237c7ac2f630bf70e07b69836b7e33cbcfa6aadbad99c5392cebd5556b1"


def test_the_seals() -> None:
    checkpoint = SEALS.checkpoint(3, 42, GENESIS, datetime(2026, 1, 31, 12, 30, 45, 123456, tzinfo=UTC))
    assert SEALS.public_key.hex() == "16c304123c0834cf3a87428058dabfc0ddafaa0db024d05bc8320fa0a4c54596"
    assert (
        SEALS.head_mac(42, GENESIS).hex()
        == "fd87857196aa8856e7941f268817cfc42b7009ed7c077e8265238b302661b445"
    )
    assert checkpoint.signed_at_us == 1769862645123456
    assert (
        checkpoint.signature.hex()
        == "4dc3e98b459d7a1ec7874a0b90cca719fbdf8a8d35a416f0748053a6143161c6b3e6d6fe4a70bbfc5ec664a16749e32149b0ee89f8162999e9d166f32979c908"
    )
    assert (
        SEALS.tail(3).signature.hex()
        == "e45d85529abcac873176d68fa032cbccdad5fbeca0b4f899510893dd00dc17871ef62f67591d2f50ccc450098c157e8800d8db6be3684003f68bbdbd9cdefb01"
    )


def test_the_keys_derived_from_the_master_key() -> None:
    assert MASTER.derive("vault").hex() == "0763f948c4c031469af22851df77bf5bafcb5a2ed81782d3e4487654ef571881"
    assert (
        MASTER.derive("subject keys").hex()
        == "ef198216ed5170f2694f6b3a4c197ffc9586bc10de3b9788c52e8a1346ad9d27"
    )


def test_a_secret_in_the_vault() -> None:
    """AES-256-GCM over the secret, with the bytes of its id and its purpose as associated data."""
    cipher = AESGCM(MASTER.derive("vault"))
    assert (
        cipher.encrypt(bytes(12), b"public", ID.bytes + b"credential").hex()
        == "2952ceecc4d55eeec9d1b8aed4928a715a6b417ab122"
    )


def test_ids_that_follow_from_names() -> None:
    assert alert_id("device/1/down") == UUID("001a214e-7a7d-51fc-ac96-d4ffe3e85548")
    assert user_id("Ada") == UUID("123c8b28-3256-5ed6-b1ed-486c5de8b373")
