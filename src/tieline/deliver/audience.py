"""A segment becomes an audience at LINE: made once, filled in parts of ten thousand, watched until LINE is done.

Every step can be repeated: an audience is found again by its name, and an id that is given twice is in it once.

One that follows its segment is looked at every hour. Who entered is added. LINE takes nobody out, so for those who left it
is made anew under the same key, once a day at most, because LINE asks that audiences are not made and dropped again and
again. The one before is dropped a day after, when nothing that is on its way can mean it any more: a channel may have a
thousand.

Source: https://developers.line.biz/en/docs/messaging-api/using-audience/
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import msgspec

from tieline.model.send import Answer
from tieline.ports import Transaction
from tieline.ports.audiences import Audience, AudienceStore

PATH = "/v2/bot/audienceGroup"
IDS_MAX = 10_000
TOGETHER = 5
LOOK_AGAIN = timedelta(seconds=30)
REST = timedelta(seconds=60)
FOLLOW_EVERY = timedelta(hours=1)
ANEW_AFTER = timedelta(days=1)
BEFORE_THE_END = timedelta(days=10)
"""So long before LINE ends an audience, one that follows its segment is made anew."""
PEOPLE_MIN = 50


class AudienceApi(Protocol):
    """LINE as far as audiences need it."""

    async def call(
        self, workspace_id: int, account: str, method: str, path: str, body: bytes | None = None
    ) -> Answer:
        """Make one call."""
        ...


class _Group(msgspec.Struct):
    audienceGroupId: int  # noqa: N815 - LINE's name
    status: str = ""
    description: str = ""
    failedType: str | None = None  # noqa: N815 - LINE's name


class _One(msgspec.Struct):
    audienceGroup: _Group  # noqa: N815 - LINE's name


class _Several(msgspec.Struct):
    audienceGroups: list[_Group] = []  # noqa: N815 - LINE's name


class AudienceSync:
    """Carries audiences to LINE.

    Args:
        unit: Transactions of `audiences`, which no other loop shares.
        audiences: What is on its way.
        line: The LINE platform.
    """

    def __init__(self, unit: Transaction, audiences: AudienceStore, line: AudienceApi) -> None:
        self._unit = unit
        self._audiences = audiences
        self._line = line

    async def step(self, now: datetime) -> int:
        """Take each audience that is due one step further; return how many."""
        async with self._unit.transaction():
            due = await self._audiences.due(now, TOGETHER)
        for audience in due:
            match audience.state:
                case "new":
                    await self._make(audience, now)
                case "filling":
                    await self._fill(audience, now)
                case "waiting":
                    await self._look(audience, now)
                case _ if now >= audience.expires_at:
                    await self._moved(audience, "expired", again_at=audience.expires_at)
                case _:
                    await self._tend(audience, now)
        return len(due)

    async def _make(self, audience: Audience, now: datetime) -> None:
        where = (audience.workspace_id, audience.account)
        found = _decoded(
            await self._line.call(
                *where, "GET", f"{PATH}/list?page=1&size=40&description={quote(audience.description)}"
            ),
            _Several,
        )
        known = (
            next(
                (
                    one.audienceGroupId
                    for one in found.audienceGroups
                    if one.description == audience.description
                ),
                None,
            )
            if found
            else None
        )
        if known is None:
            body = msgspec.json.encode(
                {"description": audience.description, "isIfaAudience": False, "audiences": []}
            )
            answer = await self._line.call(*where, "POST", f"{PATH}/upload", body)
            made = _decoded(answer, _Group)
            if made is None:
                await self._refused(audience, answer, now)
                return
            known = made.audienceGroupId
        await self._moved(audience, "filling", again_at=now, audience_id=known)

    async def _fill(self, audience: Audience, now: datetime) -> None:
        async with self._unit.transaction():
            users = await self._audiences.members(audience, IDS_MAX)
        if not users:
            await self._moved(audience, "waiting", again_at=now)
            return
        answer = await self._give(audience, users)
        if answer.status not in {200, 202}:
            await self._refused(audience, answer, now)
            return
        await self._moved(audience, "filling", again_at=now, through=users[-1])

    async def _look(self, audience: Audience, now: datetime) -> None:
        answer = await self._line.call(
            audience.workspace_id, audience.account, "GET", f"{PATH}/{audience.audience_id}"
        )
        one = _decoded(answer, _One)
        if one is not None and one.audienceGroup.status == "READY":
            await self._moved(audience, "ready", again_at=_next(audience, now))
        elif one is not None and one.audienceGroup.status in {"FAILED", "EXPIRED"}:
            state = one.audienceGroup.status.lower()
            await self._moved(
                audience, state, again_at=audience.expires_at, problem=one.audienceGroup.failedType or ""
            )
        else:
            await self._moved(audience, "waiting", again_at=now + LOOK_AGAIN)

    async def _tend(self, audience: Audience, now: datetime) -> None:
        """Let one that is ready follow its segment, and drop the one before."""
        if audience.outdated_id is not None and now >= audience.snapshot_at + ANEW_AFTER:
            audience = await self._drop(audience)
        if audience.in_step:
            async with self._unit.transaction():
                came, left = await self._audiences.changed(audience)
                ends = now >= audience.expires_at - BEFORE_THE_END
                if ends or (left and now >= audience.snapshot_at + ANEW_AFTER):
                    if await self._audiences.remake(audience, now, PEOPLE_MIN):
                        return
                elif came:
                    await self._audiences.admit(audience)
            await self._add(audience)
        await self._moved(audience, "ready", again_at=_next(audience, now))

    async def _add(self, audience: Audience) -> None:
        """Give LINE who was taken in late, a few parts at a time; what LINE does not take now waits for the next look."""
        for _ in range(TOGETHER):
            async with self._unit.transaction():
                users = await self._audiences.late(audience, IDS_MAX)
            if not users or (await self._give(audience, users)).status not in {200, 202}:
                return
            async with self._unit.transaction():
                await self._audiences.given(audience, users)

    async def _drop(self, audience: Audience) -> Audience:
        path = f"{PATH}/{audience.outdated_id}"
        answer = await self._line.call(audience.workspace_id, audience.account, "DELETE", path)
        if answer.status not in {200, 202, 404}:
            return audience
        async with self._unit.transaction():
            await self._audiences.dropped(audience)
        return audience._replace(outdated_id=None)

    async def _give(self, audience: Audience, users: Sequence[str]) -> Answer:
        body = msgspec.json.encode(
            {"audienceGroupId": audience.audience_id, "audiences": [{"id": user} for user in users]}
        )
        return await self._line.call(audience.workspace_id, audience.account, "PUT", f"{PATH}/upload", body)

    async def _refused(self, audience: Audience, answer: Answer, now: datetime) -> None:
        """Keep why LINE will never take it; for everything else, wait."""
        if answer.status in {400, 403, 404}:
            await self._moved(audience, "failed", again_at=audience.expires_at, problem=_said(answer))
        else:
            await self._moved(audience, audience.state, again_at=now + REST)

    async def _moved(self, audience: Audience, state: str, **known: Any) -> None:
        async with self._unit.transaction():
            await self._audiences.moved(audience, state, **known)


def _next(audience: Audience, now: datetime) -> datetime:
    """Return when one that is ready is looked at again."""
    waits = [audience.expires_at]
    if audience.in_step:
        waits.append(now + FOLLOW_EVERY)
    if audience.outdated_id is not None:
        waits.append(max(audience.snapshot_at + ANEW_AFTER, now + FOLLOW_EVERY))
    return min(waits)


def _decoded(answer: Answer, shape: type[Any]) -> Any:
    if answer.status not in {200, 202}:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _said(answer: Answer) -> str:
    try:
        return str(msgspec.json.decode(answer.body)["message"])[:200]
    except (msgspec.MsgspecError, UnicodeDecodeError, KeyError, TypeError):
        return f"http_{answer.status}"
