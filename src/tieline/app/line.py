"""The loops that keep LINE and Tieline in step, beside the pipeline."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal

from tieline.channel.line.client import LineClient
from tieline.clock import Clock
from tieline.deliver import price
from tieline.deliver.purse import Purse
from tieline.deliver.reconcile import Reconciler
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.days import PostgresDays
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit
from tieline.stream.loop import Loop

RECONCILE_SECONDS = 300.0


async def loops(
    unit: Callable[[], Awaitable[PostgresUnit]], client: LineClient, directory: PostgresDirectory, now: Clock
) -> list[Loop]:
    """Return the loops, ready to run."""
    days = await unit()
    reconciler = Reconciler(days, PostgresDays(days.connection), client, directory.accounts)
    return [Loop("reconcile", lambda: reconciler.step(now.now()), idle_seconds=RECONCILE_SECONDS)]


def purse(unit: PostgresUnit, directory: PostgresDirectory) -> Purse:
    """Return what holds sends against budgets."""

    def charge(account: tuple[int, str], had: int, messages: int, at: datetime) -> Decimal:
        known = directory.accounts.get(account)
        own = directory.plans.get(account[0], ())
        plan = price.plan(known.price_plan, at.date(), [*price.PLANS, *own]) if known else None
        return price.of(plan, had, messages) if plan else Decimal(0)

    return Purse(PostgresBudgets(unit.connection), charge)
