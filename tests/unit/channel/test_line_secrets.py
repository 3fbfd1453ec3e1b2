import stat
from pathlib import Path

import pytest

from tieline.channel.line.secrets import KEY_BYTES, Vault, load_key
from tieline.errors import StartError

KEY, NEW_KEY = b"a" * KEY_BYTES, b"b" * KEY_BYTES


def test_a_secret_comes_back_and_is_never_stored_as_it_is() -> None:
    sealed = Vault(KEY).seal("s3cret", 1, "brand")
    assert Vault(KEY).open(sealed, 1, "brand") == "s3cret"
    assert b"s3cret" not in sealed
    assert sealed != Vault(KEY).seal("s3cret", 1, "brand")


@pytest.mark.parametrize(("workspace", "account"), [(2, "brand"), (1, "other"), (12, "rand")])
def test_a_secret_moved_to_another_account_does_not_open(workspace: int, account: str) -> None:
    with pytest.raises(StartError):
        Vault(KEY).open(Vault(KEY).seal("s3cret", 1, "brand"), workspace, account)


def test_changed_bytes_do_not_open() -> None:
    sealed = Vault(KEY).seal("s3cret", 1, "brand")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(StartError):
            Vault(KEY).open(bytes(changed), 1, "brand")
    with pytest.raises(StartError):
        Vault(KEY).open(b"", 1, "brand")


def test_while_a_key_is_replaced_the_older_one_still_opens() -> None:
    sealed = Vault(KEY).seal("s3cret", 1, "brand")
    assert Vault(NEW_KEY, KEY).open(sealed, 1, "brand") == "s3cret"
    with pytest.raises(StartError):
        Vault(NEW_KEY).open(sealed, 1, "brand")


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret.key"
    key = load_key(path)
    assert (len(key), load_key(path)) == (KEY_BYTES, key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_a_key_file_of_another_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(StartError, match="5 bytes"):
        load_key(tmp_path / "key")
    with pytest.raises(StartError, match="cannot be used"):
        load_key(tmp_path)
