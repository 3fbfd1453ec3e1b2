"""JSON in, rule out, or a refusal that names the place."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from tieline.answer.match import BUBBLES_MAX
from tieline.answer.rule import (
    ACTS,
    MATCHES,
    RANK,
    Hours,
    Keyword,
    Match,
    OnFollow,
    OnJoin,
    OnMessage,
    OnPostback,
    Rule,
)
from tieline.condition.place import Place, quote
from tieline.model.spelling import spelled

KEYWORDS_MAX = 50
KEYWORD_LENGTH_MAX = 100
TAGS_MAX = 20
NAME_MAX = 200
DATA_MAX = 300
RANK_MAX = 10_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = ("key", "on")
_OPTIONAL = ("act", "name", "account", "rank", "goes_on", "bound", "hours", "tags")
_slug = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_clock = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def parse(data: Any) -> Rule:
    """Read an auto-reply.

    Args:
        data: Decoded JSON.

    Raises:
        InvalidConditionError: It is not whole; `field` points at the place.
    """
    place = Place(data)
    act = place.at("act").one_of(ACTS) if "act" in place.mapping() else ""
    if act:  # what it asks is a message of its own
        place.keys(_KEYS, (*_OPTIONAL, "messages"))
    else:
        place.keys((*_KEYS, "messages"), _OPTIONAL)
    return Rule(
        key=_key(place.at("key")),
        on=_on(place.at("on")),
        messages=tuple(_message(item) for item in place.at("messages").items(BUBBLES_MAX - bool(act)))
        if place.has("messages") and not (act and place.at("messages").data == [])
        else (),
        name=place.at("name").text(NAME_MAX) if place.has("name") else "",
        account=_key(place.at("account")) if place.has("account") else "",
        rank=_rank(place.at("rank")) if place.has("rank") else RANK,
        goes_on=_yes(place.at("goes_on")) if place.has("goes_on") else False,
        bound=_yes(place.at("bound")) if place.has("bound") else None,
        hours=_hours(place.at("hours")) if place.has("hours") else None,
        tags=tuple(dict.fromkeys(item.text(NAME_MAX) for item in place.at("tags").items(TAGS_MAX)))
        if place.has("tags")
        else (),
        act=act,
    )


def _on(place: Place) -> OnMessage | OnPostback | OnFollow | OnJoin:
    if "kind" not in place.mapping():
        raise place.refuse('The key "kind" is missing.', "Use one of message, postback, follow, join.")
    match place.at("kind").one_of(("message", "postback", "follow", "join")):
        case "postback":
            place.keys(("kind", "data"))
            return OnPostback(place.at("data").text(DATA_MAX))
        case "join":
            place.keys(("kind", "source"), ("newcomer",))
            newcomer = _yes(place.at("newcomer")) if place.has("newcomer") else None
            return OnJoin(place.at("source").text(DATA_MAX), newcomer)
        case "follow":
            place.keys(("kind",), ("returning",))
            return OnFollow(_yes(place.at("returning")) if place.has("returning") else None)
        case _:
            place.keys(("kind",), ("keywords",))
            if not place.has("keywords"):
                return OnMessage()
            return OnMessage(tuple(_keyword(item) for item in place.at("keywords").items(KEYWORDS_MAX)))


def _keyword(place: Place) -> Keyword:
    place.keys(("match", "text"))
    kind: Match = next(one for one in MATCHES if one == place.at("match").one_of(MATCHES))
    text = spelled(place.at("text").text(KEYWORD_LENGTH_MAX))
    if not text:
        raise place.at("text").refuse(
            "A keyword of spaces alone is in no message.", "Write what people write."
        )
    return Keyword(kind, text)


def _hours(place: Place) -> Hours:
    place.keys(("days", "from", "until"), ("outside",))
    days = frozenset(WEEKDAYS.index(item.one_of(WEEKDAYS)) for item in place.at("days").items(len(WEEKDAYS)))
    outside = _yes(place.at("outside")) if place.has("outside") else False
    return Hours(days, _time(place.at("from")), _time(place.at("until")), outside)


def _time(place: Place) -> time:
    shown = _clock.fullmatch(place.data) if isinstance(place.data, str) else None
    if shown is None:
        raise place.refuse(f"{quote(place.data)} is not a time of day.", 'Write it like "09:30".')
    return time(int(shown[1]), int(shown[2]))


def _rank(place: Place) -> int:
    rank = place.data
    if isinstance(rank, bool) or not isinstance(rank, int) or not 0 <= rank <= RANK_MAX:
        raise place.refuse(
            f"{quote(rank)} is not a rank.", f"Use 0 to {RANK_MAX}; the lowest is asked first."
        )
    return rank


def _yes(place: Place) -> bool:
    if not isinstance(place.data, bool):
        raise place.refuse(f"{quote(place.data)} is neither true nor false.", "Write true or false.")
    return place.data


def _key(place: Place) -> str:
    if not isinstance(place.data, str) or not _slug.fullmatch(place.data):
        raise place.refuse(
            f"{quote(place.data)} is not a key.", "Use small letters, digits, - and _, at most 64."
        )
    return place.data


def _message(place: Place) -> Mapping[str, Any]:
    message = place.mapping()
    if not isinstance(message.get("type"), str):
        raise place.refuse("This is not a LINE message.", 'Give its "type", such as "text" or "flex".')
    return message
