"""What happened to one person: pages of events, the newest first, and what is new since the last look."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from tieline.api.doors import Doors, rows
from tieline.api.profiles import load, parse_id
from tieline.errors import InvalidInputError
from tieline.model.profile import Profile
from tieline.store.clickhouse.written import WRITTEN_BY

PAGE_MAX = 500
_EVENTS = f"""
select event, type, source, at, message_id, toJSONString(properties) as properties, hex(node_id) as node, log_offset, item
from event
where workspace_id = {{workspace:UInt32}}
  and profile_id in (select toFixedString(unhex(arrayJoin({{profiles:Array(String)}})), 16) union distinct {WRITTEN_BY})
  and hex(toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16))
      in {{profiles:Array(String)}}
  and (empty({{names:Array(String)}}) or event in {{names:Array(String)}})
  and log_offset > {{after:UInt64}}
  and ({{older:UInt8}} = 0 or (at, log_offset, item) <
       (fromUnixTimestamp64Milli({{ms:Int64}}, 'UTC'), {{offset:UInt64}}, {{item:UInt32}}))
order by at desc, log_offset desc, item desc limit {{most:UInt32}}
"""  # a statement of our own: what people type is bound


class TimelineEvent(BaseModel):
    """One event. `properties` are as they were sent; `node` is the identifier that it happened to."""

    event: str
    type: str
    source: str
    at: datetime
    message_id: str
    properties: Any
    node: str
    log_offset: int


class Timeline(BaseModel):
    """A page of events, the newest first.

    `older` leads to the page before, null if there is none. `seen_offset`, given as `after`, asks for what is new.
    """

    profile_id: str
    events: list[TimelineEvent]
    older: str | None
    seen_offset: int
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build GET /api/profiles/{id}/timeline."""
    routes = APIRouter(prefix="/api/profiles", tags=["profiles"])

    @routes.get("/{profile_id}/timeline")
    async def timeline(
        request: Request,
        profile_id: str,
        limit: int = 100,
        events: Annotated[list[str] | None, Query()] = None,
        older: str = "",
        after: Annotated[int, Query(ge=0)] = 0,
    ) -> Timeline:
        """Return the newest events of a profile.

        `events`: only these names. `older`: of the page before, for the next one. `after`: only what was stored after
        this place of the log, for a page that stays open.
        """
        workspace_id = await doors.keys.workspace(request)
        profile: Profile = await load(doors, workspace_id, parse_id(profile_id))
        most = max(1, min(limit, PAGE_MAX))
        ms, offset, item = _cursor(older)
        asked = {
            "workspace": workspace_id,
            "profiles": [profile.profile_id.hex().upper()],
            "names": events or [],
            "after": after,
            "older": int(bool(older)),
            "ms": ms,
            "offset": offset,
            "item": item,
            "most": most,
        }
        found = rows(await doors.history.query(_EVENTS, asked))
        last = found[-1] if len(found) == most else None
        return Timeline(
            profile_id=profile.profile_id.hex(),
            events=[
                TimelineEvent(**{**row, "properties": msgspec.json.decode(row["properties"])})
                for row in found
            ],
            older=f"{round(last['at'].timestamp() * 1000)}-{last['log_offset']}-{last['item']}"
            if last
            else None,
            seen_offset=max([after, *(row["log_offset"] for row in found)]),
            as_of=doors.clock.now(),
        )

    return routes


def _cursor(older: str) -> tuple[int, int, int]:
    if not older:
        return 0, 0, 0
    try:
        ms, offset, item = (int(part) for part in older.split("-"))
    except ValueError:
        raise InvalidInputError("older is no place in a timeline.", field="older") from None
    return ms, offset, item
