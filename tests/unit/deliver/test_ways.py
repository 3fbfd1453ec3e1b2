"""Which way a message takes, and what an answer on the way means."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tieline.deliver.carrying import ATTEMPTS_MAX, verdict
from tieline.deliver.policy import Reason
from tieline.deliver.ways import Chosen, choose, sms_parts
from tieline.model.outreach import Carried, Channel, Kind, Way
from tieline.model.send import Standing

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ADDRESSES = {"email": ("new@brand.test", "old@brand.test"), "sms": ("+886912345678",)}


def channel(key: str, kind: Kind, price: str, *, live: bool = True) -> Channel:
    return Channel(1, key, kind, {"account": "main"}, Decimal(price), live)


CHANNELS = {
    "mail": channel("mail", "email", "0.1"),
    "sms": channel("sms", "sms", "0.8"),
    "line": channel("line", "line", "0.2"),
    "hook": channel("hook", "webhook", "0"),
}


def standing(*consents: str, friend: bool = True) -> Standing:
    friends = {"main": ("U1",)} if friend else {}
    return Standing("member_id", "M1", True, friends, frozenset(consents))


def way_of(
    names: str, who: Standing | None, addresses=ADDRESSES, purpose="marketing", channels=CHANNELS
) -> tuple[str, str] | Reason:
    ways = [Way(name, {"text": "hi"}) for name in names.split()]
    found = choose(ways, channels, who, addresses, purpose)
    return (found.channel.key, found.address) if isinstance(found, Chosen) else found


def test_the_cheapest_way_on_which_a_person_agreed_is_taken() -> None:
    everything = standing("marketing:email", "marketing:sms", "marketing:line")

    assert way_of("sms line mail", everything) == ("mail", "new@brand.test")
    assert way_of("sms line mail", standing("marketing:sms", "marketing:line")) == ("line", "U1")
    assert way_of("sms line mail", standing("marketing:sms")) == ("sms", "+886912345678")


def test_a_consent_for_one_channel_is_none_for_another() -> None:
    assert way_of("mail", standing("marketing:line", "marketing:sms")) is Reason.NO_CONSENT
    assert way_of("hook", standing("marketing:email")) is Reason.NO_CONSENT


def test_what_is_transactional_needs_an_address_alone() -> None:
    assert way_of("sms mail", standing(), purpose="transactional") == ("mail", "new@brand.test")
    assert way_of("mail", standing(), {}, "transactional") is Reason.NO_ADDRESS


def test_who_is_no_friend_is_reached_by_the_next_way() -> None:
    assert way_of("line sms", standing("marketing:sms", "marketing:line", friend=False))[0] == "sms"


def test_a_paused_channel_and_an_unknown_person_are_not_written_to() -> None:
    paused = {"mail": channel("mail", "email", "0", live=False)}

    assert way_of("mail", standing("marketing:email"), channels=paused) is Reason.STOPPED
    assert way_of("mail", None) is Reason.UNKNOWN_PERSON
    assert way_of("gone", standing("marketing:email")) is Reason.STOPPED


def test_among_equals_the_first_that_was_named_is_taken() -> None:
    same = {name: channel(name, "email", "1") for name in ("one", "two")}

    assert way_of("two one", standing("marketing:email"), channels=same)[0] == "two"


@pytest.mark.parametrize(
    ("text", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("購" * 70, 1), ("購" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)]
)  # fmt: skip
def test_an_sms_is_billed_by_its_parts(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@pytest.mark.parametrize(
    ("state", "safe", "becomes"),
    [
        ("accepted", False, "accepted"),
        ("failed", True, "failed"),
        ("again", False, "planned"),
        ("doubt", True, "planned"),
        ("doubt", False, "parked"),
    ],
)
def test_only_what_may_come_twice_is_called_again_in_doubt(state, safe, becomes) -> None:
    assert verdict(Carried(state), 1, NOW, again_is_safe=safe).state == becomes


def test_the_last_attempt_ends_a_message_and_earlier_ones_wait_longer_each_time() -> None:
    waits = [verdict(Carried("again"), n, NOW, again_is_safe=True).again_at - NOW for n in (1, 2, 3)]

    assert waits == sorted(waits)
    assert waits[0] > timedelta(0)
    assert verdict(Carried("again"), ATTEMPTS_MAX, NOW, again_is_safe=True).state == "failed"
    assert verdict(Carried("doubt"), ATTEMPTS_MAX, NOW, again_is_safe=True).state == "parked"
