"""The simulated LINE platform as a state machine: a request and the time in, a response or a fault out."""

from collections.abc import Iterable
from datetime import datetime
from heapq import heappop
from typing import NamedTuple

from tieline.simulator import access_tokens, insights, phone, rates
from tieline.simulator.accepting import RETRY_KEY
from tieline.simulator.account import Account
from tieline.simulator.endpoints import Endpoint, door, limit, route
from tieline.simulator.failing import after_acceptance, before_acceptance
from tieline.simulator.faults import strike
from tieline.simulator.friend_book import FRIEND, STRANGER, Friend, FriendBook, FriendState
from tieline.simulator.identifiers import Identifiers, bot_user_id
from tieline.simulator.login_channels import LoginChannel
from tieline.simulator.retry_keys import RetryKeys
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.webhooks import WebhookBehaviour, WebhookCall, WebhookQueue
from tieline.simulator.wire import Fault, Refused, SimRequest, SimResponse
from tieline.simulator.world import Call, World


class Errand(NamedTuple):
    """A friend opens a page: the caller has a browser, the platform has none."""

    account: Account
    friend: Friend
    uri: str
    form: dict[str, str] | None


class Due(NamedTuple):
    """What has to be carried out outside now."""

    webhooks: list[WebhookCall]
    errands: list[Errand]


