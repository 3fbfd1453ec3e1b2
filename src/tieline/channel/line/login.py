"""LINE Login: codes for tokens, who somebody is, and telling LINE that somebody left.

Source: https://developers.line.biz/en/reference/line-login/
"""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from tieline.channel.line.carrier import Carrier
from tieline.channel.line.id_token import UntrustedTokenError, verify_liff, verify_web
from tieline.model.send import Answer

KEYS_KEPT = timedelta(hours=1)
SCOPE = "openid profile"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Channel(NamedTuple):
    """A login channel with its secret opened."""

    channel_id: str
    channel_secret: str


class Person(NamedTuple):
    """Whom LINE proved: LINE user id, and the token to act for them at LINE."""

    line_user: str
    access_token: str


class _Tokens(msgspec.Struct):
    access_token: str
    id_token: str


class _Token(msgspec.Struct):
    access_token: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


class _Verified(msgspec.Struct):
    client_id: str
    expires_in: int


class _Friendship(msgspec.Struct):
    friendFlag: bool  # noqa: N815 - LINE's name


class _View(msgspec.Struct, frozen=True):
    url: str = ""


class _App(msgspec.Struct):
    liffId: str  # noqa: N815 - LINE's name
    view: _View = _View()
    scope: list[str] = []


class _Apps(msgspec.Struct):
    apps: list[_App]


class LiffApp(NamedTuple):
    """A LIFF app of a login channel: which page it opens, and what it may learn."""

    liff_id: str
    page: str
    scope: tuple[str, ...]


class LineLogin:
    """Calls of LINE Login.

    Args:
        api_url: Base address of the API.
        access_url: Base address of LINE's pages.
        carrier: Carries requests.
    """

    def __init__(self, api_url: str, access_url: str, carrier: Carrier) -> None:
        self._api = api_url.rstrip("/")
        self._access = access_url.rstrip("/")
        self._carrier = carrier
        self._keys: list[dict[str, Any]] = []
        self._keys_at: datetime | None = None

    def page(
        self, channel: Channel, *, back: str, state: str, nonce: str, verifier: str, language: str
    ) -> str:
        """Return the address of LINE's log-in page, which also offers to become a friend."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": channel.channel_id,
            "redirect_uri": back,
            "state": state,
            "scope": SCOPE,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "bot_prompt": "aggressive",
            "ui_locales": language,
        }
        return f"{self._access}/oauth2/v2.1/authorize?{urlencode(query)}"

    async def arrived(
        self, channel: Channel, code: str, *, back: str, nonce: str, verifier: str, now: datetime
    ) -> Person:
        """Exchange the code of a log-in for whom it proves.

        Raises:
            UntrustedTokenError: LINE does not take the code, or the token proves nothing.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": channel.channel_id,
            "client_secret": channel.channel_secret,
            "code_verifier": verifier,
        }
        answer = await self._post("/oauth2/v2.1/token", form)
        tokens = _decoded(answer, _Tokens)
        if tokens is None:
            raise UntrustedTokenError("code")
        user = verify_web(
            tokens.id_token, channel.channel_secret, channel_id=channel.channel_id, nonce=nonce, now=now
        )
        return Person(user, tokens.access_token)

    async def opened(self, channel: Channel, id_token: str, access_token: str, now: datetime) -> Person:
        """Return whom the tokens of a LIFF page prove; ids that the page sends itself are never read.

        Raises:
            UntrustedTokenError: They prove nothing, or belong to another channel.
        """
        user = verify_liff(id_token, await self._certificates(now), channel_id=channel.channel_id, now=now)
        if access_token:
            query = urlencode({"access_token": access_token})
            answer = await self._carrier.carry("GET", f"{self._api}/oauth2/v2.1/verify?{query}", None, {})
            known = _decoded(answer, _Verified)
            if known is None or known.client_id != channel.channel_id or known.expires_in <= 0:
                raise UntrustedTokenError("access_token")
        return Person(user, access_token)

    async def friendship(self, access_token: str) -> bool | None:
        """Return whether a person is a friend and has not blocked the account, as LINE says now; None if it does not say.

        It says so where the login channel is linked to the Official Account.
        """
        if not access_token:
            return None
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = await self._carrier.carry("GET", f"{self._api}/friendship/v1/status", None, headers)
        found = _decoded(answer, _Friendship)
        return None if found is None else bool(found.friendFlag)

    async def apps(self, channel: Channel) -> list[LiffApp] | None:
        """Return the LIFF apps of a channel; None if LINE does not take the channel, or does not answer."""
        token = await self._token(channel)
        if token is None:
            return None
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._carrier.carry("GET", f"{self._api}/liff/v1/apps", None, headers)
        if answer.status == 404:
            return []
        found = _decoded(answer, _Apps)
        return (
            None
            if found is None
            else [LiffApp(one.liffId, one.view.url, tuple(one.scope)) for one in found.apps]
        )

    async def deauthorize(self, channel: Channel, access_token: str) -> bool:
        """Tell LINE that somebody took back what they allowed; return whether LINE has heard it."""
        token = await self._token(channel)
        if token is None:
            return False
        body = msgspec.json.encode({"userAccessToken": access_token})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        answer = await self._carrier.carry("POST", f"{self._api}/user/v1/deauthorize", body, headers)
        return answer.status in {200, 204}

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.close()

    async def _token(self, channel: Channel) -> str | None:
        """Return a token by which the channel itself speaks."""
        form = {
            "grant_type": "client_credentials",
            "client_id": channel.channel_id,
            "client_secret": channel.channel_secret,
        }
        found = _decoded(await self._post("/oauth2/v3/token", form), _Token)
        return None if found is None else str(found.access_token)

    async def _certificates(self, now: datetime) -> list[dict[str, Any]]:
        if self._keys_at is None or abs(now - self._keys_at) >= KEYS_KEPT:
            answer = await self._carrier.carry("GET", f"{self._api}/oauth2/v2.1/certs", None, {})
            found = _decoded(answer, _Keys)
            if found is None:
                raise UntrustedTokenError("no_key")
            self._keys, self._keys_at = found.keys, now
        return self._keys

    async def _post(self, path: str, form: dict[str, str]) -> Answer:
        return await self._carrier.carry("POST", f"{self._api}{path}", urlencode(form).encode(), _FORM)


def _decoded(answer: Answer, shape: type[Any]) -> Any:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
