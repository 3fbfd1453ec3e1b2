"""Random worlds of identifiers: few values that meet often, so that every rule speaks."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from tieline.identify.rules import RULES, LinkingBasis, Rule, Rules
from tieline.ids import keyed_hash
from tieline.model.event import Event, Identifier, Source
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion

KEY = b"k" * 32
DAY_0 = datetime(2026, 3, 1, tzinfo=UTC)
SOURCES = {
    "web": Source(1, 1, "web", "web"),
    "pos": Source(1, 2, "pos", "pos"),
    "crm": Source(1, 3, "crm", "server"),
    "shop": Source(1, 4, "shop", "server"),
}
_OTHER = Rule("", tier=5, limit=1)
TIGHT = Rules(
    (
        Rule("member_id", tier=0, limit=1, anchor=True),
        Rule("line", tier=1, limit=1, anchor=True, proven_only=True, replaced=True),
        Rule("phone", tier=3, limit=1, shared_above=2, succeeds_after_days=1),
        Rule("email", tier=4, limit=2, shared_above=1, ttl_days=2),
        Rule("anonymous_id", tier=9, limit=2, weak=True, shared_above=2, ttl_days=1),
    ),
    other=_OTHER,
    version=0,
    vetoes=("given_name", "birth_date"),
    profile_max=6,
    providers_apart=True,
)
LOOSE = Rules(
    (
        Rule("member_id", tier=0, limit=2, anchor=True),
        Rule("line", tier=1, limit=2, anchor=True, replaced=True),
        Rule("phone", tier=3, limit=3, shared_above=1, succeeds_after_days=2),
        Rule("email", tier=4, limit=3, allowed=("p0@mail.tw",), shared_above=1),
        Rule("anonymous_id", tier=9, limit=5, weak=True),
    ),
    other=Rule("", tier=5, limit=3),
    version=1,
    vetoes=("given_name",),
    zone_max=7,
    providers_apart=True,
    bases=(LinkingBasis(("p1", "p2"), "https://shop.example.com/provider", "ann", "2026-01-01"),),
)
POOL = [
    *(Identifier("member_id", f"m{n}") for n in range(4)),
    *(Identifier("line:p1", f"U{n:032x}".replace("U0", "Ub")) for n in (1, 2)),
    Identifier("line:p2", "U" + "cd" * 16),
    *(Identifier("phone", f"+8869876543{n}1") for n in range(2)),
    *(Identifier("email", f"p{n}@mail.tw") for n in range(2)),
    *(Identifier("anonymous_id", f"browser-{n}") for n in range(4)),
    Identifier("shopify", "s1"),
]
NAMES = ("怡君", "志明", "小美")
TRAITS = (
    *({},) * 4,
    *({"given_name": name} for name in NAMES),
    {"birth_date": "1990-05-21"},
    {"given_name": "怡君", "birth_date": "1984-12-03"},
)


def name(identifier):
    return keyed_hash(KEY, identifier.namespace, identifier.value)


class World(NamedTuple):
    """A few identifiers that meet often, what was seen of them and what people decided about them."""

    events: list[Event]
    decisions: list[Assertion]
    rules: Rules
    epoch: datetime | None


moments = st.builds(
    lambda days, minutes: DAY_0 + timedelta(days=days, minutes=minutes),
    st.integers(0, 5),
    st.sampled_from((0, 0, 1, 719, 1439)),
)
rulesets = st.sampled_from((RULES, TIGHT, TIGHT, LOOSE))
epochs = st.sampled_from((None, None, DAY_0 + timedelta(days=4), DAY_0 + timedelta(days=6)))


def happened(at, identifiers, source="web", traits=None):
    kind = "identify" if traits else "track"
    return Event(1, SOURCES[source], 1, 0, kind, "seen", "", at, at, tuple(identifiers), {}, traits or {})


@st.composite
def worlds(draw, decisions_max=4, events_max=14):
    pool = st.sampled_from(draw(st.lists(st.sampled_from(POOL), min_size=2, max_size=7, unique=True)))
    few = st.lists(pool, min_size=1, max_size=3).map(tuple)
    stars = draw(st.lists(few, min_size=1, max_size=5))
    seen = [
        happened(
            draw(moments),
            draw(st.sampled_from(stars)),
            draw(st.sampled_from(tuple(SOURCES))),
            draw(st.sampled_from(TRAITS)),
        )
        for _ in range(draw(st.integers(0, events_max)))
    ]
    seen += draw(st.sampled_from(SCENES))(draw)
    decided = [decision(draw, pool, number) for number in range(draw(st.integers(0, decisions_max)))]
    return World(seen, decided, draw(rulesets), draw(epochs))


M0, M1, M2, M3 = POOL[:4]
LINE_1, LINE_2, LINE_OTHER = POOL[4:7]
PHONE, MAIL, BROWSER = POOL[7], POOL[9], POOL[11]


def nothing(_):
    return []


def hub(draw):
    """One value with every member: a family's phone, a clerk's, a kiosk."""
    centre = draw(st.sampled_from((PHONE, MAIL, BROWSER)))
    source = st.sampled_from(("crm", "pos", "crm"))
    return [happened(draw(moments), (member, centre), draw(source)) for member in POOL[:4]]


def rebound(draw):
    """A member with a new LINE account."""
    return [happened(draw(moments), (M0, user), draw(st.sampled_from(("crm", "shop")))) for user in POOL[4:6]]


def recycled(draw):
    """A phone with a new owner, and what was seen with it before."""
    return [
        happened(DAY_0 + timedelta(days=draw(st.integers(0, 1))), (M0, PHONE), "crm"),
        happened(DAY_0 + timedelta(days=draw(st.integers(0, 5))), (PHONE, MAIL), "pos"),
        happened(DAY_0 + timedelta(days=draw(st.integers(3, 5))), (M1, PHONE), "crm"),
    ]


def crowd(draw):
    """One person with a great many names."""
    names = (LINE_1, *POOL[7:])
    return [happened(draw(moments), (M0, other), draw(st.sampled_from(("crm", "web")))) for other in names]


def family(draw):
    """Two given names on one phone."""
    return [
        happened(
            draw(moments),
            (PHONE, POOL[9 + n]),
            draw(st.sampled_from(("web", "crm"))),
            {"given_name": NAMES[n]},
        )
        for n in range(2)
    ]


def providers(draw):
    """A member in the LINE accounts of two providers."""
    return [happened(draw(moments), (M0, user), "crm") for user in (LINE_1, LINE_OTHER)]


SCENES = (nothing, nothing, hub, hub, rebound, recycled, crowd, family, providers)


def decision(draw, pool, number):
    kind = draw(st.sampled_from((CUT, CUT, JOIN, JOIN, BLOCK, ALLOW)))
    two = draw(st.lists(pool, min_size=2, max_size=2, unique=True))
    a, b = (name(identifier) for identifier in two)
    return Assertion(kind, a, a if kind in {BLOCK, ALLOW} else b, DAY_0 + timedelta(hours=number), number + 1)
