"""Audiences: made from lists of ids, from taps and from impressions.

Source: https://developers.line.biz/en/reference/messaging-api/#manage-audience-group
"""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import HTTP
from typing import Any

from tieline.simulator.audience_book import LIFE, Audience, Job
from tieline.simulator.columns import RowSet
from tieline.simulator.engagement import SHOWN_FROM
from tieline.simulator.identifiers import USER_ID
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call

IDS_JSON, IDS_FILE = 10_000, 1_500_000
AUDIENCES_MAX = 1000
NAME, UPLOAD_NAME, URL = 120, 300, 2000
WORKING_MAX = 10
REACTED_LEAST = 50
SOURCE_LIFE = timedelta(days=60)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Json = dict[str, Any]


def upload(call: Call) -> SimResponse:
    """Make an audience from ids in JSON."""
    body = call.json()
    return _make_upload(call, body, _listed(body.get("audiences"), required=False))


def add(call: Call) -> SimResponse:
    """Add ids in JSON to an audience; none can ever be taken out."""
    body = call.json()
    return _add(call, body, _listed(body.get("audiences"), required=True))


def upload_file(call: Call) -> SimResponse:
    """Make an audience from a file of ids, one per line."""
    fields, ids = _form(call)
    return _make_upload(call, fields, ids)


def add_file(call: Call) -> SimResponse:
    """Add a file of ids to an audience."""
    fields, ids = _form(call)
    number = fields.get("audienceGroupId", "")
    return _add(call, {**fields, "audienceGroupId": int(number) if number.isdecimal() else None}, ids)


def from_clicks(call: Call) -> SimResponse:
    """Make an audience of those who tapped a link of a broadcast or narrowcast."""
    return _from_reactions(call, "CLICK")


def from_impressions(call: Call) -> SimResponse:
    """Make an audience of those who saw a broadcast or narrowcast."""
    return _from_reactions(call, "IMP")


def rename(call: Call) -> SimResponse:
    """Call an audience something else."""
    audience = _known(call, call.argument)
    audience.description = _name(call, call.json(), audience)
    return as_json({})


def delete(call: Call) -> SimResponse:
    """Delete an audience for ever."""
    del call.account.audiences.audiences[_known(call, call.argument).number]
    return as_json({}, status=202)


def one(call: Call) -> SimResponse:
    """Tell about one audience and its uploads."""
    audience = _known(call, call.argument)
    jobs = [
        {
            "audienceGroupJobId": job.number,
            "audienceGroupId": audience.number,
            "description": job.description,
            "type": "DIFF_ADD",
            "jobStatus": "FINISHED" if job.done else "WORKING",
            "failedType": None,
            "audienceCount": job.count,
            "created": int(job.created_at.timestamp()),
        }
        for job in audience.jobs[-50:]
    ]
    return as_json({"audienceGroup": _described(call, audience), "jobs": jobs})


def several(call: Call) -> SimResponse:
    """Tell about audiences, newest first, 40 to a page at most."""
    query = call.request.query
    page, size = query.get("page", "1"), query.get("size", "20")
    if not page.isdecimal() or int(page) < 1 or not size.isdecimal() or not 1 <= int(size) <= 40:
        raise Refused(400, "The value for the 'page' parameter is invalid")
    call.account.audiences.forget_old(call.at)
    wanted, status = query.get("description", "").casefold(), query.get("status")
    found = [
        audience
        for audience in reversed(call.account.audiences.audiences.values())
        if wanted in audience.description.casefold() and status in {None, audience.status(call.at)}
    ]
    first = (int(page) - 1) * int(size)
    return as_json(
        {
            "audienceGroups": [_described(call, one) for one in found[first : first + int(size)]],
            "hasNextPage": first + int(size) < len(found),
            "totalCount": len(found),
            "readWriteAudienceGroupTotalCount": len(found),
            "page": int(page),
            "size": int(size),
        }
    )


def _make_upload(call: Call, body: Json, ids: list[str]) -> SimResponse:
    rows = _rows(call, ids)
    audience = _new(call, "UPLOAD", body)
    if ids:
        _job(call, audience, str(body.get("uploadDescription", "")), rows)
    else:
        audience.ready = False  # LINE leaves an empty one IN_PROGRESS until ids come
    return as_json(_made(audience), status=202)


def _add(call: Call, body: Json, ids: list[str]) -> SimResponse:
    number = body.get("audienceGroupId")
    audience = _known(call, str(number) if isinstance(number, int) else "")
    if audience.kind != "UPLOAD" or audience.status(call.at) == "EXPIRED":
        raise _failed("WRONG_AUDIENCE_TYPE", "audienceGroupId")
    if sum(not job.done for job in audience.jobs) >= WORKING_MAX:
        raise Refused(429, "There are too many upload jobs of the audience")
    _job(call, audience, str(body.get("uploadDescription", "")), _rows(call, ids))
    return as_json({}, status=202)


def _job(call: Call, audience: Audience, description: str, rows: list[int]) -> None:
    if len(description) > UPLOAD_NAME:
        raise _failed("AUDIENCE_GROUP_UPLOAD_DESCRIPTION_TOO_LONG", "uploadDescription")
    job = Job(call.account.audiences.next_number(), description, call.at, len(rows))
    audience.jobs.append(job)

    def finish(_now: Any) -> None:
        audience.rows.update(rows)
        audience.ready = job.done = True

    call.world.later(call.at + call.world.settings.audience_wait, finish)


