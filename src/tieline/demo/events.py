"""Items of the collect API, as a shop, a till or a CRM would send them."""

from typing import Any

from tieline.demo.contacts import Contact

Item = dict[str, Any]


def track(name: str, message_id: str, at_ms: int, properties: Item, **who: Any) -> Item:
    """Return a track call.

    Args:
        name: Of the event.
        message_id: Sent again with the same id, it counts once.
        at_ms: When it happened, in milliseconds since 1970.
        properties: What is known about it.
        who: As `named` returns it.
    """
    return {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "timestamp": at_ms,
        "properties": properties,
        **who,
    }


def page(message_id: str, at_ms: int, path: str, device: str) -> Item:
    """Return a page call of a browser that nobody has named yet."""
    return {
        "type": "page",
        "messageId": message_id,
        "timestamp": at_ms,
        "anonymousId": device,
        "properties": {"path": path},
    }


def identify(contact: Contact, message_id: str, at_ms: int) -> Item:
    """Return what a CRM says about a contact; `synthetic` is a trait, so that nobody takes it for a person."""
    traits: Item = {
        "name": contact.name,
        "birthday": contact.birthday,
        "phone": contact.phone,
        "synthetic": True,
    }
    if contact.email:
        traits["email"] = contact.email
    context: Item = {"externalIds": [{"type": "pos_card", "id": contact.card}]} if contact.card else {}
    return {
        "type": "identify",
        "messageId": message_id,
        "timestamp": at_ms,
        "userId": contact.member_id,
        "traits": traits,
        "context": context,
    }


def linked(member_id: str, provider: str, line_user: str, message_id: str, at_ms: int) -> Item:
    """Return what the brand's server says after a log-in with LINE: this member is that LINE user."""
    return {
        "type": "identify",
        "messageId": message_id,
        "timestamp": at_ms,
        "userId": member_id,
        "context": {"externalIds": [{"type": f"line:{provider}", "id": line_user}]},
    }


def consent(member_id: str, state: str, message_id: str, at_ms: int) -> Item:
    """Return a decision about marketing on LINE that the CRM recorded; `state` is granted or withdrawn."""
    said = {
        "purpose": "marketing",
        "channel": "line",
        "state": state,
        "method": "paper form",
        "notice_version": "2026-01",
    }
    return track("consent_updated", message_id, at_ms, said, userId=member_id)


def by_member(contact: Contact) -> Item:
    """Name a contact by member number."""
    return {"userId": contact.member_id}


def by_phone(written: str) -> Item:
    """Name a contact by telephone, as it was said at the till."""
    return {"context": {"traits": {"phone": written}}}


def by_card(contact: Contact) -> Item:
    """Name a contact by the card that was scanned."""
    return {"context": {"externalIds": [{"type": "pos_card", "id": contact.card}]}}


def by_email(contact: Contact, device: str) -> Item:
    """Name a contact by the e-mail of a web order, in the browser that made it."""
    return {"anonymousId": device, "context": {"traits": {"email": contact.email}}}
