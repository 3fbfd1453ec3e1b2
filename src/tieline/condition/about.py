"""Conditions that marketers name by what they mean, written as the events behind them."""

from typing import Any

from tieline.condition.happened import read_happened
from tieline.condition.node import HistoryLeaf
from tieline.condition.place import Place

MESSAGES = {
    "received": ("message_sent", "LINE, or the mail server, took the message."),
    "opened": (
        "message_opened",
        "The person opened it. LINE tells how many opened, never who: only channels that tell who are counted here.",
    ),
    "clicked": ("message_link_clicked", "A tracked link of the message was opened."),
    "not_sent": ("message_suppressed", "It was held back: no consent, quiet hours, cap, budget."),
    "failed": ("message_failed", "The channel refused it."),
}
"""What a person can do with a message: the event that tells, and its meaning."""

COUPONS = {
    "issued": ("coupon_issued", "A code was given to the person."),
    "redeemed": ("coupon_redeemed", "The till, or the shop, told that it was used."),
}

JOINED = "line_followed"
_MESSAGE_NAMES = ("origin", "step", "account", "url", "reason")
_SHARED = ("window", "op", "value")


def read_message(place: Place) -> HistoryLeaf:
    """Read `{"message": {"did": ..., "origin": "broadcast:spring"}}`."""
    return _read(place, "message", MESSAGES, _MESSAGE_NAMES)


def read_coupon(place: Place) -> HistoryLeaf:
    """Read `{"coupon": {"did": "redeemed", "pool": "spring"}}`."""
    return _read(place, "coupon", COUPONS, ("pool", "code"))


def read_join_source(place: Place) -> HistoryLeaf:
    """Read `{"join_source": "poster-*"}`: by which link or code the person became a friend, now or before."""
    place.keys(("join_source",), ("account", "window"))
    said = [{"property": "source", "op": "like", "value": place.at("join_source").text()}]
    if place.has("account"):
        said.append({"property": "account", "op": "eq", "value": place.at("account").text()})
    return _happened(place, {"event": JOINED, "where": {"all": said}})


def read_strength(tag: str, place: Place) -> HistoryLeaf:
    """Read how often a tag was put on: `{"op", "value", "window"}`."""
    place.keys(("op", "value"), ("window",))
    named = [{"property": name, "op": "eq", "value": tag} for name in ("tag", "tags[]")]
    return _happened(place, {"event": "tag_added", "where": {"any": named}})


def _read(place: Place, key: str, table: dict[str, tuple[str, str]], names: tuple[str, ...]) -> HistoryLeaf:
    place.keys((key,), _SHARED)
    inner = place.at(key)
    inner.keys(("did",), names)
    event, _ = table[inner.at("did").one_of(tuple(table))]
    said = [
        {"property": name, "op": "like", "value": inner.at(name).text()} for name in names if inner.has(name)
    ]
    return _happened(place, {"event": event, **({"where": {"all": said}} if said else {})})


def _happened(place: Place, written: dict[str, Any]) -> HistoryLeaf:
    return read_happened(
        Place({**written, **{name: place.data[name] for name in _SHARED if place.has(name)}}, place.pointer)
    )
