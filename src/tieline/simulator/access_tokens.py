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
UNAUTHORIZED = "Authentication failed. Confirm that the access token in the authorization header is valid."


def issue(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Issue a token for a channel id and secret: stateless (v3, 15 minutes) or short-lived (v2, 30 days)."""
    fields = parse_qs(request.body.decode("utf-8", "replace"))
    form = {name: values[0] for name, values in fields.items()}
    if form.get("grant_type") != "client_credentials":
        return _oauth_error("unsupported_grant_type", "grant_type must be client_credentials")
    account = world.accounts.get(form.get("client_id", ""))
    given = form.get("client_secret", "").encode()
    if account is None or not hmac.compare_digest(account.channel_secret.encode(), given):
        return _oauth_error("invalid_client", "invalid client_id or client_secret")
    life = world.settings.token_life if request.path.startswith("/oauth2/v3/") else SHORT_LIVED
    token = world.ids.token()
    world.tokens[token] = AccessToken(account.channel_id, now + life)
    answer = {"token_type": "Bearer", "access_token": token, "expires_in": int(life.total_seconds())}
    return as_json(answer)


def authenticate(world: World, request: SimRequest, now: datetime) -> Account:
    """Return the account of the caller's token.

    Raises:
        Refused: 401 when the token is missing, unknown, expired or revoked.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    channel_id, expires_at = world.tokens.get(token, ("", now))
    if scheme.lower() != "bearer" or channel_id not in world.accounts:
        raise Refused(401, UNAUTHORIZED)
    if expires_at is not None and now >= expires_at:
        del world.tokens[token]
        raise Refused(401, UNAUTHORIZED)
    return world.accounts[channel_id]


def revoke_all(world: World, channel_id: str) -> int:
    """Take back every token of a channel; return how many."""
    gone = [token for token, known in world.tokens.items() if known.channel_id == channel_id]
    for token in gone:
        del world.tokens[token]
    return len(gone)


def _oauth_error(code: str, description: str) -> SimResponse:
    return as_json({"error": code, "error_description": description}, status=400)
