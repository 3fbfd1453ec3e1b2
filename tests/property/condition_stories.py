"""Random histories that arrive in pieces: events late and in any order, people who change, join, part and go, while the
clock moves, definitions are edited and the process starts anew."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from condition_worlds import EVENTS, NOW, conditions, durations, objects, orders, profiles, since, whole
from hypothesis import strategies as st

from tieline.condition.match import HistoryEvent, Person

PEOPLE, NODES = 4, 6
SEGMENTS = 32
WEEK = timedelta(days=7)
LATE = (timedelta(0), timedelta(milliseconds=1), timedelta(seconds=1), timedelta(hours=2), timedelta(days=1))
LATE += (WEEK - timedelta(milliseconds=1), WEEK, WEEK + timedelta(milliseconds=1), timedelta(days=40))
WAITS = (timedelta(0), timedelta(milliseconds=1), timedelta(seconds=1), timedelta(seconds=299))
WAITS += (timedelta(seconds=300), timedelta(hours=2), timedelta(days=1), WEEK)
"""Some shorter than the time between two refreshes of what moves with the clock, some as long, some longer."""


class Heard(NamedTuple):
    """An event of a node, and how long before it was heard it happened."""

    node: int
    event: str
    ago: timedelta
    properties: dict[str, Any]


class Piece(NamedTuple):
    """What one batch of the stream brings: who nodes belong to now, how people read now, None is gone, and events."""

    owners: dict[int, int]
    people: dict[int, Person | None]
    events: list[Heard]


class Chapter(NamedTuple):
    """After a wait some batches come together. Before it, definitions may be edited, or the process start anew."""

    wait: timedelta
    pieces: list[Piece]
    edits: dict[str, Any]
    restart: bool


class Story(NamedTuple):
    """Segments as first written, and chapters; the clock starts at `start`."""

    start: datetime
    zone: str
    segments: dict[str, Any]
    chapters: list[Chapter]


class Known:
    """What has been heard so far, kept as plainly as can be."""

    def __init__(self) -> None:
        self.people: dict[int, Person | None] = {}
        self.owners: dict[int, int] = {}
        self.events: list[tuple[int, HistoryEvent]] = []

    def hear(self, piece: Piece, now: datetime) -> None:
        self.people |= piece.people
        self.owners |= piece.owners
        self.events += [
            (heard.node, HistoryEvent(heard.event, now - heard.ago, heard.properties))
            for heard in piece.events
        ]

    def owner(self, node: int) -> int:
        return self.owners.get(node, node % PEOPLE)

    def persons(self, profile_ids: dict[int, bytes]) -> dict[int, Person]:
        """Everybody who is there, with the events of all nodes they have now."""
        return {
            index: Person(
                person.traits,
                person.tags,
                person.consents,
                person.friends,
                person.namespaces,
                [event for node, event in self.events if self.owner(node) == index],
                profile_ids[index],
            )
            for index, person in self.people.items()
            if person is not None
        }


someone = st.integers(0, PEOPLE - 1)
nodes = st.integers(0, NODES - 1)
heard = st.builds(
    Heard,
    nodes,
    st.sampled_from(EVENTS),
    st.one_of(st.sampled_from(LATE), st.integers(0, 700_000).map(lambda late: timedelta(seconds=late))),
    objects,
)
pieces = st.one_of(
    *[st.builds(Piece, st.just({}), st.just({}), st.lists(heard, min_size=2, max_size=5))] * 2,
    st.builds(Piece, st.dictionaries(nodes, someone, min_size=2, max_size=4), st.just({}), st.just([])),
    st.builds(
        Piece,
        st.dictionaries(nodes, someone, max_size=2),
        st.dictionaries(someone, st.one_of(profiles, profiles, profiles, st.none()), min_size=1, max_size=2),
        st.lists(heard, max_size=4),
    ),
)
"""Events alone, people who join or part and nothing else, or all of it."""
one_more = st.builds(
    lambda node, event, said: [Piece({}, {}, [Heard(node, event, timedelta(0), said)])],
    nodes, st.sampled_from(EVENTS), objects,
)  # fmt: skip
"""One event, right now, and nothing else: only who listens to it looks again."""
chapters = st.builds(
    Chapter,
    st.sampled_from(WAITS),
    st.one_of(*[st.lists(pieces, min_size=1, max_size=3)] * 3, *[one_more] * 5, st.just([])),
    st.one_of(
        st.just({}), st.dictionaries(st.sampled_from([f"s{at}" for at in range(4)]), conditions, max_size=1)
    ),
    st.sampled_from((False, False, True)),
)
first_pieces = st.builds(
    lambda people, events: Piece({}, dict(enumerate(people)), events),
    st.lists(st.one_of(profiles, profiles, st.none()), min_size=PEOPLE, max_size=PEOPLE),
    st.lists(heard, min_size=8, max_size=14),
)
simple = st.one_of(
    st.builds(lambda event, rest: {"event": event, **rest}, st.sampled_from(EVENTS), whole),
    st.builds(lambda event, rest: {"event": event, **rest}, st.sampled_from(EVENTS), since),
    st.builds(
        lambda event, last, rest: {"event": event, "window": {"last": last}, **rest},
        st.sampled_from(EVENTS), durations, whole,
    ),
    st.builds(
        lambda event, key, other, within: {"event": event, "then": {key: other, "within": within}},
        st.sampled_from(EVENTS), st.sampled_from(("event", "event", "no_event")), st.sampled_from(EVENTS),
        st.sampled_from(("PT2H", "P2D", "P7D", "P60D")),
    ),
    st.builds(
        lambda event, op, value: {"event": event, "measure": {"fn": "days_between"}, "op": op, "value": value},
        st.sampled_from(EVENTS), orders, st.sampled_from((0.5, 1, 2)),
    ),
)  # fmt: skip
"""What one event more, one person moved or one day later decides: random filters mostly let nothing through."""


def _referring(number: int, tree: Any, other: int, way: str) -> Any:
    """Let a condition refer to a segment that was made before; the first four are edited and refer to nothing."""
    if number < 4 or way == "alone":
        return tree
    reference = {"segment": f"s{other % number}"}
    return {"not": reference} if way == "not" else {"any": [reference, tree]}


@st.composite
def stories(draw: st.DrawFn) -> Story:
    trees = draw(st.lists(conditions | simple, min_size=SEGMENTS, max_size=SEGMENTS))
    ways = st.sampled_from(("alone", "alone", "alone", "alone", "alone", "not", "or"))
    written = {
        f"s{number}": _referring(number, tree, draw(st.integers(0, SEGMENTS)), draw(ways))
        for number, tree in enumerate(trees)
    }
    opening = Chapter(timedelta(0), [draw(first_pieces)], {}, False)
    return Story(
        start=NOW - draw(st.sampled_from((timedelta(0), timedelta(hours=5), timedelta(days=1), WEEK))),
        zone=draw(st.sampled_from(("Asia/Taipei", "UTC", "America/New_York", "Asia/Kathmandu"))),
        segments=written,
        chapters=[opening, *draw(st.lists(chapters, min_size=2, max_size=3))],
    )
