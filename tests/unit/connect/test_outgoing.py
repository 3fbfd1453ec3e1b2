import pytest

from tieline.connect.outgoing import OutgoingCaller, is_outside

INWARD = [
    "0.0.0.1",
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "fec0::1", "::ffff:127.0.0.1", "2001::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_an_address_that_leads_inward_is_not_outside(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_a_public_address_is_outside(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/hook", "not_https"),
        ("ftp://example.com/", "not_https"),
        ("https:///hook", "not_https"),
        ("https://127.0.0.1/hook", "private_address"),
        ("https://2130706433/", "private_address"),
        ("https://0x7f.1/", "private_address"),
        ("https://127.1/", "private_address"),
        ("https://localhost/", "private_address"),
        ("https://[::1]/", "private_address"),
        ("https://user:pw@127.0.0.1/", "private_address"),
        ("https://example.com:99999/", "no_address"),
    ],
)
async def test_a_webhook_never_reaches_our_own_network(url: str, reason: str) -> None:
    caller = OutgoingCaller()
    outcome = await caller.post(url, {}, {})
    await caller.close()
    assert (outcome.ok, outcome.reason) == (False, reason)
