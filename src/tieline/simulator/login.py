"""LINE Login: the page on which a person agrees, tokens, and what they open.

Source: https://developers.line.biz/en/reference/line-login/
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from tieline.simulator import login_pages, phone
from tieline.simulator.access_tokens import authenticate_channel
from tieline.simulator.account import Account
from tieline.simulator.account_link import browsing_user
from tieline.simulator.friend_book import FRIEND, STRANGER
from tieline.simulator.login_channels import Allowed, LoginChannel
from tieline.simulator.signing import SigningKey, opened, sign_hs256
from tieline.simulator.wire import Refused, SimRequest, SimResponse, as_json
from tieline.simulator.world import World

CODE_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(days=30)
REFRESH_LIFE = timedelta(days=90)
ID_LIFE = timedelta(hours=1)
ISSUER = "https://access.line.me"
SCOPES = frozenset({"profile", "openid", "email", "chat_message.write"})
Json = dict[str, Any]


def authorize(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Show the page on which a person agrees; at once on to the brand if they agreed before."""
    asked = _asked(world, request)
    if isinstance(asked, SimResponse):
        return asked
    channel, query = asked
    problem = _problem(query)
    if problem:
        return _back(query, {"error": problem[0], "error_description": problem[1]})
    browsing = browsing_user(request)
    row = world.people_of(channel.provider_id).row(browsing) if browsing else -1
    if browsing is None or row < 0:
        return login_pages.choose_person(world, channel, request)
    scope = tuple(dict.fromkeys(query["scope"].split()))
    agreed = set(scope) <= channel.consents.get(row, set())
    if agreed and query.get("prompt") not in {"consent", "login"} and "bot_prompt" not in query:
        return _agree(world, channel, query, row, now, friend=False)
    if query.get("prompt") == "none":
        return _back(query, {"error": "INTERACTION_REQUIRED", "error_description": "the person has to agree"})
    account = world.accounts.get(channel.bot or "")
    return login_pages.consent(
        channel, account, query, browsing, world.people_of(channel.provider_id).name(row)
    )


