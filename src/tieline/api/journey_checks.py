"""What a journey needs beside itself: messages that LINE takes, accounts, segments and pools that are there."""

from collections.abc import Iterator, Mapping
from typing import Any

from psycopg import AsyncConnection

from tieline.condition.reads import reads
from tieline.deliver.notice import FORBIDDEN
from tieline.deliver.policy import TRANSACTIONAL
from tieline.deliver.render import check
from tieline.errors import InvalidJourneyError, InvalidTemplateError
from tieline.journey.definition import (
    Audience,
    Coupon,
    Journey,
    LeaveJourney,
    Reach,
    RichMenu,
    SendLine,
    StartJourney,
    Step,
)
from tieline.journey.library import asked_of
from tieline.journey.trigger import Schedule, SegmentEntered, SegmentExited, TraitDate
from tieline.model.outreach import CONTENTS, LINE_PHONE, Channel, Way
from tieline.store.postgres.outreach import PostgresOutreach


def message_problems(journey: Journey, definition: Any) -> Iterator[InvalidJourneyError]:
    """Yield templates that do not compile or that LINE would refuse, with their place."""
    for index, given in enumerate(definition["steps"]):
        step = journey.steps[given["id"]]
        said: list[tuple[str, Any]] = [("messages", step.messages)] if isinstance(step, SendLine) else []
        if isinstance(step, Reach):
            said += [
                (f"ways/{number}/messages", way.content["messages"])
                for number, way in enumerate(step.ways)
                if "messages" in way.content
            ]
        for where, messages in said:
            try:
                check(messages)
            except InvalidTemplateError as error:
                place = f"/steps/{index}/{where}{error.field}"
                yield InvalidJourneyError(f"Step {step.id}: {error.message}", field=place)


async def check_references(
    connection: AsyncConnection, workspace_id: int, journey: Journey, definition: Any
) -> None:
    """Refuse the first thing that is named and not there.

    Raises:
        InvalidJourneyError: `field` points at the place.
    """
    for problem in await reference_problems(connection, workspace_id, journey, definition):
        raise problem


async def reference_problems(
    connection: AsyncConnection, workspace_id: int, journey: Journey, definition: Any
) -> list[InvalidJourneyError]:
    """Return what is named and not there: accounts, segments, pools, menus, lists, other journeys."""
    known = {
        "account": await _keys(
            connection, "select key from line_account where workspace_id = %s", workspace_id
        ),
        "segment": await _keys(
            connection, "select key from segment where workspace_id = %s and state <> 'deleted'", workspace_id
        ),
        "pool": await _keys(
            connection, "select distinct pool from coupon_code where workspace_id = %s", workspace_id
        ),
        "journey": await _keys(connection, "select key from journey where workspace_id = %s", workspace_id)
        | {journey.key},
        "menu": await _keys(
            connection, "select account || '/' || key from rich_menu where workspace_id = %s", workspace_id
        ),
        "list": await _keys(
            connection,
            "select definition ->> 'list' from segment"
            " where workspace_id = %s and state <> 'deleted' and definition ? 'list'",
            workspace_id,
        ),
    }
    channels = await PostgresOutreach(connection).channels(workspace_id)
    known["channel"] = set(channels)
    return [
        *(
            _missing(what, name, field, known[what])
            for what, name, field in _named(journey, definition)
            if name not in known[what]
        ),
        *_unsaid(journey, definition, channels),
    ]


def _unsaid(
    journey: Journey, definition: Mapping[str, Any], channels: Mapping[str, Channel]
) -> Iterator[InvalidJourneyError]:
    """Yield ways that say something else than their channel can carry."""
    for index, given in enumerate(definition["steps"]):
        step = journey.steps[given["id"]]
        if not isinstance(step, Reach):
            continue
        for number, way in enumerate(step.ways):
            channel = channels.get(way.channel)
            if channel is not None and set(way.content) != set(CONTENTS[channel.kind]):
                yield InvalidJourneyError(
                    f"The channel {way.channel} is of kind {channel.kind} and cannot carry this.",
                    field=f"/steps/{index}/ways/{number}",
                    way_out=f"Give {' and '.join(CONTENTS[channel.kind])}.",
                )
            elif channel is not None and channel.kind == LINE_PHONE:
                yield from _not_by_phone(step, way, f"/steps/{index}")


def _not_by_phone(step: Reach, way: Way, place: str) -> Iterator[InvalidJourneyError]:
    """Yield why LINE would not let a message go by telephone number: advertising, and media."""
    if step.purpose != TRANSACTIONAL:
        yield InvalidJourneyError(
            f"purpose is {step.purpose!r}: LINE forbids advertising by telephone number ({way.channel}).",
            field=f"{place}/purpose",
            way_out="Take another channel, or set purpose to transactional for what the person needs to know.",
        )
    for message in way.content["messages"]:
        if message["type"] in FORBIDDEN:
            yield InvalidJourneyError(
                f"LINE takes no {message['type']} by telephone number ({way.channel}).",
                field=f"{place}/ways",
                way_out="Use text or flex.",
            )


def _named(journey: Journey, definition: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield (what, name, place) of everything that a journey names."""
    trigger = journey.trigger
    if isinstance(trigger, SegmentEntered | SegmentExited):
        yield "segment", trigger.segment, "/trigger/segment"
    if isinstance(trigger, Schedule | TraitDate):
        yield from (("segment", key, "/trigger/if") for key in sorted(reads(trigger.who).segments))
    if journey.settings is not None and journey.settings.only_while is not None:
        named = sorted(reads(journey.settings.only_while).segments)
        yield from (("segment", key, "/settings/only_while") for key in named)
    for index, given in enumerate(definition["steps"]):
        step = journey.steps[given["id"]]
        place = f"/steps/{index}"
        yield from _named_by(step, place)
        if given["kind"] == "condition" and (test := asked_of(journey, step.id)) is not None:
            yield from (("segment", key, f"{place}/if") for key in sorted(reads(test).segments))


def _named_by(step: Step, place: str) -> Iterator[tuple[str, str, str]]:
    """Yield what one step names."""
    match step:
        case SendLine():
            yield "account", step.account, f"{place}/account"
        case RichMenu():
            yield "account", step.account, f"{place}/account"
            if step.menu:
                yield "menu", f"{step.account}/{step.menu}", f"{place}/menu"
        case Audience():
            yield "list", step.list, f"{place}/list"
        case Reach():
            yield from _channels(step, place)
        case Coupon():
            yield "pool", step.pool, f"{place}/pool"
        case StartJourney() | LeaveJourney():
            yield "journey", step.journey, f"{place}/journey"


def _channels(step: Reach, place: str) -> Iterator[tuple[str, str, str]]:
    for number, way in enumerate(step.ways):
        yield "channel", way.channel, f"{place}/ways/{number}/channel"


def _missing(what: str, name: str, field: str, known: set[str]) -> InvalidJourneyError:
    said = {
        "channel": "There is no channel {!r}.",
        "account": "The LINE account {!r} is not connected.",
        "segment": "There is no segment {!r}.",
        "pool": "There is no coupon pool {!r}.",
        "menu": "There is no rich menu {!r}.",
        "list": "There is no list {!r}.",
        "journey": "There is no journey {!r}.",
    }[what].format(name)
    return InvalidJourneyError(said, field=field, way_out=f"There are: {', '.join(sorted(known)) or 'none'}.")


async def _keys(connection: AsyncConnection, query: str, workspace_id: int) -> set[str]:
    cursor = await connection.execute(query, (workspace_id,))
    return {str(key) for (key,) in await cursor.fetchall()}
