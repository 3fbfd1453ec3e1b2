import pytest

from tieline.channel.line.signature import sign, verify

# LINE's own example.
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_lines_own_example_is_accepted() -> None:
    assert sign(BODY, SECRET) == SIGNATURE
    assert verify(BODY, SIGNATURE, [SECRET])


def test_while_a_secret_is_replaced_both_are_accepted() -> None:
    assert verify(BODY, SIGNATURE, ["0" * 32, SECRET])


@pytest.mark.parametrize("bit", range(0, len(BODY) * 8, 37))
def test_one_changed_bit_is_refused(bit: int) -> None:
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8
    assert not verify(bytes(changed), SIGNATURE, [SECRET])


@pytest.mark.parametrize(
    "signature", ["", "x", "簽", SIGNATURE[:-1], SIGNATURE.lower(), f" {SIGNATURE}", "\ud83d"]
)
def test_any_other_signature_is_refused(signature: str) -> None:
    assert not verify(BODY, signature, [SECRET])


def test_without_a_secret_nothing_is_accepted() -> None:
    assert not verify(BODY, SIGNATURE, [])
    assert not verify(BODY, sign(BODY, "other"), [SECRET])


def test_bytes_that_are_no_text_can_be_signed() -> None:
    assert verify(b"\xff\x00", sign(b"\xff\x00", SECRET), [SECRET])