def decide(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Take what the person decided on the page."""
    asked = _asked(world, request)
    if isinstance(asked, SimResponse):
        return asked
    channel, query = asked
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    row = world.people_of(channel.provider_id).row(form.get("sim_user", ""))
    if form.get("decision") != "allow" or row < 0:
        return _back(
            query, {"error": "ACCESS_DENIED", "error_description": "The resource owner denied the request."}
        )
    return _agree(world, channel, query, row, now, friend=form.get("friend") == "on")


def token(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Exchange a code or a refresh token."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    channel = world.login.channels.get(form.get("client_id", ""))
    secret = form.get("client_secret", "")
    if channel is None or not hmac.compare_digest(channel.channel_secret.encode(), secret.encode()):
        return _error("invalid_client", "invalid client_secret")
    match form.get("grant_type"):
        case "refresh_token":
            return _refreshed(world, channel, form, now)
        case "authorization_code":
            return _exchanged(world, channel, form, now)
    return _error("unsupported_grant_type", "grant_type is not supported")


def issue(
    world: World, channel: LoginChannel, allowed: Allowed, now: datetime, *, refresh: str | None = None
) -> Json:
    """Make tokens for what a person allowed."""
    book = world.login
    access = world.ids.token() + world.ids.token()
    book.access[access] = msgspec.structs.replace(allowed, expires_at=now + ACCESS_LIFE)
    answer: Json = {
        "access_token": access,
        "token_type": "Bearer",
        "refresh_token": refresh or world.ids.token(),
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "scope": " ".join(allowed.scope),
    }
    if refresh is None:
        book.refresh[answer["refresh_token"]] = msgspec.structs.replace(
            allowed, expires_at=now + REFRESH_LIFE
        )
        if "openid" in allowed.scope:
            answer["id_token"] = sign_hs256(channel.channel_secret, claims(world, channel, allowed, now))
    return answer


def claims(world: World, channel: LoginChannel, allowed: Allowed, now: datetime) -> Json:
    """Return what an ID token says about a person."""
    people = world.people_of(channel.provider_id)
    said: Json = {
        "iss": ISSUER,
        "sub": people.user_id(allowed.row),
        "aud": channel.channel_id,
        "exp": int((now + ID_LIFE).timestamp()),
        "iat": int(now.timestamp()),
        "amr": ["linesso"],
    }
    if allowed.auth_at is not None:
        said["auth_time"] = int(allowed.auth_at.timestamp())
    if allowed.nonce is not None:
        said["nonce"] = allowed.nonce
    if "profile" in allowed.scope:
        said["name"] = people.name(allowed.row)
    if "email" in allowed.scope and channel.email:
        said["email"] = f"{people.user_id(allowed.row)[1:9]}@mail.example"
    return said


def key_of(world: World) -> SigningKey:
    """Return LINE's key for ES256."""
    if world.login.key is None:
        world.login.key = SigningKey(world.settings.seed)
    return world.login.key


def verify_id_token(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Tell what an ID token says, if it is right."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    channel = world.login.channels.get(form.get("client_id", ""))
    if channel is None:
        return _error("invalid_request", "Invalid client_id.")
    said = opened(form.get("id_token", ""), channel.channel_secret, key_of(world))
    problem = None
    if said is None:
        problem = "Invalid IdToken."
    elif said["iss"] != ISSUER:
        problem = "Invalid IdToken Issuer."
    elif said["aud"] != channel.channel_id:
        problem = "Invalid IdToken Audience."
    elif now.timestamp() >= said["exp"]:
        problem = "IdToken expired."
    elif "nonce" in form and form["nonce"] != said.get("nonce"):
        problem = "Invalid IdToken Nonce."
    elif "user_id" in form and form["user_id"] != said["sub"]:
        problem = "Invalid IdToken Subject Identifier."
    return _error("invalid_request", problem) if problem else as_json(said)


def verify_access_token(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Tell which channel an access token opens, and for how long."""
    kept = world.login.access.get(request.query.get("access_token", ""))
    if kept is None or now >= kept.expires_at:
        return _error("invalid_request", "access token expired")
    left = int((kept.expires_at - now).total_seconds())
    return as_json({"scope": " ".join(kept.scope), "client_id": kept.channel_id, "expires_in": left})


def revoke(world: World, request: SimRequest, _now: datetime) -> SimResponse:
    """Take an access token back."""
    form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    kept = world.login.access.get(form.get("access_token", ""))
    if kept is not None and kept.channel_id == form.get("client_id"):
        del world.login.access[form["access_token"]]
    return SimResponse(200, b"")


def profile(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Return the profile of the person whose token this is."""
    kept = _user(world, request, now, "profile")
    people = world.people_of(world.login.channels[kept.channel_id].provider_id)
    return as_json({"userId": people.user_id(kept.row), "displayName": people.name(kept.row)})


def userinfo(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Return the same as OpenID Connect words it."""
    kept = _user(world, request, now, "openid")
    people = world.people_of(world.login.channels[kept.channel_id].provider_id)
    name = {"name": people.name(kept.row)} if "profile" in kept.scope else {}
    return as_json({"sub": people.user_id(kept.row), **name})


def friendship(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Tell whether the person is a friend of the linked account and has not blocked it."""
    kept = _user(world, request, now, "profile")
    account = world.accounts.get(world.login.channels[kept.channel_id].bot or "")
    if account is None:
        raise Refused(400, "no linked bot")
    return as_json({"friendFlag": is_friend(account, kept.row)})


def deauthorize(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Hear from a channel that a person left it."""
    channel_id = authenticate_channel(world, request, now)
    body = msgspec.json.decode(request.body or b"{}")
    kept = world.login.access.get(str(body.get("userAccessToken", "")) if isinstance(body, dict) else "")
    if channel_id not in world.login.channels or kept is None or kept.channel_id != channel_id:
        raise Refused(400, "invalid user access token")
    world.login.forget(channel_id, kept.row)
    world.login.deauthorized[channel_id] = world.login.deauthorized.get(channel_id, 0) + 1
    return SimResponse(204, b"")


def certificates(world: World, _request: SimRequest, _now: datetime) -> SimResponse:
    """Return the public keys of ID tokens."""
    return as_json({"keys": [key_of(world).jwk()]})


def discovery(world: World, _request: SimRequest, _now: datetime) -> SimResponse:
    """Return where everything is, for OpenID Connect clients."""
    del world
    return as_json(
        {
            "issuer": ISSUER,
            "authorization_endpoint": "https://access.line.me/oauth2/v2.1/authorize",
            "token_endpoint": "https://api.line.me/oauth2/v2.1/token",
            "jwks_uri": "https://api.line.me/oauth2/v2.1/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


def is_friend(account: Account, row: int) -> bool:
    """Tell whether a person is a friend who has not blocked the account."""
    return row < len(account.friends.states) and account.friends.states[row] == FRIEND


def _user(world: World, request: SimRequest, now: datetime, scope: str) -> Allowed:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    kept = world.login.access.get(given)
    if kind.lower() != "bearer" or kept is None or now >= kept.expires_at:
        raise Refused(401, "The access token expired")
    if scope not in kept.scope:
        raise Refused(403, "insufficient scope")
    return kept


def _asked(world: World, request: SimRequest) -> tuple[LoginChannel, dict[str, str]] | SimResponse:
    query = dict(request.query)
    channel = world.login.channels.get(query.get("client_id", ""))
    if channel is None:
        return login_pages.refusal("400 Bad Request", "client_id 不存在。")
    if not _registered(channel, query.get("redirect_uri", "")):
        return login_pages.refusal("400 Bad Request", "redirect_uri 沒有登記在這個 LINE Login channel。")
    return channel, query


def _registered(channel: LoginChannel, uri: str) -> bool:
    """Tell whether a callback is registered; a query may be added to it."""
    plain = urlunsplit((*urlsplit(uri)[:3], "", ""))
    return bool(uri) and (uri in channel.callbacks or plain in channel.callbacks)


def _problem(query: dict[str, str]) -> tuple[str, str] | None:
    scope = set(query.get("scope", "").split())
    if query.get("response_type") != "code":
        return "UNSUPPORTED_RESPONSE_TYPE", "response_type must be code"
    if not query.get("state"):
        return "INVALID_REQUEST", "state is missing"
    if not scope or not scope <= SCOPES or ("email" in scope and "openid" not in scope):
        return "INVALID_SCOPE", "scope is wrong"
    if "code_challenge" in query and query.get("code_challenge_method") != "S256":
        return "INVALID_REQUEST", "code_challenge_method must be S256"
    return None


def _agree(
    world: World, channel: LoginChannel, query: dict[str, str], row: int, now: datetime, *, friend: bool
) -> SimResponse:
    scope = tuple(dict.fromkeys(query["scope"].split()))
    channel.consents.setdefault(row, set()).update(scope)
    account = world.accounts.get(channel.bot or "")
    more: dict[str, str] = {}
    if account is not None and "bot_prompt" in query:
        changed = friend and not is_friend(account, row)
        if changed:
            account.friends.meet(row, STRANGER)
            phone.follow(world, account, account.friends.friend(row), now)
        more["friendship_status_changed"] = "true" if changed else "false"
    code = world.ids.token()
    world.login.codes[code] = Allowed(
        channel.channel_id,
        row,
        scope,
        now + CODE_LIFE,
        nonce=query.get("nonce"),
        redirect_uri=query["redirect_uri"],
        challenge=query.get("code_challenge"),
        auth_at=now,
    )
    return _back(query, {"code": code, **more})


def _back(query: dict[str, str], answer: dict[str, str]) -> SimResponse:
    parts = urlsplit(query["redirect_uri"])
    state = {"state": query["state"]} if "state" in query else {}
    full = urlencode([*parse_qsl(parts.query), *answer.items(), *state.items()])
    return SimResponse(302, b"", {"location": urlunsplit((*parts[:3], full, ""))})


def _refreshed(world: World, channel: LoginChannel, form: dict[str, str], now: datetime) -> SimResponse:
    kept = world.login.refresh.get(form.get("refresh_token", ""))
    if kept is None or kept.channel_id != channel.channel_id or now >= kept.expires_at:
        return _error("invalid_grant", "invalid refresh_token")
    return as_json(issue(world, channel, kept, now, refresh=form["refresh_token"]))


def _exchanged(world: World, channel: LoginChannel, form: dict[str, str], now: datetime) -> SimResponse:
    kept = world.login.codes.pop(form.get("code", ""), None)
    if kept is None or kept.channel_id != channel.channel_id or now >= kept.expires_at:
        return _error("invalid_grant", "invalid authorization code")
    if kept.redirect_uri != form.get("redirect_uri", ""):
        return _error("invalid_grant", "redirect_uri does not match")
    if kept.challenge is not None and kept.challenge != _challenge(form.get("code_verifier", "")):
        return _error("invalid_grant", "code_verifier does not match")
    return as_json(issue(world, channel, kept, now))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _error(code: str, description: str) -> SimResponse:
    return as_json({"error": code, "error_description": description}, status=400)
