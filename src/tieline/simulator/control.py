"""The control interface under /_sim: what a test or a demonstration may ask that LINE has no word for."""

from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from tieline.simulator import access_tokens, commands, phone, phone_view
from tieline.simulator.account import Account
from tieline.simulator.bill import bill
from tieline.simulator.controlling import Controller, read, routes
from tieline.simulator.courier import Courier
from tieline.simulator.faults import SENDING, FaultKind, FaultSwitch
from tieline.simulator.friend_book import Friend
from tieline.simulator.ledger import total
from tieline.simulator.screens import Delivered
from tieline.simulator.simulation import Simulation
from tieline.simulator.webhooks import sign
from tieline.simulator.wire import Refused
from tieline.simulator.world import AccessToken, month_of


class Control(Controller):
    """Handlers of the control interface; each returns something JSON can hold."""

    def __init__(self, simulation: Simulation, courier: Callable[[], Courier]) -> None:
        super().__init__(simulation)
        self._courier = courier

    def routes(self) -> list[BaseRoute]:
        """Return every route, relative to /_sim."""
        account = "/accounts/{channel_id}"
        return routes(
            [
                ("GET", "/health", self.health),
                ("POST", "/reset", self.reset),
                ("GET", "/facts", self.facts),
                ("GET", "/clock", self.clock),
                ("POST", "/clock", self.change_clock),
                ("GET", "/deliveries", self.deliveries),
                ("GET", "/accounts", self.accounts),
                ("POST", "/accounts", self.open_account),
                ("GET", account, self.account),
                ("PATCH", account, self.change_account),
                ("GET", account + "/bill", self.bill),
                ("PUT", account + "/faults", self.set_faults),
                ("PUT", account + "/script", self.set_script),
                ("PUT", account + "/memberships", self.set_memberships),
                ("POST", account + "/revoke-tokens", self.revoke_tokens),
                ("POST", account + "/verify-webhook", self.verify_webhook),
                ("POST", account + "/raw-webhook", self.raw_webhook),
                ("GET", account + "/menus/{menu_id}/image", self.menu_image),
                ("POST", account + "/friends", self.add_friends),
                ("GET", account + "/friends", self.friends),
                ("POST", "/login-channels", self.open_login),
                ("GET", "/login-channels", self.login_channels),
            ]
        )

    async def health(self, _request: Request) -> dict[str, Any]:
        """Tell that the simulator is up."""
        return {"status": "ok", "now": self._now()}

    async def reset(self, _request: Request) -> dict[str, Any]:
        """Forget everything."""
        self._simulation.reset()
        return {}

    async def clock(self, _request: Request) -> dict[str, Any]:
        """Tell the simulated time."""
        return {"now": self._now(), "speed": self._simulation.clock.speed}

    async def change_clock(self, request: Request) -> dict[str, Any]:
        """Set, move or speed up the simulated time."""
        command = await read(request, commands.ChangeClock)
        advance = timedelta(seconds=command.advance_seconds)
        if command.at is not None and command.at.tzinfo is None:
            raise Refused(400, "at needs a time zone")
        self._simulation.clock.change(at=command.at, advance=advance, speed=command.speed)
        return {"now": self._now(), "speed": self._simulation.clock.speed}

    async def facts(self, request: Request) -> dict[str, Any]:
        """Return the counts of all accounts and their sum; `?channel_id=` for one."""
        wanted = request.query_params.get("channel_id")
        groups = int(request.query_params.get("groups", "100"))
        chosen = [self._account(wanted)] if wanted else list(self._platform.world.accounts.values())
        each = {account.channel_id: account.ledger.facts(groups=groups) for account in chosen}
        webhooks = {
            account.channel_id: {"waiting": len(account.webhooks), **account.webhooks.counts}
            for account in chosen
        }
        world = self._platform.world
        under_way = self._courier().under_way() + len(world.agenda) + len(world.jobs)
        summed = total(list(each.values()))
        return {**summed, "accounts": each, "webhooks": webhooks, "under_way": under_way, "now": self._now()}

    async def deliveries(self, request: Request) -> dict[str, Any]:
        """Return what reached people: `?channel_id=&user_id=&limit=`, oldest first."""
        query = request.query_params
        account = self._account(query.get("channel_id", ""))
        wanted = query.get("user_id")
        book = account.friends
        people = [self._friend(account, wanted)] if wanted else map(book.friend, book.screens.busy())
        found = [(delivered, one) for one in people for delivered in one.deliveries()]
        found.sort(key=lambda pair: pair[0].at)
        rows = [_delivery_row(delivered, one) for delivered, one in found[-int(query.get("limit", "1000")) :]]
        return {"deliveries": rows, "total": len(found)}

    async def accounts(self, _request: Request) -> dict[str, Any]:
        """Return every account, without secrets."""
        return {"accounts": [_account_row(one) for one in self._platform.world.accounts.values()]}

    async def open_account(self, request: Request) -> dict[str, Any]:
        """Open an account."""
        command = await read(request, commands.OpenAccount)
        account = self._platform.add_account(
            command.channel_id,
            command.channel_secret,
            command.provider_id,
            name=command.name,
            bot_id=command.bot_user_id,
            webhooks=command.behaviour(),
        )
        account.quota, account.verified, account.rates = command.quota, command.verified, dict(command.rates)
        account.phone_messages, account.icon_url = command.phone_messages, command.icon_url
        account.plan = command.plan or account.plan
        if command.long_lived_token:
            self._platform.world.tokens[command.long_lived_token] = AccessToken(account.channel_id, None)
        return _account_row(account)

    async def account(self, request: Request) -> dict[str, Any]:
        """Return one account."""
        return _account_row(self._account(request.path_params["channel_id"]))

    async def change_account(self, request: Request) -> dict[str, Any]:
        """Change what is given of an account."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.ChangeAccount)
        command.apply(account)
        return _account_row(account)

    async def set_faults(self, request: Request) -> dict[str, Any]:
        """Replace the faults of an account; an empty list heals it."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.SetFaults)
        account.faults = [
            FaultSwitch(
                kind=FaultKind(one.kind),
                probability=one.probability,
                next_calls=one.next_calls,
                endpoints=frozenset(one.endpoints) or SENDING,
                delay_seconds=one.delay_seconds,
            )
            for one in command.faults
        ]
        return {"faults": len(account.faults)}

    async def set_script(self, request: Request) -> dict[str, Any]:
        """Let friends act by themselves, or, with `{"script": null}`, no longer."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.SetScript)
        account.script = command.script
        return {"script": account.script}

    async def revoke_tokens(self, request: Request) -> dict[str, Any]:
        """Take back every access token of an account."""
        account = self._account(request.path_params["channel_id"])
        return {"revoked": access_tokens.revoke_all(self._platform.world, account.channel_id)}

    async def verify_webhook(self, request: Request) -> dict[str, Any]:
        """Send a webhook without events, as the console's button does."""
        account = self._account(request.path_params["channel_id"])
        return {"status": await self._courier().post(account.webhooks.call([]))}

    async def add_friends(self, request: Request) -> dict[str, Any]:
        """Make people; `announce` lets each of them follow with a webhook."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.AddFriends)
        friends = command.friends and not command.announce
        rows = self._platform.add_rows(
            account, command.count, seed=command.seed, first=command.first, friends=friends
        )
        if command.announce:
            for row in rows:
                phone.follow(self._platform.world, account, account.friends.friend(row), self._now())
        if command.quiet:
            return {"count": len(rows)}
        return {"user_ids": [account.friends.people.user_id(row) for row in rows]}

    async def friends(self, request: Request) -> dict[str, Any]:
        """Return people as the account knows them: `?search=&state=&offset=&limit=`, last spoken with first."""
        account = self._account(request.path_params["channel_id"])
        query = request.query_params
        offset, limit = int(query.get("offset", "0")), int(query.get("limit", "100"))
        return phone_view.people(account, query.get("search", ""), query.get("state", ""), offset, limit)

    async def bill(self, request: Request) -> dict[str, Any]:
        """Return what a month costs: `?month=yyyymm`, the present one by default."""
        account = self._account(request.path_params["channel_id"])
        month = request.query_params.get("month") or month_of(self._now())
        return {"month": month, **bill(account.plan, account.usage[month])}

    async def set_memberships(self, request: Request) -> dict[str, Any]:
        """Set the paid memberships of an account."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.SetMemberships)
        account.memberships.plans = {plan["membershipId"]: plan for plan in command.memberships}
        return {"memberships": len(account.memberships.plans)}

    async def raw_webhook(self, request: Request) -> dict[str, Any]:
        """Send any bytes as a webhook of an account, once, and tell the status."""
        account = self._account(request.path_params["channel_id"])
        command = await read(request, commands.RawWebhook)
        body = b64decode(command.base64)
        call = account.webhooks.call([], signature=command.signature)
        secret = account.channel_secret if command.signature == "valid" else account.channel_secret + "-old"
        headers = {**call.headers, "x-line-signature": sign(secret, body)}
        if command.signature == "missing":
            del headers["x-line-signature"]
        return {
            "status": await self._courier().post(msgspec.structs.replace(call, body=body, headers=headers))
        }

    async def menu_image(self, request: Request) -> Response:
        """Return the picture of a rich menu, for the phone page."""
        menu = self._account(request.path_params["channel_id"]).menus.menus.get(
            request.path_params["menu_id"]
        )
        if menu is None or menu.image is None:
            raise Refused(404, "There is no such picture")
        return Response(menu.image.body, media_type=menu.image.media_type)

    async def open_login(self, request: Request) -> dict[str, Any]:
        """Open a LINE Login channel."""
        channel = (await read(request, commands.OpenLogin)).channel()
        if channel.bot is not None and self._account(channel.bot).provider_id != channel.provider_id:
            raise Refused(400, "An account and a login channel can be linked under one provider only")
        self._platform.add_login_channel(channel)
        return {"channel_id": channel.channel_id}

    async def login_channels(self, _request: Request) -> dict[str, Any]:
        """Return every login channel, without secrets."""
        book = self._platform.world.login
        rows = [
            {
                "channel_id": one.channel_id,
                "provider_id": one.provider_id,
                "name": one.name,
                "bot": one.bot,
                "callbacks": one.callbacks,
                "people": len(one.consents),
                "liff_apps": [{"liff_id": app.liff_id, **app.content} for app in one.apps.values()],
                "deauthorized": book.deauthorized.get(one.channel_id, 0),
            }
            for one in book.channels.values()
        ]
        return {"login_channels": rows}


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "channel_id": account.channel_id,
        "provider_id": account.provider_id,
        "bot_user_id": account.bot_user_id,
        "name": account.name,
        "quota": account.quota,
        "used": dict(account.usage),
        "verified": account.verified,
        "phone_messages": account.phone_messages,
        "icon_url": account.icon_url,
        "plan": account.plan,
        "reserved": account.reserved,
        "webhooks": account.webhooks.behaviour,
        "people": len(account.friends),
        "faults": [one.kind for one in account.faults],
        "script": account.script,
    }


def _delivery_row(delivered: Delivered, friend: Friend) -> dict[str, Any]:
    return {
        "user_id": friend.user_id,
        "at": delivered.at,
        "kind": delivered.kind,
        "request_id": delivered.request_id,
        "retry_key": delivered.retry_key,
        "unit": delivered.unit,
        "message_ids": delivered.message_ids,
        "messages": msgspec.Raw(delivered.messages),
    }
