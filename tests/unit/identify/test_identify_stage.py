from datetime import UTC, datetime, timedelta

import pytest

from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.decide import Decisions
from tieline.identify.graph import resolve
from tieline.identify.memory import Recent
from tieline.identify.settle import Settler
from tieline.identify.stage import IdentifyStage
from tieline.ids import keyed_hash
from tieline.model.event import Event, Identifier, Parked, Proof, Source
from tieline.model.identity import Link, Node
from tieline.store.memory.identity import MemoryIdentity

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
WEB = Source(1, 1, "web", "web")
POS = Source(1, 2, "till", "pos")
KEY = b"k" * 32
LINE_USER = "U" + "0a" * 16


class CountingIdentity(MemoryIdentity):
    """A store that notes what it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    async def zones(self, workspace_id, node_ids):
        self.asked.append("zones")
        return await super().zones(workspace_id, node_ids)

    async def links(self, workspace_id, node_ids):
        self.asked.append("links")
        return await super().links(workspace_id, node_ids)

    async def touch(self, workspace_id, links):
        self.asked.append("touch")
        await super().touch(workspace_id, links)


@pytest.fixture
def store():
    return CountingIdentity()


@pytest.fixture
def stage(store):
    return IdentifyStage(store, {1: KEY}, {1: "TW"})


def seen(*identifiers, at=AT, source=WEB, workspace_id=1):
    named = tuple(Identifier(*identifier) for identifier in identifiers)
    return Event(workspace_id, source, 7, 3, "track", "viewed", "id", at, at, named, {}, {})


def node(namespace, value):
    return keyed_hash(KEY, namespace, value)


async def test_an_event_belongs_to_its_strongest_identifier(stage):
    said = await stage.process([seen(("anonymous_id", "b1"), ("email", "Ann@Mail.tw"), ("member_id", "m1"))])
    assert said.identified[0].node_id == node("member_id", "m1")


async def test_identifiers_of_one_event_are_one_profile(stage, store):
    await stage.process([seen(("anonymous_id", "b1"), ("line:9", LINE_USER), ("phone", "0987-654-301"))])
    assert len({placed.profile_id for placed in store.everyone(1)}) == 1
    assert {placed.node.value for placed in store.everyone(1)} == {"b1", LINE_USER, "+886987654301"}


async def test_links_carry_their_source_and_its_proof(stage, store):
    await stage.process([seen(("member_id", "m1"), ("phone", "0987654301"), source=POS)])
    (link,) = store.linked.values()
    assert (link.source, link.proof, link.first_at) == ("till", Proof.TYPED, AT)
    assert link.a < link.b


async def test_an_event_has_the_profile_it_has_after_the_whole_batch(stage):
    said = await stage.process(
        [
            seen(("anonymous_id", "b1"), at=AT + timedelta(hours=1)),
            seen(("member_id", "m1")),
            seen(("anonymous_id", "b1"), ("member_id", "m1"), at=AT + timedelta(hours=2)),
        ]
    )
    assert {item.profile_id for item in said.identified} == {node("member_id", "m1")}


async def test_a_merge_keeps_the_older_profile(stage):
    await stage.process([seen(("member_id", "m1"), at=AT + timedelta(days=1)), seen(("anonymous_id", "b1"))])
    said = await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"), at=AT + timedelta(days=2))])
    assert [(move.node_id, move.from_id, move.to_id) for move in said.moves] == [
        (node("member_id", "m1"), node("member_id", "m1"), node("anonymous_id", "b1"))
    ]


async def test_new_nodes_come_from_nowhere(stage):
    said = await stage.process([seen(("anonymous_id", "b1"))])
    assert [(move.from_id, move.to_id) for move in said.moves] == [(b"", node("anonymous_id", "b1"))]


async def test_an_event_that_names_nobody_is_parked(stage):
    said = await stage.process([seen(), seen(("email", "test@test.com"), ("member_id", "undefined"))])
    assert said.identified == []
    assert said.parked == [
        Parked(1, 7, 3, "identify", "no_identifier", "The event names nobody."),
        Parked(1, 7, 3, "identify", "no_identifier", "No identifier can be used: blocked, placeholder."),
    ]


async def test_a_number_that_fills_forms_counts_only_where_it_was_proven(stage, store):
    def said(source):
        return seen(("member_id", source.key), ("phone", "0912345678"), source=source)

    kinds = ("import", "crm", "pos", "web")
    await stage.process([said(Source(1, number, kind, kind)) for number, kind in enumerate(kinds, 10)])
    assert {placed.node.namespace for placed in store.everyone(1)} == {"member_id"}

    await stage.process([said(Source(1, 20, "server", "server"))])
    assert "phone" in {placed.node.namespace for placed in store.everyone(1)}


async def test_an_event_that_names_a_crowd_is_parked(stage, store):
    said = await stage.process([seen(*(("shopify_id", str(n)) for n in range(1, 23)))])
    assert said.parked[0].reason == "too_many_identifiers"
    assert store.everyone(1) == []


async def test_a_blocked_value_leaves_the_other_identifiers(stage, store):
    said = await stage.process([seen(("member_id", "null"), ("email", "ann@mail.tw"))])
    assert said.identified[0].node_id == node("email", "ann@mail.tw")
    assert len(store.everyone(1)) == 1


async def test_two_members_on_one_phone_stay_two_people(stage):
    said = await stage.process(
        [
            seen(("member_id", "m1"), ("phone", "0987654301")),
            seen(("member_id", "m2"), ("phone", "0987654301"), at=AT + timedelta(hours=1)),
            seen(("phone", "0987654301"), at=AT + timedelta(hours=2)),
        ]
    )
    first, second, caller = (item.profile_id for item in said.identified)
    assert first != second
    assert caller == first


async def test_a_repeated_event_asks_the_store_nothing(stage, store):
    await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"))])
    store.asked.clear()
    await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"), at=AT + timedelta(hours=3))])
    assert store.asked == []


async def test_a_known_link_is_touched_once_a_day(stage, store):
    for hours in (0, 1, 24, 25, 26, 48):
        await stage.process(
            [seen(("anonymous_id", "b1"), ("member_id", "m1"), at=AT + timedelta(hours=hours))]
        )
    assert store.asked == ["zones", "touch", "touch"]
    (link,) = store.linked.values()
    assert (link.first_at, link.last_at) == (AT, AT + timedelta(hours=48))


async def test_zones_that_fit_are_joined_without_reading_their_links(stage, store):
    await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1")), seen(("email", "ann@mail.tw"))])
    await stage.process([seen(("email", "ann@mail.tw"), ("member_id", "m1"), at=AT + timedelta(hours=1))])
    assert "links" not in store.asked


async def test_a_failed_transaction_leaves_nothing_in_memory(stage, store):
    before = store.snapshot()
    await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"))])
    store.restore(before)
    said = await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"))])
    assert len(said.moves) == 2
    assert len(store.linked) == 1


async def test_a_failure_inside_the_stage_forgets_by_itself():
    class Broken(CountingIdentity):
        failing = True

        async def save(self, workspace_id, placed, links):
            if self.failing:
                raise ConnectionError
            await super().save(workspace_id, placed, links)

    broken = Broken()
    stage = IdentifyStage(broken, {1: KEY}, {})
    with pytest.raises(ConnectionError):
        await stage.process([seen(("member_id", "m1"))])
    broken.failing = False
    said = await stage.process([seen(("member_id", "m1"))])
    assert len(said.identified) == len(said.moves) == 1


async def test_a_workspace_can_be_learned_while_running(store):
    keys = {1: KEY}
    stage = IdentifyStage(store, keys, {})
    with pytest.raises(NotFoundError):
        await stage.process([seen(("member_id", "m1"), workspace_id=2)])
    keys[2] = b"j" * 32
    said = await stage.process([seen(("member_id", "m1"), workspace_id=2), seen(("member_id", "m1"))])
    assert said.identified[0].node_id == keyed_hash(b"j" * 32, "member_id", "m1")
    assert said.identified[1].node_id == node("member_id", "m1")


async def test_a_decision_is_noticed_by_a_stage_that_remembers(stage, store):
    pair = [("anonymous_id", "b1"), ("member_id", "m1")]
    await stage.process([seen(*pair)])
    decided = await Decisions(store).cut(1, node(*pair[0]), node(*pair[1]), "ann", "not her", AT)
    said = await stage.process([seen(pair[0]), seen(*pair)])
    assert [item.profile_id for item in said.identified] == [node(*pair[0]), node(*pair[1])]
    await Decisions(store).undo(1, decided.assertion_id, "ann", AT)
    said = await stage.process([seen(pair[0]), seen(*pair)])
    assert len({item.profile_id for item in said.identified}) == 1


async def test_a_cut_and_its_undoing_are_on_the_audit_trail(stage, store):
    await stage.process([seen(("anonymous_id", "b1"), ("member_id", "m1"))])
    a, b = node("anonymous_id", "b1"), node("member_id", "m1")
    decided = await Decisions(store).cut(1, a, b, "ann", "not her", AT)
    await Decisions(store).undo(1, decided.assertion_id, "bob", AT + timedelta(hours=1))
    assert [cause for _, cause, _ in store.changes] == ["cut:1", "undo:1"]
    assert store.changes[0][0].from_id == store.changes[1][0].to_id


async def test_an_explanation_says_what_would_help(stage, store):
    await stage.process(
        [
            seen(("member_id", "m1"), ("phone", "0987654301")),
            seen(("member_id", "m2"), ("phone", "0987654301"), at=AT + timedelta(hours=1)),
        ]
    )
    found = await Decisions(store).explain(1, node("phone", "+886987654301"))
    assert [(r.reason, r.limits, r.cuts) for r in found.resolution.decisions] == [
        ("limit:member_id", (("member_id", 2),), ())
    ]


async def test_an_identifier_cannot_be_cut_from_itself(store):
    with pytest.raises(InvalidInputError):
        await Decisions(store).cut(1, b"a", b"a", "ann", "", AT)


async def test_undoing_what_was_never_decided_is_refused(store):
    with pytest.raises(NotFoundError):
        await Decisions(store).undo(1, 5, "ann", AT)


async def test_what_is_left_of_a_zone_is_decided_anew(stage, store):
    """A node that was removed takes its links along; the rest falls apart where it held them together."""
    await stage.process([seen(("member_id", "m1"), ("email", "ann@mail.tw"), ("phone", "0987654301"))])
    rest = store.snapshot()
    del rest.placed[1, node("member_id", "m1")]
    store.restore(rest)
    left = {placed.node.node_id for placed in store.everyone(1)}
    settled = await Settler(store).anew(1, left, "erasure", AT)
    assert {placed.profile_id for placed in settled.placed} == left


def test_what_is_asked_for_is_kept_and_the_rest_goes():
    recent = Recent(2)
    for key in "abc":
        recent.put(key, key)
    recent.age()
    assert recent.get("a") == "a"
    for key in "xy":
        recent.put(key, key)
    recent.age()
    recent.age()
    assert recent.get("a") == "a"
    assert recent.get("b") is None


def test_links_to_nodes_that_are_not_there_are_left_out():
    one = Node(b"a", "email", "ann@mail.tw", AT)
    found = resolve([one], [Link(b"a", b"b", "web", Proof.STATED, AT, AT)], [])
    assert found.profile_of == {b"a": b"a"}
    assert found.decisions == []
