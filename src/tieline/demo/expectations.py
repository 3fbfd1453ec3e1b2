"""The same figures without Tieline: worked out from the recorded year by column, never from the events that were sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

PLAN_FEE, PLAN_INCLUDED = 1_400, 6_000
PLAN_NEXT, PLAN_NEXT_EACH, PLAN_LAST_EACH = 50_000, Decimal("0.20"), Decimal("0.15")


class Year:
    """The recorded year, moved so that its last purchase happens at `ends_at`.

    Amounts are whole NT$ per line at 30 NT$ a dollar, halves up, as the shop books them.
    """

    def __init__(self, data: Path, ends_at: datetime) -> None:
        self._data = data
        lines = pq.read_table(data / "transactions.parquet")
        recorded = pc.cast(lines["transaction_timestamp"], pa.timestamp("us", "UTC"))
        self._offset = ends_at - pc.max(recorded).as_py()
        cents = pc.cast(pc.round(pc.multiply(lines["sales_value"], 100.0)), pa.int64())
        amount = pc.divide(pc.add(pc.multiply(cents, 30), 50), 100)
        self._lines = pa.table(
            {
                "household": lines["household_id"],
                "basket": lines["basket_id"],
                "product": lines["product_id"],
                "amount": amount,
                "recorded": recorded,
            }
        )

    @property
    def lines(self) -> int:
        """How many lines were bought."""
        return int(self._lines.num_rows)

    @property
    def households(self) -> list[int]:
        """Everybody who bought."""
        found: list[int] = pc.unique(self._lines["household"]).to_pylist()
        return found

    def spend(self, since_at: datetime | None = None, until_at: datetime | None = None) -> dict[int, int]:
        """Return what each household spent after `since_at` and up to `until_at`, in NT$."""
        return self._by_household(self._between(since_at, until_at), "amount", "sum")

    def orders(self) -> dict[int, int]:
        """Return how many baskets each household bought."""
        return self._by_household(self._lines, "basket", "count_distinct")

    def line_counts(self) -> dict[int, int]:
        """Return how many lines each household bought."""
        return self._by_household(self._lines, "product", "count")

    def last_visits(self) -> dict[int, datetime]:
        """Return when each household bought last."""
        grouped = self._lines.group_by("household").aggregate([("recorded", "max")])
        rows = zip(grouped["household"].to_pylist(), grouped["recorded_max"].to_pylist(), strict=True)
        return {household: at + self._offset for household, at in rows}

    def spend_on(self, departments: Iterable[str]) -> dict[int, int]:
        """Return what each household spent in these departments, in NT$."""
        products = pq.read_table(self._data / "products.parquet", columns=["product_id", "department"])
        wanted = products.filter(pc.is_in(products["department"], pa.array(list(departments))))["product_id"]
        return self._by_household(
            self._lines.filter(pc.is_in(self._lines["product"], wanted)), "amount", "sum"
        )

    def mailed(self, campaign: int) -> set[int]:
        """Return the households that a campaign was mailed to."""
        rows = pq.read_table(self._data / "campaigns.parquet").to_pylist()
        return {row["household_id"] for row in rows if row["campaign_id"] == campaign}

    def _between(self, since_at: datetime | None, until_at: datetime | None) -> pa.Table:
        found = self._lines
        if since_at is not None:
            found = found.filter(pc.greater(found["recorded"], pa.scalar(since_at - self._offset)))
        if until_at is not None:
            found = found.filter(pc.less_equal(found["recorded"], pa.scalar(until_at - self._offset)))
        return found

    def _by_household(self, lines: pa.Table, column: str, function: str) -> dict[int, int]:
        grouped = lines.group_by("household").aggregate([(column, function)])
        return dict(
            zip(grouped["household"].to_pylist(), grouped[f"{column}_{function}"].to_pylist(), strict=True)
        )


def above(amounts: Mapping[int, int], least: int) -> set[int]:
    """Return who has more than `least`."""
    return {household for household, amount in amounts.items() if amount > least}


def days_before(at: datetime, days: int) -> datetime:
    """Return the same time so many days earlier."""
    return at - timedelta(days=days)


def month_cost(messages: int) -> float:
    """Return what LINE charges in Taiwan for a month on the high-usage plan from November 2026, in NT$ without tax."""
    extra = max(0, messages - PLAN_INCLUDED)
    dear = min(extra, PLAN_NEXT)
    return float(PLAN_FEE + dear * PLAN_NEXT_EACH + (extra - dear) * PLAN_LAST_EACH)
