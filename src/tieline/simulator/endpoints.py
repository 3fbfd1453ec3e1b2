"""Everything LINE can be asked for, in one table: what the simulator answers, how often, and what it leaves out and why.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from tieline.simulator import (
    access_tokens,
    account_link,
    audiences,
    coupons,
    insights,
    liff,
    login,
    lookups,
    memberships,
    narrowcasts,
    notices,
    rich_menus,
    sending,
)
from tieline.simulator.wire import Refused, SimRequest, SimResponse
from tieline.simulator.world import Call, World

BODY_MAX = 2 * 1024 * 1024
FILE_MAX = 64 * 1024 * 1024
SECOND, MINUTE, HOUR = 1.0, 60.0, 3600.0
Answer = Callable[[Call], SimResponse]
Public = Callable[[World, SimRequest, datetime], SimResponse]


class Endpoint(NamedTuple):
    """One thing LINE can be asked for with the token of an Official Account.

    Attributes:
        name: Under which calls are counted, limited and hit by faults.
        answer: None if it is not simulated; then `why` says why not.
        host: api, data or manager.
        calls, seconds: How many calls a channel has in how long.
        retry_key: Whether it takes `X-Line-Retry-Key`.
    """

    name: str
    method: str
    path: str
    answer: Answer | None
    calls: int = 2000
    seconds: float = SECOND
    host: str = "api"
    retry_key: bool = False
    body_max: int = BODY_MAX
    why: str = ""


class Door(NamedTuple):
    """One thing that is asked for without the token of an Official Account: tokens, log-in, pages."""

    method: str
    path: str
    answer: Public | None
    host: str = "api"
    why: str = ""


GROUPS = "Tieline speaks with people, not with groups"
MODULE = "for module channels, which Tieline is not"
OLD = "LINE takes no new applications since October 2026"
JWT = "needs a key registered in LINE's console; stateless tokens need none"
MESSAGE, INSIGHT, AUDIENCE = "/v2/bot/message", "/v2/bot/insight", "/v2/bot/audienceGroup"
MENU, USER, COUPON = "/v2/bot/richmenu", "/v2/bot/user", "/v2/bot/coupon"
MEMBERSHIP, CHANNEL = "/v2/bot/membership", "/v2/bot/channel"

SENDING = (
    Endpoint("reply", "POST", f"{MESSAGE}/reply", sending.reply),
    Endpoint("push", "POST", f"{MESSAGE}/push", sending.push, retry_key=True),
    Endpoint("multicast", "POST", f"{MESSAGE}/multicast", sending.multicast, 200, retry_key=True),
    Endpoint("broadcast", "POST", f"{MESSAGE}/broadcast", sending.broadcast, 60, HOUR, retry_key=True),
    Endpoint("narrowcast", "POST", f"{MESSAGE}/narrowcast", narrowcasts.send, 60, HOUR, retry_key=True),
    Endpoint("narrowcast-progress", "GET", f"{MESSAGE}/progress/narrowcast", narrowcasts.progress),
    *(
        Endpoint("validate", "POST", f"{MESSAGE}/validate/{kind}", sending.validate)
        for kind in ("reply", "push", "multicast", "narrowcast", "broadcast")
    ),
    Endpoint("pnp-templated", "POST", f"{MESSAGE}/pnp/templated/push", notices.push_template),
    Endpoint("pnp", "POST", "/bot/pnp/push", notices.push),
    Endpoint("loading", "POST", "/v2/bot/chat/loading/start", lookups.loading, 100),
    Endpoint("mark-read", "POST", "/v2/bot/chat/markAsRead", lookups.mark_read),
    Endpoint("mark-read-old", "POST", f"{MESSAGE}/markAsRead", None, why=OLD),
)
COUNTS = (
    Endpoint("quota", "GET", f"{MESSAGE}/quota", lookups.quota),
    Endpoint("consumption", "GET", f"{MESSAGE}/quota/consumption", lookups.consumption),
    *(
        Endpoint("delivery", "GET", f"{MESSAGE}/delivery/{kind}", lookups.delivery_count)
        for kind in ("reply", "push", "multicast", "broadcast", "pnp", "pnp/templated")
    ),
    Endpoint("aggregation-info", "GET", f"{MESSAGE}/aggregation/info", lookups.unit_usage),
    Endpoint("aggregation-list", "GET", f"{MESSAGE}/aggregation/list", lookups.unit_names),
    Endpoint("insight-delivery", "GET", f"{INSIGHT}/message/delivery", insights.deliveries, 60, HOUR),
    Endpoint("insight-followers", "GET", f"{INSIGHT}/followers", insights.followers, 60, HOUR),
    Endpoint("insight-demographic", "GET", f"{INSIGHT}/demographic", insights.demographic, 60, HOUR),
    Endpoint("insight-event", "GET", f"{INSIGHT}/message/event", insights.of_request, 60, HOUR),
    Endpoint("insight-unit", "GET", f"{INSIGHT}/message/event/aggregation", insights.of_unit, 60, HOUR),
    Endpoint(
        "insight-menu", "GET", f"{INSIGHT}/richmenu/{{richMenuId}}/summary", insights.menu_summary, 60, HOUR
    ),
    Endpoint(
        "insight-menu-daily", "GET", f"{INSIGHT}/richmenu/{{richMenuId}}/daily", insights.menu_daily, 60, HOUR
    ),
)
AUDIENCES = (
    Endpoint("audience-upload", "POST", f"{AUDIENCE}/upload", audiences.upload, 60, MINUTE),
    Endpoint("audience-add", "PUT", f"{AUDIENCE}/upload", audiences.add, 60, MINUTE),
    Endpoint(
        "audience-file",
        "POST",
        f"{AUDIENCE}/upload/byFile",
        audiences.upload_file,
        60,
        MINUTE,
        "data",
        body_max=FILE_MAX,
    ),
    Endpoint(
        "audience-file-add",
        "PUT",
        f"{AUDIENCE}/upload/byFile",
        audiences.add_file,
        60,
        MINUTE,
        "data",
        body_max=FILE_MAX,
    ),
    Endpoint("audience-click", "POST", f"{AUDIENCE}/click", audiences.from_clicks, 60, MINUTE),
    Endpoint("audience-imp", "POST", f"{AUDIENCE}/imp", audiences.from_impressions, 60, MINUTE),
    Endpoint(
        "audience-rename",
        "PUT",
        f"{AUDIENCE}/{{audienceGroupId}}/updateDescription",
        audiences.rename,
        60,
        MINUTE,
    ),
    Endpoint("audience-list", "GET", f"{AUDIENCE}/list", audiences.several, 60, MINUTE),
    Endpoint(
        "audience-shared-list", "GET", f"{AUDIENCE}/shared/list", None, why="needs LINE's Business Manager"
    ),
    Endpoint(
        "audience-shared",
        "GET",
        f"{AUDIENCE}/shared/{{audienceGroupId}}",
        None,
        why="needs LINE's Business Manager",
    ),
    Endpoint("audience-get", "GET", f"{AUDIENCE}/{{audienceGroupId}}", audiences.one, 60, MINUTE),
    Endpoint("audience-delete", "DELETE", f"{AUDIENCE}/{{audienceGroupId}}", audiences.delete, 60, MINUTE),
)
PEOPLE = (
    Endpoint("profile", "GET", "/v2/bot/profile/{userId}", lookups.profile),
    Endpoint("followers", "GET", "/v2/bot/followers/ids", lookups.follower_ids),
    Endpoint("info", "GET", "/v2/bot/info", lookups.bot_info),
    Endpoint("link-token", "POST", f"{USER}/{{userId}}/linkToken", lookups.link_token),
    Endpoint("content", "GET", f"{MESSAGE}/{{messageId}}/content", lookups.content, host="data"),
    Endpoint(
        "content-preview", "GET", f"{MESSAGE}/{{messageId}}/content/preview", lookups.preview, host="data"
    ),
    Endpoint(
        "transcoding", "GET", f"{MESSAGE}/{{messageId}}/content/transcoding", lookups.transcoding, host="data"
    ),
    Endpoint("webhook-endpoint-set", "PUT", f"{CHANNEL}/webhook/endpoint", lookups.set_webhook, 1000, MINUTE),
    Endpoint("webhook-endpoint", "GET", f"{CHANNEL}/webhook/endpoint", lookups.get_webhook, 1000, MINUTE),
    Endpoint("coupon-create", "POST", COUPON, coupons.create, 200),
    Endpoint("coupon-list", "GET", COUPON, coupons.several, 200),
    Endpoint("coupon-get", "GET", f"{COUPON}/{{couponId}}", coupons.one, 200),
    Endpoint("coupon-close", "PUT", f"{COUPON}/{{couponId}}/close", coupons.close, 200),
    Endpoint("membership-list", "GET", f"{MEMBERSHIP}/list", memberships.plans, 200),
    Endpoint("membership-person", "GET", f"{MEMBERSHIP}/subscription/{{userId}}", memberships.of_person, 200),
    Endpoint(
        "membership-members", "GET", f"{MEMBERSHIP}/{{membershipId}}/users/ids", memberships.members, 200
    ),
)
MENUS = (
    Endpoint("menu-create", "POST", MENU, rich_menus.create, 100, HOUR),
    Endpoint("menu-validate", "POST", f"{MENU}/validate", rich_menus.validate),
    Endpoint("menu-list", "GET", f"{MENU}/list", rich_menus.every, 10),
    Endpoint("menu-batch", "POST", f"{MENU}/batch", rich_menus.batch, 3, HOUR),
    Endpoint("menu-batch-validate", "POST", f"{MENU}/validate/batch", rich_menus.validate_batch),
    Endpoint("menu-batch-progress", "GET", f"{MENU}/progress/batch", rich_menus.batch_progress, 100, HOUR),
    Endpoint("menu-bulk-link", "POST", f"{MENU}/bulk/link", rich_menus.bulk_link),
    Endpoint("menu-bulk-unlink", "POST", f"{MENU}/bulk/unlink", rich_menus.bulk_unlink),
    Endpoint("alias-create", "POST", f"{MENU}/alias", rich_menus.create_alias),
    Endpoint("alias-list", "GET", f"{MENU}/alias/list", rich_menus.aliases),
    Endpoint("alias-update", "POST", f"{MENU}/alias/{{richMenuAliasId}}", rich_menus.update_alias),
    Endpoint("alias-get", "GET", f"{MENU}/alias/{{richMenuAliasId}}", rich_menus.alias),
    Endpoint(
        "alias-delete", "DELETE", f"{MENU}/alias/{{richMenuAliasId}}", rich_menus.delete_alias, 100, HOUR
    ),
    Endpoint("menu-get", "GET", f"{MENU}/{{richMenuId}}", rich_menus.one),
    Endpoint("menu-delete", "DELETE", f"{MENU}/{{richMenuId}}", rich_menus.delete, 100, HOUR),
    Endpoint(
        "menu-image-upload", "POST", f"{MENU}/{{richMenuId}}/content", rich_menus.upload_image, host="data"
    ),
    Endpoint("menu-image", "GET", f"{MENU}/{{richMenuId}}/content", rich_menus.image, host="data"),
    Endpoint("menu-default", "GET", f"{USER}/all/richmenu", rich_menus.default),
    Endpoint("menu-default-clear", "DELETE", f"{USER}/all/richmenu", rich_menus.clear_default),
    Endpoint("menu-default-set", "POST", f"{USER}/all/richmenu/{{richMenuId}}", rich_menus.set_default),
    Endpoint("menu-of-person", "GET", f"{USER}/{{userId}}/richmenu", rich_menus.of_person),
    Endpoint("menu-unlink", "DELETE", f"{USER}/{{userId}}/richmenu", rich_menus.unlink),
    Endpoint("menu-link", "POST", f"{USER}/{{userId}}/richmenu/{{richMenuId}}", rich_menus.link),
)
NOT_SIMULATED = (
    *(
        Endpoint(f"{place}-{name}", method, f"/v2/bot/{place}/{{{place}Id}}/{rest}", None, why=GROUPS)
        for place in ("group", "room")
        for name, method, rest in (
            ("leave", "POST", "leave"),
            ("member", "GET", "member/{userId}"),
            ("count", "GET", "members/count"),
            ("members", "GET", "members/ids"),
        )
    ),
    Endpoint("group-summary", "GET", "/v2/bot/group/{groupId}/summary", None, why=GROUPS),
    Endpoint("chat-acquire", "POST", "/v2/bot/chat/{chatId}/control/acquire", None, why=MODULE),
    Endpoint("chat-release", "POST", "/v2/bot/chat/{chatId}/control/release", None, why=MODULE),
    Endpoint("module-detach", "POST", f"{CHANNEL}/detach", None, why=MODULE),
    Endpoint("module-bots", "GET", "/v2/bot/list", None, why=MODULE),
    Endpoint("module-attach", "POST", "/module/auth/v1/token", None, host="manager", why=MODULE),
    Endpoint(
        "mission",
        "POST",
        "/shop/v3/mission",
        None,
        why="mission stickers are sold by LINE's sales staff alone",
    ),
)
TABLE = (*SENDING, *COUNTS, *AUDIENCES, *PEOPLE, *MENUS, *NOT_SIMULATED)
WEBHOOK_TEST = Endpoint("webhook-test", "POST", f"{CHANNEL}/webhook/test", lookups.get_webhook, 60, HOUR)
"""Answered by `webhook_test`, because it makes a call itself."""

DOORS = (
    Door("POST", "/oauth2/v3/token", access_tokens.issue),
    Door("POST", "/v2/oauth/accessToken", access_tokens.issue),
    Door("POST", "/v2/oauth/verify", access_tokens.verify),
    Door("POST", "/v2/oauth/revoke", access_tokens.revoke),
    Door("GET", "/oauth2/v2.1/tokens/kid", None, why=JWT),
    Door("POST", "/oauth2/v2.1/token", login.token),
    Door("GET", "/oauth2/v2.1/verify", login.verify_access_token),
    Door("POST", "/oauth2/v2.1/verify", login.verify_id_token),
    Door("POST", "/oauth2/v2.1/revoke", login.revoke),
    Door("GET", "/oauth2/v2.1/userinfo", login.userinfo),
    Door("GET", "/oauth2/v2.1/certs", login.certificates),
    Door("GET", "/v2/profile", login.profile),
    Door("GET", "/friendship/v1/status", login.friendship),
    Door("POST", "/user/v1/deauthorize", login.deauthorize),
    Door("GET", "/liff/v1/apps", liff.several),
    Door("POST", "/liff/v1/apps", liff.add),
    Door("PUT", "/liff/v1/apps/{liffId}", liff.update),
    Door("DELETE", "/liff/v1/apps/{liffId}", liff.delete),
    Door("GET", "/oauth2/v2.1/authorize", login.authorize, "access"),
    Door("POST", "/oauth2/v2.1/authorize", login.decide, "access"),
    Door("GET", "/.well-known/openid-configuration", login.discovery, "access"),
    Door("GET", account_link.PATH, account_link.open_page, "access"),
    Door("GET", "/liff/{liffId}", liff.open_app, "liff"),
    *(Door("GET", path, liff.sdk, "liff") for path in liff.SDK_PATHS),
)
PAGES_OF_PEOPLE = frozenset({"access", "liff"})
"""Hosts whose doors are opened by browsers."""
EXACT = {(one.method, one.path): one for one in TABLE if "{" not in one.path}
EXACT_DOORS = {(one.method, one.path): one for one in DOORS if "{" not in one.path}
Pattern = tuple[list[str], Endpoint]
PATTERNS: dict[tuple[str, int], list[Pattern]] = {}
for _one in TABLE:
    if "{" in _one.path:
        _parts = _one.path.split("/")
        PATTERNS.setdefault((_one.method, len(_parts)), []).append((_parts, _one))


def route(request: SimRequest) -> tuple[Endpoint, tuple[str, ...]]:
    """Return the endpoint of a request and the variable parts of its path.

    Raises:
        Refused: 404; LINE takes only the exact documented paths.
    """
    found = EXACT.get((request.method, request.path))
    if found and found.answer:
        return found, ()
    parts = request.path.split("/")
    for pattern, endpoint in PATTERNS.get((request.method, len(parts)), ()):
        values = [part for part, known in zip(parts, pattern, strict=True) if known[:1] == "{"]
        fixed = all(known[:1] == "{" or part == known for part, known in zip(parts, pattern, strict=True))
        if fixed and all(values) and endpoint.answer:
            return endpoint, tuple(values)
    raise Refused(404, "Not found")


def door(request: SimRequest) -> Public | None:
    """Return who answers a request that needs no token of an account."""
    found = EXACT_DOORS.get((request.method, request.path))
    if found:
        return found.answer
    if request.path.startswith("/liff/v1/apps/"):
        return {"PUT": liff.update, "DELETE": liff.delete}.get(request.method)
    if request.method == "GET" and request.path.startswith(liff.PREFIX):
        return liff.open_app
    return None


def opens_in_browser(path: str) -> bool:
    """Tell whether a path is a page of LINE's that people open."""
    return path.startswith(liff.PREFIX) or any(
        one.path == path for one in DOORS if one.host in PAGES_OF_PEOPLE
    )


def limit(name: str) -> tuple[int, float]:
    """Return how many calls of an endpoint a channel has, in how many seconds."""
    return LIMITS[name]


LIMITS = {one.name: (one.calls, one.seconds) for one in (*TABLE, WEBHOOK_TEST)}
