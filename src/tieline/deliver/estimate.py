"""What a send would cost, before it leaves. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from tieline.deliver import price
from tieline.model.cost import WORKSPACE, Budget, Plan

_SIGN = {"TWD": "NT$", "JPY": "¥", "THB": "฿"}


class Estimate(NamedTuple):
    """A send against the month.

    Attributes:
        messages: Messages it would use: people, not bubbles.
        inside: Of these, covered by the plan's fee.
        beyond: Of these, charged.
        money: What is charged for them.
        over_quota: Messages that LINE would refuse this month.
        over_budget: How far each budget would be overrun: (scope, unit, by how much).
        month_messages: The month's messages at its end, this send included.
        month_money: What the month costs then, with the fee.
    """

    messages: int
    inside: int
    beyond: int
    money: Decimal
    over_quota: int
    over_budget: tuple[tuple[str, str, Decimal], ...]
    month_messages: int
    month_money: Decimal

    @property
    def fits(self) -> bool:
        """Whether quota and budgets reach."""
        return not self.over_quota and not self.over_budget


def estimate(
    plan: Plan,
    messages: int,
    *,
    used: int,
    limit: int | None,
    expected: int,
    budgets: Sequence[Budget],
    origin: str,
) -> Estimate:
    """Hold a send against plan, quota and budgets.

    Args:
        plan: The account's plan.
        messages: Messages the send would use.
        used: Messages the month has had, with those that are on their way.
        limit: Messages LINE allows in the month; None is no limit, or one that could not be read.
        expected: The month's messages at its end without this send.
        budgets: Budgets of the workspace, of this month.
        origin: What sends: "broadcast:spring".
    """
    inside = max(0, min(messages, plan.included - used))
    money = price.of(plan, used, messages)
    ends = [end for end in (limit, price.room(plan)) if end is not None]
    over_quota = max(0, messages - max(0, min(ends) - used)) if ends else 0
    over: list[tuple[str, str, Decimal]] = []
    for budget in budgets:
        if budget.scope in {WORKSPACE, origin}:
            wanted = Decimal(messages) if budget.unit == "messages" else money
            by = budget.spent + wanted - budget.most
            if by > 0:
                over.append((budget.scope, budget.unit, by))
    total = expected + messages
    return Estimate(
        messages, inside, messages - inside, money, over_quota, tuple(over), total, price.month(plan, total)
    )


def sentence(found: Estimate, plan: Plan, language: str) -> str:
    """Return an estimate as one sentence for people of the brand."""
    said = _WORDS.get(language, _WORDS["zh-TW"])
    return said.format(
        messages=f"{found.messages:,}",
        beyond=f"{found.beyond:,}",
        money=amount(found.money, plan.currency),
        month=amount(found.month_money, plan.currency),
    )


def amount(money: Decimal, currency: str) -> str:
    """Return money as people write it."""
    return f"{_SIGN.get(currency, currency + ' ')}{money:,.0f}"


_WORDS: dict[str, str] = {
    "zh-TW": "這次 {messages} 則，其中 {beyond} 則超出方案內含則數，約 {money}；月底預估 {month}（未稅）。",
    "ja": "今回は {messages} 通。うち {beyond} 通がプランの無料通数を超え、約 {money} です。月末の見込みは {month}（税抜）。",
    "en": "{messages} messages, {beyond} of them beyond the plan, about {money}; the month is expected to end at {month} before tax.",
}
