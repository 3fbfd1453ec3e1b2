"""What an event says about a person, as facts about the identifier it happened to. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from tieline.model.event import (
    CONSENT_UPDATED,
    LINE_FOLLOWED,
    LINE_FRIEND_KNOWN,
    LINE_UNFOLLOWED,
    TAG_ADDED,
    TAG_REMOVED,
    TRAITS_SET,
    Event,
    Identified,
)
from tieline.model.profile import ConsentEvent, Fact, FactKind

MARKETING = "marketing"
LINE = "line"
_NAME_MAX = 200
CONSENT_EVENTS = frozenset({CONSENT_UPDATED, LINE_FOLLOWED, LINE_UNFOLLOWED})
# Identifiers have their own home; as traits they would outlive a cut.
_NOT_TRAITS = frozenset({"email", "phone", "id", "anonymousId"})


def facts(item: Identified) -> Iterator[Fact]:
    """Yield the traits, tags and friendships that one event reports."""
    event = item.event
    if event.name in {TAG_ADDED, TAG_REMOVED}:
        for tag in _names(event.properties, "tag", "tags"):
            yield Fact(item.node_id, FactKind.TAG, tag, event.source.key, event.name == TAG_ADDED, event.at)
    elif event.name in {LINE_FOLLOWED, LINE_UNFOLLOWED} and event.source.account:
        friend = event.name == LINE_FOLLOWED
        yield Fact(
            item.node_id, FactKind.FRIENDSHIP, event.source.account, event.source.key, friend, event.at
        )
    elif event.name == LINE_FRIEND_KNOWN and event.source.kind == "tieline":
        # LINE lists them as a friend now; that is a fact, and no consent.
        account = str(event.properties.get("account") or "")
        yield Fact(item.node_id, FactKind.FRIENDSHIP, account, event.source.key, True, event.at)
    traits = event.traits if event.type == "identify" else {}
    if event.name == TRAITS_SET:
        traits = event.properties.get("traits") or {}
    for name, value in traits.items():
        if name not in _NOT_TRAITS and len(name) <= _NAME_MAX:
            yield Fact(item.node_id, FactKind.TRAIT, name, event.source.key, value, event.at)


def consents(item: Identified, event_key: bytes, notice_version: str) -> Iterator[ConsentEvent]:
    """Yield the consents that one event gives or takes back.

    Following a LINE account is evidence for its messages under the notice that its greeting shows; blocking it is a
    refusal, and counts at once.
    """
    event = item.event
    said = event.properties
    if event.name == CONSENT_UPDATED:
        for channel in _names(said, "channel", "channels"):
            yield _consent(
                item,
                event_key,
                purpose=str(said.get("purpose") or MARKETING),
                channel=channel,
                granted=said.get("state") == "granted" and event.source.may_grant_consent,
                method=str(said.get("method") or event.source.kind),
                notice_version=str(said.get("notice_version") or ""),
            )
    elif event.name in {LINE_FOLLOWED, LINE_UNFOLLOWED}:
        yield _consent(
            item,
            event_key,
            purpose=MARKETING,
            channel=LINE,
            granted=event.name == LINE_FOLLOWED,
            method="follow" if event.name == LINE_FOLLOWED else "unfollow",
            notice_version=notice_version,
        )


def _consent(
    item: Identified,
    event_key: bytes,
    *,
    purpose: str,
    channel: str,
    granted: bool,
    method: str,
    notice_version: str,
) -> ConsentEvent:
    event: Event = item.event
    return ConsentEvent(
        node_id=item.node_id,
        purpose=purpose,
        channel=channel,
        granted=granted,
        method=method,
        notice_version=notice_version,
        evidence={"message_id": event.message_id, "log_offset": event.log_offset, "item": event.item},
        source=event.source.key,
        event_key=event_key,
        at=event.at,
        received_at=event.received_at,
    )


def _names(properties: Mapping[str, Any], one: str, many: str) -> Iterator[str]:
    listed = properties.get(many)
    for value in [properties.get(one), *(listed if isinstance(listed, list) else [])]:
        if isinstance(value, str) and 0 < len(value) <= _NAME_MAX:
            yield value
