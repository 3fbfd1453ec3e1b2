"""Binding, unbinding and joining by LINE Login: LINE proves who the friend is, a code proves whose the membership is."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Form, Request
from psycopg import AsyncConnection
from starlette.responses import RedirectResponse, Response

from tieline.answer.unbind import cuts
from tieline.api.bind_page import (
    HEADERS,
    ask_code,
    ask_in,
    ask_member,
    ask_unbind,
    headers,
    note,
    show,
    tell_leaving,
)
from tieline.api.bind_words import language
from tieline.api.doors import Doors
from tieline.api.join_sources import basic_id_of
from tieline.api.membership import member_and_phone
from tieline.api.voice import BIND_PAGE_OPENED, said, tell
from tieline.channel.line.id_token import UntrustedTokenError
from tieline.channel.line.login import Channel, LineLogin, Person
from tieline.channel.line.secrets import Vault
from tieline.errors import NotFoundError, UnknownKeyError
from tieline.ids import keyed_hash
from tieline.model.event import (
    CONSENT_UPDATED,
    LINE_ACCOUNT_LINKED,
    LINE_FRIEND_KNOWN,
    TAG_ADDED,
)
from tieline.model.identity import MEMBER, PHONE
from tieline.ports import Sms
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.bonds import PostgresBonds
from tieline.store.postgres.joins import PostgresJoins
from tieline.store.postgres.login import LoginState, PostgresLogin, Visit
from tieline.store.postgres.workspaces import PostgresWorkspaces

WISHES = ("bind", "unbind", "join")
JOINED = "join_source_credited"
Json = Annotated[dict[str, Any], Body()]


class BindPages:
    """The pages, and what they do.

    Args:
        doors: Database, log, clock and chance.
        vault: Opens the login channel's secret, seals people's tokens.
        login: LINE Login.
        sms: Sends codes.
    """

    def __init__(self, doors: Doors, vault: Vault, login: LineLogin, sms: Sms) -> None:
        self._doors = doors
        self._vault = vault
        self._login = login
        self._sms = sms

    @property
    def back(self) -> str:
        """Where LINE sends people back to."""
        return f"{self._doors.settings.public_url.rstrip('/')}/line/login/callback"

    async def begin(self, account: str, wish: str, code: str, words: str) -> Response:
        """Send somebody to LINE's log-in."""
        if wish not in WISHES:
            raise NotFoundError("This link leads nowhere.")
        state, nonce, verifier = (self._doors.ids.token() for _ in range(3))
        verifier = f"{verifier}{self._doors.ids.token()}"
        async with self._doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
            in_chat = wish == "unbind" and not await PostgresLogin(connection).channel(
                found.workspace_id, account
            )
            if not in_chat:
                channel = await self._channel(connection, found)
                login = LoginState(found.workspace_id, account, wish, code, words, nonce, verifier)
                await PostgresLogin(connection).begin(state, login, self._doors.clock.now())
        if in_chat:
            basic = await basic_id_of(self._doors, found)
            return self._show(words, tell_leaving(words, found.name, basic, alone=True))
        target = self._login.page(
            channel, back=self.back, state=state, nonce=nonce, verifier=verifier, language=words
        )
        return RedirectResponse(target, status_code=303, headers=HEADERS)

    async def arrived(self, state: str, code: str, *, became_friend: bool) -> Response:
        """Take somebody whom LINE sent back; an answer that we did not ask for proves nothing."""
        now = self._doors.clock.now()
        async with self._doors.pool.connection() as connection:
            login = await PostgresLogin(connection).redeem(state, now)
            if login is None or not code:
                return self._expired("zh-TW" if login is None else login.language)
            account = await PostgresAccounts(connection).find(login.account)
            channel = await self._channel(connection, account)
        try:
            person = await self._login.arrived(
                channel, code, back=self.back, nonce=login.nonce, verifier=login.verifier, now=now
            )
        except UntrustedTokenError:
            return self._expired(login.language)
        return await self.welcome(account, login, person, became_friend=became_friend)

    async def opened(self, account: str, body: dict[str, Any], words: str) -> Response:
        """Take somebody whose LIFF page sends its tokens; a user id that it sends is not looked at."""
        now = self._doors.clock.now()
        async with self._doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
            channel = await self._channel(connection, found)
        try:
            person = await self._login.opened(
                channel, str(body.get("id_token", "")), str(body.get("access_token", "")), now
            )
        except UntrustedTokenError as error:
            raise UnknownKeyError(
                f"The ID token proves nothing: {error}.", way_out="Log in again with liff.login()."
            ) from None
        wish = body.get("wish", "bind")
        login = LoginState(
            found.workspace_id,
            account,
            wish if wish in WISHES else "bind",
            str(body.get("from", "")),
            words,
            "",
            "",
        )
        return await self.welcome(found, login, person, became_friend=False)

    async def welcome(
        self, account: LineAccount, login: LoginState, person: Person, *, became_friend: bool
    ) -> Response:
        """Let somebody whom LINE proved onto the pages, and credit the source they came by."""
        friend = await self._login.friendship(person.access_token)
        now = self._doors.clock.now()
        token = self._doors.ids.token()
        sealed = self._vault.seal(person.access_token, account.workspace_id, f"token:{account.key}")
        visit = Visit(
            account.workspace_id,
            account.key,
            login.wish,
            person.line_user,
            login.join_source,
            login.language,
            sealed,
        )
        user = [(f"line:{account.provider_id}", person.line_user)]
        items = []
        async with self._doors.pool.connection() as connection, connection.transaction():
            await PostgresLogin(connection).welcome(token, visit, now)
            credit = (
                await PostgresJoins(connection).credit(
                    account.workspace_id,
                    account.key,
                    login.join_source,
                    person.line_user,
                    now,
                    is_new=became_friend,
                )
                if login.join_source
                else None
            )
        where = {"account": account.key}
        if credit is not None and credit.is_first:
            named = {
                **where,
                "source": credit.source,
                "store": credit.store,
                "staff": credit.staff,
                "is_new": credit.is_new,
            }
            items.append(
                said(JOINED, user, named, message_id=f"{JOINED}:{account.key}:{person.line_user}", at=now)
            )
            items += [
                said(TAG_ADDED, user, {"tag": tag}, message_id=f"join:{token}:{tag}", at=now)
                for tag in credit.tags
            ]
        if login.wish != "unbind":
            items.append(
                said(
                    BIND_PAGE_OPENED,
                    user,
                    {**where, "method": "login", **({} if friend is None else {"friend": friend})},
                    message_id=f"{BIND_PAGE_OPENED}:{token}",
                    at=now,
                )
            )
        if (
            friend
        ):  # a friend from before the account was connected is known from now on, and agreed to nothing by it
            known = f"{LINE_FRIEND_KNOWN}:{token}"
            items.append(said(LINE_FRIEND_KNOWN, user, where, message_id=known, at=now))
        if items:
            await tell(self._doors, account.workspace_id, items)
        return self._ask(account, visit, token)

    async def send_code(self, token: str, member_id: str, phone: str, *, consent: bool) -> Response:
        """Send a code if number and phone belong to one person, or to a new one; it looks the same if not."""
        now = self._doors.clock.now()
        code = f"{int(self._doors.ids.chance() * 1_000_000):06d}"
        async with self._doors.pool.connection() as connection, connection.transaction():
            login = PostgresLogin(connection)
            visit = await login.visit(token, now)
            if visit is None or visit.wish == "unbind":
                return self._expired("zh-TW")
            whom = await member_and_phone(connection, visit.workspace_id, member_id, phone)
            if whom is not None and await login.ask(
                token, visit, code, member_id=whom[0], phone=whom[1], consent=consent, now=now
            ):
                await self._sms.send_code(whom[1], code)
        return self._code(visit, token)

    async def check_code(self, token: str, code: str) -> Response:
        """Bind, if the code is right."""
        now = self._doors.clock.now()
        async with self._doors.pool.connection() as connection, connection.transaction():
            login = PostgresLogin(connection)
            visit = await login.answer(token, code.strip(), now)
            waiting = None if visit else await login.visit(token, now)
            account = await PostgresAccounts(connection).find(visit.account) if visit else None
        if visit is None or account is None:
            return self._code(waiting, token, wrong=True) if waiting else self._expired("zh-TW")
        user = (f"line:{account.provider_id}", visit.line_user)
        other = (MEMBER, visit.member_id) if visit.member_id else (PHONE, visit.phone)
        told = {"result": "ok", "method": "login", "account": visit.account, "matched": bool(visit.member_id)}
        items = [said(LINE_ACCOUNT_LINKED, [user, other], told, message_id=f"linked:{token}", at=now)]
        if visit.consent:
            granted = {"purpose": "marketing", "channel": "line", "state": "granted", "method": "bind_page"}
            items.append(said(CONSENT_UPDATED, [user], granted, message_id=f"consent:{token}", at=now))
        await tell(self._doors, visit.workspace_id, items)
        return self._show(visit.language, await self._done(account, visit))

    async def unbind(self, token: str) -> Response:
        """Cut friend and member apart, and let LINE know that they left."""
        now = self._doors.clock.now()
        async with self._doors.pool.connection() as connection, connection.transaction():
            login = PostgresLogin(connection)
            visit = await login.visit(token, now)
            if visit is None or visit.wish != "unbind":
                return self._expired("zh-TW")
            account = await PostgresAccounts(connection).find(visit.account)
            namespace = f"line:{account.provider_id}"
            workspace = await PostgresWorkspaces(connection).find(visit.workspace_id)
            node = keyed_hash(workspace.identity_key, namespace, visit.line_user)
            bonds = PostgresBonds(connection)
            others = (await bonds.others(visit.workspace_id, [node])).get(node, [])
            await bonds.left(visit.workspace_id, visit.account, visit.line_user, now)
        user = (namespace, visit.line_user)
        items = [
            said(name, [user], properties, message_id=message_id, at=now)
            for name, properties, message_id in cuts(user, others, visit.account, token)
        ]
        await tell(self._doors, visit.workspace_id, items)
        return self._show(visit.language, note(visit.language, "unbound_title", "done"))

    async def _channel(self, connection: AsyncConnection, account: LineAccount) -> Channel:
        found = await PostgresLogin(connection).channel(account.workspace_id, account.key)
        if found is None:
            raise NotFoundError(f"The account {account.key} has no login channel.")
        secret = self._vault.open(found.channel_secret, account.workspace_id, f"login:{account.key}")
        return Channel(found.channel_id, secret)

    def _ask(self, account: LineAccount, visit: Visit, token: str) -> Response:
        hidden, words = {"visit": token}, visit.language
        if visit.wish == "unbind":
            return self._show(words, ask_unbind(words, account.name, "/line/login/unbind", hidden))
        return self._show(words, ask_member(words, account.name, "/line/login/member", hidden, optional=True))

    async def _done(self, account: LineAccount, visit: Visit) -> str:
        """Return the last page: who is bound and no friend would never hear from the brand, so they are asked in."""
        page = note(visit.language, "done_title", "done")
        token = self._vault.open(visit.user_token, account.workspace_id, f"token:{account.key}")
        if await self._login.friendship(token) is not False:
            return page
        basic = await basic_id_of(self._doors, account)
        return page + ask_in(visit.language, account.name, basic) if basic else page

    def _code(self, visit: Visit, token: str, *, wrong: bool = False) -> Response:
        form = ask_code(visit.language, "/line/login/code", {"visit": token}, wrong=wrong)
        return self._show(visit.language, form, 400 if wrong else 200)

    def _expired(self, words: str) -> Response:
        return self._show(words, note(words, "expired_title", "expired"), 400)

    def _show(self, words: str, body: str, status: int = 200) -> Response:
        return show(words, body, status, headers=headers(self._doors.settings.line_access_url))


