"""Statistics: followers, who they are, what was sent, and what came of it.

Source: https://developers.line.biz/en/reference/messaging-api/#insights
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tieline.simulator.account import Account
from tieline.simulator.engagement import SHOWN_FROM, report
from tieline.simulator.friend_book import BLOCKED, FRIEND
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, day_of

DAY = re.compile(r"\d{8}")
KINDS = {
    "broadcast": "apiBroadcast",
    "push": "apiPush",
    "multicast": "apiMulticast",
    "narrowcast": "apiNarrowcast",
    "reply": "apiReply",
}
SPANS = (15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70)
PERIODS = (
    (7, "within7days"),
    (30, "within30days"),
    (90, "within90days"),
    (180, "within180days"),
    (365, "within365days"),
)
TAIWAN = (  # noqa: SIM905 - reads as a list of names
    "台北市 新北市 桃園市 台中市 台南市 高雄市 基隆市 新竹市 嘉義市 新竹縣 苗栗縣 "
    "彰化縣 南投縣 雲林縣 嘉義縣 屏東縣 宜蘭縣 花蓮縣 台東縣 澎湖縣 金門縣 連江縣"
).split()
MESSAGES = 5


def deliveries(call: Call) -> SimResponse:
    """Tell how many messages of each kind went out on a day."""
    date = _date(call, "date")
    if date >= day_of(call.at):
        return as_json({"status": "unready"})
    counts = {name: call.account.sent_by_day[kind, date] for kind, name in KINDS.items()}
    return as_json({"status": "ready", **{name: count for name, count in counts.items() if count}})


def followers(call: Call) -> SimResponse:
    """Tell how the account stood at the end of a day: first follows, people in reach, blocks."""
    date = _date(call, "date")
    if date >= day_of(call.at):
        return as_json({"status": "unready"})
    known = call.account.followers_by_day
    past = [day for day in known if day <= date]
    if not past:
        return as_json({"status": "out_of_service"})
    first, reach, blocks = known[max(past)]
    return as_json({"status": "ready", "followers": first, "targetedReaches": reach, "blocks": blocks})


def note_day(account: Account, now: datetime) -> None:
    """Keep how the account stands today; the last note of a day is the one that counts."""
    book = account.friends
    reach = book.number(FRIEND)
    account.followers_by_day[day_of(now)] = (book.followed, reach, book.number(BLOCKED))


def demographic(call: Call) -> SimResponse:
    """Tell what LINE guesses about the friends."""
    book = call.account.friends
    if book.number(FRIEND) < SHOWN_FROM:
        return as_json({"available": False})
    guesses = [book.people.guess(row) for row in book.rows(FRIEND)]
    return as_json(
        {
            "available": True,
            "genders": _tiles("gender", Counter(one.gender for one in guesses)),
            "ages": _tiles("age", Counter(_span(one.age) for one in guesses)),
            "areas": _tiles("area", Counter(TAIWAN[int(one.area[3:]) - 1] for one in guesses)),
            "appTypes": _tiles("appType", Counter(one.app for one in guesses)),
            "subscriptionPeriods": _tiles(
                "subscriptionPeriod", Counter(_period(one.friend_days) for one in guesses)
            ),
        }
    )


def of_request(call: Call) -> SimResponse:
    """Tell what came of a broadcast or narrowcast; nothing below 20 people."""
    request_id = call.parameter("requestId")
    kept = call.account.engagement.kept.get(("", request_id))
    if kept is None:
        raise Refused(404, "Not found")
    answer = report([kept], max(kept.shown, default=1))
    answer["overview"] |= {
        "requestId": request_id,
        "timestamp": int(kept.at.timestamp()),
        "delivered": kept.delivered,
    }
    for click in answer["clicks"]:
        click["uniqueClickOfRequest"] = click["uniqueClick"]
    for message in answer["messages"]:
        del message["uniqueImpression"]
    return as_json(answer)


def of_unit(call: Call) -> SimResponse:
    """Tell what came of a unit's pushes and multicasts between two days, 30 apart at most."""
    unit, first, last = call.parameter("customAggregationUnit"), _date(call, "from"), _date(call, "to")
    apart = datetime.strptime(last, "%Y%m%d") - datetime.strptime(first, "%Y%m%d")  # noqa: DTZ007 - days only
    if not timedelta(0) <= apart <= timedelta(days=30):
        raise Refused(400, "The value for the 'to' parameter is invalid")
    kept = call.account.engagement.of_unit(unit, first, last)
    most = max((number for one in kept for number in one.shown), default=0)
    return as_json(report(kept, min(most, MESSAGES)))


