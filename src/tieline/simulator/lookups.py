"""Endpoints that tell or set something about the account: quota, counts, people, webhook address.

Source: https://developers.line.biz/en/reference/messaging-api/
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tieline.simulator.account import FriendState
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, LinkToken, day_of, month_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOT_ENTITLED = "Access to this API is not available for your account"


def quota(call: Call) -> SimResponse:
    """Return how many messages the month has."""
    if call.account.quota is None:
        return as_json({"type": "none"})
    return as_json({"type": "limited", "value": call.account.quota})


def consumption(call: Call) -> SimResponse:
    """Return how many messages the month has used."""
    return as_json({"totalUsage": call.account.usage[month_of(call.at)]})


def delivery_count(call: Call) -> SimResponse:
    """Return how many messages a kind of send delivered on a day; ready the day after."""
    date = call.request.query.get("date", "")
    if len(date) != 8 or not date.isdecimal():
        raise Refused(400, "The value for the 'date' parameter is invalid")
    if date >= day_of(call.at):
        return as_json({"status": "unready"})
    return as_json({"status": "ready", "success": call.account.sent_by_day[call.argument, date]})


def unit_usage(call: Call) -> SimResponse:
    """Return how many aggregation units the month has used."""
    used = call.account.units.get(month_of(call.at), set())
    return as_json({"numOfCustomAggregationUnits": len(used)})


def unit_names(call: Call) -> SimResponse:
    """Return the names of the month's aggregation units."""
    names = sorted(call.account.units.get(month_of(call.at), set()))
    page, following = _page(call, names, most=100, usual=100)
    return as_json({"customAggregationUnits": page, **following})


def profile(call: Call) -> SimResponse:
    """Return what a person shows; 404 for everyone who is no friend and never wrote."""
    friend = call.account.friends.get(call.argument)
    if friend is None or not friend.reachable(call.at):
        raise Refused(404, "Not found")
    return as_json({"userId": friend.user_id, "displayName": friend.display_name, "language": "zh-TW"})


def follower_ids(call: Call) -> SimResponse:
    """Return the ids of friends; verified accounts only."""
    if not call.account.verified:
        raise Refused(403, NOT_ENTITLED)
    friends = [one.user_id for one in call.account.friends.values() if one.state is FriendState.FRIEND]
    page, following = _page(call, friends, most=1000, usual=300)
    return as_json({"userIds": page, **following})


def bot_info(call: Call) -> SimResponse:
    """Return the account's bot."""
    account = call.account
    return as_json(
        {
            "userId": account.bot_user_id,
            "basicId": f"@{account.bot_user_id[1:4]}{account.bot_user_id[4:9]}",
            "displayName": account.name,
            "chatMode": "bot",
            "markAsReadMode": "auto",
        }
    )


def link_token(call: Call) -> SimResponse:
    """Issue an account-link token for a friend."""
    friend = call.account.friends.get(call.argument)
    if friend is None or friend.state is not FriendState.FRIEND:
        raise Refused(404, "Not found")
    token = call.world.ids.token()
    expires_at = call.at + call.world.settings.link_token_life
    call.world.link_tokens[token] = LinkToken(call.account, friend.user_id, expires_at)
    return as_json({"linkToken": token})


def get_webhook(call: Call) -> SimResponse:
    """Return the webhook address."""
    url = call.account.webhooks.behaviour.url
    if url is None:
        raise Refused(404, "Not found")
    return as_json({"endpoint": url, "active": True})


def set_webhook(call: Call) -> SimResponse:
    """Set the webhook address; plain HTTP is taken only on this machine."""
    url = call.json().get("endpoint")
    if not isinstance(url, str) or len(url) > 500 or not _allowed(url):
        problem = {"message": "Invalid webhook endpoint URL", "property": "endpoint"}
        raise Refused(400, "The request body has 1 error(s)", [problem])
    queue = call.account.webhooks
    queue.behaviour = msgspec.structs.replace(queue.behaviour, url=url)
    return as_json({})


def _allowed(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _page(call: Call, items: list[str], *, most: int, usual: int) -> tuple[list[str], dict[str, Any]]:
    """Cut a page out of `items`; its continuation token is valid for 24 hours."""
    limit = call.request.query.get("limit", str(usual))
    if not limit.isdecimal() or not 1 <= int(limit) <= most:
        raise Refused(400, "The value for the 'limit' parameter is invalid")
    start = call.request.query.get("start", "0.0")
    place, _, issued = start.partition(".")
    day_seconds = timedelta(hours=24).total_seconds()
    if not place.isdecimal() or not issued.isdecimal():
        raise Refused(400, "Invalid start param")
    if start != "0.0" and call.at.timestamp() - int(issued) > day_seconds:
        raise Refused(400, "Invalid start param")
    end = int(place) + int(limit)
    following = {"next": f"{end}.{int(call.at.timestamp())}"} if end < len(items) else {}
    return items[int(place) : end], following
