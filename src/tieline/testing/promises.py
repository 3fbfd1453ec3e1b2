"""What must hold after every run, judged by what outsiders saw. Each check returns what it found broken."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from tieline.condition.match import match
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.ids import keyed_hash
from tieline.model.event import LINE_FOLLOWED
from tieline.model.send import OPEN, SendState
from tieline.simulator.account import Account
from tieline.testing import replay, scenario
from tieline.testing.record import Record
from tieline.testing.replay import Picture
from tieline.testing.stores import Stores

CART_WAIT = timedelta(minutes=scenario.CART_WAIT_MINUTES)
NEVER_SENT = {SendState.SUPPRESSED, SendState.EXPIRED}


@dataclass(frozen=True)
class Outcome:
    """A finished run.

    Attributes:
        now: What time the installation believes it is.
        clock_set_back: Whether the installation lived some time twice. Then what is later by its clock is not later, and
            nobody can say who ordered in time.
        drained: Whether everything came to rest after the faults had ended.
        errors: Failures of steps that no fault explains.
        ours: Picture of the stores.
        theirs: Picture of what a fresh installation made of the same log in another order.
    """

    stores: Stores
    record: Record
    account: Account
    now: datetime
    clock_set_back: bool
    drained: bool
    errors: list[str]
    ours: Picture
    theirs: Picture


def durable(world: Outcome) -> Iterator[str]:
    """I1: what was acknowledged is in the log, byte for byte."""
    logged = {(row.source_id, row.kind, row.body) for row in replay.whole_log(world.stores)}
    for source_id, kind, body in world.record.acknowledged:
        if (source_id, kind, body) not in logged:
            yield f"acknowledged and gone: {kind.name} of source {source_id}: {body[:80]!r}"


def counted_once(world: Outcome) -> Iterator[str]:
    """I1: every message in the log is in history once, or parked."""
    parked = {(one.log_offset, one.item) for one in world.stores.messages.parked}
    expected: dict[str, bool] = {}
    for row in replay.whole_log(world.stores):
        for name, place in replay.messages(row):
            expected.setdefault(name, (row.log_offset, place) in parked)
    seen = Counter(
        f"{row['source']}:{row['message_id']}" for row in world.stores.history.events(scenario.WORKSPACE)
    )
    for name, is_parked in expected.items():
        if seen[name] != (not is_parked):
            yield f"{name} is in history {seen[name]} times"
    for name in seen.keys() - expected.keys():
        yield f"{name} is in history and was never sent"


def sent_once(world: Outcome) -> Iterator[str]:
    """I2: nobody got a message more often than it was planned for them."""
    planned = Counter((plan.send.line_user, plan.send.messages) for plan in world.record.plans.values())
    delivered = Counter(_deliveries(world))
    wanted = Counter[tuple[str, bytes]]()
    for (user, messages), count in planned.items():
        if messages is not None:
            wanted[user, _canonical(messages)] += count
    for (user, messages), count in delivered.items():
        if count > wanted[user, messages]:
            yield f"{user} got {messages!r} {count} times, planned {wanted[user, messages]}"


def consented(world: Outcome) -> Iterator[str]:
    """I3: no call started that the committed ledger forbade."""
    yield from (call.wrong for call in world.record.started if call.wrong)


def accounted(world: Outcome) -> Iterator[str]:
    """I4: every planned send came to one end, and the ends fit the calls that were made."""
    rows = world.stores.sends.rows
    for send_id in world.record.plans.keys() ^ {send_id for _, send_id in rows}:
        yield f"send {send_id.hex()} is lost"
    called = {(user, _canonical(call.messages)) for call in world.record.started for user in call.users}
    delivered = set(_deliveries(world))
    ends: defaultdict[tuple[str, bytes], set[SendState]] = defaultdict(set)
    for (_, send_id), row in rows.items():
        if row.state in OPEN:
            yield f"send {send_id.hex()} of {row.send.origin} is still {row.state}"
        if row.send.messages is not None:
            ends[row.send.line_user, _canonical(row.send.messages)].add(row.state)
    for name, states in ends.items():
        if name in delivered and states <= NEVER_SENT:
            yield f"{name} was delivered and is {states}"
        if name not in called and SendState.ACCEPTED in states:
            yield f"{name} is accepted and was never called"


def folded(world: Outcome) -> Iterator[str]:
    """I8: another order of the same log makes the same people and the same history."""
    ours, theirs = world.ours, world.theirs
    for node_id in ours.places.keys() | theirs.places.keys():
        if ours.places.get(node_id) != theirs.places.get(node_id):
            yield f"places differ: {ours.places.get(node_id)} / {theirs.places.get(node_id)}"
    for profile_id in ours.profiles.keys() | theirs.profiles.keys():
        if ours.profiles.get(profile_id) != theirs.profiles.get(profile_id):
            yield f"profiles differ: {ours.profiles.get(profile_id)} / {theirs.profiles.get(profile_id)}"
    for event in ours.events ^ theirs.events:
        yield f"only {'once' if event in ours.events else 'again'} in history: {event}"


def segmented(world: Outcome) -> Iterator[str]:
    """Membership is what the oracle says of people made anew."""
    if world.clock_set_back:
        return
    nodes = {key: parse(definition) for key, definition in scenario.SEGMENTS.items()}
    people = world.theirs.people()
    for key, node in nodes.items():
        whole = rewrite(node, nodes)
        expected = {name for name, person in people.items() if match(whole, person, world.now, scenario.ZONE)}
        found = world.stores.segments.snapshot()["members"]
        members = {profile_id for _, name, profile_id in found if name == key}
        for profile_id in members ^ expected:
            yield f"{profile_id.hex()} is {'' if profile_id in members else 'not '}in segment {key}"


def reminded(world: Outcome) -> Iterator[str]:
    """Who ordered in time, and was known to have, got no reminder; who did not got one planned."""
    if world.clock_set_back:
        return
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
        if plan is None and not in_time:
            yield f"cart {cart} of {since} was ordered {at} and never reminded"
        if plan is not None and in_time and row is not None and row.received_at <= until:
            known_at_version = world.record.logged_at_version[row.log_offset]
            if known_at_version <= plan.began_at_version:
                yield f"cart {cart} of {since} was ordered {at}, which was known, and reminded"


def _carts(world: Outcome, event: str) -> Iterator[tuple[str, datetime, str]]:
    for row in world.stores.history.events(scenario.WORKSPACE):
        if row["event"] == event:
            cart = msgspec.json.decode(row["properties"])["cart_id"]
            yield cart, row["at"], f"{row['source']}:{row['message_id']}"


def welcomed(world: Outcome) -> Iterator[str]:
    """Everyone who followed is welcomed once."""
    followed = {
        row["node_id"]
        for row in world.stores.history.events(scenario.WORKSPACE)
        if row["event"] == LINE_FOLLOWED
    }
    welcomes = Counter(plan.send.person for plan in world.record.plans.values() if plan.send.step == "hello")
    for node_id in followed | welcomes.keys():
        if welcomes[node_id] != (node_id in followed):
            yield f"{node_id.hex()} was welcomed {welcomes[node_id]} times"


def at_rest(world: Outcome) -> Iterator[str]:
    """I10: after the faults nothing waits, and nothing failed that no fault explains."""
    if not world.drained:
        yield "the backlog did not drain"
    yield from world.errors


PROMISES = (
    at_rest,
    durable,
    counted_once,
    sent_once,
    consented,
    accounted,
    folded,
    segmented,
    reminded,
    welcomed,
)


def broken(world: Outcome) -> list[str]:
    """Return every promise that does not hold, with what was found."""
    return [f"{promise.__name__}: {found}" for promise in PROMISES for found in promise(world)]


def _deliveries(world: Outcome) -> Iterator[tuple[str, bytes]]:
    for friend in world.account.friends.values():
        for shown in friend.deliveries():
            yield friend.user_id, _canonical(shown.messages)


def _canonical(messages: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(messages), order="deterministic")
