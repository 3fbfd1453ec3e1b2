"""Each loop of the pipeline with the adapters that it runs on."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path

from tieline import pipeline, upkeep
from tieline.answer.stage import AnswerStage
from tieline.app import line
from tieline.app.parts import vault
from tieline.app.shadow import compute_apart
from tieline.channel.line.client import LineClient
from tieline.channel.line.inbox import LineInbox
from tieline.channel.mail import Mail
from tieline.clock import Clock
from tieline.collect.own import LogNews
from tieline.collect.stage import CollectStage, message_key, named_key
from tieline.connect import exported, ledger, rejects, undo
from tieline.connect.called import Called
from tieline.connect.outgoing import OutgoingCaller
from tieline.deliver.body import Bodies
from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.carrier import CarrierLoop
from tieline.deliver.fill import fill_tree
from tieline.deliver.mass import MassSender
from tieline.deliver.notice import PhoneNotice
from tieline.deliver.outreach import OutreachStage
from tieline.deliver.preflight import Preflight
from tieline.deliver.reply import Replier, ReplyStage
from tieline.deliver.sender import Sender, SenderLimits
from tieline.deliver.stage import DeliverStage
from tieline.identify.command import DecisionStage
from tieline.identify.erase import EraseStage
from tieline.identify.retract import Retracting, RetractStage
from tieline.identify.rules import RuleBook, Rules
from tieline.identify.stage import IdentifyStage
from tieline.identify.suppress import SuppressionStage
from tieline.identify.switch import SwitchStage
from tieline.identify.undo import UndoStage
from tieline.ids import SystemIds
from tieline.journey.stage import JourneyStage
from tieline.model.destination import Destination
from tieline.model.erasure import Erasure
from tieline.model.outreach import LINE_PHONE, Channel
from tieline.ports import Change, Computed
from tieline.predict.loop import PredictLoop
from tieline.profile.stage import ProfileStage
from tieline.search.stage import SearchStage
from tieline.segment.stage import SegmentStage
from tieline.settings import Settings
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.clickhouse.imported import ClickHouseImported
from tieline.store.clickhouse.results import ClickHouseResults
from tieline.store.computed import ComputedOfPeople
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.bind import PostgresNonces
from tieline.store.postgres.bonds import PostgresBonds
from tieline.store.postgres.broadcasts import PostgresBroadcasts
from tieline.store.postgres.chunks import PostgresChunks
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.identity_rules import PostgresRules
from tieline.store.postgres.joins import PostgresJoins
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.log import PostgresLog, PostgresMessages
from tieline.store.postgres.outbox import PostgresHistoryOutbox
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.predictions import PostgresPredictions
from tieline.store.postgres.refusals import PostgresRefusals
from tieline.store.postgres.replies import PostgresAutoReplies, PostgresReplies
from tieline.store.postgres.retract import PostgresRetractions
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.tags import PostgresTags
from tieline.store.postgres.undo import PostgresUndo
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.units import PostgresUnits
from tieline.store.postgres.webhooks import PostgresWebhooks
from tieline.store.postgres.words import PostgresWords
from tieline.tag.stage import TagStage


def absorb(
    settings: Settings,
    url: str,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Absorb:
    """Log rows become people and facts."""
    connection, evaluator = unit.connection, ClickHouseEvaluator(history)
    identity, rules = PostgresIdentity(connection), RuleBook(directory.rules)
    erasures, retractions = PostgresErasures(connection), PostgresRetractions(connection)
    return pipeline.Absorb(
        unit=unit,
        directory=directory,
        log=PostgresLog(connection),
        messages=(messages := PostgresMessages(connection)),
        outbox=PostgresHistoryOutbox(connection),
        signals=PostgresSignals(connection),
        collect=CollectStage(
            messages,
            directory.sources,
            LineInbox(
                PostgresNonces(connection), PostgresJoins(connection), PostgresOutreach(connection)
            ).read,
        ),
        identify=IdentifyStage(
            identity,
            directory.identity_keys,
            directory.regions,
            rules=rules,
            retracting=Retracting(retractions),
        ),
        decide=DecisionStage(identity, directory.identity_keys, directory.regions, rules),
        profile=ProfileStage(PostgresFacts(connection), message_key, directory.notices, directory.golden),
        journey=JourneyStage(PostgresJourneys(connection), evaluator, fill_tree, directory.zones),
        answer=AnswerStage(
            PostgresAutoReplies(connection),
            directory.zones,
            PostgresBonds(connection),
            LogNews(PostgresLog(connection), directory.own_sources, now),
            directory.regions,
        ),
        reply=ReplyStage(
            PostgresReplies(connection), PostgresSends(connection), Bodies(SystemIds(), settings.public_url)
        ),
        clock=now,
        events_max=settings.batch_events,
        undo=UndoStage(
            PostgresUndo(connection),
            identity,
            ClickHouseImported(history),
            undo.message_ids,
            named_key,
            rules,
        ),
        search=SearchStage(PostgresWords(connection)),
        forgetting=pipeline.Forgetting(
            EraseStage(erasures, identity, directory.identity_keys, directory.regions, rules),
            SuppressionStage(erasures, directory.identity_keys, directory.regions),
            erasures,
            directory.sources,
        ),
        switch=SwitchStage(PostgresRules(connection), identity, partial(compute_apart, url)),
        retract=RetractStage(retractions, identity, rules),
        tags=tagging(unit, directory, now),
    )


def change_rules(unit: PostgresUnit, url: str, now: Clock) -> upkeep.ChangeRules:
    """Other rules are computed before they hold."""
    store = PostgresRules(unit.connection)

    async def compute(change: Change, rules: Rules) -> Computed:
        return await compute_apart(url, change.workspace_id, rules, change.version)

    return upkeep.ChangeRules(unit, store, compute, now)


def pass_day(unit: PostgresUnit, directory: PostgresDirectory, now: Clock) -> upkeep.PassDay:
    """Links grow old."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    messages, rules = PostgresMessages(unit.connection), RuleBook(directory.rules)
    return upkeep.PassDay(unit, messages, news, directory.own_sources, rules, now)


