"""JSON in, typed condition out. A condition that is not whole is refused: it must never mean everyone or no one."""

import re
from collections.abc import Callable
from typing import Any

from tieline.condition import about, dates, tree
from tieline.condition.compare import OPERATORS, read_compare, read_number
from tieline.condition.filter import read_same_item
from tieline.condition.happened import read_happened, read_top
from tieline.condition.node import (
    Computed,
    Consent,
    IdentifiedBy,
    InSegment,
    LineFriend,
    Node,
    Sample,
    Tag,
    Trait,
    TraitItem,
)
from tieline.condition.path import read_path
from tieline.condition.place import Place, limit_size, listed, quote, written
from tieline.condition.tree import All, Not
from tieline.model.tag import LIST

NAME_MAX = 200

_part_of_consent = re.compile(r"[A-Za-z0-9_-]{1,64}")


def parse(data: Any, pointer: str = "") -> Node:
    """Read a condition.

    Args:
        data: Decoded JSON.
        pointer: JSON pointer of `data` in what was sent, for errors.

    Raises:
        InvalidConditionError: It is not a whole condition; `field` points at the place.
    """
    place = Place(data, pointer)
    limit_size(place)
    return tree.read(place, _leaf)


def _leaf(place: Place) -> Node:
    for key, reader in LEAVES.items():
        if place.has(key):
            return reader(place)
    if not place.data:
        raise place.refuse("The condition is empty.", f"Write one of {listed(_starts())}.")
    key = next(iter(place.data))
    raise place.at(key).refuse(
        f"{quote(key)} does not start a condition.", f"Use one of {listed(_starts())}."
    )


def _starts() -> tuple[str, ...]:
    return (*tree.JOINTS, *LEAVES)


def _trait(place: Place) -> Trait:
    place.keys(("trait", "op"), ("value",))
    path = read_path(place.at("trait"))
    op = place.at("op").one_of((*OPERATORS, *dates.OPERATORS))
    return Trait(path, read_compare(place) if op in OPERATORS else dates.read_date_test(place))


def _item(place: Place) -> TraitItem:
    return TraitItem(read_same_item(place))


def _computed(place: Place) -> Computed:
    place.keys(("computed", "op"), ("value",))
    said = {key: place.data[key] for key in ("op", "value") if place.has(key)}
    return Computed(place.at("computed").text(NAME_MAX), written(said))


def _tag(place: Place) -> Node:
    place.keys(("tag",), ("strength",))
    tag = place.at("tag").text(NAME_MAX)
    if not place.has("strength"):
        return Tag(tag)
    return All((Tag(tag), about.read_strength(tag, place.at("strength"))))


def _list(place: Place) -> Tag:
    place.keys(("list",))
    return Tag(f"{LIST}{place.at('list').text(NAME_MAX)}")


def _consent(place: Place) -> Consent:
    place.keys(("consent",))
    inner = place.at("consent")
    inner.keys(("purpose", "channel"))
    parts = [inner.at(key) for key in ("purpose", "channel")]
    for part in parts:
        if not _part_of_consent.fullmatch(part.text()):
            raise part.refuse(
                f"{quote(part.data)} is not a name.", "Use letters, digits, _ and -, at most 64."
            )
    return Consent(":".join(part.data for part in parts))


def _line_friend(place: Place) -> LineFriend:
    place.keys(("line_friend",))
    return LineFriend(place.at("line_friend").text(NAME_MAX))


def _identified_by(place: Place) -> IdentifiedBy:
    place.keys(("identified_by",))
    return IdentifiedBy(place.at("identified_by").text(NAME_MAX))


def _sample(place: Place) -> Sample:
    place.keys(("sample",))
    inner = place.at("sample")
    inner.keys(("percent", "seed"))
    percent = read_number(inner.at("percent"))
    millionths = percent * 10_000
    if millionths != millionths.to_integral_value() or not 0 < millionths < 1_000_000:
        raise inner.at("percent").refuse(
            f"{percent.normalize():f} is not a part of everybody.",
            "Use more than 0 and less than 100, with at most 4 places.",
        )
    return Sample(int(millionths), inner.at("seed").text(NAME_MAX))


def _reachable(place: Place) -> Node:
    place.keys(("reachable",))
    inner = place.at("reachable")
    inner.keys(("channel",), ("account", "purpose"))
    channel = inner.at("channel").one_of(tuple(CHANNELS))
    purpose = inner.at("purpose").text() if inner.has("purpose") else "marketing"
    consent = {"consent": {"purpose": purpose, "channel": channel}}
    agreed = _consent(Place(consent, inner.pointer))
    if channel == "line":
        inner.keys(("channel", "account"), ("purpose",))
        return All((LineFriend(inner.at("account").text(NAME_MAX)), agreed))
    inner.keys(("channel",), ("purpose",))
    return All((IdentifiedBy(CHANNELS[channel]), agreed))


def _include(place: Place) -> Node:
    place.keys(("include", "exclude"))
    inside, outside = (tree.read(place.at(key), _leaf) for key in ("include", "exclude"))
    return All((inside, Not(outside)))


def _segment(place: Place) -> InSegment:
    place.keys(("segment",))
    return InSegment(place.at("segment").text(NAME_MAX))


CHANNELS = {"line": "", "email": "email", "sms": "phone"}
"""Channels, and the identifier that each needs; LINE needs a friendship."""

LEAVES: dict[str, Callable[[Place], Node]] = {
    "include": _include,
    "trait": _trait,
    "item_of": _item,
    "computed": _computed,
    "tag": _tag,
    "list": _list,
    "consent": _consent,
    "line_friend": _line_friend,
    "identified_by": _identified_by,
    "reachable": _reachable,
    "sample": _sample,
    "segment": _segment,
    "top": read_top,
    "message": about.read_message,
    "coupon": about.read_coupon,
    "join_source": about.read_join_source,
    "event": read_happened,
}
"""What a leaf starts with."""
