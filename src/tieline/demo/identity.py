"""Who is who, in five scenes of every day; why nobody was joined is said by Tieline itself, in one sentence each."""

from datetime import datetime, timedelta
from typing import Any

from tieline.demo.brand import Brand
from tieline.demo.collector import Collector
from tieline.demo.events import Item, track
from tieline.demo.facts import Facts
from tieline.demo.load import absorbed
from tieline.demo.moments import milliseconds

FAMILY, CLERK, RECYCLED = "0955-201-301", "0955-202-302", "0955-203-303"
CLERK_CUSTOMERS = 7
SILENT = timedelta(days=300)
OLD_LINE, NEW_LINE = "U" + "0d1" * 10 + "aa", "U" + "0d2" * 10 + "bb"
WRONG = ("ID-8", "0955-204-304")
_LANGUAGE = "zh-TW"


def said(brand: Brand, now_at: datetime) -> dict[str, list[Item]]:
    """Return what the gym's server and its till say, by source."""
    now, before = milliseconds(now_at), milliseconds(now_at - SILENT)
    lately = milliseconds(now_at - timedelta(days=10))
    line = f"line:{brand.channel.provider_id}"
    return {
        "server": [
            _member("ID-1", lately, phone=FAMILY, given_name="怡君"),
            _member("ID-2", now, phone=FAMILY, given_name="志明"),
            _member("ID-3", before, phone=RECYCLED),
            _member("ID-4", now, phone=RECYCLED),
            _bound("ID-5", before, line, OLD_LINE),
            _bound("ID-5", now, line, NEW_LINE),
            _member(WRONG[0], now, phone=WRONG[1]),
        ],
        "pos": [_member(f"ID-C{number}", now, phone=CLERK) for number in range(CLERK_CUSTOMERS)],
    }


async def play(brand: Brand, collector: Collector, now_at: datetime, facts: Facts) -> None:
    """Play the scenes at the gym, and see that each ends as its rule says."""
    for source, items in said(brand, now_at).items():
        await collector.send(brand.write_keys[source], items)
    await absorbed(brand)
    line = f"line:{brand.channel.provider_id}"
    family = await _apart(brand, ("member_id", "ID-1"), ("member_id", "ID-2"))
    await _scene(
        brand, facts, "family_phone", "家人共用的電話，兩人沒有合併", family, ("member_id", "ID-2"), FAMILY
    )
    clerk = await _apart(brand, *(("member_id", f"ID-C{number}") for number in range(CLERK_CUSTOMERS)))
    await _scene(
        brand, facts, "clerk_phone", "店員代填的電話，七位客人沒有合併", clerk, ("member_id", "ID-C0"), CLERK
    )
    owner = not await _apart(brand, ("phone", RECYCLED), ("member_id", "ID-4"))
    await _scene(
        brand, facts, "recycled_number", "門號換人使用，歸到新的主人", owner, ("member_id", "ID-3"), RECYCLED
    )
    rebound = not await _apart(brand, (line, NEW_LINE), ("member_id", "ID-5"))
    await _scene(
        brand, facts, "rebound_line", "換了 LINE 帳號，會員跟著新帳號走", rebound, (line, OLD_LINE), OLD_LINE
    )
    await _undo(brand, facts)


async def _undo(brand: Brand, facts: Facts) -> None:
    """Take a wrong merge apart: the orders stay with whoever made them."""
    member, phone = ("member_id", WRONG[0]), ("phone", WRONG[1])
    together = not await _apart(brand, member, phone)
    ends = {"a": _named(member), "b": _named(phone)}
    await brand.post("/api/identity/cut", {**ends, "author": "demo", "reason": "電話填錯，不是本人的"})
    undone = together and await _apart(brand, member, phone)
    await _scene(brand, facts, "merge_undone", "併錯的一筆拆開了", undone, member, WRONG[1])
    await brand.post("/api/identity/undo", {**ends, "author": "demo", "reason": "先還原"})
    facts.equal("undo_restored", "還原拆開的決定，又是同一個人", True, not await _apart(brand, member, phone))


async def _scene(
    brand: Brand,
    facts: Facts,
    key: str,
    name: str,
    holds: bool,  # noqa: FBT001 - what was found out
    who: tuple[str, str],
    value: str,
) -> None:
    sentence = await _why(brand, who, value)
    facts.equal(f"identity_{key}", f"{name}：{sentence}", (True, True), (holds, bool(sentence)))


async def _why(brand: Brand, who: tuple[str, str], value: str) -> str:
    """Return the sentence with which Tieline explains the link between somebody and a value that did not join them."""
    profile = await brand.profile(*who)
    graph = await brand.get(f"/api/profiles/{profile['profile_id']}/graph")
    nodes = {node["node_id"]: node for node in graph["nodes"]}
    tail = "".join(letter for letter in value if letter.isalnum())[-8:]
    for one in graph["rejected"]:
        ends = [nodes.get(one[end], {}) for end in ("a", "b")]
        if any(str(end.get("value", "")).endswith(tail) for end in ends):
            return str(one["sentence"][_LANGUAGE])
    return ""


async def _apart(brand: Brand, *people: tuple[str, str]) -> bool:
    """Say whether these are all different people."""
    ids = {(await brand.profile(*one))["profile_id"] for one in people}
    return len(ids) == len(people)


def _named(one: tuple[str, str]) -> dict[str, str]:
    return {"namespace": one[0], "value": one[1]}


def _member(member: str, at_ms: int, **traits: Any) -> Item:
    return {
        "type": "identify",
        "messageId": f"identity-{member}-{at_ms}",
        "timestamp": at_ms,
        "userId": member,
        "traits": {**traits, "synthetic": True},
    }


def _bound(member: str, at_ms: int, namespace: str, user: str) -> Item:
    context = {"externalIds": [{"type": namespace, "id": user}]}
    return track("Account Bound", f"identity-{user}", at_ms, {}, userId=member, context=context)
