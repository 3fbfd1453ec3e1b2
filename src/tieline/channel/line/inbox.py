"""LINE webhook rows as events: what LINE says is mapped, and a binding's nonce is exchanged for the member."""

import re

from msgspec.structs import replace

from tieline.channel.line.webhook import LineEvent, deliveries, read
from tieline.model.event import (
    CONSENT_UPDATED,
    JOIN_SOURCE_CREDITED,
    LINE_ACCOUNT_LINKED,
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    MESSAGE_SENT,
    TAG_ADDED,
    Event,
    Identifier,
    LogRow,
    Parked,
    Source,
)
from tieline.model.identity import MEMBER
from tieline.model.outreach import about
from tieline.ports.binding import Nonces
from tieline.ports.joins import Joins
from tieline.ports.outreach import Notices

JOIN_CODE = re.compile(r"\[#([0-9A-Za-z_-]{22,64})\]")
"""How a first message names the join source by which somebody came."""


class LineInbox:
    """Reads webhook rows.

    Args:
        nonces: Exchanges a nonce for a member; LINE's signature is what makes this proof.
        joins: Join sources; None where none are kept.
        notices: Messages by telephone number, of whose delivery LINE tells; None where none are sent.
    """

    def __init__(self, nonces: Nonces, joins: Joins | None = None, notices: Notices | None = None) -> None:
        self._nonces = nonces
        self._joins = joins
        self._notices = notices

    async def read(self, row: LogRow, source: Source) -> tuple[list[Event], list[Parked]]:
        """Return the events of one webhook, and what could not be read."""
        events: list[Event] = []
        seen, unread = read(row.body)
        parked = [
            Parked(row.workspace_id, row.log_offset, failure.index, "collect", failure.reason, failure.detail)
            for failure in unread
        ]
        for said in seen:
            identifiers = [Identifier(f"line:{source.provider}", said.user_id)] if said.user_id else []
            consents = False
            if said.name == LINE_ACCOUNT_LINKED and said.nonce and said.properties.get("result") == "ok":
                bound = await self._nonces.redeem(
                    row.workspace_id, source.account, said.nonce, said.message_id, row.received_at
                )
                if bound is None:
                    parked.append(
                        Parked(
                            row.workspace_id, row.log_offset, said.index, "collect", "unknown_nonce",
                            "The nonce is not ours, was used, or has expired.",
                        )
                    )  # fmt: skip
                    continue
                identifiers.append(Identifier(MEMBER, bound.member_id))
                consents = bound.consents
            event = _event(said, tuple(identifiers), row, source)
            events += [event] if self._joins is None else await self._joined(self._joins, said, event, source)
            if consents:
                events.append(_consent(event))
        if self._notices is not None:
            events += await _arrived(self._notices, row, source)
        return events, parked

    async def _joined(self, joins: Joins, said: LineEvent, event: Event, source: Source) -> list[Event]:
        """Credit who follows, or writes the code of a join source, and return what that says."""
        if said.name == LINE_FOLLOWED and said.user_id:
            await joins.followed(event.workspace_id, source.account, said.user_id, event.at)
        code = JOIN_CODE.search(said.written) if said.name == LINE_MESSAGE_RECEIVED else None
        if code is None or not said.user_id or "place" in event.properties:
            return [event]
        credit = await joins.credit(event.workspace_id, source.account, code[1], said.user_id, event.at)
        if credit is None:
            return [event]
        named = {"join_source": credit.source, "is_new": credit.is_new}
        event = replace(event, properties={**event.properties, **named})
        if not credit.is_first:
            return [event]
        where = {
            "account": source.account,
            "source": credit.source,
            "store": credit.store,
            "staff": credit.staff,
        }
        came = replace(
            event,
            name=JOIN_SOURCE_CREDITED,
            message_id=f"{said.message_id}:join",
            properties={**where, "is_new": credit.is_new},
            reply_token="",
            written="",
        )
        tags = [
            replace(came, name=TAG_ADDED, message_id=f"{said.message_id}:join:{tag}", properties={"tag": tag})
            for tag in credit.tags
        ]
        return [event, came, *tags]


async def _arrived(notices: Notices, row: LogRow, source: Source) -> list[Event]:
    """Hand on what LINE says of messages by telephone number; return those of which nobody else can tell."""
    events: list[Event] = []
    for one in deliveries(row.body):
        at = min(one.at, row.received_at)
        arrived = await notices.delivered(row.workspace_id, source.account, one.tag, at)
        if arrived is not None:
            events.append(
                Event(
                    workspace_id=row.workspace_id,
                    source=source,
                    log_offset=row.log_offset,
                    item=one.item,
                    type="line",
                    name=MESSAGE_SENT,
                    message_id=f"{MESSAGE_SENT}:{arrived.send_id.hex()}",
                    at=at,
                    received_at=row.received_at,
                    identifiers=(Identifier(arrived.namespace, arrived.value),),
                    properties=about(arrived),
                    traits={},
                )
            )
    return events


def _consent(linked: Event) -> Event:
    """Return what a friend agreed to on the page of binding: said of the friend, whom LINE has just proved."""
    granted = {"purpose": "marketing", "channel": "line", "state": "granted", "method": "bind_page"}
    return replace(
        linked,
        name=CONSENT_UPDATED,
        message_id=f"{linked.message_id}:consent",
        identifiers=linked.identifiers[:1],
        properties=granted,
    )


def _event(said: LineEvent, identifiers: tuple[Identifier, ...], row: LogRow, source: Source) -> Event:
    return Event(
        workspace_id=row.workspace_id,
        source=source,
        log_offset=row.log_offset,
        item=said.index,
        type="line",
        name=said.name,
        message_id=said.message_id,
        at=min(said.at, row.received_at),
        received_at=row.received_at,
        identifiers=identifiers,
        properties=said.properties,
        traits={},
        reply_token=said.reply_token,
        written=said.written,
    )
