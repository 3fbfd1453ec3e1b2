"""What a person does on the phone, and the events it causes.

Source: https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects
"""

from datetime import datetime
from typing import Any

import msgspec

from tieline.simulator.account import Account, ReplyToken
from tieline.simulator.contents import Content
from tieline.simulator.friend_book import Friend, FriendState
from tieline.simulator.screens import Said
from tieline.simulator.webhooks import Event, Signature
from tieline.simulator.world import World

Json = dict[str, Any]


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


def say(
    world: World, account: Account, friend: Friend, text: str, now: datetime, *, quoted: str | None = None
) -> Event:
    """Write a text to the account, perhaps in answer to one of its messages."""
    message: Json = {"type": "text", "text": text, "quoteToken": world.ids.quote_token()}
    if quoted is not None:
        message["quotedMessageId"] = quoted
    return _message(world, account, friend, message, text, now)


def show(world: World, account: Account, friend: Friend, message: Json, now: datetime) -> Event:
    """Send a sticker or a place: anything without bytes of its own."""
    return _message(world, account, friend, message, _caption(message), now)


def hand_over(
    world: World, account: Account, friend: Friend, message: Json, content: Content, now: datetime
) -> Event:
    """Send an image, video, sound or file; its bytes wait at the data host."""
    full = {**message, "contentProvider": {"type": "line"}} if message["type"] != "file" else message
    event = _message(world, account, friend, full, _caption(message), now)
    account.contents[event["message"]["id"]] = content
    return event


def press(
    world: World,
    account: Account,
    friend: Friend,
    data: str,
    shown: str,
    now: datetime,
    *,
    params: Json | None = None,
) -> Event:
    """Press a button that sends `data` back; `shown` is what the chat shows, `params` what was chosen."""
    friend.spoke_at = now
    if shown:
        friend.show(Said(now, None, shown))
    content = {"postback": {"data": data, **({"params": params} if params else {})}}
    return _emit(world, account, friend, "postback", content, now, replies=True)


def unsend(world: World, account: Account, friend: Friend, message_id: str, now: datetime) -> Event:
    """Take back an own message; its content is gone."""
    friend.take_back(message_id)
    if known := account.contents.get(message_id):
        account.contents[message_id] = msgspec.structs.replace(known, body=b"", preview=b"", gone=True)
    return _emit(world, account, friend, "unsend", {"unsend": {"messageId": message_id}}, now, replies=False)


def watched(world: World, account: Account, friend: Friend, tracking_id: str, now: datetime) -> Event:
    """Watch a video to its end."""
    content = {"videoPlayComplete": {"trackingId": tracking_id}}
    return _emit(world, account, friend, "videoPlayComplete", content, now, replies=True)


def beacon(
    world: World, account: Account, friend: Friend, hwid: str, kind: str, dm: str | None, now: datetime
) -> Event:
    """Come near a beacon."""
    content = {"beacon": {"hwid": hwid, "type": kind, **({"dm": dm} if dm else {})}}
    return _emit(world, account, friend, "beacon", content, now, replies=True)


def membership(
    world: World, account: Account, friend: Friend, kind: str, membership_id: int, now: datetime
) -> Event:
    """Join, leave or renew a paid membership."""
    content = {"membership": {"type": kind, "membershipId": membership_id}}
    return _emit(world, account, friend, "membership", content, now, replies=True)


def reached_by_phone(world: World, account: Account, data: str, now: datetime) -> Event:
    """Tell that a notification message arrived; LINE does not say on whose phone."""
    return _emit(world, account, None, "delivery", {"delivery": {"data": data}}, now, replies=False)


def other(
    world: World,
    account: Account,
    friend: Friend,
    event_type: str,
    content: Json,
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


def _caption(message: Json) -> str:
    words = {
        "sticker": "［貼圖］",
        "image": "［圖片］",
        "video": "［影片］",
        "audio": "［語音］",
        "location": "［位置］",
    }
    return words.get(message["type"]) or f"［檔案］{message.get('fileName', '')}"


def _message(
    world: World, account: Account, friend: Friend, message: Json, text: str, now: datetime
) -> Event:
    full = {"id": world.ids.message_id(), **message, "markAsReadToken": world.ids.token()}
    friend.spoke_at = now
    packed = b"" if message["type"] == "text" else msgspec.json.encode(message)
    friend.show(Said(now, full["id"], text, packed))
    return _emit(world, account, friend, "message", {"message": full}, now, replies=True)


def _emit(
    world: World,
    account: Account,
    friend: Friend | None,
    event_type: str,
    content: Json,
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
    content: Json,
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
    tokens[token] = ReplyToken(friend.row, now, now + world.settings.reply_token_life)
    return token
