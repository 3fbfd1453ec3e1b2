"""The control interface under /_sim: what a test or a demonstration may ask that LINE has no word for."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.simulator import access_tokens, commands, phone
from tieline.simulator.account import Account, Delivered, Friend
from tieline.simulator.courier import Courier
from tieline.simulator.faults import SENDING, FaultKind, FaultSwitch
from tieline.simulator.friends import actions
from tieline.simulator.ledger import total
from tieline.simulator.platform import LinePlatform
from tieline.simulator.simulation import Simulation
from tieline.simulator.wire import Refused
from tieline.simulator.world import AccessToken

Command = TypeVar("Command", bound=msgspec.Struct)
Handler = Callable[[Request], Awaitable[Any]]


class Control:
    """Handlers of the control interface; each returns something JSON can hold."""

    def __init__(self, simulation: Simulation, courier: Callable[[], Courier]) -> None:
        self._simulation = simulation
        self._courier = courier

    def routes(self) -> list[BaseRoute]:
        """Return every route, relative to /_sim."""
        account = "/accounts/{channel_id}"
        friend = account + "/friends/{user_id}"
        table: list[tuple[str, str, Handler]] = [
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
            ("PUT", account + "/faults", self.set_faults),
            ("PUT", account + "/script", self.set_script),
            ("POST", account + "/revoke-tokens", self.revoke_tokens),
            ("POST", account + "/verify-webhook", self.verify_webhook),
            ("POST", account + "/friends", self.add_friends),
            ("GET", account + "/friends", self.friends),
            ("POST", friend + "/follow", self.follow),
            ("POST", friend + "/block", self.block),
            ("POST", friend + "/unfollow", self.block),
            ("POST", friend + "/text", self.text),
            ("POST", friend + "/postback", self.postback),
            ("POST", friend + "/unsend", self.unsend),
            ("POST", friend + "/event", self.event),
            ("POST", friend + "/tap", self.tap),
            ("POST", friend + "/bind", self.bind),
        ]
        return [Route(path, _endpoint(handler), methods=[method]) for method, path, handler in table]

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
        command = await _read(request, commands.ChangeClock)
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
        under_way = self._courier().under_way() + len(self._platform.world.agenda)
        summed = total(list(each.values()))
        return {**summed, "accounts": each, "webhooks": webhooks, "under_way": under_way, "now": self._now()}

    async def deliveries(self, request: Request) -> dict[str, Any]:
        """Return what reached people: `?channel_id=&user_id=&limit=`, oldest first."""
        query = request.query_params
        account = self._account(query.get("channel_id", ""))
        wanted = query.get("user_id")
        people = [self._friend(account, wanted)] if wanted else account.friends.values()
        found = [(delivered, one) for one in people for delivered in one.deliveries()]
        found.sort(key=lambda pair: pair[0].at)
        rows = [_delivery_row(delivered, one) for delivered, one in found[-int(query.get("limit", "1000")) :]]
        return {"deliveries": rows, "total": len(found)}

    async def accounts(self, _request: Request) -> dict[str, Any]:
        """Return every account, without secrets."""
        return {"accounts": [_account_row(one) for one in self._platform.world.accounts.values()]}

    async def open_account(self, request: Request) -> dict[str, Any]:
        """Open an account."""
        command = await _read(request, commands.OpenAccount)
        account = self._platform.add_account(
            command.channel_id,
            command.channel_secret,
            command.provider_id,
            name=command.name,
            bot_id=command.bot_user_id,
            webhooks=command.behaviour(),
        )
        account.quota, account.verified, account.rates = command.quota, command.verified, dict(command.rates)
        if command.long_lived_token:
            self._platform.world.tokens[command.long_lived_token] = AccessToken(account.channel_id, None)
        return _account_row(account)

    async def account(self, request: Request) -> dict[str, Any]:
        """Return one account."""
        return _account_row(self._account(request.path_params["channel_id"]))

    async def change_account(self, request: Request) -> dict[str, Any]:
        """Change what is given of an account."""
        account = self._account(request.path_params["channel_id"])
        command = await _read(request, commands.ChangeAccount)
        command.apply(account)
        return _account_row(account)

    async def set_faults(self, request: Request) -> dict[str, Any]:
        """Replace the faults of an account; an empty list heals it."""
        account = self._account(request.path_params["channel_id"])
        command = await _read(request, commands.SetFaults)
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
        command = await _read(request, commands.SetScript)
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
        command = await _read(request, commands.AddFriends)
        friends = command.friends and not command.announce
        user_ids = self._platform.add_people(
            account, command.count, seed=command.seed, first=command.first, friends=friends
        )
        if command.announce:
            for user_id in user_ids:
                phone.follow(self._platform.world, account, account.friends[user_id], self._now())
        return {"user_ids": user_ids}

    async def friends(self, request: Request) -> dict[str, Any]:
        """Return people as the account knows them: `?offset=&limit=`."""
        account = self._account(request.path_params["channel_id"])
        offset = int(request.query_params.get("offset", "0"))
        limit = int(request.query_params.get("limit", "100"))
        rows = [
            {"user_id": one.user_id, "display_name": one.display_name, "state": one.state}
            for one in list(account.friends.values())[offset : offset + limit]
        ]
        return {"friends": rows, "total": len(account.friends)}

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
        command = await _read(request, commands.Text)
        return {"event": phone.say(self._platform.world, account, friend, command.text, self._now())}

    async def postback(self, request: Request) -> dict[str, Any]:
        """Let a person press a button."""
        account, friend = self._who(request)
        command = await _read(request, commands.Postback)
        event = phone.press(
            self._platform.world, account, friend, command.data, command.display_text, self._now()
        )
        return {"event": event}

    async def unsend(self, request: Request) -> dict[str, Any]:
        """Let a person take back a message."""
        account, friend = self._who(request)
        command = await _read(request, commands.Unsend)
        return {"event": phone.unsend(self._platform.world, account, friend, command.message_id, self._now())}

    async def event(self, request: Request) -> dict[str, Any]:
        """Send any event, `repeat` times, with a valid, wrong or missing signature."""
        account, friend = self._who(request)
        command = await _read(request, commands.AnyEvent)
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
        command = await _read(request, commands.Tap)
        chosen = _find_action(friend, command)
        if chosen["type"] == "uri":
            hops = await self._courier().visit(friend.user_id, chosen["uri"], None)
            return {"action": chosen, "hops": hops}
        world, shown = self._platform.world, chosen.get("displayText", "")
        if chosen["type"] == "postback":
            return {
                "action": chosen,
                "event": phone.press(world, account, friend, chosen["data"], shown, self._now()),
            }
        return {"action": chosen, "event": phone.say(world, account, friend, chosen["text"], self._now())}

    async def bind(self, request: Request) -> dict[str, Any]:
        """Let a person go through account linking: open `url` (or the last received one) and fill in `form`."""
        _, friend = self._who(request)
        command = await _read(request, commands.Bind)
        url = command.url or _find_link_url(friend)
        return {"hops": await self._courier().visit(friend.user_id, url, command.form)}

    @property
    def _platform(self) -> LinePlatform:
        return self._simulation.platform

    def _now(self) -> datetime:
        self._simulation.stirred.set()
        return self._simulation.clock.now()

    def _account(self, channel_id: str) -> Account:
        account = self._platform.world.accounts.get(channel_id)
        if account is None:
            raise Refused(404, f"No account has the channel id {channel_id!r}")
        return account

    def _friend(self, account: Account, user_id: str) -> Friend:
        friend = account.friends.get(user_id)
        if friend is None:
            raise Refused(404, f"The account knows no {user_id!r}")
        return friend

    def _who(self, request: Request) -> tuple[Account, Friend]:
        account = self._account(request.path_params["channel_id"])
        return account, self._friend(account, request.path_params["user_id"])


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            content = await handler(request)
        except Refused as refusal:
            return Response(refusal.response().body, refusal.status, media_type="application/json")
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            body = msgspec.json.encode({"message": str(error)})
            return Response(body, 400, media_type="application/json")
        return Response(msgspec.json.encode(content), media_type="application/json")

    return endpoint


async def _read(request: Request, command: type[Command]) -> Command:
    return msgspec.json.decode(await request.body() or b"{}", type=command)


def _account_row(account: Account) -> dict[str, Any]:
    return {
        "channel_id": account.channel_id,
        "provider_id": account.provider_id,
        "bot_user_id": account.bot_user_id,
        "name": account.name,
        "quota": account.quota,
        "used": dict(account.usage),
        "verified": account.verified,
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


def _find_action(friend: Friend, command: commands.Tap) -> dict[str, Any]:
    received = friend.deliveries()
    try:
        return list(actions(msgspec.json.decode(received[command.delivery].messages)))[command.action]
    except IndexError:
        raise Refused(404, "There is no such delivery or action on this phone") from None


def _find_link_url(friend: Friend) -> str:
    for delivered in reversed(friend.deliveries()):
        for action in actions(msgspec.json.decode(delivered.messages)):
            if "linkToken=" in action.get("uri", ""):
                return str(action["uri"])
    raise Refused(404, "No received message offers account linking")
