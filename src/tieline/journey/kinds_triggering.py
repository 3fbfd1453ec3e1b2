"""What can start a journey: the table of kinds of triggers, their fields and an example each."""

from typing import Any

from tieline.condition.parse import parse as parse_condition
from tieline.condition.place import Place, quote
from tieline.condition.tree import All
from tieline.journey import fields, trigger
from tieline.journey.kind import Field, Kind
from tieline.journey.pattern import EventPattern
from tieline.model.spelling import spelled

WORDS_MAX = 20
DAYS_OF_MONTH = 31


def _words(place: Place) -> tuple[str, ...]:
    return tuple(dict.fromkeys(spelled(fields.read_name(item)) for item in place.items(WORDS_MAX)))


def _days(place: Place) -> tuple[int, ...]:
    found = set()
    for item in place.items(DAYS_OF_MONTH):
        day = item.data
        if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= DAYS_OF_MONTH:
            raise item.refuse(f"{quote(day)} is not a day of a month.", "Use 1 to 31.")
        found.add(day)
    return tuple(sorted(found))


def _yes_or_no(place: Place) -> bool:
    if not isinstance(place.data, bool):
        raise place.refuse(f"{quote(place.data)} is neither true nor false.", "Write true or false.")
    return place.data


def _trait_date(
    trait: str, who: Any = None, days: int = 0, *, yearly: bool = False, **rest: Any
) -> trigger.TraitDate:
    """Return the trigger with the condition that finds, on a day, those whose date it is the day for."""
    said = {"trait": trait, "op": "anniversary_in_days" if yearly else "in_days", "value": -days}
    due = parse_condition(said)
    return trigger.TraitDate(
        trait=trait, who=due if who is None else All((due, who)), days=days, yearly=yearly, **rest
    )


def _one_of(*words: str) -> Any:
    return lambda place: place.one_of(words)


_ACCOUNT = Field(
    "account", "account", fields.read_slug, "key", "Only this LINE account. Left out: any.", required=False
)
_TIME = Field("time", "time", fields.read_clock, "HH:MM", "Time of day in the workspace's time zone.")
_SEGMENT = Field("segment", "segment", fields.read_slug, "key", "The segment.")

TRIGGERING: dict[str, Kind] = {
    "event": Kind(
        EventPattern,
        "Something happens.",
        (
            Field("event", "event", fields.read_name, "name", "Name of the event."),
            Field(
                "where",
                "where",
                fields.read_own_filter,
                "filter",
                "Which of these events count. Left out: all.",
                required=False,
            ),
        ),
        {"kind": "event", "event": "Product Added"},
    ),
    "segment_entered": Kind(
        trigger.SegmentEntered,
        "A person becomes a member of a segment.",
        (_SEGMENT,),
        {"kind": "segment_entered", "segment": "big-spenders"},
    ),
    "segment_exited": Kind(
        trigger.SegmentExited,
        "A person stops being a member of a segment.",
        (_SEGMENT,),
        {"kind": "segment_exited", "segment": "big-spenders"},
    ),
    "line_followed": Kind(
        trigger.LineFollowed,
        "A person becomes a friend of a LINE account, for the first time or again.",
        (
            _ACCOUNT,
            Field(
                "unblocked",
                "unblocked",
                _one_of("yes", "no", "any"),
                "yes, no or any",
                "Only who had blocked the account before, only who had not, or both. Left out: any.",
                required=False,
            ),
            Field(
                "source",
                "source",
                fields.read_name,
                "name of a join source",
                "Only who came through this QR code or link. Left out: any.",
                required=False,
            ),
        ),
        {"kind": "line_followed", "account": "main"},
    ),
    "line_unfollowed": Kind(
        trigger.LineUnfollowed,
        "A person blocks a LINE account. Nothing can be sent there any more, but other steps can be taken.",
        (_ACCOUNT,),
        {"kind": "line_unfollowed"},
    ),
    "tag": Kind(
        trigger.TagChanged,
        "A tag is put on the person, or taken off.",
        (
            Field("tag", "tag", fields.read_name, "tag", "The tag."),
            Field(
                "change",
                "change",
                _one_of("added", "removed"),
                "added or removed",
                "Left out: added.",
                required=False,
            ),
        ),
        {"kind": "tag", "tag": "vip"},
    ),
    "keyword": Kind(
        trigger.Keyword,
        "A person writes one of these words to a LINE account.",
        (
            Field(
                "words",
                "words",
                _words,
                "list of 1 to 20 texts",
                "Full width, case and spaces do not matter.",
            ),
            Field(
                "match",
                "match",
                _one_of("exact", "contains"),
                "exact or contains",
                "Whether nothing else may be written. Left out: exact.",
                required=False,
            ),
            _ACCOUNT,
        ),
        {"kind": "keyword", "words": ["體驗", "試上"]},
    ),
    "postback": Kind(
        trigger.Postback,
        "A person presses a button in LINE: of a message or of a rich menu.",
        (
            Field("data", "data", fields.read_name, "text", "What the button sends as its postback."),
            Field(
                "match",
                "match",
                _one_of("exact", "starts"),
                "exact or starts",
                "Whether more may follow. Left out: exact.",
                required=False,
            ),
            _ACCOUNT,
        ),
        {"kind": "postback", "data": "book-trial"},
    ),
    "coupon": Kind(
        trigger.CouponEvent,
        "A coupon is given to the person, or redeemed.",
        (
            Field("change", "change", _one_of("issued", "redeemed"), "issued or redeemed", "Which of both."),
            Field(
                "pool", "pool", fields.read_slug, "key", "Only of this pool. Left out: any.", required=False
            ),
        ),
        {"kind": "coupon", "change": "redeemed", "pool": "birthday"},
    ),
    "schedule": Kind(
        trigger.Schedule,
        "At a time of day, everybody enters for whom a condition holds at that moment.",
        (
            Field("if", "who", fields.read_test, "condition", "Who enters: a condition as in segments."),
            _TIME,
            Field(
                "weekdays",
                "weekdays",
                fields.read_weekdays,
                "list of mon … sun",
                "On which days. Left out: every day.",
                required=False,
            ),
            Field(
                "days",
                "days",
                _days,
                "list of 1 … 31",
                "On which days of a month. Left out: every day.",
                required=False,
            ),
        ),
        {"kind": "schedule", "if": {"segment": "regulars"}, "time": "16:00", "weekdays": ["fri"]},
    ),
    "date": Kind(
        _trait_date,
        "So many days before or after a date that a trait holds, at a time of day.",
        (
            Field("trait", "trait", fields.read_trait, "name", "The trait that holds a date."),
            Field(
                "days",
                "days",
                fields.read_days,
                "whole number",
                "-7 is a week before the date, 3 is three days after. Left out: 0.",
                required=False,
            ),
            _TIME,
            Field(
                "yearly",
                "yearly",
                _yes_or_no,
                "true or false",
                "Whether it comes every year, as a birthday does. Left out: false.",
                required=False,
            ),
            Field(
                "if", "who", fields.read_test, "condition", "Only for whom this holds then.", required=False
            ),
        ),
        {"kind": "date", "trait": "birthday", "days": -7, "time": "10:00", "yearly": True},
    ),
    "manual": Kind(
        trigger.Asked,
        "Somebody hands in a list of people, or a step of another journey sends them.",
        (),
        {"kind": "manual"},
    ),
    "webhook": Kind(
        lambda: trigger.Asked("webhook"),
        "Another system calls this journey's own address; what it sends are the properties of the trigger.",
        (),
        {"kind": "webhook"},
    ),
}