def router(doors: Doors, vault: Vault, login: LineLogin, sms: Sms) -> APIRouter:
    """Build the pages under /line/{account}/login and /line/login."""
    routes = APIRouter(prefix="/line", tags=["bind"], include_in_schema=False)
    pages = BindPages(doors, vault, login, sms)

    @routes.get("/{account}/login")
    async def begin(request: Request, account: str, wish: str = "bind", lang: str = "") -> Response:
        """Send somebody to LINE's log-in."""
        code = request.query_params.get("from", "")[:64]
        return await pages.begin(
            account, wish, code, language(lang, request.headers.get("accept-language", ""))
        )

    @routes.post("/{account}/liff")
    async def opened(request: Request, account: str, body: Json) -> Response:
        """Take the tokens of a LIFF page `{"id_token", "access_token", "wish", "from"}`; the answer is the next page."""
        words = language(str(body.get("lang", "")), request.headers.get("accept-language", ""))
        return await pages.opened(quote(account), body, words)

    @routes.get("/login/callback")
    async def arrived(state: str = "", code: str = "", friendship_status_changed: str = "") -> Response:
        """Take somebody whom LINE sent back."""
        return await pages.arrived(state, code, became_friend=friendship_status_changed == "true")

    @routes.post("/login/member")
    async def send_code(
        visit: Annotated[str, Form(max_length=64)],
        phone: Annotated[str, Form(max_length=32)],
        member_id: Annotated[str, Form(max_length=64)] = "",
        consent: Annotated[str, Form(max_length=8)] = "",
    ) -> Response:
        """Send a code."""
        return await pages.send_code(visit, member_id, phone, consent=consent == "yes")

    @routes.post("/login/code")
    async def check_code(
        visit: Annotated[str, Form(max_length=64)], code: Annotated[str, Form(max_length=12)]
    ) -> Response:
        """Bind, if the code is right."""
        return await pages.check_code(visit, code)

    @routes.post("/login/unbind")
    async def unbind(visit: Annotated[str, Form(max_length=64)]) -> Response:
        """Cut friend and member apart."""
        return await pages.unbind(visit)

    return routes
