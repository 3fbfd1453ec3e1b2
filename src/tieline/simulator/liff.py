"""LIFF: pages of the brand inside LINE. Apps are managed by the login channel; opening one hands it tokens.

Source: https://developers.line.biz/en/reference/liff-server/
"""

from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from tieline.simulator import login, login_pages
from tieline.simulator.access_tokens import authenticate_channel
from tieline.simulator.account_link import browsing_user
from tieline.simulator.field_rules import url
from tieline.simulator.login_channels import Allowed, LiffApp, LoginChannel
from tieline.simulator.wire import Refused, SimRequest, SimResponse, as_json
from tieline.simulator.world import World

APPS_MAX = 30
VIEWS = ("compact", "tall", "full")
PREFIX = "/liff/"
SDK_PATHS = ("/liff/edge/2/sdk.js", "/liff/edge/versions/2.27.0/sdk.js")
SCOPES = ("openid", "profile", "email", "chat_message.write")
Json = dict[str, Any]


def add(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Add an app to the channel."""
    channel = _channel(world, request, now)
    if len(channel.apps) >= APPS_MAX:
        raise Refused(400, "The maximum number of LIFF apps has been reached")
    content = _checked(_body(request), {})
    liff_id = f"{channel.channel_id}-{world.ids.token()[:8]}"
    channel.apps[liff_id] = LiffApp(liff_id, content)
    return as_json({"liffId": liff_id})


def several(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Return the channel's apps."""
    apps = _channel(world, request, now).apps.values()
    if not apps:
        raise Refused(404, "no apps")
    return as_json({"apps": [{"liffId": app.liff_id, **app.content} for app in apps]})


def update(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Change what is given of an app."""
    app = _app(world, request, now)[1]
    app.content = _checked(_body(request), app.content)
    return as_json({})


def delete(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Delete an app."""
    channel, app = _app(world, request, now)
    del channel.apps[app.liff_id]
    return as_json({})


def open_app(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Open an app as the browsing person: on to its page, with tokens in the fragment as LINE hands them over."""
    liff_id, _, rest = request.path.removeprefix(PREFIX).partition("/")
    found = world.login.app(liff_id)
    if found is None:
        return login_pages.refusal("404", "沒有這個 LIFF 應用程式。")
    channel, app = found
    browsing = browsing_user(request)
    row = world.people_of(channel.provider_id).row(browsing) if browsing else -1
    if row < 0:
        return login_pages.choose_person(world, channel, request)
    scope = tuple(app.content.get("scope") or ("openid", "profile"))
    channel.consents.setdefault(row, set()).update(scope)
    allowed = Allowed(channel.channel_id, row, scope, now + login.ID_LIFE)
    tokens = login.issue(world, channel, allowed, now)
    fragment = {"access_token": tokens["access_token"], "client_id": channel.channel_id, "liff_id": liff_id}
    if "openid" in scope:
        fragment["id_token"] = login.key_of(world).sign(login.claims(world, channel, allowed, now))
    query = {name: value for name, value in request.query.items() if name != "sim_user"}
    target = app.content["view"]["url"].rstrip("/") + (f"/{rest}" if rest else "")
    joint = "&" if urlsplit(target).query else "?"
    full = target + (joint + urlencode(query) if query else "")
    return SimResponse(302, b"", {"location": f"{full}#{urlencode(fragment)}"})


def sdk(_world: World, _request: SimRequest, _now: datetime) -> SimResponse:
    """Return a library that answers like LINE's `liff`, for the pages of virtual friends."""
    body = (files("tieline.simulator") / "static" / "liff.js").read_bytes()
    return SimResponse(200, body, {"content-type": "text/javascript; charset=utf-8"})


def _channel(world: World, request: SimRequest, now: datetime) -> LoginChannel:
    channel = world.login.channels.get(authenticate_channel(world, request, now))
    if channel is None:
        raise Refused(401, "invalid token")
    return channel


def _app(world: World, request: SimRequest, now: datetime) -> tuple[LoginChannel, LiffApp]:
    channel = _channel(world, request, now)
    app = channel.apps.get(request.path.rpartition("/")[2])
    if app is None:
        raise Refused(404, "not found")
    return channel, app


def _body(request: SimRequest) -> Json:
    try:
        body = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "The request body could not be parsed as JSON (line: 1, column: 1)")
    return body


def _checked(body: Json, before: Json) -> Json:
    content = {**before, **{name: value for name, value in body.items() if value is not None}}
    view = {**before.get("view", {}), **(body.get("view") or {})}
    problems = (
        [] if view.get("type") in VIEWS else [{"message": "invalid view type", "property": "view.type"}]
    )
    problems += url(view, "url", "view")
    scope = content.get("scope", ["openid", "profile"])
    if not isinstance(scope, list) or not set(map(str, scope)) <= set(SCOPES):
        problems.append({"message": "invalid scope", "property": "scope"})
    if content.get("botPrompt", "none") not in {"normal", "aggressive", "none"}:
        problems.append({"message": "invalid botPrompt", "property": "botPrompt"})
    if problems:
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    return {**content, "view": view}