def predict(
    unit: PostgresUnit, history: ClickHouseHistory, directory: PostgresDirectory, now: Clock
) -> PredictLoop:
    """Likelihoods of buyers, once a day."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    return PredictLoop(unit, PostgresPredictions(unit.connection), history.query, news, now)


def erase(
    settings: Settings,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    directory: PostgresDirectory,
    now: Clock,
) -> upkeep.Erase:
    """What is left of erased people goes."""
    return upkeep.Erase(
        unit=unit,
        store=PostgresErasures(unit.connection),
        history=history,
        sources=directory.sources,
        keys=directory.identity_keys,
        regions=directory.regions,
        ledger=partial(_note_erasure, ledger.path_of(settings.data, settings.erasure_ledger)),
        files=partial(_forget_in_files, settings.data),
        clock=now,
    )


def _note_erasure(path: Path, erasure: Erasure, hashes: Mapping[bytes, str]) -> None:
    named = tuple(sorted((namespace, name.hex()) for name, namespace in hashes.items()))
    ledger.note(path, ledger.Entry(erasure.workspace_id, erasure.erasure_id, erasure.asked_at, named))


def _forget_in_files(data: Path, gone: rejects.Names) -> int:
    return rejects.forget(data / "imports", gone) + exported.forget(data / "exports")


def opener(settings: Settings) -> Callable[[Destination], str]:
    """Return what opens the secret of a destination."""
    keeper = vault(settings)
    return lambda where: keeper.open(where.secret, where.workspace_id, f"destination:{where.key}")


def tagging(unit: PostgresUnit, directory: PostgresDirectory, now: Clock) -> TagStage:
    """Tags that are put on by rule."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    return TagStage(PostgresTags(unit.connection), news)


