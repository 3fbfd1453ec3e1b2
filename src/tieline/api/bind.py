"""The member log-in page of account binding: member number, phone, one-time code, then back to LINE."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from tieline.api.bind_page import (
    HEADERS,
    ask_code,
    ask_member,
    headers,
    note,
    other_languages,
    show,
    tell_leaving,
)
from tieline.api.bind_words import LANGUAGES, language
from tieline.api.doors import Doors
from tieline.api.join_sources import basic_id_of
from tieline.api.membership import member_and_phone
from tieline.ports import Sms
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.bind import Challenge, PostgresBinding
from tieline.store.postgres.login import PostgresLogin


def router(doors: Doors, sms: Sms) -> APIRouter:
    """Build the pages under /line/{account}/bind; `lang` chooses their language, else the browser does."""
    routes = APIRouter(prefix="/line", tags=["bind"], include_in_schema=False)

    def page(words: str, body: str, status: int = 200) -> Response:
        return show(words, body, status, headers=headers(doors.settings.line_access_url))

    @routes.get("/{account}/bind")
    async def ask(request: Request, account: str, linkToken: str = "", lang: str = "") -> Response:  # noqa: N803 - LINE's name
        """Ask who the friend is."""
        words = language(lang, request.headers.get("accept-language", ""))
        async with doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
            channel = await PostgresLogin(connection).channel(found.workspace_id, account)
        if not linkToken:
            return page(words, note(words, "expired_title", "expired"), 400)
        address = f"/line/{quote(account)}/bind"
        hidden = {"linkToken": linkToken, "lang": words}
        others = {one: f"{address}?{urlencode({'linkToken': linkToken, 'lang': one})}" for one in LANGUAGES}
        leave = "" if channel else tell_leaving(words, found.name, await basic_id_of(doors, found))
        form = ask_member(words, found.name, address, hidden, optional=False, leave=leave)
        return page(words, form + other_languages(words, others))

    @routes.post("/{account}/bind")
    async def send_code(
        account: str,
        linkToken: Annotated[str, Form()],  # noqa: N803 - LINE's name
        member_id: Annotated[str, Form(min_length=1, max_length=64)],
        phone: Annotated[str, Form(max_length=32)],
        lang: Annotated[str, Form(max_length=8)] = "",
        consent: Annotated[str, Form(max_length=8)] = "",
    ) -> Response:
        """Send a code if number and phone belong to one person; the answer looks the same if they do not."""
        words = language(lang, "")
        token, code = doors.ids.token(), f"{int(doors.ids.chance() * 1_000_000):06d}"
        async with doors.pool.connection() as connection, connection.transaction():
            found = await PostgresAccounts(connection).find(account)
            whom = await member_and_phone(connection, found.workspace_id, member_id, phone)
            challenge = Challenge(
                found.workspace_id, account, linkToken, *(whom or ("", "")), consent == "yes"
            )
            binding = PostgresBinding(connection)
            if challenge.member_id and await binding.open(token, code, challenge, doors.clock.now()):
                await sms.send_code(challenge.phone, code)
        return _code_page(words, account, token)

    @routes.post("/{account}/bind/code")
    async def check_code(
        account: str,
        challenge: Annotated[str, Form()],
        code: Annotated[str, Form(max_length=12)],
        lang: Annotated[str, Form(max_length=8)] = "",
    ) -> Response:
        """Lead back to LINE with a nonce that stands for the member."""
        now = doors.clock.now()
        nonce = doors.ids.token()
        async with doors.pool.connection() as connection, connection.transaction():
            binding = PostgresBinding(connection)
            answered = await binding.answer(challenge, code.strip(), now)
            if answered is not None and answered.account == account:
                await binding.add_nonce(nonce, answered, now)
        if answered is None or answered.account != account:
            return _code_page(language(lang, ""), account, challenge, wrong=True)
        query = urlencode({"linkToken": answered.link_token, "nonce": nonce})
        target = f"{doors.settings.line_access_url.rstrip('/')}/dialog/bot/accountLink?{query}"
        return RedirectResponse(target, status_code=303, headers=HEADERS)

    def _code_page(words: str, account: str, challenge: str, *, wrong: bool = False) -> Response:
        hidden = {"challenge": challenge, "lang": words}
        form = ask_code(words, f"/line/{quote(account)}/bind/code", hidden, wrong=wrong)
        return page(words, form, 400 if wrong else 200)

    return routes
