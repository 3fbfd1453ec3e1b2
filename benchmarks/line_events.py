"""Webhooks as LINE sends them, one event each, signed with the channel secret: for the client that posts them."""

import base64
import hashlib
import hmac
import random
import time
from collections.abc import Iterator
from typing import Any

import msgspec

TEXTS = ("請問有沒有貨？", "謝謝", "想看外套", "可以退換嗎？")
PEOPLE = 10_000


class Hook(msgspec.Struct):
    """Where webhooks of an account go, and what makes them its own.

    Attributes:
        path: Path of the webhook at the server.
        destination: LINE user id of the account's bot.
    """

    path: str
    channel_secret: str
    destination: str


def requests(hook: Hook, seed: int) -> Iterator[bytes]:
    """Yield signed requests for ever, each about another moment, none like another."""
    chance, number = random.Random(seed), 0
    while True:
        number += 1
        said = {"destination": hook.destination, "events": [_event(chance, seed, number)]}
        body = msgspec.json.encode(said)
        mark = hmac.digest(hook.channel_secret.encode(), body, hashlib.sha256)
        head = (
            f"POST {hook.path} HTTP/1.1\r\nHost: tieline\r\nContent-Type: application/json; charset=utf-8\r\n"
        )
        head += f"X-Line-Signature: {base64.b64encode(mark).decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
        yield head.encode() + body


def _event(chance: random.Random, seed: int, number: int) -> dict[str, Any]:
    """Return an event: two of three are texts, the others buttons that were pressed."""
    said: dict[str, Any] = {
        "type": "message",
        "mode": "active",
        "timestamp": int(time.time() * 1_000),
        "webhookEventId": f"01{seed:08X}{number:016X}",
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"{chance.getrandbits(128):032x}",
        "source": {"type": "user", "userId": f"U{2**100 + chance.randrange(PEOPLE):032x}"},
    }
    if number % 3:
        text = {"id": str(5 * 10**17 + number), "quoteToken": f"{number:032x}", "text": chance.choice(TEXTS)}
        return {**said, "message": {"type": "text", **text}}
    return {**said, "type": "postback", "postback": {"data": f"action=look&item={number % 997}"}}