def _rows(call: Call, ids: list[str]) -> list[int]:
    """Return the rows of ids; one that is malformed refuses them all, unknown people are left out silently."""
    people = call.world.people_of(call.account.provider_id)
    for user_id in ids:
        if not USER_ID.fullmatch(user_id):
            raise _failed("UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT", "audiences")
    return [row for user_id in ids if (row := people.row(user_id)) >= 0 and people.here(row)]


def _from_reactions(call: Call, kind: str) -> SimResponse:
    body = call.json()
    request_id, url = body.get("requestId"), body.get("clickUrl")
    if not isinstance(request_id, str) or (url is not None and (not isinstance(url, str) or len(url) > URL)):
        raise _failed("AUDIENCE_GROUP_REQUESTID_INVALID", "requestId")
    kept = call.account.engagement.kept.get(("", request_id))
    if kept is None or call.at - kept.at > SOURCE_LIFE:
        raise _failed("AUDIENCE_GROUP_REQUESTID_NOT_FOUND", "requestId")
    others = call.account.audiences.audiences.values()
    if any(one.kind == kind and (one.request_id, one.click_url) == (request_id, url) for one in others):
        raise _failed("AUDIENCE_GROUP_REQUESTID_DUPLICATE", "requestId")
    if kind == "IMP":
        rows = RowSet(kept.saw)
    elif url is None:
        rows = RowSet(kept.clicked)
    else:
        rows = RowSet(row for (_, seen), by in kept.clicked_by.items() if seen == url for row in by)
    audience = _new(call, kind, body)
    audience.request_id, audience.click_url, audience.rows = request_id, url, rows

    def finish(_now: Any) -> None:
        audience.ready = len(rows) >= REACTED_LEAST
        audience.failed = None if audience.ready else "AUDIENCE_GROUP_AUDIENCE_INSUFFICIENT"

    call.world.later(call.at + call.world.settings.audience_wait, finish)
    extra = {"requestId": request_id} | ({"clickUrl": url} if url is not None else {})
    return as_json(_made(audience) | extra, status=202)


def _new(call: Call, kind: str, body: Json) -> Audience:
    book = call.account.audiences
    book.forget_old(call.at)
    if len(book.audiences) >= AUDIENCES_MAX:
        raise _failed("TOO_MANY_AUDIENCE_GROUPS", "audienceGroupId")
    audience = Audience(book.next_number(), kind, _name(call, body), call.at)
    audience.ifa = body.get("isIfaAudience") in {True, "true"}
    if audience.ifa:
        raise _failed("IFA_AUDIENCE_NOT_ALLOWED", "isIfaAudience")
    book.audiences[audience.number] = audience
    return audience


def _name(call: Call, body: Json, itself: Audience | None = None) -> str:
    name = body.get("description")
    if not isinstance(name, str) or not 1 <= len(name) <= NAME or CONTROL.search(name):
        raise _failed(f"Size must be between 1 and {NAME}", "description")
    others = (one for one in call.account.audiences.audiences.values() if one is not itself)
    if any(one.description.casefold() == name.casefold() for one in others):
        raise _failed("DUPLICATE_AUDIENCE_GROUP_NAME", "description")
    return name


def _listed(audiences: Any, *, required: bool) -> list[str]:
    if audiences is None and not required:
        return []
    if not isinstance(audiences, list) or len(audiences) > IDS_JSON or (required and not audiences):
        raise _failed(f"Size must be between 1 and {IDS_JSON}", "audiences")
    ids = [one.get("id") if isinstance(one, dict) else None for one in audiences]
    if not all(isinstance(one, str) for one in ids):
        raise _failed("UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT", "audiences")
    return [str(one) for one in ids]


def _form(call: Call) -> tuple[dict[str, str], list[str]]:
    kind = call.request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise Refused(415, f"The content type, {kind}, is not supported")
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parts = message_from_bytes(head + call.request.body, policy=HTTP)
    fields: dict[str, str] = {}
    ids: list[str] | None = None
    for part in parts.iter_parts():
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
        name = str(part.get_param("name", "", header="content-disposition"))
        if name == "file":
            ids = [line.strip() for line in text.splitlines() if line.strip()]
        else:
            fields[name] = text
    if ids is None or not ids:
        raise _failed("file must be specified", "file")
    if len(ids) > IDS_FILE:
        raise _failed("TOO_MANY_LINES", "file")
    return fields, ids


def _known(call: Call, number: str) -> Audience:
    call.account.audiences.forget_old(call.at)
    audience = call.account.audiences.audiences.get(int(number) if number.isdecimal() else -1)
    if audience is None:
        raise Refused(400, "AUDIENCE_GROUP_NOT_FOUND", [{"message": "AUDIENCE_GROUP_NOT_FOUND"}])
    return audience


def _made(audience: Audience) -> Json:
    return {
        "audienceGroupId": audience.number,
        "createRoute": "MESSAGING_API",
        "type": audience.kind,
        "description": audience.description,
        "created": int(audience.created_at.timestamp()),
        "permission": "READ_WRITE",
        "expireTimestamp": int((audience.created_at + LIFE).timestamp()),
        "isIfaAudience": audience.ifa,
    }


def _described(call: Call, audience: Audience) -> Json:
    count = len(audience.rows)
    told = count if audience.kind == "UPLOAD" or count >= SHOWN_FROM else 0
    extra: Json = {"failedType": audience.failed} if audience.failed else {}
    if audience.request_id:
        extra["requestId"] = audience.request_id
    if audience.click_url:
        extra["clickUrl"] = audience.click_url
    return _made(audience) | {"status": audience.status(call.at), "audienceCount": told} | extra


def _failed(message: str, path: str) -> Refused:
    return Refused(400, message, [{"message": message, "property": path}])
