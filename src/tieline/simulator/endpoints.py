"""What the platform can be asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tieline.simulator import access_tokens, account_link, lookups, sending
from tieline.simulator.wire import Refused, SimRequest, SimResponse
from tieline.simulator.world import Call, World

BODY_LIMIT = 2 * 1024 * 1024


class Endpoint(NamedTuple):
    """One thing the platform can be asked for."""

    name: str
    answer: Callable[[Call], SimResponse]


ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("POST", "/v2/bot/message/push"): Endpoint("push", sending.push),
    ("POST", "/v2/bot/message/multicast"): Endpoint("multicast", sending.multicast),
    ("POST", "/v2/bot/message/reply"): Endpoint("reply", sending.reply),
    ("POST", "/v2/bot/message/validate/*"): Endpoint("validate", sending.validate),
    ("GET", "/v2/bot/message/quota"): Endpoint("quota", lookups.quota),
    ("GET", "/v2/bot/message/quota/consumption"): Endpoint("consumption", lookups.consumption),
    ("GET", "/v2/bot/message/delivery/*"): Endpoint("delivery", lookups.delivery_count),
    ("GET", "/v2/bot/message/aggregation/info"): Endpoint("aggregation-info", lookups.unit_usage),
    ("GET", "/v2/bot/message/aggregation/list"): Endpoint("aggregation-list", lookups.unit_names),
    ("GET", "/v2/bot/profile/*"): Endpoint("profile", lookups.profile),
    ("GET", "/v2/bot/info"): Endpoint("info", lookups.bot_info),
    ("GET", "/v2/bot/followers/ids"): Endpoint("followers", lookups.follower_ids),
    ("POST", "/v2/bot/user/*/linkToken"): Endpoint("link-token", lookups.link_token),
    ("PUT", "/v2/bot/channel/webhook/endpoint"): Endpoint("webhook-endpoint", lookups.set_webhook),
    ("GET", "/v2/bot/channel/webhook/endpoint"): Endpoint("webhook-endpoint", lookups.get_webhook),
}
KINDS = {
    "validate": frozenset({"reply", "push", "multicast", "narrowcast", "broadcast"}),
    "delivery": frozenset({"reply", "push", "multicast", "broadcast"}),
}
OPEN_ENDPOINTS: dict[tuple[str, str], Callable[[World, SimRequest, datetime], SimResponse]] = {
    ("POST", "/oauth2/v3/token"): access_tokens.issue,
    ("POST", "/v2/oauth/accessToken"): access_tokens.issue,
    ("GET", account_link.PATH): account_link.open_page,
}


def route(request: SimRequest) -> tuple[Endpoint, str]:
    """Return the endpoint of a request and the variable part of its path.

    Raises:
        Refused: 404; LINE takes only the exact documented paths.
    """
    exact = ENDPOINTS.get((request.method, request.path))
    if exact:
        return exact, ""
    parts = request.path.split("/")
    for place in (4, 5):
        if place < len(parts) and parts[place]:
            template = "/".join([*parts[:place], "*", *parts[place + 1 :]])
            endpoint = ENDPOINTS.get((request.method, template))
            if endpoint and parts[place] in KINDS.get(endpoint.name, (parts[place],)):
                return endpoint, parts[place]
    raise Refused(404, "Not found")
