"""Tests of dates as SQL, over a reading of the workspace's clock."""

from tieline.condition import when
from tieline.condition.dates import Anniversary, Before, DateTest, InDays, Month, WithinLast, WithinNext
from tieline.condition.sql.query import Writer


def dated(shown: str, test: DateTest, writer: Writer) -> str:
    """Return whether `shown`, a reading of the clock or NULL, passes; never NULL."""
    return f"ifNull({_dated(shown, test, writer)}, 0)"


def _dated(shown: str, test: DateTest, writer: Writer) -> str:
    clock = when.on_clock(writer.now, writer.zone)
    if isinstance(test, Month):
        return f"toMonth({shown}) = {writer.bound('UInt8', test.month or clock.month)}"
    if isinstance(test, WithinNext):
        end = writer.moment(clock + test.duration)
        return f"{shown} > {writer.moment(clock)} AND {shown} <= {end}"
    if isinstance(test, InDays):
        start, end = (
            writer.moment(when.day_after(writer.now, day, writer.zone)) for day in (test.days, test.days + 1)
        )
        return f"{shown} >= {start} AND {shown} < {end}"
    if isinstance(test, Anniversary):
        days = when.month_days(when.day_after(writer.now, test.days, writer.zone))
        return f"has({writer.bound('Array(UInt16)', list(days))}, toMonth({shown}) * 100 + toDayOfMonth({shown}))"
    if isinstance(test, WithinLast):
        start = writer.moment(clock - test.duration)
        return f"{shown} > {start} AND {shown} <= {writer.moment(clock)}"
    sign = "<" if isinstance(test, Before) else ">"
    return f"{shown} {sign} {writer.moment(when.on_clock(test.moment, writer.zone))}"
