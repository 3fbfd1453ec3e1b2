"""How many messages a month will have had at its end. Pure.

What is certain is added up: what was sent, what waits, what is on the calendar. What journeys will send is taken from
the same weekdays of the four weeks before, because shops and restaurants live in weeks.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tieline.deliver.quota import LINE_TIME

WEEKS = 4


class Forecast(NamedTuple):
    """Messages of a month by what is known of them.

    Attributes:
        used: Sent already.
        waiting: Planned and on their way.
        scheduled: On the calendar for the rest of the month.
        journeys: Expected of journeys, by the pace of the weeks before.
        days_known: Days that this pace was learned from; 0 is no pace at all.
    """

    used: int
    waiting: int
    scheduled: int
    journeys: int
    days_known: int

    @property
    def messages(self) -> int:
        """The month's messages at its end."""
        return self.used + self.waiting + self.scheduled + self.journeys


def month_of(at: datetime) -> str:
    """Return the month that LINE counts a moment in."""
    return at.astimezone(LINE_TIME).strftime("%Y-%m")


def month_start(at: datetime) -> datetime:
    """Return the moment at which LINE began to count the month of `at`."""
    return at.astimezone(LINE_TIME).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_end(at: datetime) -> datetime:
    """Return the moment at which LINE begins to count the month after that of `at`."""
    return month_start(month_start(at) + timedelta(days=32))


def expect(
    at: datetime,
    *,
    used: int,
    waiting: int,
    scheduled: int,
    by_day: Mapping[date, int],
    first: date | None = None,
) -> Forecast:
    """Return what to expect of the month of `at`, or of one that is to come.

    Args:
        at: The present moment.
        used: Billed messages of the month so far.
        waiting: Messages that are planned now.
        scheduled: Messages of broadcasts that are still to begin this month.
        by_day: Billed messages of journeys on each day of LINE's calendar; a day that is missing had none.
        first: First day of the month that is to come; None for the rest of this one.
    """
    today = at.astimezone(LINE_TIME).date()
    since = max(today - timedelta(weeks=WEEKS), min(by_day, default=today))
    known = [since + timedelta(days=number) for number in range((today - since).days)]
    first = first or today
    last = date(first.year, first.month, monthrange(first.year, first.month)[1])
    expected = 0.0
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        alike = [one for one in known if one.weekday() == day.weekday()] or known
        usual = sum(by_day.get(one, 0) for one in alike) / len(alike) if alike else 0.0
        expected += max(0.0, usual - by_day.get(today, 0)) if day == today else usual
    return Forecast(used, waiting, scheduled, round(expected), len(known))
