"""Random conditions and random people, with the kind of data that shops really send."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tieline.condition.match import HistoryEvent, Person

NOW = datetime(2026, 3, 15, 16, 30, tzinfo=UTC)  # in Taipei, already the 16th
KEYS = ("total", "items", "sku", "訂單 額", "size", "size0", "Total", "x", "x.y")
EVENTS = ("Order Completed", "點擊", "it's")
WORDS = (
    "",
    "VIP",
    "vip",
    "3000",
    "3000.50",
    "-0",
    "007",
    "7",
    "0.5",
    "true",
    "false",
    "1e5",
    "１",
    " 7",
    "7 ",
    "[1]",
    "[7]",
)
WORDS += (
    "{}",
    "null",
    "中文會員",
    "中",
    "a'b\\c`d\n\t",
    "{p1:String}",
    "x" * 40,
    "1.1234567",
    "999999999999999",
    "1000000000000000",
)
DATES = (
    "2026-03-15",
    "2026-03-16",
    "1990-03-31",
    "1990-02-31",
    "1900-01-01",
    "2024-02-29",
    "2025-02-29",
    "0000-00-00",
)
DATES += (
    "2026-03-16 00:30:00",
    "2026-03-15T16:30:00Z",
    "2026-03-16T00:30:00.001+08:00",
    "2026-03-31T23:00:00-05:00",
)
DATES += (
    "2026-03-09T00:30:00+08:00",
    "2026-03-09T00:30:00.0009+08:00",
    "1985-07-01T12:00:00+09:00",
    "2026-03-15T24:00:00Z",
    "2026-3-1",
)
NUMBERS = (
    0,
    1,
    7,
    -7,
    3000,
    3000.0,
    3000.5,
    0.5,
    -0.0,
    0.1,
    0.2,
    33.333333333333336,
    1e-7,
    1e15,
    1e300,
    999999999999999,
)
NUMBERS += (10**15, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**25, 0.1234567)

scalars = st.one_of(
    st.none(), st.booleans(), st.sampled_from(NUMBERS), st.sampled_from(WORDS), st.sampled_from(DATES[:6])
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
        st.lists(st.dictionaries(st.sampled_from(KEYS), inner, max_size=2), max_size=3),
    ),
    max_leaves=6,
)
lines = st.lists(
    st.dictionaries(st.sampled_from(KEYS), st.one_of(scalars, st.lists(scalars, max_size=2)), max_size=3),
    max_size=3,
)
objects = st.one_of(
    st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
    st.builds(
        lambda rest, items: {**rest, "items": items},
        st.dictionaries(st.sampled_from(KEYS), scalars, max_size=3),
        lines,
    ),
)
traits = st.dictionaries(st.sampled_from(KEYS), st.one_of(values, st.sampled_from(DATES)), max_size=4)

paths = st.builds(
    ".".join,
    st.lists(
        st.builds(lambda key, each: key + each, st.sampled_from(KEYS), st.sampled_from(("", "", "[]"))),
        min_size=1,
        max_size=3,
    ),
).filter(lambda path: path.count("[]") <= 2)
exact = st.sampled_from([number for number in NUMBERS if abs(number) < 10**15 and round(number, 6) == number])
literals = st.one_of(st.sampled_from(WORDS), exact, st.booleans())
comparisons = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(("eq", "ne")), "value": literals}),
    st.fixed_dictionaries({"op": st.sampled_from(("gt", "gte", "lt", "lte")), "value": exact}),
    st.fixed_dictionaries(
        {"op": st.sampled_from(("in", "not_in")), "value": st.lists(literals, min_size=1, max_size=4)}
    ),
    st.fixed_dictionaries(
        {
            "op": st.sampled_from(("contains", "not_contains", "starts_with", "ends_with", "like")),
            "value": st.one_of(
                st.sampled_from(WORDS[1:]),
                st.sampled_from(("*", "V*P", "*a%", "_IP", "3*0", "a'b*", "*\\c*")),
            ),
        }
    ),
    st.fixed_dictionaries({"op": st.sampled_from(("exists", "not_exists"))}),
)
moments = st.sampled_from(("2026-03-16", "2026-03-15T16:30:00Z", "2026-03-09", "1990-03-31", "2027-01-01"))
durations = st.sampled_from(("P7D", "P1W", "PT1S", "P3650D", "P6DT24H"))
date_tests = st.one_of(
    st.fixed_dictionaries({"op": st.just("month_is"), "value": st.sampled_from(("current", 2, 3, 12))}),
    st.fixed_dictionaries({"op": st.sampled_from(("before", "after")), "value": moments}),
    st.fixed_dictionaries({"op": st.sampled_from(("within_last", "within_next")), "value": durations}),
    st.fixed_dictionaries(
        {"op": st.sampled_from(("in_days", "anniversary_in_days")), "value": st.integers(-20, 20)}
    ),
)


def _joined(leaves: st.SearchStrategy[Any], size: int) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=size,
    )


properties = st.builds(
    lambda path, rest: {"property": path, **rest}, paths, st.one_of(comparisons, comparisons, date_tests)
)
single_paths = paths.filter(lambda path: "[]" not in path)
same_items = st.builds(
    lambda path, where: {"item_of": path, "where": where},
    st.one_of(st.just("items"), single_paths),
    _joined(properties, 3),
)
filters = _joined(st.one_of(properties, properties, same_items), 3)
maybe_where = st.deferred(lambda: st.one_of(st.just({}), st.builds(lambda found: {"where": found}, filters)))
windows = st.one_of(
    st.fixed_dictionaries({"last": durations}),
    st.sampled_from(
        (
            {"from": "2026-03-09"},
            {"to": "2026-03-16"},
            {"from": "2026-03-09T00:30:00+08:00", "to": "2026-03-15T16:30:00Z"},
        )
    ),
)
orders = st.sampled_from(("eq", "ne", "gt", "gte", "lt", "lte"))
whole = st.builds(
    lambda op, value: {"op": op, "value": value or 1 if op in {"gte", "lt"} else value},
    orders,
    st.integers(0, 3),
)
measured = st.one_of(
    st.just({}),
    whole,
    st.builds(lambda path, rest: {"measure": {"fn": "distinct", "property": path}, **rest}, paths, whole),
    st.builds(
        lambda fn, path, op, value: {"measure": {"fn": fn, "property": path}, "op": op, "value": value},
        st.sampled_from(("sum", "min", "max", "avg")), paths, orders, exact,
    ),
)  # fmt: skip
since = st.builds(
    lambda fn, op, value: {"measure": {"fn": fn}, "op": op, "value": value},
    st.sampled_from(("days_since_last", "days_since_first")), orders, st.integers(0, 9),
)  # fmt: skip
cycles = st.one_of(
    st.builds(
        lambda op, value: {"measure": {"fn": "days_between"}, "op": op, "value": value},
        orders, st.sampled_from((0, 0.5, 1, 2, 3.25)),
    ),
    st.builds(
        lambda otherwise, op, value: {
            "measure": {"fn": "cycles_since_last", "otherwise_days": otherwise}, "op": op, "value": value,
        },
        st.sampled_from((0.5, 7, 30)), orders, st.sampled_from((0, 0.5, 1, 2, 14)),
    ),
)  # fmt: skip
told = st.one_of(
    st.builds(
        lambda fn, path, rest: {"measure": {"fn": fn, "property": path}, **rest},
        st.sampled_from(("first", "last", "most_frequent")), paths, comparisons,
    ),
    st.builds(
        lambda many, path, rest: {"measure": {"fn": "recent", "many": many, "property": path}, **rest},
        st.integers(1, 3), paths, comparisons,
    ),
)  # fmt: skip
happened_at = st.builds(
    lambda fn, rest: {"measure": {"fn": fn}, **rest}, st.sampled_from(("first_at", "last_at")), date_tests
)
followed = st.builds(
    lambda key, event, within, where, rest: {"then": {key: event, "within": within, **where}, **rest},
    st.sampled_from(("event", "no_event")),
    st.sampled_from(EVENTS),
    st.one_of(durations, st.sampled_from(("PT2H", "P2D"))),
    maybe_where,
    st.one_of(st.just({}), whole),
)
happened = st.builds(
    lambda event, where, window, rest: {"event": event, **where, **window, **rest},
    st.sampled_from((*EVENTS, "never sent")),
    maybe_where,
    st.one_of(st.just({}), st.builds(lambda found: {"window": found}, windows)),
    st.one_of(measured, measured, since, cycles, told, happened_at, followed),
)
ranked_by = st.builds(
    lambda event, where, window, by: {"event": event, **where, **window, **by},
    st.sampled_from(EVENTS),
    maybe_where,
    st.one_of(st.just({}), st.builds(lambda found: {"window": found}, windows)),
    st.one_of(
        st.just({}),
        st.builds(
            lambda fn, path: {"measure": {"fn": fn, "property": path}},
            st.sampled_from(("sum", "min", "max", "distinct")),
            paths,
        ),
    ),
)
tops = st.builds(lambda people, by: {"top": {"people": people, "by": by}}, st.integers(1, 4), ranked_by)
about_profile = st.one_of(
    same_items,
    st.builds(lambda path, rest: {"trait": path, **rest}, paths, st.one_of(comparisons, date_tests)),
    st.sampled_from(
        (
            {"tag": "vip"},
            {"tag": "中文"},
            {"line_friend": "@a"},
            {"identified_by": "line"},
            {"identified_by": "email"},
        )
    ),
    st.sampled_from(({"consent": {"purpose": "marketing", "channel": "line"}}, {"identified_by": "line:p1"})),
)
joined_about = st.one_of(
    st.sampled_from(
        (
            {"reachable": {"channel": "line", "account": "@a"}},
            {"reachable": {"channel": "sms"}},
            {"reachable": {"channel": "email", "purpose": "marketing"}},
        )
    ),
    st.builds(
        lambda percent, seed: {"sample": {"percent": percent, "seed": seed}},
        st.sampled_from((10, 50, 99.5)),
        st.sampled_from(("spring", "中文")),
    ),
    st.builds(
        lambda inside, outside: {"include": inside, "exclude": outside},
        st.deferred(lambda: happened),
        st.deferred(lambda: about_profile),
    ),
)
conditions = _joined(
    st.one_of(*[st.deferred(lambda: happened)] * 3, st.deferred(lambda: about_profile), joined_about, tops), 4
)

ats = st.one_of(
    st.sampled_from(
        (NOW, NOW - timedelta(days=7), NOW - timedelta(seconds=1), NOW + timedelta(milliseconds=1))
    ),
    st.sampled_from((NOW - timedelta(days=7) + timedelta(milliseconds=1), NOW + timedelta(days=400))),
    st.integers(-700_000, 0).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)


class Written(NamedTuple):
    """An event of one node; `written_for` is the profile the node had then."""

    node: int
    written_for: int
    event: HistoryEvent


class World(NamedTuple):
    """People 0, 1, ...; some are gone. `owners[node]` is the profile a node has now."""

    people: list[Person | None]
    owners: list[int]
    log: list[Written]

    def person(self, index: int, profile_id: bytes = b"") -> Person | None:
        """The person with the events of all nodes it has now."""
        person = self.people[index]
        if person is None:
            return None
        events = [row.event for row in self.log if self.owners[row.node] == index]
        return Person(
            person.traits, person.tags, person.consents, person.friends, person.namespaces, events, profile_id
        )


def _subset(*words: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(words))


profiles = st.builds(
    Person,
    traits=traits,
    tags=_subset("vip", "VIP", "中文"),
    consents=_subset("marketing:line", "marketing:sms"),
    friends=_subset("@a", "@b"),
    namespaces=_subset("line:p1", "line:p2", "email", "liner"),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    people: list[Person | None] = [draw(profiles)]
    people += draw(st.lists(st.one_of(profiles, profiles, profiles, st.none()), max_size=7))
    owners = draw(st.lists(st.integers(0, len(people) - 1), min_size=1, max_size=8))
    log = []
    for node, owner in enumerate(owners):
        written_for = draw(st.one_of(st.just(owner), st.integers(0, len(people) - 1)))
        events = draw(st.lists(st.builds(HistoryEvent, st.sampled_from(EVENTS), ats, objects), max_size=4))
        log += [Written(node, written_for, event) for event in events]
    return World(people, owners, log)
