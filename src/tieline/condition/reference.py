"""The reference page of conditions, written from the tables that the parser reads."""

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from tieline.condition import about, compare, dates, measure, path, place, tree, when


class Start(NamedTuple):
    """What a leaf says, and one of its kind."""

    meaning: str
    example: Mapping[str, Any]


STARTS = {
    "include": Start(
        "Who is meant, and who of them is not: the block that excludes.",
        {"include": {"tag": "vip"}, "exclude": {"event": "Order Completed", "window": {"last": "P7D"}}},
    ),
    "trait": Start(
        "A trait of the profile compares like this; a trait that is missing makes every operator false except the denying ones.",
        {"trait": "tier", "op": "eq", "value": "VIP"},
    ),
    "item_of": Start(
        "One item of a list among the traits passes all of `where` by itself. The same stands in the `where` of an event.",
        {
            "item_of": "pets",
            "where": {
                "all": [
                    {"property": "kind", "op": "eq", "value": "dog"},
                    {"property": "birthday", "op": "anniversary_in_days", "value": 7},
                ]
            },
        },
    ),
    "computed": Start(
        "A computed trait compares like this: like its measure, or, if it has classes, like the label of the first that holds.",
        {"computed": "nes", "op": "in", "value": ["S1", "S2"]},
    ),
    "tag": Start(
        "The profile has the tag; with `strength`, put on so many times.",
        {"tag": "vip", "strength": {"op": "gte", "value": 3, "window": {"last": "P90D"}}},
    ),
    "list": Start("The person is on the static list.", {"list": "spring-guests"}),
    "consent": Start(
        "The person granted the purpose on the channel.",
        {"consent": {"purpose": "marketing", "channel": "line"}},
    ),
    "line_friend": Start("The person is a friend of the LINE Official Account.", {"line_friend": "@shop"}),
    "identified_by": Start(
        'The profile has an identifier of the namespace; "line" means "line:" of any provider.',
        {"identified_by": "line"},
    ),
    "reachable": Start(
        "A message may go to the person on this channel: line needs the friendship with `account`, email and sms an "
        "identifier; each the consent for `purpose` (marketing, if it is left out).",
        {"reachable": {"channel": "line", "account": "@shop"}},
    ),
    "sample": Start(
        "The person belongs to a random part of everybody. The same seed draws the same people for ever.",
        {"sample": {"percent": 10, "seed": "spring"}},
    ),
    "segment": Start("The definition of another segment holds.", {"segment": "big-spenders"}),
    "top": Start(
        "The person is one of so many with the highest count, sum, min, max or distinct; of equals, those with the smaller id. "
        "It depends on others, so that it is computed on schedule and not with each event.",
        {
            "top": {
                "people": 1000,
                "by": {
                    "event": "Order Completed",
                    "window": {"last": "P365D"},
                    "measure": {"fn": "sum", "property": "total"},
                },
            }
        },
    ),
    "message": Start(
        "What the person did with messages, like an event: narrowed by `origin`, `step`, `account`, `url` or `reason`, where `*` "
        "stands for anything; with `window`, `op` and `value`.",
        {"message": {"did": "clicked", "origin": "broadcast:spring"}, "window": {"last": "P7D"}},
    ),
    "coupon": Start(
        "What the person did with coupons, narrowed by `pool` and `code`.",
        {"coupon": {"did": "redeemed", "pool": "spring"}},
    ),
    "join_source": Start(
        "By which link or code the person became a friend; `*` stands for anything.",
        {"join_source": "poster-*", "account": "@shop"},
    ),
    "event": Start(
        "A measure of past events compares like this; without `measure` their count, without `op` and `value` at least 1. "
        'What did not happen is `"op": "eq", "value": 0`.',
        {
            "event": "Order Completed",
            "where": {"property": "items[].sku", "op": "in", "value": ["S-1", "S-2"]},
            "window": {"last": "P30D"},
            "measure": {"fn": "sum", "property": "total"},
            "op": "gt",
            "value": 3000,
        },
    ),
}
"""Leaves by their first key."""

_INTRODUCTION = f"""\
# Conditions

A condition says who is meant: in segments, in journeys, in broadcasts. It is a tree in JSON. A tree that is not whole is refused
with the place (a JSON pointer), the value and the way out: half a condition must never mean everyone or no one. It has at most
{place.SIZE_MAX} objects and lists, {place.DEPTH_MAX} inside each other.

A window `last` ends at the moment of the question. Elsewhere an event that is dated later counts too: only a clock that was set
back leaves such events behind. A **duration** is ISO 8601 in weeks, or in days, hours, minutes and seconds
(P30D, P2W, PT12H), up to {when.DURATION_MAX.days} days; a day of it is 24 hours. A **moment** is a day of the workspace
(2026-01-31, from its midnight) or a time with an offset (2026-01-31T09:00:00+08:00).
"""

