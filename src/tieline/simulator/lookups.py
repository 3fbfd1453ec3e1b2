"""Endpoints that tell or set something about the account: quota, counts, people, webhook address.

Source: https://developers.line.biz/en/reference/messaging-api/
"""

from urllib.parse import urlsplit

import msgspec

from tieline.simulator import contents
from tieline.simulator.friend_book import FRIEND, FriendState
from tieline.simulator.paging import asked, following, page_of
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, LinkToken, day_of, month_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NOT_ENTITLED = "Access to this API is not available for your account"
SECONDS = frozenset(range(5, 65, 5))


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
    kind = call.request.path.removeprefix("/v2/bot/message/delivery/").replace("/", "-")
    return as_json({"status": "ready", "success": call.account.sent_by_day[kind, date]})


def unit_usage(call: Call) -> SimResponse:
    """Return how many aggregation units the month has used."""
    used = call.account.units.get(month_of(call.at), set())
    return as_json({"numOfCustomAggregationUnits": len(used)})


def unit_names(call: Call) -> SimResponse:
    """Return the names of the month's aggregation units."""
    names = sorted(call.account.units.get(month_of(call.at), set()))
    page, more = page_of(call, names, most=100, usual=100)
    return as_json({"customAggregationUnits": page, **more})


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
    start, limit = asked(call, most=1000, usual=300)
    book = call.account.friends
    found: list[str] = []
    for row in range(start, len(book.states)):
        if book.states[row] == FRIEND and book.people.here(row):
            if len(found) == limit:
                return as_json({"userIds": found, **following(call, row)})
            found.append(book.people.user_id(row))
    return as_json({"userIds": found})


def bot_info(call: Call) -> SimResponse:
    """Return the account's bot."""
    account = call.account
    picture = {"pictureUrl": account.icon_url} if account.icon_url else {}
    return as_json(
        {
            "userId": account.bot_user_id,
            "basicId": f"@{account.bot_user_id[1:4]}{account.bot_user_id[4:9]}",
            "displayName": account.name,
            **picture,
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


def loading(call: Call) -> SimResponse:
    """Show that an answer is being thought about."""
    body = call.json()
    if body.get("loadingSeconds", 20) not in SECONDS or call.account.friends.row(str(body.get("chatId"))) < 0:
        raise Refused(400, "The request body has 1 error(s)", [{"message": "invalid", "property": "chatId"}])
    return as_json({}, status=202)


def mark_read(call: Call) -> SimResponse:
    """Mark what a person wrote as read."""
    token = call.json().get("markAsReadToken")
    if not isinstance(token, str) or not token:
        raise Refused(400, "The value for 'markAsReadToken' is invalid")
    return as_json({})


def content(call: Call) -> SimResponse:
    """Return the bytes of what a person sent."""
    return contents.of_message(call.account.contents, call.argument, call.at, preview=False)


def preview(call: Call) -> SimResponse:
    """Return a small picture of what a person sent."""
    return contents.of_message(call.account.contents, call.argument, call.at, preview=True)


def transcoding(call: Call) -> SimResponse:
    """Return whether a video or sound is ready."""
    return contents.transcoding(call.account.contents, call.argument, call.at)


def get_webhook(call: Call) -> SimResponse:
    """Return the webhook address."""
    url = call.account.webhooks.behaviour.url
    if url is None:
        raise Refused(404, "Not found")
    return as_json({"endpoint": url, "active": True})


def set_webhook(call: Call) -> SimResponse:
    """Set the webhook address; plain HTTP is taken only on this machine."""
    url = call.json().get("endpoint")
    if not isinstance(url, str) or len(url) > 500 or not allowed(url):
        problem = {"message": "Invalid webhook endpoint URL", "property": "endpoint"}
        raise Refused(400, "The request body has 1 error(s)", [problem])
    queue = call.account.webhooks
    queue.behaviour = msgspec.structs.replace(queue.behaviour, url=url)
    return as_json({})


def allowed(url: str) -> bool:
    """Tell whether LINE would call an address; this machine counts as reachable."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