def menu_summary(call: Call) -> SimResponse:
    """Tell how a rich menu was used in a span of days; only its id if fewer than 20 people tapped it."""
    first, last = _date(call, "from"), _date(call, "to")
    return as_json(_menu(call, [first, last], 396, daily=False))


def menu_daily(call: Call) -> SimResponse:
    """Tell the same day by day."""
    first, last = _date(call, "from"), _date(call, "to")
    return as_json(_menu(call, [first, last], 99, daily=True))


def _menu(call: Call, span: list[str], days_max: int, *, daily: bool) -> dict[str, Any]:
    first, last = (datetime.strptime(day, "%Y%m%d") for day in span)  # noqa: DTZ007 - days only
    if not timedelta(0) <= last - first < timedelta(days=days_max):
        raise Refused(400, "The value for the 'to' parameter is invalid")
    book, menu_id = call.account.menus, call.argument
    menu = book.menus.get(menu_id)
    if menu is None:
        raise Refused(404, "Not found")
    days = [(first + timedelta(days=number)).strftime("%Y%m%d") for number in range((last - first).days + 1)]
    tappers = {
        row
        for (known, day, _), rows in book.tappers.items()
        if known == menu_id and day in days
        for row in rows
    }
    answer: dict[str, Any] = {"richMenuId": menu_id}
    if len(tappers) < SHOWN_FROM:
        return answer
    answer |= {"metricsFrom": span[0], "metricsTo": span[1]}

    def clicks(number: int, of: list[str]) -> dict[str, int]:
        people = {row for day in of for row in book.tappers.get((menu_id, day, number), ())}
        return _counted(sum(book.taps[menu_id, day, number] for day in of), len(people))

    def shown(of: list[str]) -> dict[str, int]:
        people = {row for day in of for row in book.seen.get((menu_id, day), ())}
        return _counted(sum(book.impressions[menu_id, day] for day in of), len(people))

    def told(count: Callable[[list[str]], dict[str, int]]) -> Any:
        return [{"date": day, **count([day])} for day in days] if daily else count(days)

    areas = enumerate(menu.content["areas"])
    return answer | {
        "impression": {"metrics": told(shown)},
        "clicks": [
            {"bounds": area["bounds"], "metrics": told(partial(clicks, number))} for number, area in areas
        ],
    }


def _counted(count: int, people: int) -> dict[str, int]:
    return {"count": count, "uniqueUsers": people}


def _date(call: Call, name: str) -> str:
    value = call.parameter(name)
    if not DAY.fullmatch(value):
        raise Refused(400, f"The value for the '{name}' parameter is invalid")
    try:
        datetime.strptime(value, "%Y%m%d")  # noqa: DTZ007 - a day has no zone here
    except ValueError:
        raise Refused(400, f"The value for the '{name}' parameter is invalid") from None
    return value


def _tiles(name: str, counts: Counter[str]) -> list[dict[str, Any]]:
    total = sum(counts.values())
    return [{name: value, "percentage": round(100 * n / total, 1)} for value, n in sorted(counts.items())]


def _span(age: int) -> str:
    if not age:
        return "unknown"
    return "from70" if age >= SPANS[-1] else f"from{age}to{age + 4}"


def _period(days: int) -> str:
    return next((name for most, name in PERIODS if days < most), "over365days")
