"""The control interface of one phone: what it shows, and what a person does with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute

from tieline.simulator import coupons, phone, phone_view, tapping
from tieline.simulator.accepting import insight_key
from tieline.simulator.account import Account
from tieline.simulator.browser import LOOPBACK
from tieline.simulator.contents import Content
from tieline.simulator.controlling import Controller, read, routes
from tieline.simulator.courier import Courier
from tieline.simulator.endpoints import opens_in_browser
from tieline.simulator.friend_book import Friend
from tieline.simulator.friends import actions
from tieline.simulator.membership_book import Subscription
from tieline.simulator.screens import Delivered
from tieline.simulator.simulation import Simulation
from tieline.simulator.tap_commands import (
    Act,
    AnyEvent,
    Beacon,
    Bind,
    CouponDeed,
    LiffMessages,
    MembershipDeed,
    Postback,
    Show,
    Tap,
    Text,
    Unsend,
    Watched,
)
from tieline.simulator.wire import Refused

LOOK_SECONDS = 0.2
KEEP_ALIVE_LOOKS = 75
SILENT = frozenset({"flex", "template", "imagemap"})  # what liff.sendMessages() sends without a webhook
FILE_KINDS = {"image": "image", "video": "video", "audio": "audio"}
FILE_MAX = 10 * 1024 * 1024
PREPARED = timedelta(seconds=3)


class PhoneApi(Controller):
    """Handlers of everything a person does."""

    def __init__(self, simulation: Simulation, courier: Callable[[], Courier]) -> None:
        super().__init__(simulation)
        self._courier = courier

    def routes(self) -> list[BaseRoute]:
        """Return every route, relative to /_sim."""
        friend = "/accounts/{channel_id}/friends/{user_id}"
        return routes(
            [
                ("GET", friend + "/screen", self.screen),
                ("GET", friend + "/live", self.live),
                ("POST", friend + "/seen", self.seen),
                ("POST", friend + "/act", self.act),
                ("POST", friend + "/coupon", self.coupon),
                ("POST", friend + "/follow", self.follow),
                ("POST", friend + "/block", self.block),
                ("POST", friend + "/unfollow", self.block),
                ("POST", friend + "/text", self.text),
                ("POST", friend + "/show", self.show),
                ("POST", friend + "/file", self.file),
                ("POST", friend + "/postback", self.postback),
                ("POST", friend + "/unsend", self.unsend),
                ("POST", friend + "/beacon", self.beacon),
                ("POST", friend + "/watched", self.watched),
                ("POST", friend + "/membership", self.membership),
                ("POST", friend + "/event", self.event),
                ("POST", friend + "/tap", self.tap),
                ("POST", friend + "/bind", self.bind),
                ("POST", "/liff/messages", self.liff_messages),
            ]
        )

    async def screen(self, request: Request) -> dict[str, Any]:
        """Return everything that the phone shows: messages, coupons, rich menu."""
        account, friend = self._who(request)
        return phone_view.screen(account, friend, self._now())

    async def live(self, request: Request) -> Response:
        """Tell, as server-sent events, each time when something changed on the phone."""
        account, friend = self._who(request)
        versions = account.friends.versions
        versions.setdefault(friend.row, 0)

        async def changes() -> AsyncIterator[bytes]:
            told, quiet = None, 0
            while True:
                version = (versions[friend.row], account.menus.version)
                if version != told:
                    told, quiet = version, 0
                    yield b"data: %d.%d\n\n" % version
                elif (quiet := quiet + 1) % KEEP_ALIVE_LOOKS == 0:
                    yield b": still here\n\n"
                await asyncio.sleep(LOOK_SECONDS)

        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(changes(), media_type="text/event-stream", headers=headers)

    async def seen(self, request: Request) -> dict[str, Any]:
        """Count that the screen was looked at."""
        account, friend = self._who(request)
        now = self._now()
        tapping.menu_seen(account, friend, now)
        return {"seen": tapping.seen(account, friend, now)}

    async def act(self, request: Request) -> dict[str, Any]:
        """Tap: an action of a message on the screen, or an area of the rich menu."""
        account, friend = self._who(request)
        command = await read(request, Act)
        now = self._now()
        if command.area is not None:
            action = tapping.menu_tapped(account, friend, command.area, now)
            done = tapping.tap(self._platform.world, account, friend, action, now, params=command.params)
            return await self._opened(friend, done)
        delivered = _delivered(friend, command.request_id)
        messages = msgspec.json.decode(delivered.messages)
        if not 1 <= command.message <= len(messages) or not _offers(
            messages[command.message - 1], command.action
        ):
            raise Refused(404, "The message on this phone offers no such action")
        done = self._tap(account, friend, delivered, command.message, command.action, command.params)
        return await self._opened(friend, done)

    async def coupon(self, request: Request) -> dict[str, Any]:
        """Take or use a coupon; LINE tells nobody."""
        account, friend = self._who(request)
        command = await read(request, CouponDeed)
        now = self._now()
        coupon = account.coupons.coupons.get(command.coupon_id)
        if coupon is None or not coupon.running(now):
            raise Refused(410, "The coupon is over")
        if command.deed == "take":
            coupons.take(coupon, friend.row, self._platform.world.ids.chance.random())
        elif coupon.usable(friend.row):
            coupon.used[friend.row] += 1
        else:
            raise Refused(409, "The coupon was not taken, or is used up")
        account.friends.touch(friend.row)
        return phone_view.coupon(coupon, friend, now)

    async def follow(self, request: Request) -> dict[str, Any]:
        """Let a person add or unblock the account."""
        account, friend = self._who(request)
        return {"event": phone.follow(self._platform.world, account, friend, self._now())}

    async def block(self, request: Request) -> dict[str, Any]:
        """Let a person block the account."""
        account, friend = self._who(request)
        return {"event": phone.block(self._platform.world, account, friend, self._now())}

    async def text(self, request: Request) -> dict[str, Any]:
        """Let a person write."""
        account, friend = self._who(request)
        command = await read(request, Text)
        world = self._platform.world
        return {"event": phone.say(world, account, friend, command.text, self._now(), quoted=command.quoted)}

    async def show(self, request: Request) -> dict[str, Any]:
        """Let a person send a sticker or a place."""
        account, friend = self._who(request)
        command = await read(request, Show)
        return {"event": phone.show(self._platform.world, account, friend, command.message(), self._now())}

    async def file(self, request: Request) -> dict[str, Any]:
        """Let a person send the bytes in the body as image, video, sound or file, by their content type."""
        account, friend = self._who(request)
        body, now = await request.body(), self._now()
        if not body or len(body) > FILE_MAX:
            raise Refused(413, f"A file has 1 to {FILE_MAX} bytes")
        media = request.headers.get("content-type", "application/octet-stream")
        kind = FILE_KINDS.get(media.partition("/")[0], "file")
        message: dict[str, Any] = {"type": kind}
        if kind == "file":
            message |= {"fileName": request.query_params.get("name", "file"), "fileSize": len(body)}
        elif kind != "image":
            message["duration"] = 5000
        ready_at = now + (PREPARED if kind == "video" else timedelta(0))
        content = Content(media, body, ready_at)
        return {"event": phone.hand_over(self._platform.world, account, friend, message, content, now)}

    async def postback(self, request: Request) -> dict[str, Any]:
        """Let a person press a button."""
        account, friend = self._who(request)
        command = await read(request, Postback)
        event = phone.press(
            self._platform.world,
            account,
            friend,
            command.data,
            command.display_text,
            self._now(),
            params=command.params,
        )
        return {"event": event}

    async def unsend(self, request: Request) -> dict[str, Any]:
        """Let a person take back a message."""
        account, friend = self._who(request)
        command = await read(request, Unsend)
        return {"event": phone.unsend(self._platform.world, account, friend, command.message_id, self._now())}

    async def beacon(self, request: Request) -> dict[str, Any]:
        """Let a person come near a beacon."""
        account, friend = self._who(request)
        one = await read(request, Beacon)
        world, now = self._platform.world, self._now()
        return {"event": phone.beacon(world, account, friend, one.hwid, one.type, one.dm, now)}

    async def watched(self, request: Request) -> dict[str, Any]:
        """Let a person watch a video to its end."""
        account, friend = self._who(request)
        command = await read(request, Watched)
        now = self._now()
        if command.request_id:
            key = insight_key(_delivered(friend, command.request_id))
            if key:
                account.engagement.played(key, friend.row, command.message, now)
        if not command.tracking_id:
            return {}
        return {"event": phone.watched(self._platform.world, account, friend, command.tracking_id, now)}

    async def membership(self, request: Request) -> dict[str, Any]:
        """Let a person join, renew or leave a paid membership."""
        account, friend = self._who(request)
        command = await read(request, MembershipDeed)
        book, now = account.memberships, self._now()
        if command.membership_id not in book.plans:
            raise Refused(404, "The account has no such membership")
        if command.type == "joined":
            book.last_number += 1
            book.subscriptions[friend.row] = Subscription(command.membership_id, book.last_number, now)
        elif book.subscriptions.get(friend.row) is None:
            raise Refused(409, "The person has no membership")
        elif command.type == "left":
            del book.subscriptions[friend.row]
        world = self._platform.world
        return {"event": phone.membership(world, account, friend, command.type, command.membership_id, now)}

    async def event(self, request: Request) -> dict[str, Any]:
        """Send any event, `repeat` times, with a valid, wrong or missing signature."""
        account, friend = self._who(request)
        command = await read(request, AnyEvent)
        event = phone.other(
            self._platform.world,
            account,
            friend,
            command.type,
            command.content,
            self._now(),
            signature=command.signature,
            repeat=command.repeat,
        )
        return {"event": event}

    async def tap(self, request: Request) -> dict[str, Any]:
        """Let a person tap action number `action` of a received delivery (the last by default)."""
        account, friend = self._who(request)
        command = await read(request, Tap)
        try:
            delivered = friend.deliveries()[command.delivery]
            messages = msgspec.json.decode(delivered.messages)
            found = [(number, one) for number, part in enumerate(messages, 1) for one in actions(part)]
            number, action = found[command.action]
        except IndexError:
            raise Refused(404, "There is no such delivery or action on this phone") from None
        done = self._tap(account, friend, delivered, number, action, None)
        if action["type"] == "uri":
            hops = await self._courier().visit(friend.user_id, action["uri"], None)
            return {"action": action, "hops": hops}
        return {"action": action, **done}

    async def bind(self, request: Request) -> dict[str, Any]:
        """Let a person go through account linking: open `url` (or the last received one) and fill in `form`."""
        _, friend = self._who(request)
        command = await read(request, Bind)
        url = command.url or _find_link_url(friend)
        return {"hops": await self._courier().visit(friend.user_id, url, command.form)}

    async def liff_messages(self, request: Request) -> dict[str, Any]:
        """Do what `liff.sendMessages()` does: the person says it; templates and Flex cause no webhook."""
        token = request.headers.get("authorization", "").partition(" ")[2]
        kept = self._platform.world.login.access.get(token)
        if kept is None or "chat_message.write" not in kept.scope:
            raise Refused(403, "user doesn't grant required permissions yet")
        account = self._account(self._platform.world.login.channels[kept.channel_id].bot or "")
        friend, now = account.friends.friend(kept.row), self._now()
        for message in (await read(request, LiffMessages)).messages:
            if message.get("type") == "text":
                phone.say(self._platform.world, account, friend, message["text"], now)
            elif message.get("type") not in SILENT:
                phone.show(self._platform.world, account, friend, message, now)
        return {}

    async def _opened(self, friend: Friend, done: dict[str, Any]) -> dict[str, Any]:
        """Open the page of a tap as the friend's browser does, and say where the way led; LINE's own page by hand."""
        parts = urlsplit(done.get("open") or "")
        if parts.hostname not in LOOPBACK or opens_in_browser(parts.path):
            return done
        hops = await self._courier().visit(friend.user_id, done["open"], None)
        return {**done, "hops": hops}

    def _tap(
        self,
        account: Account,
        friend: Friend,
        delivered: Delivered,
        number: int,
        action: dict[str, Any],
        params: dict[str, Any] | None,
    ) -> dict[str, Any]:
        now = self._now()
        done = tapping.tap(self._platform.world, account, friend, action, now, params=params)
        if url := done.get("open"):
            tapping.opened(account, friend, delivered, number, url, now)
        return done


def _delivered(friend: Friend, request_id: str) -> Delivered:
    for one in friend.deliveries():
        if one.request_id == request_id:
            return one
    raise Refused(404, "This phone shows no such request")


def _offers(part: Any, action: dict[str, Any]) -> bool:
    """Tell whether an action stands anywhere in a message."""
    if isinstance(part, dict):
        return part == action or any(_offers(child, action) for child in part.values())
    return isinstance(part, list) and any(_offers(child, action) for child in part)


def _find_link_url(friend: Friend) -> str:
    for delivered in reversed(friend.deliveries()):
        for action in actions(msgspec.json.decode(delivered.messages)):
            if "linkToken=" in action.get("uri", ""):
                return str(action["uri"])
    raise Refused(404, "No received message offers account linking")
