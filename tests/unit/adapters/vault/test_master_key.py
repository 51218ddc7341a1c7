"""The master key: where it comes from, and that it never shows."""

import base64
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.vault.master_key import MasterKey, MasterKeyError

KEY = bytes(range(32))


@pytest.mark.parametrize(
    "text", [KEY.hex(), KEY.hex().upper(), base64.b64encode(KEY).decode(), f" {KEY.hex()}\n"]
)
def test_it_is_read_in_hex_and_base64(text: str) -> None:
    assert MasterKey.parse(text).derive("x") == MasterKey(KEY).derive("x")


@pytest.mark.parametrize(
    "text", ["", "short", KEY.hex()[:-2], "g" * 64, base64.b64encode(KEY + b"x").decode(), "ü" * 44]
)
def test_anything_else_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(MasterKeyError, match="32 bytes, in base64 or hex") as refusal:
        MasterKey.parse(text)
    assert not text or text not in str(refusal.value)


def test_keys_of_different_purposes_tell_nothing_of_each_other() -> None:
    keys = {MasterKey(KEY).derive(purpose) for purpose in ("vault", "ledger", "subject keys", "")}
    assert len(keys) == 4
    assert KEY not in keys
    assert {len(key) for key in keys} == {32}


def test_it_does_not_show() -> None:
    shown = repr(MasterKey(KEY)) + str(MasterKey(KEY))
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown


def test_a_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = MasterKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert MasterKey.load_or_create(path).derive("x") == made.derive("x")
    assert list(tmp_path.iterdir()) == [path]


def test_all_who_start_at_the_same_moment_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            path = tmp_path / f"{number}.key"
            keys = list(threads.map(MasterKey.load_or_create, [path] * 8))
            assert len({key.derive("x") for key in keys}) == 1
    assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_file_that_others_can_read_is_refused_with_the_fix(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    path.write_text(secrets.token_hex(32))
    path.chmod(mode)
    with pytest.raises(MasterKeyError, match=f"chmod 600 {path}"):
        MasterKey.load_or_create(path)


def test_a_damaged_key_file_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_text("damaged")
    path.chmod(0o600)
    with pytest.raises(MasterKeyError):
        MasterKey.load_or_create(path)
    assert path.read_text() == "damaged"
