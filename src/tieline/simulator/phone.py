"""What a person does on the phone, and the events it causes.

Source: https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from datetime import datetime
from typing import Any

from tieline.simulator.account import Account, Friend, FriendState, ReplyToken, Said
from tieline.simulator.webhooks import Event, Signature
from tieline.simulator.world import World


def follow(world: World, account: Account, friend: Friend, now: datetime) -> Event:
    """Add the account as a friend, or unblock it."""
    was_blocked = friend.state is FriendState.BLOCKED
    friend.state = FriendState.FRIEND
    content = {"follow": {"isUnblocked": was_blocked}}
    return _emit(world, account, friend, "follow", content, now, replies=True)


def block(world: World, account: Account, friend: Friend, now: datetime) -> Event:
    """Block the account; `unfollow` is all it is told."""
    friend.state = FriendState.BLOCKED
    return _emit(world, account, friend, "unfollow", {}, now, replies=False)


def say(world: World, account: Account, friend: Friend, text: str, now: datetime) -> Event:
    """Write a text to the account."""
    message_id = world.ids.message_id()
    message = {
        "id": message_id,
        "type": "text",
        "text": text,
        "quoteToken": world.ids.quote_token(),
        "markAsReadToken": world.ids.token(),
    }
    friend.spoke_at = now
    friend.show(Said(now, message_id, text), world.settings.screen_length)
    return _emit(world, account, friend, "message", {"message": message}, now, replies=True)


def press(world: World, account: Account, friend: Friend, data: str, shown: str, now: datetime) -> Event:
    """Press a button that sends `data` back; `shown` is what the chat shows."""
    friend.spoke_at = now
    if shown:
        friend.show(Said(now, None, shown), world.settings.screen_length)
    return _emit(world, account, friend, "postback", {"postback": {"data": data}}, now, replies=True)


def unsend(world: World, account: Account, friend: Friend, message_id: str, now: datetime) -> Event:
    """Take back an own message."""
    friend.screen = [
        entry for entry in friend.screen if not (isinstance(entry, Said) and entry.message_id == message_id)
    ]
    return _emit(world, account, friend, "unsend", {"unsend": {"messageId": message_id}}, now, replies=False)


def other(
    world: World,
    account: Account,
    friend: Friend,
    event_type: str,
    content: dict[str, Any],
    now: datetime,
    *,
    signature: Signature = "valid",
    repeat: int = 1,
) -> Event:
    """Cause an event of any type, also of one nobody knows; `content` may override any property."""
    event = _event(world, account, friend, event_type, content, now, replies=False)
    for _ in range(repeat):
        account.webhooks.put(event, now, world.ids.chance, signature=signature)
    return event


def linked(world: World, account: Account, friend: Friend | None, nonce: str, now: datetime) -> Event:
    """Tell the account how an account linking ended; without a person it failed."""
    result = "failed" if friend is None else "ok"
    content = {"link": {"result": result, "nonce": nonce}}
    return _emit(world, account, friend, "accountLink", content, now, replies=friend is not None)


def _emit(
    world: World,
    account: Account,
    friend: Friend | None,
    event_type: str,
    content: dict[str, Any],
    now: datetime,
    *,
    replies: bool,
) -> Event:
    event = _event(world, account, friend, event_type, content, now, replies=replies)
    account.webhooks.put(event, now, world.ids.chance)
    return event


def _event(
    world: World,
    account: Account,
    friend: Friend | None,
    event_type: str,
    content: dict[str, Any],
    now: datetime,
    *,
    replies: bool,
) -> Event:
    event: Event = {
        "type": event_type,
        "mode": "active",
        "timestamp": int(now.timestamp() * 1000),
        "webhookEventId": world.ids.event_id(now),
        "deliveryContext": {"isRedelivery": False},
    }
    if friend is not None:
        event["source"] = {"type": "user", "userId": friend.user_id}
        if replies:
            event["replyToken"] = _reply_token(world, account, friend, now)
    return {**event, **content}


def _reply_token(world: World, account: Account, friend: Friend, now: datetime) -> str:
    tokens = account.reply_tokens
    while tokens:
        oldest = next(iter(tokens.values()))
        if now - oldest.event_at < world.settings.reply_token_event_age + world.settings.reply_token_life:
            break
        tokens.popitem(last=False)
    token = world.ids.token()
    tokens[token] = ReplyToken(friend.user_id, now, now + world.settings.reply_token_life)
    return token
