"""Channel access tokens.

Source: https://developers.line.biz/en/docs/basics/channel-access-token/
"""

import hmac
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from tieline.simulator.account import Account
from tieline.simulator.wire import Refused, SimRequest, SimResponse, as_json
from tieline.simulator.world import AccessToken, World

SHORT_LIVED = timedelta(days=30)
SHORT_LIVED_MAX = 30
UNAUTHORIZED = "Authentication failed. Confirm that the access token in the authorization header is valid."


def issue(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Issue a token for a channel id and secret: stateless (v3, 15 minutes) or short-lived (v2, 30 days).

    Of short-lived tokens a channel has 30; one more takes the oldest back without a word.
    """
    form = _form(request)
    if form.get("grant_type") != "client_credentials":
        return _oauth_error("unsupported_grant_type", "grant_type must be client_credentials")
    channel_id = form.get("client_id", "")
    if not _knows_secret(world, channel_id, form.get("client_secret", "")):
        return _oauth_error("invalid_client", "invalid client_id or client_secret")
    short_lived = not request.path.startswith("/oauth2/v3/")
    life = SHORT_LIVED if short_lived else world.settings.token_life
    token = world.ids.token()
    world.tokens[token] = AccessToken(channel_id, now + life, short_lived)
    if short_lived:
        mine = [
            name for name, one in world.tokens.items() if one.short_lived and one.channel_id == channel_id
        ]
        for name in mine[:-SHORT_LIVED_MAX]:
            del world.tokens[name]
    answer = {"token_type": "Bearer", "access_token": token, "expires_in": int(life.total_seconds())}
    return as_json(answer)


def verify(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Tell how long a short-lived or long-lived token is still good."""
    kept = world.tokens.get(_form(request).get("access_token", ""))
    if kept is None or (kept.expires_at is not None and now >= kept.expires_at):
        return _oauth_error("invalid_request", "access token expired")
    left = 2**31 if kept.expires_at is None else int((kept.expires_at - now).total_seconds())
    return as_json({"client_id": kept.channel_id, "expires_in": left, "scope": "P CM"})


def revoke(world: World, request: SimRequest, _now: datetime) -> SimResponse:
    """Take a short-lived or long-lived token back; nothing is said of one that is unknown."""
    world.tokens.pop(_form(request).get("access_token", ""), None)
    return SimResponse(200, b"")


def authenticate_channel(world: World, request: SimRequest, now: datetime) -> str:
    """Return the id of the channel, of whatever kind, whose token a request carries.

    Raises:
        Refused: 401 when the token is missing, unknown, expired or revoked.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    kept = world.tokens.get(token)
    if scheme.lower() != "bearer" or kept is None:
        raise Refused(401, UNAUTHORIZED)
    if kept.expires_at is not None and now >= kept.expires_at:
        del world.tokens[token]
        raise Refused(401, UNAUTHORIZED)
    return kept.channel_id


def authenticate(world: World, request: SimRequest, now: datetime) -> Account:
    """Return the account whose token a request carries.

    Raises:
        Refused: 401 when the token is missing, unknown, expired, revoked or of another kind of channel.
    """
    account = world.accounts.get(authenticate_channel(world, request, now))
    if account is None:
        raise Refused(401, UNAUTHORIZED)
    return account


def revoke_all(world: World, channel_id: str) -> int:
    """Take back every token of a channel; return how many."""
    gone = [token for token, known in world.tokens.items() if known.channel_id == channel_id]
    for token in gone:
        del world.tokens[token]
    return len(gone)


def _knows_secret(world: World, channel_id: str, secret: str) -> bool:
    channel = world.accounts.get(channel_id) or world.login.channels.get(channel_id)
    return channel is not None and hmac.compare_digest(channel.channel_secret.encode(), secret.encode())


def _form(request: SimRequest) -> dict[str, str]:
    fields = parse_qs(request.body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}


def _oauth_error(code: str, description: str) -> SimResponse:
    return as_json({"error": code, "error_description": description}, status=400)
