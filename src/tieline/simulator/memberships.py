"""Paid memberships, as LINE tells about them; plans are made in LINE's console, here by the control interface.

Source: https://developers.line.biz/en/reference/messaging-api/#membership
"""

from datetime import timedelta
from typing import Any

from tieline.simulator.paging import page_of
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call

MONTH = timedelta(days=30)
OF_SUBSCRIPTION = ("membershipId", "title", "description", "benefits", "price", "currency")


def plans(call: Call) -> SimResponse:
    """Return the plans."""
    book = call.account.memberships
    if not book.plans:
        raise Refused(404, "Not found")
    counts = [one.membership_id for one in book.subscriptions.values()]
    found = [{**plan, "memberCount": counts.count(number)} for number, plan in book.plans.items()]
    return as_json({"memberships": found})


def of_person(call: Call) -> SimResponse:
    """Return what a person subscribes to."""
    book = call.account.memberships
    subscription = book.subscriptions.get(call.account.friends.row(call.argument))
    if subscription is None:
        raise Refused(404, "Not found")
    plan = book.plans[subscription.membership_id]
    months = (call.at - subscription.joined_at) // MONTH + 1
    user: dict[str, Any] = {
        "membershipNo": subscription.number,
        "joinedTime": int(subscription.joined_at.timestamp()),
        "nextBillingDate": (subscription.joined_at + months * MONTH).date().isoformat(),
        "totalSubscriptionMonths": months,
    }
    membership = {name: plan[name] for name in OF_SUBSCRIPTION}
    return as_json({"subscriptions": [{"membership": membership, "user": user}]})


def members(call: Call) -> SimResponse:
    """Return the ids of a plan's members."""
    number, book = call.argument, call.account.memberships
    if not number.isdecimal() or int(number) not in book.plans:
        raise Refused(404, "Not found")
    people = call.account.friends.people
    ids = [people.user_id(row) for row, one in book.subscriptions.items() if one.membership_id == int(number)]
    page, following = page_of(call, ids, most=1000, usual=300)
    return as_json({"userIds": page, **following})
