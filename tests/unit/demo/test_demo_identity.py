"""The five scenes of who is who end as their rules say, told by the engine alone."""

from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec

from tieline.collect.normalize import normalize
from tieline.collect.wire import read
from tieline.demo import identity
from tieline.identify.decide import Decisions
from tieline.identify.normalize import normalize as spelled
from tieline.identify.reason import sentences
from tieline.identify.stage import IdentifyStage
from tieline.ids import keyed_hash
from tieline.model.event import LogKind, LogRow, Source
from tieline.model.identity import CUT, Assertion
from tieline.store.memory.identity import MemoryIdentity

KEY, NOW = b"k" * 32, datetime(2026, 11, 22, 12, tzinfo=UTC)
BRAND = SimpleNamespace(channel=SimpleNamespace(provider_id="p1"))
LINE = "line:p1"


def node(namespace: str, value: str) -> bytes:
    return keyed_hash(KEY, namespace, str(spelled(namespace, value, "TW")))


async def played() -> MemoryIdentity:
    store = MemoryIdentity()
    stage = IdentifyStage(store, {1: KEY}, {1: "TW"})
    for number, (kind, items) in enumerate(identity.said(BRAND, NOW).items(), 1):
        source = Source(1, number, kind, kind)
        body = msgspec.json.encode({"batch": items})
        row = LogRow(number, 1, number, LogKind.BATCH, len(items), NOW, body)
        wire = read(body, LogKind.BATCH)
        await stage.process(
            [normalize(item, source, row, index, None) for index, item in enumerate(wire.items)]
        )
    return store


async def why(store: MemoryIdentity, a: bytes, b: bytes) -> tuple[str, str]:
    found = await Decisions(store).explain(1, a, b)
    assert found.resolution.profile_of[a] != found.resolution.profile_of[b]
    (one,) = [one for one in found.resolution.decisions if {one.a, one.b} == {a, b}]
    return one.reason, sentences(one)["zh-TW"]


async def test_each_scene_has_its_reason_and_its_sentence() -> None:
    store = await played()

    told = {
        "family": await why(store, node("member_id", "ID-2"), node("phone", identity.FAMILY)),
        "clerk": await why(store, node("member_id", "ID-C0"), node("phone", identity.CLERK)),
        "recycled": await why(store, node("member_id", "ID-3"), node("phone", identity.RECYCLED)),
        "rebound": await why(store, node(LINE, identity.OLD_LINE), node("member_id", "ID-5")),
    }

    assert {scene: reason.partition(":")[0] for scene, (reason, _) in told.items()} == {
        "family": "limit", "clerk": "shared", "recycled": "succeeded", "rebound": "replaced",
    }  # fmt: skip
    assert all(sentence.endswith("。") for _, sentence in told.values())
    assert told["rebound"][1] == "這位會員已改綁新的 LINE 帳號，舊的不再屬於他。"


async def test_what_is_theirs_stays_theirs_and_a_wrong_merge_is_undone() -> None:
    store = await played()
    members = {member: node("member_id", member) for member in ("ID-4", "ID-5", identity.WRONG[0])}
    theirs = {
        "ID-4": node("phone", identity.RECYCLED),
        "ID-5": node(LINE, identity.NEW_LINE),
        identity.WRONG[0]: node("phone", identity.WRONG[1]),
    }
    for member, node_id in members.items():
        found = await Decisions(store).explain(1, node_id)
        assert found.resolution.profile_of[node_id] == found.resolution.profile_of[theirs[member]]

    wrong = members[identity.WRONG[0]], theirs[identity.WRONG[0]]
    decided = await Decisions(store).decide(1, Assertion(CUT, *wrong, NOW))
    assert (await why(store, *wrong))[0] == "cut"
    await Decisions(store).undo(1, decided.assertion_id, "demo", NOW)
    found = await Decisions(store).explain(1, wrong[0])
    assert found.resolution.profile_of[wrong[0]] == found.resolution.profile_of[wrong[1]]
