"""The loops that keep LINE and Tieline in step, beside the pipeline."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal

from tieline.app.parts import vault
from tieline.channel.line.carrier import SocketCarrier
from tieline.channel.line.client import LineClient
from tieline.channel.line.leaving import Leaver
from tieline.channel.line.login import LineLogin
from tieline.channel.line.redact import redacted, without
from tieline.channel.line.signature import sign
from tieline.clock import Clock
from tieline.connect.forward import ForwardLoop
from tieline.connect.outgoing import OutgoingCaller
from tieline.connect.redact import RedactLoop
from tieline.deliver import price
from tieline.deliver.audience import AudienceSync
from tieline.deliver.earmark import Charge, Earmark
from tieline.deliver.insight import Insight
from tieline.deliver.narrowcast import Hours, NarrowcastLoop
from tieline.deliver.narrowcast_insight import NarrowcastInsight
from tieline.deliver.purse import Purse
from tieline.deliver.reconcile import Reconciler
from tieline.ids import SystemIds
from tieline.menu.sync import MenuSync
from tieline.model.sharing import Delivery
from tieline.settings import Settings
from tieline.store.postgres.audiences import PostgresAudiences
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.days import PostgresDays
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.login import PostgresLogin
from tieline.store.postgres.menus import PostgresMenus
from tieline.store.postgres.narrowcasts import PostgresNarrowcasts
from tieline.store.postgres.sharing import PostgresForwards, PostgresRawWebhooks
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.units import PostgresUnits
from tieline.stream.loop import Loop

RECONCILE_SECONDS = 300.0
MENU_SECONDS = 1.0
AUDIENCE_SECONDS = 5.0
LEAVING_SECONDS = 5.0
FORWARD_SECONDS = 0.2
INSIGHT_SECONDS = 5.0
NARROWCAST_SECONDS = 1.0
REDACT_SECONDS = 1.0


async def loops(
    settings: Settings,
    unit: Callable[[], Awaitable[PostgresUnit]],
    client: LineClient,
    directory: PostgresDirectory,
    now: Clock,
) -> list[Loop]:
    """Return the loops, ready to run."""
    days, menus, leaving, sharing = await unit(), await unit(), await unit(), await unit()
    reconciler = Reconciler(days, PostgresDays(days.connection), client, directory.accounts)
    sync = menu_sync(menus, client)
    reaching, counting = await unit(), await unit()
    insight = Insight(counting, PostgresUnits(counting.connection), client)
    audiences = AudienceSync(reaching, PostgresAudiences(reaching.connection), client)
    keys = vault(settings)
    narrowing, told = await unit(), await unit()
    narrowcast = narrowcasts(narrowing, client, directory)
    outcome = NarrowcastInsight(told, PostgresNarrowcasts(told.connection), client)

    def signature(delivery: Delivery) -> str:
        known = directory.accounts[delivery.workspace_id, delivery.account]
        return sign(delivery.body, keys.open(known.channel_secret, delivery.workspace_id, delivery.account))

    caller = OutgoingCaller(settings.webhook_hosts.split())
    forward = ForwardLoop(sharing, PostgresForwards(sharing.connection), caller, signature)
    redacting = await unit()
    redact = RedactLoop(redacting, PostgresRawWebhooks(redacting.connection, without), redacted)
    login = LineLogin(settings.line_api_url, settings.line_access_url, SocketCarrier())
    leaver = Leaver(leaving, PostgresLogin(leaving.connection), login, keys)
    return [
        Loop("reconcile", lambda: reconciler.step(now.now()), idle_seconds=RECONCILE_SECONDS),
        Loop("forward", lambda: forward.step(now.now()), idle_seconds=FORWARD_SECONDS),
        Loop("redact", lambda: redact.step(now.now()), idle_seconds=REDACT_SECONDS),
        Loop("leaving", lambda: leaver.step(now.now()), idle_seconds=LEAVING_SECONDS),
        Loop("audiences", lambda: audiences.step(now.now()), idle_seconds=AUDIENCE_SECONDS),
        Loop("insight", lambda: insight.step(now.now()), idle_seconds=INSIGHT_SECONDS),
        Loop("narrowcasts", lambda: narrowcast.step(now.now()), idle_seconds=NARROWCAST_SECONDS),
        Loop("narrowcast_insight", lambda: outcome.step(now.now()), idle_seconds=INSIGHT_SECONDS),
        Loop("menus", lambda: sync.step(now.now()), idle_seconds=MENU_SECONDS),
    ]


def menu_sync(unit: PostgresUnit, client: LineClient) -> MenuSync:
    """Return what keeps rich menus at LINE as the rules say."""
    return MenuSync(unit, PostgresMenus(unit.connection), client)


def narrowcasts(unit: PostgresUnit, client: LineClient, directory: PostgresDirectory) -> NarrowcastLoop:
    """Return what lets narrowcasts leave, once each."""
    connection = unit.connection
    return NarrowcastLoop(
        unit,
        PostgresNarrowcasts(connection),
        PostgresBacklog(connection),
        client,
        Earmark(PostgresBudgets(connection), charge_of(directory)),
        PostgresCost(connection).used,
        SystemIds(),
        Hours(directory.habits, directory.zones),
    )


def purse(unit: PostgresUnit, directory: PostgresDirectory) -> Purse:
    """Return what holds sends against budgets."""
    return Purse(PostgresBudgets(unit.connection), charge_of(directory))


def charge_of(directory: PostgresDirectory) -> Charge:
    """Return what says what messages of an account cost in a month that has had some."""

    def charge(account: tuple[int, str], had: int, messages: int, at: datetime) -> Decimal:
        known = directory.accounts.get(account)
        own = directory.plans.get(account[0], ())
        plan = price.plan(known.price_plan, at.date(), [*price.PLANS, *own]) if known else None
        return price.of(plan, had, messages) if plan else Decimal(0)

    return charge
