"""Which way a message takes: the cheapest on which the person may be reached. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tieline.deliver.policy import TRANSACTIONAL, Reason
from tieline.model.outreach import LINE_PHONE, NAMESPACE, Channel, Way
from tieline.model.send import Standing

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic alphabet of GSM 03.38; a text with any other sign travels in UCS-2."""
_LENGTHS = {True: (160, 153), False: (70, 67)}


class Chosen(NamedTuple):
    """A way and where it leads."""

    way: Way
    channel: Channel
    address: str


def choose(
    ways: Sequence[Way],
    channels: Mapping[str, Channel],
    standing: Standing | None,
    addresses: Mapping[str, tuple[str, ...]],
    purpose: str,
) -> Chosen | Reason:
    """Return the cheapest way on which this person may be reached for a purpose; among equals the one named first.

    Args:
        ways: In the order in which they were named.
        channels: By key.
        standing: Friendships and consents as read last, None if nobody stands behind the person.
        addresses: By kind of channel, the newest first.
        purpose: "transactional" needs an address alone; every other purpose needs consent for it on that kind.

    Returns:
        A way, or why the first of them cannot be gone.
    """
    known = [way for way in ways if way.channel in channels]
    first: Reason | None = None
    for way in sorted(known, key=lambda one: channels[one.channel].price):
        found = reached(channels[way.channel], standing, addresses, purpose)
        if not isinstance(found, Reason):
            return Chosen(way, channels[way.channel], found)
    for way in known[:1]:
        refused = reached(channels[way.channel], standing, addresses, purpose)
        first = refused if isinstance(refused, Reason) else None
    return first or Reason.STOPPED


def reached(
    channel: Channel, standing: Standing | None, addresses: Mapping[str, tuple[str, ...]], purpose: str
) -> str | Reason:
    """Return the address to which this channel may write, or why it may not. What is not known counts as no."""
    if (closed := _closed(channel, purpose)) is not None:
        return closed
    if standing is None:
        return Reason.UNKNOWN_PERSON
    address = ""
    if channel.kind == "line":
        friends = standing.friends.get(str(channel.settings["account"]), ())
        if not friends:
            return Reason.NOT_FRIEND
        address = friends[0]
    elif channel.kind in NAMESPACE:
        there = addresses.get(channel.kind, ())
        if not there:
            return Reason.NO_ADDRESS
        address = there[0]
    if purpose != TRANSACTIONAL and f"{purpose}:{channel.kind}" not in standing.consents:
        return Reason.NO_CONSENT
    return address


def _closed(channel: Channel, purpose: str) -> Reason | None:
    """Return why nobody is written to by this channel for a purpose."""
    if not channel.live:
        return Reason.STOPPED
    return Reason.ADVERTISING if channel.kind == LINE_PHONE and purpose != TRANSACTIONAL else None


def sms_parts(text: str) -> int:
    """Return as how many messages an SMS is billed."""
    plain = all(sign in GSM for sign in text)
    size = len(text) if plain else len(text.encode("utf-16-be")) // 2
    whole, part = _LENGTHS[plain]
    return 1 if size <= whole else -(-size // part)
