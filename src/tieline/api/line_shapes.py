"""What the routes about LINE accounts answer, for the description of the API and the clients made from it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class AccountLine(BaseModel):
    """One LINE Official Account. `webhook_url`: what has to stand at LINE. Its secret is never shown."""

    key: str
    name: str
    provider_id: str
    channel_id: str
    bot_user_id: str
    price_plan: str
    state: str
    webhook_url: str


class AccountList(BaseModel):
    """The LINE accounts that are connected."""

    accounts: list[AccountLine]
    as_of: datetime


class Connected(BaseModel):
    """A new account, and the address to enter at LINE."""

    key: str
    name: str
    webhook_url: str


class SetUpCheck(BaseModel):
    """One thing that was looked at. `state`: ok, warning, problem or unknown. `way_out`: what to do about it."""

    check: str
    state: str
    sentence: str
    way_out: str


class SetUp(BaseModel):
    """What is right and wrong with the set-up of an account; `state` is that of the worst."""

    account: str
    state: str
    checks: list[SetUpCheck]
    as_of: datetime


class LoginLine(BaseModel):
    """A login channel without its secret."""

    channel_id: str
    provider_id: str
    liff_id: str


class LoginAddresses(BaseModel):
    """Addresses of the binding pages. `callback_url` and `liff_endpoint` have to stand at LINE; a shop frames `button_url`."""

    callback_url: str
    liff_endpoint: str
    bind_url: str
    unbind_url: str
    button_url: str


class LoginOf(BaseModel):
    """The login channel of an account, null if none was entered."""

    account: str
    login: LoginLine | None
    addresses: LoginAddresses


class AccountChanged(BaseModel):
    """An account that was changed, and what of it."""

    key: str
    changed: list[str]


class MenuView(BaseModel):
    """One rich menu. `at_line`: whether LINE shows it as it is here. `friends`: to how many it was given by rule."""

    key: str
    name: str
    definition: dict[str, Any]
    has_image: bool
    rank: int
    is_default: bool
    segment: str | None
    tag: str | None
    bound: bool | None
    by_rule: bool
    starts_at: datetime | None
    ends_at: datetime | None
    problem: str
    updated_at: datetime
    at_line: bool
    friends: int


class MenuList(BaseModel):
    """The menus, in the order in which their rules are asked."""

    menus: list[MenuView]
    as_of: datetime


class MenuOrder(BaseModel):
    """The keys of all menus, in the order in which they are asked."""

    keys: list[str]


class MenuVerdict(BaseModel):
    """One menu and why it is seen or not: a stable word."""

    key: str
    seen: bool
    why: str


class Resolved(BaseModel):
    """Which menu a person sees, null if none, and of every menu why."""

    sees: str | None
    friend: bool
    menus: list[MenuVerdict]
    as_of: datetime


class MenuSaved(BaseModel):
    """A menu that was kept."""

    key: str
    has_image: bool


class MenuDrawn(BaseModel):
    """The picture of a menu that was kept."""

    key: str
    bytes: int
    type: str


class ReplyOutcome(BaseModel):
    """How often an answer ended in a state, and why."""

    state: str
    reason: str
    replies: int


class AutoReplyView(BaseModel):
    """One rule of answers with what became of its answers."""

    key: str
    live: bool
    rule: dict[str, Any]
    replies: list[ReplyOutcome]
    updated_at: datetime


class AutoReplyList(BaseModel):
    """The rules, in the order in which they are asked."""

    auto_replies: list[AutoReplyView]
    as_of: datetime


class AutoReplySaved(BaseModel):
    """A rule that was kept."""

    key: str
    live: bool


class Tried(BaseModel):
    """Which rules would answer, and with what; nothing was sent."""

    answered_by: list[str]
    messages: list[dict[str, Any]]
    tags: list[str]
    local_time: str


class JoinSourceView(BaseModel):
    """One way in. `people`: who came by it; `new_friends`: of these, who became friends by it."""

    account: str
    key: str
    code: str
    name: str
    store: str
    staff: str
    tags: list[str]
    messages: list[dict[str, Any]] | None
    messages_again: list[dict[str, Any]] | None
    created_at: datetime
    archived_at: datetime | None
    link: str
    people: int = 0
    new_friends: int = 0


class JoinSourceList(BaseModel):
    """The ways in of an account, newest first."""

    join_sources: list[JoinSourceView]
    as_of: datetime


class FunnelRow(BaseModel):
    """How far those who came by one source got. `matched` and `new` are those who bound: a known member, or a new one."""

    source: str
    store: str
    staff: str
    friends: int
    opened: int
    consented: int
    matched: int
    new: int
    ordered: int


class JoinFunnel(BaseModel):
    """How far those who came got, by source, store and staff."""

    funnel: list[FunnelRow]
    as_of: datetime


class ForwardLine(BaseModel):
    """A tool that gets the account's webhooks, how many wait for it, and how many were given up."""

    key: str
    url: str
    created_at: datetime
    waiting: int
    dead: int


class DeadDelivery(BaseModel):
    """A webhook that was given up for a tool; what it holds is not shown."""

    delivery_id: int
    forward: str
    attempts: int
    reason: str
    created_at: datetime


class ForwardList(BaseModel):
    """The tools of an account, and what was given up, newest first."""

    forwards: list[ForwardLine]
    dead: list[DeadDelivery]
    as_of: datetime


class ToolKey(BaseModel):
    """A key for LINE's API as we offer it; it is shown once."""

    name: str
    channel_access_token: str
    api_url: str
