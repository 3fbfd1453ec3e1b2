"""What must hold after every run, judged by what outsiders saw. Each check returns what it found broken."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tieline.condition.match import match
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.model.send import OPEN, SendState
from tieline.testing import replay, scenario
from tieline.testing.journey_promises import JOURNEY_PROMISES
from tieline.testing.outcome import Outcome, canonical

NEVER_SENT = {SendState.SUPPRESSED, SendState.EXPIRED}
TOLD = {
    SendState.ACCEPTED: "message_sent",
    SendState.FAILED: "message_failed",
    SendState.SUPPRESSED: "message_suppressed",
    SendState.EXPIRED: "message_suppressed",
}


def durable(world: Outcome) -> Iterator[str]:
    """I1: what was acknowledged is in the log, byte for byte."""
    logged = {(row.source_id, row.kind, row.body) for row in replay.whole_log(world.stores)}
    for source_id, kind, body in world.record.acknowledged:
        if (source_id, kind, body) not in logged:
            yield f"acknowledged and gone: {kind.name} of source {source_id}: {body[:80]!r}"


def counted_once(world: Outcome) -> Iterator[str]:
    """I1: every message in the log is in history once, or parked; a decision about who is who is nothing that happened."""
    parked = {(one.log_offset, one.item) for one in world.stores.messages.parked}
    absent: dict[str, bool] = {}
    for row in replay.whole_log(world.stores):
        decided = replay.decisions(row)
        for name, place in replay.messages(row):
            absent.setdefault(name, place in decided or (row.log_offset, place) in parked)
    seen = Counter(
        f"{row['source']}:{row['message_id']}" for row in world.stores.history.events(scenario.WORKSPACE)
    )
    for name, is_absent in absent.items():
        if seen[name] != (not is_absent):
            yield f"{name} is in history {seen[name]} times"
    for name in seen.keys() - absent.keys():
        yield f"{name} is in history and was never sent"


def sent_once(world: Outcome) -> Iterator[str]:
    """I2: nobody got a message more often than it was planned for them."""
    planned = Counter((plan.send.line_user, plan.send.messages) for plan in world.record.plans.values())
    delivered = Counter(world.deliveries())
    wanted = Counter[tuple[str, bytes]]()
    for (user, messages), count in planned.items():
        if messages is not None:
            wanted[user, canonical(messages)] += count
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
    called = {(user, canonical(call.messages)) for call in world.record.started for user in call.users}
    delivered = set(world.deliveries())
    ends: defaultdict[tuple[str, bytes], set[SendState]] = defaultdict(set)
    for (_, send_id), row in rows.items():
        if row.state in OPEN:
            yield f"send {send_id.hex()} of {row.send.origin} is still {row.state}"
        if row.send.messages is not None:
            ends[row.send.line_user, canonical(row.send.messages)].add(row.state)
    for name, states in ends.items():
        if name in delivered and states <= NEVER_SENT:
            yield f"{name} was delivered and is {states}"
        if name not in called and SendState.ACCEPTED in states:
            yield f"{name} is accepted and was never called"


def told(world: Outcome) -> Iterator[str]:
    """I4: the end of every send came back as one event that names it."""
    said: defaultdict[str, list[str]] = defaultdict(list)
    for event, properties in world.history(*set(TOLD.values())):
        said[properties["send_id"]].append(event["event"])
    for (_, send_id), row in world.stores.sends.rows.items():
        expected = [TOLD[row.state]] if row.state in TOLD and row.reason != "unknown_person" else []
        if said[send_id.hex()] != expected:
            yield f"send {send_id.hex()} is {row.state}, told was {said[send_id.hex()]}"


def balanced(world: Outcome) -> Iterator[str]:
    """I4: LINE's own counts fit ours: everything accepted is there, and nothing is there that may not be."""
    states = Counter(row.state for row in world.stores.sends.rows.values())
    taken = world.account.ledger.delivered + sum(world.account.ledger.undelivered.values())
    most = states[SendState.ACCEPTED] + states[SendState.PARKED] + states[SendState.FAILED]
    if not states[SendState.ACCEPTED] <= taken <= most:
        yield f"LINE took {taken} messages, {states[SendState.ACCEPTED]} are accepted, {most} may be"


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
    nodes = {key: parse(definition) for key, definition in scenario.SEGMENTS.items()}
    people = world.theirs.people()
    for key, node in nodes.items():
        whole = rewrite(node, nodes)
        expected = {name for name, person in people.items() if match(whole, person, world.now, scenario.ZONE)}
        found = world.stores.segments.snapshot()["members"]
        members = {profile_id for _, name, profile_id in found if name == key}
        for profile_id in members ^ expected:
            yield f"{profile_id.hex()} is {'' if profile_id in members else 'not '}in segment {key}"


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
    told,
    balanced,
    folded,
    segmented,
    *JOURNEY_PROMISES,
)


def broken(world: Outcome) -> list[str]:
    """Return every promise that does not hold, with what was found."""
    return [f"{promise.__name__}: {found}" for promise in PROMISES for found in promise(world)]