class LinePlatform:
    """LINE, without sockets and clocks.

    The same settings, calls and times always give the same answers.
    """

    def __init__(self, settings: SimulatorSettings | None = None) -> None:
        chosen = settings or SimulatorSettings()
        self.world = World(settings=chosen, ids=Identifiers(chosen.seed))

    def handle(self, request: SimRequest, now: datetime) -> SimResponse | Fault:
        """Answer one request as LINE would, faults included."""
        self.world.work(now)
        request_id = self.world.ids.request_id()
        outcome = self._answer(request, request_id, now)
        if isinstance(outcome, Fault):
            return outcome
        return outcome.with_headers(x_line_request_id=request_id)

    def add_account(
        self,
        channel_id: str,
        channel_secret: str,
        provider_id: str,
        *,
        name: str = "",
        bot_id: str | None = None,
        webhooks: WebhookBehaviour | None = None,
    ) -> Account:
        """Open an account; one that exists under the same channel id is replaced."""
        destination = bot_id or bot_user_id(channel_id)
        behaviour = webhooks or WebhookBehaviour()
        account = Account(
            channel_id=channel_id,
            channel_secret=channel_secret,
            provider_id=provider_id,
            bot_user_id=destination,
            name=name or channel_id,
            retry_keys=RetryKeys(self.world.settings.retry_key_life),
            webhooks=WebhookQueue(channel_id, channel_secret, destination, behaviour),
            friends=FriendBook(self.world.people_of(provider_id), self.world.settings.screen_length),
        )
        self.world.accounts[channel_id] = account
        return account

    def add_login_channel(self, channel: LoginChannel) -> None:
        """Open a LINE Login channel; one that exists under the same channel id is replaced."""
        self.world.login.channels[channel.channel_id] = channel

    def add_people(
        self, account: Account, count: int, *, seed: int = 0, first: int = 0, friends: bool = True
    ) -> list[str]:
        """Let people of the account's provider exist, as its friends or as strangers; no events are sent."""
        rows = self.add_rows(account, count, seed=seed, first=first, friends=friends)
        return [account.friends.people.user_id(row) for row in rows]

    def add_rows(
        self, account: Account, count: int, *, seed: int = 0, first: int = 0, friends: bool = True
    ) -> list[int]:
        """Do the same for very many, and return their rows."""
        people, book = self.world.people_of(account.provider_id), account.friends
        rows = [people.add(seed, index) for index in range(first, first + count)]
        for row in rows:
            book.meet(row, FRIEND if friends else STRANGER)
        return rows

    def tick(self, now: datetime) -> Due:
        """Let the time come: friends react, webhooks fall due."""
        self.world.work(now)
        errands = list(self._errands(now))
        for account in self.world.accounts.values():
            insights.note_day(account, now)
        calls = [call for account in self.world.accounts.values() for call in account.webhooks.due(now)]
        for call in calls:
            self._revive_reply_tokens(call, now)
        return Due(calls, errands)

    def next_due_at(self) -> datetime | None:
        """Return when `tick` has something to do next."""
        times = [account.webhooks.next_due_at() for account in self.world.accounts.values()]
        times.append(self.world.agenda[0].due_at if self.world.agenda else None)
        times.append(self.world.jobs[0].due_at if self.world.jobs else None)
        return min((at for at in times if at is not None), default=None)

    def webhook_answered(self, call: WebhookCall, status: int | None, now: datetime) -> None:
        """Note how the receiver answered a webhook; None is no answer within two seconds."""
        self.world.accounts[call.channel_id].webhooks.answered(call, status, now)

    def caller(self, request: SimRequest, now: datetime) -> Account:
        """Return the account whose token a request carries.

        Raises:
            Refused: 401.
        """
        return access_tokens.authenticate(self.world, request, now)

    def _answer(self, request: SimRequest, request_id: str, now: datetime) -> SimResponse | Fault:
        try:
            if public := door(request):
                return public(self.world, request, now)
            endpoint, arguments = route(request)
            account = access_tokens.authenticate(self.world, request, now)
        except Refused as refusal:
            return refusal.response()
        account.ledger.calls[endpoint.name] += 1
        call = Call(self.world, account, request, request_id, now, arguments)
        return self._call(call, endpoint)

    def _call(self, call: Call, endpoint: Endpoint) -> SimResponse | Fault:
        ledger = call.account.ledger
        chance = self.world.ids.chance
        faults = call.account.faults
        if faults and (before := strike(faults, endpoint.name, chance, before=True)):
            ledger.faults[before.kind] += 1
            return before_acceptance(before)
        try:
            _admit(call, endpoint)
            answer = endpoint.answer(call) if endpoint.answer else Refused(404, "Not found").response()
        except Refused as refusal:
            ledger.refused[f"{refusal.status} {endpoint.name}: {refusal.message}"] += 1
            return refusal.response()
        if answer.status == 409:
            ledger.refused[f"409 {endpoint.name}: The retry key is already accepted"] += 1
        if faults and (after := strike(faults, endpoint.name, chance, before=False)):
            ledger.faults[after.kind] += 1
            return after_acceptance(after, answer)
        return answer

    def _errands(self, now: datetime) -> Iterable[Errand]:
        agenda = self.world.agenda
        while agenda and agenda[0].due_at <= now:
            due_at, _, account, friend, reaction = heappop(agenda)
            if friend.state is FriendState.BLOCKED:
                continue
            match reaction.kind:
                case "visit":
                    yield Errand(account, friend, reaction.detail, None)
                case "bind":
                    form = account.script.bind_form if account.script else {}
                    yield Errand(account, friend, reaction.detail, form)
                case "say":
                    phone.say(self.world, account, friend, reaction.detail, due_at)
                case "press":
                    phone.press(self.world, account, friend, reaction.detail, reaction.shown, due_at)
                case "block":
                    phone.block(self.world, account, friend, due_at)

    def _revive_reply_tokens(self, call: WebhookCall, now: datetime) -> None:
        """Start the minute of each reply token when its webhook leaves, unless the event is too old."""
        tokens = self.world.accounts[call.channel_id].reply_tokens
        for event in call.events:
            token = tokens.get(event.get("replyToken", ""))
            if token and now - token.event_at <= self.world.settings.reply_token_event_age:
                token.usable_until_at = now + self.world.settings.reply_token_life


def _admit(call: Call, endpoint: Endpoint) -> None:
    """Check what LINE checks of every call.

    Raises:
        Refused: 413 too large, 429 too fast, 400 retry key where none is taken.
    """
    account = call.account
    bucket = account.buckets.get(endpoint.name)
    if bucket is None:
        bucket = account.buckets[endpoint.name] = rates.bucket(
            limit(endpoint.name), account.rates.get(endpoint.name), call.at
        )
    if not bucket.take(call.at):
        raise Refused(429, rates.RATE_LIMIT)
    if len(call.request.body) > endpoint.body_max:
        raise Refused(413, "Request body is too large")
    if RETRY_KEY in call.request.headers and not endpoint.retry_key:
        raise Refused(400, "The header, 'X-Line-Retry-Key', is not supported by this endpoint")
