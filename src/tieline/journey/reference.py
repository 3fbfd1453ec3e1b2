"""The tables of all kinds of steps and triggers, and the page that is written from them."""

import sys

import msgspec

from tieline.journey import definition
from tieline.journey.kind import ID, Field, Kind
from tieline.journey.kinds_doing import DOING
from tieline.journey.kinds_sending import SENDING
from tieline.journey.kinds_splitting import SPLITTING
from tieline.journey.kinds_triggering import TRIGGERING
from tieline.journey.kinds_waiting import WAITING

STEP_KINDS: dict[str, Kind] = {**WAITING, **SPLITTING, **SENDING, **DOING}
TRIGGER_KINDS: dict[str, Kind] = TRIGGERING


def fields_of(kind: Kind) -> tuple[Field, ...]:
    """Return all fields of a kind, the common ones first."""
    return (ID, *kind.fields)


_INTRODUCTION = f"""\
# Steps of a journey

Each step is an object with an `id`, a `kind` and the fields below. A journey has at most {definition.STEPS_MAX} steps.

- A **key** has small letters, digits, `-` and `_`, at most 64.
- A **duration** is ISO 8601 in weeks, or in days, hours, minutes and seconds: PT30M, P7D, P2W; from one minute to
  {definition.WAIT_MAX.days} days. A day of it is 24 hours.
- A **template** is a text with Liquid in it. It reads `trigger` (the properties of what started the journey) and `coupons`
  (codes by pool). Of an event that a browser sent in somebody's name without proof, conditions and the key of a lookup know the
  properties, and templates read none of them ([why](../decisions/0028-what-a-browser-says-is-asked-not-shown.md)).

## Settings

`settings` holds for all messages of a journey. What is left out follows the workspace (`PUT /api/sending`).

| key | write | meaning |
|---|---|---|
| `only_while` | condition | Read again right before each message; for whom it does not hold, the journey ends. |
| `quiet_hours` | `{{"from": "HH:MM", "until": "HH:MM"}}` or `"off"` | Marketing waits until they end. Where neither journey nor workspace says anything: 22:00 to 09:00. A journey without `settings` is taken as it is. |
| `frequency_cap` | `{{"messages": n, "days": n}}` or `"off"` | Marketing messages one person gets at most, over all journeys, broadcasts and accounts; more are suppressed as `capped`. |
| `priority` | 1 to 9 | Where the cap has room for one, the higher goes. Left out: 5. |
| `budget` | `{{"messages": n, "per": "month" or "total"}}` | Messages this journey sends at most; at the limit its sending stops until somebody raises it. |

What happened decides, not when it was processed: a timer that fires late still counts from when it was due, and whoever buys
at minute 30 of a wait of 30 minutes has bought in time.

Written from the table in the code by `python -m tieline.journey.reference`.
"""


def markdown() -> str:
    """Return the reference page of step kinds."""
    steps = [_page(name, kind, fields_of(kind)) for name, kind in STEP_KINDS.items()]
    triggers = [_page(name, kind, kind.fields) for name, kind in TRIGGER_KINDS.items()]
    return "\n".join([_INTRODUCTION, "# Triggers\n", *triggers, "# Steps\n", *steps])


def _page(name: str, kind: Kind, fields: tuple[Field, ...]) -> str:
    example = msgspec.json.format(msgspec.json.encode(kind.example)).decode()
    rows = "".join(f"| `{it.key}` | {it.shape} | {_need(it)} | {it.meaning} |\n" for it in fields)
    table = f"| field | write | | meaning |\n|---|---|---|---|\n{rows}\n" if fields else ""
    return f"## {name}\n\n{kind.meaning}\n\n{table}```json\n{example}\n```\n"


def _need(field: Field) -> str:
    return "required" if field.required else "optional"


if __name__ == "__main__":
    sys.stdout.write(markdown())
