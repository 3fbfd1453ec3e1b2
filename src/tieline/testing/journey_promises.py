"""What must hold of journeys after every run. Each check returns what it found broken."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tieline.ids import keyed_hash
from tieline.journey.entry import TRIGGER_AGE_MAX
from tieline.model.event import COUPON_ISSUED, LINE_FOLLOWED
from tieline.testing import replay, scenario
from tieline.testing.outcome import Outcome

CART_WAIT = timedelta(minutes=scenario.CART_WAIT_MINUTES)


def reminded(world: Outcome) -> Iterator[str]:
    """Who ordered in time, and was known to have, got no reminder; who did not got one planned."""
    rows = replay.whole_log(world.stores)
    first = {name: row for row in reversed(rows) for name, _ in replay.messages(row)}
    enrolments = {
        row.correlation: row for row in world.stores.journeys.enrolments.values() if row.journey == "cart"
    }
    ordered = {cart: (at, first[name]) for cart, at, name in _carts(world, scenario.ORDERED)}
    for cart, _, _ in _carts(world, scenario.ADDED):
        enrolment = enrolments.get(cart)
        if enrolment is None:
            yield f"cart {cart} never entered"
            continue
        since, until = enrolment.entered_at, enrolment.entered_at + CART_WAIT
        plan = world.record.plans.get(keyed_hash(enrolment.enrolment_id, "remind", "1"))
        at, row = ordered.get(cart, (None, None))
        in_time = at is not None and since <= at <= until
        # Where time was lived twice, an order may be dated later than the end of the wait and still have come before it.
        if plan is None and (at is None or not (in_time or world.clock_set_back)):
            yield f"cart {cart} of {since} was ordered {at} and never reminded"
        if plan is not None and in_time and row is not None and row.received_at <= until:
            known_at_version = world.record.logged_at_version[row.log_offset]
            if known_at_version <= plan.began_at_version:
                yield f"cart {cart} of {since} was ordered {at}, which was known, and reminded"


def _carts(world: Outcome, event: str) -> Iterator[tuple[str, datetime, str]]:
    for row, said in world.history(event):
        yield said["cart_id"], row["at"], f"{row['source']}:{row['message_id']}"


def welcomed(world: Outcome) -> Iterator[str]:
    """Everyone who followed is welcomed once; nobody is for a follow that was old when it became known."""
    received = {row.log_offset: row.received_at for row in replay.whole_log(world.stores)}
    followed: set[bytes] = set()
    late: set[bytes] = set()
    for row, _ in world.history(LINE_FOLLOWED):
        fresh = received[row["log_offset"]] - row["at"] < TRIGGER_AGE_MAX / 2
        (followed if fresh else late).add(row["node_id"])
    welcomes = Counter(plan.send.person for plan in world.record.plans.values() if plan.send.step == "hello")
    for node_id in (followed | welcomes.keys()) - late:
        if welcomes[node_id] != (node_id in followed):
            yield f"{node_id.hex()} was welcomed {welcomes[node_id]} times"


def thanked(world: Outcome) -> Iterator[str]:
    """Whoever entered the segment of spenders was thanked, unless they are not the same person any more."""
    identity = world.stores.identity
    split = {move.node_id for move, cause, _ in identity.changes if not cause.startswith("link")}
    split |= {move.from_id for move, *_ in identity.changes if move.from_id in world.ours.profiles}
    thanked_nodes = {
        row.person for row in world.stores.journeys.enrolments.values() if row.journey == "thanks"
    }
    for _, key, profile_id in world.stores.segments.snapshot()["members"]:
        mine = {node_id for node_id, (_, _, profile) in world.ours.places.items() if profile == profile_id}
        if key == "spender" and not mine & thanked_nodes and not mine & split:
            yield f"{profile_id.hex()} is a spender and nobody said thanks"


def issued_once(world: Outcome) -> Iterator[str]:
    """A coupon code went to one person, in one message."""
    codes = Counter(
        plan.send.messages
        for plan in world.record.plans.values()
        if plan.send.step == "offer" and plan.send.messages is not None
    )
    for messages, count in codes.items():
        if count > 1:
            yield f"{messages!r} was planned for {count} people"
    issued = sum(1 for _ in world.history(COUPON_ISSUED))
    taken = sum(key is not None for key in world.stores.journeys.snapshot()["coupons"].values())
    if issued != taken:
        yield f"{taken} codes are taken, {issued} were issued"


JOURNEY_PROMISES = (reminded, welcomed, thanked, issued_once)