_VALUES = f"""\
## How values compare

- A **number** is a JSON number, or a text that is one ("3000"), below 10^15 and exact to six decimal places; further digits are
  dropped. Booleans are not numbers.
- The **text** of a text is itself, of a number its shortest decimal form (3000, 0.5), of a boolean "true" or "false".
- A number in a condition compares with numbers, a text or a boolean with texts: 3000 and "3000" are equal both ways, "007" and 7
  only when the condition says the number.
- `null` is the same as missing. An object is no value. A list is a value only for `exists`.

## Names of properties and traits

Dots lead into objects: `coupon.code`. `[]` after a name means any element of that list: `items[].sku`, `labels[]`. A denying
operator (`ne`, `not_in`, `not_exists`) then means that no element does. A name has at most {path.KEY_MAX} printable
characters, none of {" ".join(f"`{sign}`" for sign in sorted(path.FORBIDDEN) if sign != "`")} or the backtick; `null` is no name.
"""

EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "Added to the cart, then no order within two hours": {
        "event": "Product Added",
        "window": {"last": "P1D"},
        "then": {"no_event": "Order Completed", "within": "PT2H"},
    },
    "The last visit is 14 days ago": {
        "event": "Visit",
        "measure": {"fn": "days_since_last"},
        "op": "eq",
        "value": 14,
    },
    "Points expire in 3 days": {"trait": "points_expire_on", "op": "in_days", "value": 3},
    "Birthday in a week": {"trait": "birthday", "op": "anniversary_in_days", "value": 7},
    "The first order was in the last week": {
        "event": "Order Completed",
        "measure": {"fn": "first_at"},
        "op": "within_last",
        "value": "P7D",
    },
    "Three or more of one shoe in one order": {
        "event": "Order Completed",
        "where": {
            "item_of": "items",
            "where": {
                "all": [
                    {"property": "category", "op": "like", "value": "shoes/*"},
                    {"property": "quantity", "op": "gte", "value": 3},
                ]
            },
        },
    },
    "A coupon that expires in 3 days": {
        "event": "coupon_issued",
        "where": {"property": "expires_at", "op": "in_days", "value": 3},
    },
    "Mostly buys dresses": {
        "event": "Order Completed",
        "measure": {"fn": "most_frequent", "property": "items[].category"},
        "op": "eq",
        "value": "dress",
    },
    "Later than twice the own cycle": {
        "event": "Order Completed",
        "measure": {"fn": "cycles_since_last", "otherwise_days": 45},
        "op": "gt",
        "value": 2,
    },
    "Got at least three messages and clicked none": {
        "all": [
            {"event": "message_sent", "op": "gte", "value": 3},
            {"event": "message_link_clicked", "op": "eq", "value": 0},
        ]
    },
}
"""What marketers ask for, by what they call it."""

_MEASURES = """\
`first_at` and `last_at` are compared by the operators of dates, `first`, `last`, `most_frequent` and `recent` by those of
values, all others by `eq`, `ne`, `gt`, `gte`, `lt`, `lte`. `recent` needs `many`, `cycles_since_last` needs
`otherwise_days`. In `where`, a property is compared by either kind of operator.
"""

_THEN = """\
## Sequences

`then` counts only events that another one follows: `event` (or `no_event`), `within` a duration, and `where` it needs one. What
comes at the same time does not follow; what comes exactly at the end of the duration does. With `no_event` an event counts once
its time is over.
"""

_WINDOWS = """\
## Windows

| window | which events count |
|---|---|
| `{"last": "P30D"}` | from 30 days ago (not included) to now (included) |
| `{"from": "2026-01-01", "to": "2026-02-01"}` | from one moment (included) to another (not included); one of them may be left out |
| none | ever |

A date trait is compared on the clock of the workspace's time zone. It is a text: a date from 1900 to 2099, or a date and time
with or without an offset.
"""


def markdown() -> str:
    """Return the reference page of conditions."""
    starts = {key: start.meaning for key, start in STARTS.items()}
    operators = {key: operator.meaning for key, operator in compare.OPERATORS.items()}
    parts = (
        _INTRODUCTION,
        _table("Joints", "key", tree.JOINTS),
        _table("Leaves", "starts with", starts),
        *(f"```json\n{_json(start.example)}\n```\n" for start in STARTS.values()),
        _table("Operators", "`op`", operators),
        _table("Operators of dates", "`op`", dates.OPERATORS),
        _table("Measures", "`fn`", measure.FUNCTIONS),
        _MEASURES,
        _table("Messages", "`did`", {key: meaning for key, (_, meaning) in about.MESSAGES.items()}),
        _table("Coupons", "`did`", {key: meaning for key, (_, meaning) in about.COUPONS.items()}),
        _WINDOWS,
        _THEN,
        "## Examples\n",
        *(f"{title}:\n\n```json\n{_json(example)}\n```\n" for title, example in EXAMPLES.items()),
        _VALUES,
        "Written from the tables in the code by `python -m tieline.condition.reference`.\n",
    )
    return "\n".join(parts)


def _table(title: str, head: str, rows: Mapping[str, str]) -> str:
    lines = "".join(f"| `{key}` | {meaning} |\n" for key, meaning in rows.items())
    return f"## {title}\n\n| {head} | meaning |\n|---|---|\n{lines}"


def _json(data: Mapping[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(data)).decode()


if __name__ == "__main__":
    sys.stdout.write(markdown())
