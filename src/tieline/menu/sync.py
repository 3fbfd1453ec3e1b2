"""Brings LINE to show what rules say: draws menus there, sets the default, links friends in hundreds.

Every step can be repeated. A menu is found again at LINE by a name that holds its content, so that a crash leaves no
second one; whom a friend was given is written down after LINE took it, and giving the same twice changes nothing.

Source: https://developers.line.biz/en/docs/messaging-api/using-rich-menus/
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.menu.rule import active
from tieline.model.menu import Menu
from tieline.model.send import Answer
from tieline.ports import Transaction
from tieline.ports.menus import Account, Change, MenuApi, MenuStore

MENU = "/v2/bot/richmenu"
EVERYBODY = "/v2/bot/user/all/richmenu"
BULK_MAX = 500
CHANGES_TOGETHER = 10_000
DUE_TOGETHER = 2_000
DELETIONS_TOGETHER = 20
ALL_EVERY = timedelta(seconds=60)
REST = timedelta(seconds=120)


class _Created(msgspec.Struct):
    richMenuId: str  # noqa: N815 - LINE's name


class _Listed(msgspec.Struct):
    richMenuId: str  # noqa: N815 - LINE's name
    name: str = ""


class _List(msgspec.Struct):
    richmenus: list[_Listed]


class MenuSync:
    """Keeps LINE's menus as the rules say.

    Args:
        unit: Transactions of `menus`, which no other loop shares.
        menus: Where menus and links are kept.
        line: The LINE platform.
    """

    def __init__(self, unit: Transaction, menus: MenuStore, line: MenuApi) -> None:
        self._unit = unit
        self._menus = menus
        self._line = line
        self._defaults: dict[Account, str | None] = {}
        self._rests: dict[Account, datetime] = {}
        self._next_all: dict[Account, datetime] = {}
        self._shapes: dict[Account, tuple[str, ...]] = {}

    async def step(self, now: datetime) -> int:
        """Do what is to be done; return how much that was."""
        async with self._unit.transaction():
            drawn = await self._menus.drawn()
        done = 0
        due: defaultdict[int, list[bytes]] = defaultdict(list)
        for workspace_id in sorted({account[0] for account in drawn}):
            async with self._unit.transaction():
                due[workspace_id] = await self._menus.due(workspace_id, DUE_TOGETHER)
        for account, menus in drawn.items():
            if self._rests.get(account, now) > now:
                # What changed meanwhile is seen by the next look at everybody.
                self._next_all.pop(account, None)
                continue
            done += await self._account(account, menus, due[account[0]], now)
        return done

    async def _account(
        self, account: Account, menus: Sequence[Menu], due: Sequence[bytes], now: datetime
    ) -> int:
        done = 0
        for menu in menus:
            if menu.has_image and menu.line_hash != menu.content_hash and not menu.problem:
                done += await self._publish(account, menu, now)
        async with self._unit.transaction():
            menus = (await self._menus.drawn()).get(account, [])
        in_use = sorted(
            (menu for menu in menus if menu.line_id and active(menu, now) is None),
            key=lambda menu: (menu.rank, menu.key),
        )
        done += await self._default(account, in_use, now)
        # One that no rule shows is seen by whom a journey gave it.
        rules = [menu for menu in in_use if not menu.is_default]
        shape = tuple(
            f"{menu.line_id}:{menu.segment}:{menu.tag}:{menu.bound}:{menu.by_rule}" for menu in rules
        )
        everybody = shape != self._shapes.get(account) or now >= self._next_all.get(account, now)
        if everybody or due:
            linked, finished = await self._link(account, rules, None if everybody else due, now)
            done += linked
            if everybody and finished:
                self._shapes[account] = shape
                self._next_all[account] = now + ALL_EVERY
        return done + await self._delete(account)

    async def _publish(self, account: Account, menu: Menu, now: datetime) -> int:
        """Let a menu stand at LINE with its picture and its alias."""
        name = f"{menu.key}:{menu.content_hash[:12]}"
        listed = _decoded(await self._line.call(*account, "GET", f"{MENU}/list"), _List)
        known = (
            next((one.richMenuId for one in listed.richmenus if one.name == name), None) if listed else None
        )
        if known is None:
            body = msgspec.json.encode({**menu.definition, "name": name})
            answer = await self._line.call(*account, "POST", MENU, body)
            created = _decoded(answer, _Created)
            if created is None:
                return await self._refused(account, menu, answer, now)
            known = created.richMenuId
        async with self._unit.transaction():
            picture, kind = await self._menus.image(menu)
        answer = await self._line.call(
            *account, "POST", f"{MENU}/{known}/content", picture, content_type=kind, data=True
        )
        if answer.status != 200 and b"already been uploaded" not in answer.body:
            return await self._refused(account, menu, answer, now)
        answer = await self._alias(account, menu.key, known)
        if answer.status != 200:
            return await self._refused(account, menu, answer, now)
        async with self._unit.transaction():
            await self._menus.published(menu, known, now)
        return 1

    async def _alias(self, account: Account, alias: str, line_id: str) -> Answer:
        body = msgspec.json.encode({"richMenuId": line_id})
        answer = await self._line.call(*account, "POST", f"{MENU}/alias/{alias}", body)
        if answer.status in {200, 429} or answer.status >= 500:
            return answer
        body = msgspec.json.encode({"richMenuAliasId": alias, "richMenuId": line_id})
        return await self._line.call(*account, "POST", f"{MENU}/alias", body)

    async def _refused(self, account: Account, menu: Menu, answer: Answer, now: datetime) -> int:
        """Keep why LINE will never take a menu; for everything else, wait."""
        if answer.status in {400, 413, 415}:
            async with self._unit.transaction():
                await self._menus.troubled(menu, _said(answer))
            return 1
        self._rests[account] = now + REST
        return 0

    async def _default(self, account: Account, in_use: Sequence[Menu], now: datetime) -> int:
        wanted = next((menu.line_id for menu in in_use if menu.is_default), None)
        if account in self._defaults and self._defaults[account] == wanted:
            return 0
        if wanted is None:
            answer = await self._line.call(*account, "DELETE", EVERYBODY)
        else:
            answer = await self._line.call(*account, "POST", f"{EVERYBODY}/{wanted}")
        if answer.status not in {200, 404}:
            self._rests[account] = now + REST
            return 0
        self._defaults[account] = wanted
        return 1

    async def _link(
        self, account: Account, rules: Sequence[Menu], profiles: Sequence[bytes] | None, now: datetime
    ) -> tuple[int, bool]:
        """Give friends their menus; return how many, and whether all were given."""
        async with self._unit.transaction():
            if profiles is None:
                await self._menus.forget_strangers(account)
            changes = await self._menus.changes(account, rules, profiles, CHANGES_TOGETHER)
        by_menu: defaultdict[str | None, list[Change]] = defaultdict(list)
        for change in changes:
            by_menu[change.line_id].append(change)
        done = 0
        for line_id, wanting in by_menu.items():
            for start in range(0, len(wanting), BULK_MAX):
                part = wanting[start : start + BULK_MAX]
                body: dict[str, Any] = {"userIds": [change.line_user for change in part]}
                if line_id is not None:
                    body["richMenuId"] = line_id
                path = f"{MENU}/bulk/{'unlink' if line_id is None else 'link'}"
                answer = await self._line.call(*account, "POST", path, msgspec.json.encode(body))
                if answer.status not in {200, 202}:
                    self._rests[account] = now + REST
                    return done, False
                async with self._unit.transaction():
                    await self._menus.given(account, part, now)
                done += len(part)
        return done, len(changes) < CHANGES_TOGETHER

    async def _delete(self, account: Account) -> int:
        async with self._unit.transaction():
            gone = await self._menus.gone(account, DELETIONS_TOGETHER)
        done = 0
        for one in gone:
            if one.alias:
                await self._line.call(*account, "DELETE", f"{MENU}/alias/{one.alias}")
            answer = await self._line.call(*account, "DELETE", f"{MENU}/{one.line_id}")
            if answer.status not in {200, 404}:
                break
            async with self._unit.transaction():
                await self._menus.deleted(account, one.line_id)
            done += 1
        return done


def _decoded(answer: Answer, shape: type[Any]) -> Any:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _said(answer: Answer) -> str:
    try:
        return str(msgspec.json.decode(answer.body)["message"])[:300]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        return f"http_{answer.status}"
