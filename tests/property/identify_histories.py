"""Random histories by number: the same number is the same history, so that thousands run fast and a failure has a name.

They are hard on purpose: few values that meet often, hubs, sightings on one day in zones that are divided, numbers that
change hands, accounts that are replaced, links that age, names that differ, and decisions that come, go and come again.
"""

import random
from datetime import timedelta

from identify_worlds import (
    BROWSER,
    DAY_0,
    LINE_1,
    LINE_2,
    LINE_OTHER,
    LOOSE,
    M0,
    M1,
    MAIL,
    NAMES,
    PHONE,
    POOL,
    SOURCES,
    TIGHT,
    happened,
    name,
)
from test_identify_history import Run, batches, finish

from tieline.identify.memory import Memory
from tieline.identify.rules import RULES
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion

RULESETS = (RULES, TIGHT, TIGHT, LOOSE)
MINUTES = (0, 0, 1, 719, 1439)


class History:
    """Events, decisions and when they are taken back; the rules; the day."""

    def __init__(self, number):
        self.number = number
        chance = random.Random(number)
        self.rules = chance.choice(RULESETS)
        self.aged_at = chance.choice((None, None, DAY_0 + timedelta(days=4), DAY_0 + timedelta(days=6)))
        self.events = _events(chance)
        self.decisions = [_decision(chance, n) for n in range(chance.choice((0, 0, 1, 2, 4)))]
        self.undone = [n for n in range(1, len(self.decisions) + 1) if chance.random() < 0.5]

    def mixed(self, salt):
        """Return everything in another order, some of it twice, with each undoing after its decision."""
        chance = random.Random(f"{self.number} {salt}")
        steps = [*self.events, *chance.sample(self.events, len(self.events) // 3)]
        chance.shuffle(steps)
        place = 0
        for number, decision in enumerate(self.decisions, 1):
            # The store numbers decisions as they come, so they keep their order.
            place = chance.randint(place, len(steps))
            steps.insert(place, decision)
            place += 1
            if number in self.undone:
                steps.insert(chance.randint(place, len(steps)), number)
        return steps, chance


def lived(history, salt, memory=None):
    """Run a history in one order and return where it ends."""
    run = Run(history.rules, memory, history.aged_at)
    steps, chance = history.mixed(salt)
    waiting = []
    pending = set()
    for step in [*steps, None]:
        if not isinstance(step, Assertion) and not isinstance(step, int) and step is not None:
            waiting.append(step)
            continue
        for batch in batches(waiting, [chance.randint(1, 5) for _ in waiting]):
            run.take(batch)
            assert_limits(run)
        waiting = []
        if isinstance(step, Assertion):
            decided = run.decide(step).assertion_id
            if decided in pending:
                run.undo(decided)
        elif step is not None:
            # An undoing may have been dealt before its decision.
            if step <= len(run.store.asserted):
                run.undo(step)
            else:
                pending.add(step)
    return run


def check(number):
    """Hold one history against the definition, and two orders of it against each other.

    Raises:
        AssertionError: They differ.
    """
    history = History(number)
    one = lived(history, "one")
    one.assert_defined(history.events)
    other = lived(history, "other", Memory(stars_max=2, nodes_max=3))
    assert one.state() == other.state(), number
    plain = Run(history.rules, None, history.aged_at)
    if history.events:
        plain.take(history.events)
    before = plain.state()
    ids = [plain.decide(decision).assertion_id for decision in history.decisions]
    for assertion_id in reversed(ids):
        plain.undo(assertion_id)
    assert plain.state() == before, number


def assert_limits(run):
    """No profile holds more of a kind than the rules allow, whatever moment it is."""
    held = {}
    for placed in run.store.everyone(1):
        key = (placed.profile_id, placed.node.namespace)
        held[key] = held.get(key, 0) + 1
    assert all(count <= run.rules.of(namespace).limit for (_, namespace), count in held.items())


def _events(chance):
    pool = chance.sample(POOL, chance.randint(2, 7))
    stars = [
        tuple(chance.sample(pool, min(len(pool), chance.randint(1, 3)))) for _ in range(chance.randint(1, 5))
    ]
    seen = [
        happened(_moment(chance), chance.choice(stars), chance.choice(tuple(SOURCES)), _traits(chance))
        for _ in range(chance.randint(0, 12))
    ]
    for _ in range(chance.choice((0, 1, 1, 2))):
        seen += chance.choice((_hub, _hub, _rebound, _recycled, _crowd, _family, _providers, _one_day))(
            chance
        )
    chance.shuffle(seen)
    return seen


def _moment(chance, first=0, last=5):
    return DAY_0 + timedelta(days=chance.randint(first, last), minutes=chance.choice(MINUTES))


def _traits(chance):
    if chance.random() < 0.7:
        return {}
    said = {"given_name": chance.choice(NAMES)}
    return (
        said | {"birth_date": chance.choice(("1990-05-21", "1984-12-03"))} if chance.random() < 0.4 else said
    )


def _hub(chance):
    centre, source = chance.choice((PHONE, MAIL, BROWSER)), chance.choice(("crm", "pos", "web"))
    return [happened(_moment(chance), (member, centre), source) for member in POOL[: chance.randint(2, 4)]]


def _rebound(chance):
    return [
        happened(_moment(chance), (M0, user), chance.choice(("crm", "shop"))) for user in (LINE_1, LINE_2)
    ]


def _recycled(chance):
    return [
        happened(_moment(chance, 0, 1), (M0, PHONE), "crm"),
        happened(_moment(chance), (PHONE, MAIL), chance.choice(("pos", "crm"))),
        happened(_moment(chance, 3, 5), (M1, PHONE), "crm"),
    ]


def _crowd(chance):
    return [
        happened(_moment(chance), (M0, other), chance.choice(("crm", "web"))) for other in (LINE_1, *POOL[7:])
    ]


def _family(chance):
    return [
        happened(
            _moment(chance), (PHONE, POOL[9 + n]), chance.choice(("web", "crm")), {"given_name": NAMES[n]}
        )
        for n in range(2)
    ]


def _providers(chance):
    return [happened(_moment(chance), (M0, user), "crm") for user in (LINE_1, LINE_OTHER)]


def _one_day(chance):
    """One browser, two members, the same few days again and again: only the order within a day tells them apart."""
    return [
        happened(_moment(chance, 2, 3), (chance.choice((M0, M1)), BROWSER), chance.choice(("web", "crm")))
        for _ in range(4)
    ]


def _decision(chance, number):
    kind = chance.choice((CUT, CUT, JOIN, JOIN, BLOCK, ALLOW))
    a, b = (name(identifier) for identifier in chance.sample(POOL, 2))
    at = DAY_0 + timedelta(hours=number)
    return Assertion(kind, a, a if kind in {BLOCK, ALLOW} else b, at)


__all__ = ["History", "check", "finish", "lived"]
