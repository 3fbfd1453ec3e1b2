"""Narrowcast: accepted at once, counted and sent later, and now and then not sent at all.

Source: https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message
"""

from array import array
from datetime import UTC, datetime, timedelta
from typing import Any

from tieline.simulator import targeting
from tieline.simulator.accepting import (
    MONTHLY_LIMIT,
    Content,
    accepted_before,
    checked,
    conflict,
    deliver,
    delivery,
    remember,
)
from tieline.simulator.account import Narrowcast
from tieline.simulator.friend_book import FRIEND
from tieline.simulator.targeting import Target
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call, month_of

REACH_LEAST = 100  # friends, for a filter by what LINE guesses
RECIPIENTS_LEAST = 50
TOLD_FOR = timedelta(days=14)
INTERNAL, TOO_FEW, REPEATED, AUDIENCE_TOO_SMALL, PARTIAL_FORBIDDEN = range(1, 6)
WORDS = {
    INTERNAL: "internal error",
    TOO_FEW: "the number of recipients is too small",
    AUDIENCE_TOO_SMALL: "an audience is too small",
    PARTIAL_FORBIDDEN: "the remaining messages do not reach for all recipients",
}


class _Limit:
    """How many at most, and what happens when the month does not have as many messages."""

    def __init__(self, given: Any) -> None:
        limit = given if isinstance(given, dict) else {}
        most = limit.get("max")
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise _bad("must be greater than or equal to 1", "limit.max")
        self.most = most
        self.up_to_remaining = limit.get("upToRemainingQuota") is True
        self.all_or_nothing = limit.get("forbidPartialDelivery") is True
        if self.all_or_nothing and not self.up_to_remaining:
            raise _bad("forbidPartialDelivery requires upToRemainingQuota", "limit.forbidPartialDelivery")


def send(call: Call) -> SimResponse:
    """Take a narrowcast in; whether anybody gets it is told by its progress."""
    if known := accepted_before(call):
        return conflict(known, {})
    body = call.json()
    content = checked(call, body)
    limit = _Limit(body.get("limit"))
    target = targeting.read(call.account, body, call.at)
    reach = call.account.friends.number(FRIEND)
    if target.attributes and reach < REACH_LEAST:
        raise Refused(403, "Your account doesn't have enough friends to filter by attributes")
    remaining = _remaining(call)
    reserved = min(reach, limit.most or reach)
    if remaining is not None and reserved > remaining:
        if not limit.up_to_remaining:
            raise Refused(429, MONTHLY_LIMIT)
        reserved = remaining
    run = Narrowcast(call.at, reserved=reserved if remaining is not None else 0)
    call.account.reserved += run.reserved
    call.account.narrowcasts[call.request_id] = run
    call.account.ledger.accepted["narrowcast"] += 1
    remember(call, [])
    start_at = call.at + call.world.settings.narrowcast_wait
    call.world.later(start_at, lambda now: _start(call, run, content, target, limit, now))
    return as_json({}, status=202)


def progress(call: Call) -> SimResponse:
    """Tell how far a narrowcast is."""
    run = call.account.narrowcasts.get(call.parameter("requestId"))
    if run is None or call.at - run.accepted_at >= TOLD_FOR:
        raise Refused(404, "Not found")
    told: dict[str, Any] = {"phase": run.phase, "acceptedTime": iso(run.accepted_at)}
    if run.phase != "waiting":
        told |= {"successCount": run.success, "failureCount": run.failure, "targetCount": run.target}
    if run.error_code is not None:
        told |= {"errorCode": run.error_code, "failedDescription": run.failed}
    if run.completed_at is not None:
        told["completedTime"] = iso(run.completed_at)
    return as_json(told)


def iso(at: datetime) -> str:
    """Return a time as LINE writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def _remaining(call: Call) -> int | None:
    account = call.account
    if account.quota is None:
        return None
    return max(account.quota - account.usage[month_of(call.at)] - account.reserved, 0)


def _start(
    call: Call, run: Narrowcast, content: Content, target: Target, limit: _Limit, now: datetime
) -> None:
    """Count who it is for; send, or fail for one of LINE's reasons."""
    account = call.account
    run.phase = "sending"
    here = account.friends.people.here
    rows = array("I", (row for row in account.friends.rows(FRIEND) if here(row) and target.fits(row)))
    most = min(limit.most or len(rows), run.reserved if account.quota is not None else len(rows))
    run.target = len(rows)
    if any(size < RECIPIENTS_LEAST for size in target.audiences):
        _fail(call, run, AUDIENCE_TOO_SMALL, now)
    elif (target.attributes or target.audiences) and not target.own_list and len(rows) < RECIPIENTS_LEAST:
        _fail(call, run, TOO_FEW, now)
    elif limit.all_or_nothing and min(len(rows), limit.most or len(rows)) > most:
        _fail(call, run, PARTIAL_FORBIDDEN, now)
    else:
        if most < len(rows):
            rows = array("I", sorted(call.world.ids.chance.sample(rows, most)))
        run.target, run.reached = len(rows), rows
        end_at = now + call.world.settings.narrowcast_sending
        call.world.later(end_at, lambda later: _finish(call, run, content, later))


def _finish(call: Call, run: Narrowcast, content: Content, now: datetime) -> None:
    account = call.account
    account.reserved -= run.reserved
    account.usage[month_of(now)] += len(run.reached)
    account.ledger.billable += len(run.reached)
    deliver(call.world, account, run.reached, delivery(call, "narrowcast", content), now)
    run.phase, run.success, run.completed_at = "succeeded", len(run.reached), now


def _fail(call: Call, run: Narrowcast, code: int, now: datetime) -> None:
    call.account.reserved -= run.reserved
    run.phase, run.error_code, run.failed = "failed", code, WORDS[code]
    run.failure, run.completed_at = run.target, now


def _bad(message: str, path: str) -> Refused:
    return Refused(400, "The request body has 1 error(s)", [{"message": message, "property": path}])