def remember(
    settings: Settings,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    evaluator: ClickHouseEvaluator,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Remember:
    """Committed batches enter history, and segments are evaluated."""
    connection = unit.connection
    every = timedelta(seconds=settings.refresh_seconds)
    return pipeline.Remember(
        unit=unit,
        outbox=PostgresHistoryOutbox(connection),
        history=history,
        signals=PostgresSignals(connection),
        segment=SegmentStage(PostgresSegments(connection), evaluator, every),
        clock=now,
        tags=tagging(unit, directory, now),
    )


def advance(
    settings: Settings,
    unit: PostgresUnit,
    evaluator: ClickHouseEvaluator,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Advance:
    """Signals and timers move enrolments."""
    connection = unit.connection
    return pipeline.Advance(
        unit=unit,
        journey=JourneyStage(
            PostgresJourneys(connection), evaluator, fill_tree, directory.zones, directory.habits
        ),
        deliver=DeliverStage(
            PostgresSends(connection),
            SystemIds(),
            now,
            settings.public_url,
            ComputedOfPeople(connection, evaluator),
            units=PostgresUnits(connection),
        ),
        webhooks=PostgresWebhooks(connection),
        news=LogNews(PostgresLog(connection), directory.own_sources, now),
        clock=now,
        outreach=OutreachStage(PostgresOutreach(connection), PostgresSends(connection), SystemIds(), now),
    )


def carry(
    settings: Settings,
    unit: PostgresUnit,
    caller: OutgoingCaller,
    client: LineClient,
    directory: PostgresDirectory,
    now: Clock,
) -> CarrierLoop:
    """Messages of channels beside LINE leave."""
    connection, keeper = unit.connection, vault(settings)

    def secret(channel: Channel) -> str:
        sealed, name = channel.secret, f"channel:{channel.key}"
        return keeper.open(sealed, channel.workspace_id, name) if sealed else ""

    called = Called(caller, secret, now.now)
    return CarrierLoop(
        unit,
        PostgresOutreach(connection),
        PostgresSends(connection),
        PostgresBacklog(connection),
        {
            "email": Mail(secret, settings.public_url),
            "sms": called,
            "webhook": called,
            LINE_PHONE: PhoneNotice(client),
        },
        LogNews(PostgresLog(connection), directory.own_sources, now),
    )


def broadcast(
    settings: Settings,
    unit: PostgresUnit,
    history: ClickHouseHistory,
    directory: PostgresDirectory,
    now: Clock,
) -> pipeline.Broadcast:
    """Broadcasts are frozen and planned."""
    connection = unit.connection
    deliver = DeliverStage(
        PostgresSends(connection),
        SystemIds(),
        now,
        settings.public_url,
        chunks=PostgresChunks(connection),
        units=PostgresUnits(connection),
    )
    return pipeline.Broadcast(
        unit=unit,
        broadcast=BroadcastStage(
            PostgresBroadcasts(connection), ClickHouseResults(history), directory.habits, deliver.alike
        ),
        deliver=deliver,
        news=LogNews(PostgresLog(connection), directory.own_sources, now),
        clock=now,
    )


def send(unit: PostgresUnit, client: LineClient, directory: PostgresDirectory, now: Clock) -> pipeline.Send:
    """Planned messages leave."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    sends, backlog = PostgresSends(unit.connection), PostgresBacklog(unit.connection)
    limits, purse = SenderLimits(zones=directory.zones), line.purse(unit, directory)
    sender = Sender(unit, sends, backlog, client, news, SystemIds(), limits, purse)
    sender.outlet.preflight = Preflight(client, PostgresRefusals(unit.connection))
    mass = MassSender(unit, PostgresChunks(unit.connection), backlog, client, sender, SystemIds())
    return pipeline.Send(sender, now, mass)


def write_out(unit: PostgresUnit, directory: PostgresDirectory, now: Clock) -> pipeline.WriteOut:
    """What left for many is written down for each."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    return pipeline.WriteOut(unit, PostgresChunks(unit.connection), news, now)


def reply(unit: PostgresUnit, client: LineClient, directory: PostgresDirectory, now: Clock) -> pipeline.Reply:
    """Answers leave."""
    news = LogNews(PostgresLog(unit.connection), directory.own_sources, now)
    return pipeline.Reply(Replier(unit, PostgresReplies(unit.connection), client, news), now)
